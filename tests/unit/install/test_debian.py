from pathlib import Path

import pytest
from stand_ins import left_in, script

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import debian, install_godot, relocation

DEBIAN_VERSION = "4.6.3.stable.debian4.6.3+ds-2"
APT = """PATH=/usr/bin:/bin
echo "$*" >> {log}
for word in "$@"; do case "$word" in --config-file=*) apt=$(dirname "${{word#*=}}") ;; esac; done
case "$*" in
*indextargets*) echo "http://m/debian Debian Debian" ;;
*update*)
    cat "$apt/sources.list" >> {log}
    if grep -q -E " ({refused}) " "$apt/sources.list"
    then echo "E: no Release file"; exit 100; fi ;;
*install*)
    echo dlstatus:1:50.5:half
    {install}
    touch "$apt/archives/godot_4.6.3+ds-2_amd64.deb" "$apt/archives/libc6_2.42_amd64.deb" ;;
esac"""
DPKG_DEB = f"""PATH=/usr/bin:/bin
mkdir -p "$3/usr/share/doc" "$3/usr/bin" "$3/usr/lib/x86_64-linux-gnu"
case "$2" in
*godot_*)
    touch "$3/usr/bin/godot-template-release"
    printf '#!/bin/sh\\necho {DEBIAN_VERSION}\\n' > "$3/usr/bin/godot"
    chmod +x "$3/usr/bin/godot" ;;
*) touch "$3/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" ;;
esac"""


@pytest.fixture
def log(machine):
    return machine / "apt.log"


@pytest.fixture
def machine_with_apt(machine, monkeypatch, log):
    def make(refused="nothing", install="", architecture="amd64", unpack=DPKG_DEB):
        script(machine / "bin/apt-get", APT.format(log=log, refused=refused, install=install))
        script(machine / "bin/dpkg", f"echo {architecture}")
        script(machine / "bin/dpkg-deb", unpack)
        keyring = machine / "keyring.gpg"
        keyring.touch()
        monkeypatch.setattr(debian, "KEYRINGS", (keyring,))
        monkeypatch.setattr(relocation, "find_patchelf", lambda: "/bin/true")

    make()
    return make


def test_debian_installs_into_the_cache(machine_with_apt, engines, progress, log, said):
    engine = install_godot("debian", progress=progress)
    folder = engines / "4.6.3-debian"
    assert left_in(engines) == ["4.6.3-debian"]
    assert engine.executable == folder / "usr/bin/godot"
    assert engine.template == folder / "usr/bin/godot-template-release"
    assert engine.version == DEBIAN_VERSION
    assert engine.source == "cache"
    vendors = engine.windowed_environment()["__EGL_VENDOR_LIBRARY_DIRS"].split(":")
    assert vendors[0] == str(folder / "usr/share/glvnd/egl_vendor.d")
    assert not (folder / "usr/share/doc").exists()
    assert "http://m/debian forky main" in log.read_text()
    assert "--download-only install godot godot-template-release" in log.read_text()
    assert "50 %" in said.getvalue()


def test_debian_takes_the_second_suite_where_the_first_fails(machine_with_apt, progress, log):
    machine_with_apt(refused="forky")
    install_godot("debian", progress=progress)
    assert "http://m/debian sid main" in log.read_text()


def test_debian_without_any_suite_tells_each_reason(machine_with_apt, engines, progress):
    machine_with_apt(refused="forky|sid")
    with pytest.raises(InstallError) as caught:
        install_godot("debian", progress=progress)
    for suite in debian.SUITES:
        assert f"Suite {suite} on http://m/debian: apt-get failed with" in str(caught.value)
    assert "E: no Release file" in str(caught.value)
    assert "set $GODOT" in str(caught.value)
    assert left_in(engines) == []


def test_debian_on_a_full_disk_says_so_at_once(machine_with_apt, engines, progress, log):
    machine_with_apt(install='echo "E: write (28: No space left on device)"; exit 100')
    with pytest.raises(InstallError, match=f"The disk is full: {engines} could not") as caught:
        install_godot("debian", progress=progress)
    assert "has 1 GB free" in str(caught.value)
    assert " sid " not in log.read_text()
    assert left_in(engines) == []


def test_debian_with_a_broken_package_leaves_nothing(machine_with_apt, engines, progress):
    machine_with_apt(unpack="echo unexpected end of file; exit 2")
    with pytest.raises(InstallError, match=r"dpkg-deb failed with exit code 2:\nunexpected end"):
        install_godot("debian", progress=progress)
    assert left_in(engines) == []


def test_debian_settings_keep_off_the_system():
    assert 'Dir::State::status "/a/status"' in debian.APT_SETTINGS.format(apt="/a")
    assert "#clear APT::Update::Post-Invoke-Success;" in debian.APT_SETTINGS


def test_find_debian_elsewhere_names_what_is_missing(monkeypatch):
    monkeypatch.setattr(debian, "KEYRINGS", (Path("/no/keyring.gpg"),))
    with pytest.raises(InstallError) as caught:
        debian.find_debian()
    assert str(caught.value) == (
        "This is no Debian machine: it has no apt-get, no dpkg, no dpkg-deb, "
        "no Debian's keyring (/no/keyring.gpg)."
    )


def test_find_debian_on_another_architecture_raises(machine_with_apt):
    machine_with_apt(architecture="riscv64")
    with pytest.raises(InstallError, match="supported on amd64 and arm64, not on riscv64"):
        debian.find_debian()


def test_package_without_godot_raises():
    with pytest.raises(InstallError, match="1 packages, but none of them is godot"):
        debian._read_package_version([Path("godot-template-release_4.6.3_amd64.deb")])


def test_package_version_may_have_an_epoch():
    assert debian._read_package_version([Path("godot_1%3a4.6+ds-2_amd64.deb")]) == "4.6"
