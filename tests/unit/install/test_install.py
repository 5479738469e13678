import errno
import subprocess
import sys
from pathlib import Path

import pytest
from stand_ins import ARCHIVE, DEADLINE, left_in, make_zip

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import debian, download, find_godot, install, install_godot, official

REPOSITORY = Path(__file__).parents[3]
INSTALL = (
    "import sys; from pettingzoo_godot.install import install_godot; "
    "print(install_godot('official', mirror=sys.argv[1]).executable)"
)


@pytest.fixture(autouse=True)
def no_debian(monkeypatch):
    monkeypatch.setattr(debian, "KEYRINGS", (Path("/no/keyring.gpg"),))


def test_install_official_is_found_afterwards(mirror, engines, progress, said):
    installed = install_godot("official", mirror=mirror.url, progress=progress)
    assert installed.executable.is_relative_to(engines / "4.6.3-official")
    assert installed.template is None
    assert installed.windowed_environment() == {}
    assert find_godot() == installed
    assert left_in(engines) == ["4.6.3-official"]
    assert "Downloading" in said.getvalue()
    assert f"{installed.executable}" in said.getvalue()


@pytest.mark.parametrize("source", ["auto", "official"])
def test_install_twice_returns_at_once(mirror, progress, source):
    first = install_godot("official", mirror=mirror.url, progress=progress)
    mirror.asked.clear()
    assert install_godot(source, mirror=mirror.url, progress=progress) == first
    assert mirror.asked == []


def test_install_with_force_replaces(mirror, engines, progress):
    install_godot("official", mirror=mirror.url, progress=progress)
    mirror.publish(make_zip(version="4.6.3.stable.official.second"))
    again = install_godot("official", mirror=mirror.url, force=True, progress=progress)
    assert again.version.endswith("second")
    assert left_in(engines) == ["4.6.3-official"]


def test_install_with_force_that_fails_keeps_the_first(mirror, engines, progress):
    first = install_godot("official", mirror=mirror.url, progress=progress)
    mirror.publish(make_zip(version="broken"))
    with pytest.raises(InstallError, match=r"was unpacked, but .* is no Godot"):
        install_godot("official", mirror=mirror.url, force=True, progress=progress)
    assert find_godot() == first
    assert left_in(engines) == ["4.6.3-official"]


def test_install_with_a_wrong_checksum_leaves_nothing(mirror, engines, progress):
    mirror.publish(make_zip(), "0" * 128)
    with pytest.raises(InstallError, match=r"expected SHA-512 0{128}, got [0-9a-f]{128}"):
        install_godot("auto", mirror=mirror.url, progress=progress)
    assert left_in(engines) == []


def test_install_of_a_missing_archive_leaves_nothing(mirror, engines, progress):
    del mirror.files[ARCHIVE]
    with pytest.raises(InstallError, match=f"{ARCHIVE} cannot be had: the server answered 404"):
        install_godot("official", mirror=mirror.url, progress=progress)
    assert left_in(engines) == []


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES])
def test_install_on_an_unwritable_disk_names_the_folder(
    mirror, engines, progress, monkeypatch, number
):
    def extract(archive, folder):
        folder.mkdir()
        raise OSError(number, "No, it is not possible", str(folder / "f"))

    monkeypatch.setattr(official, "_extract", extract)
    with pytest.raises(InstallError) as caught:
        install_godot("official", mirror=mirror.url, progress=progress)
    words = "The disk is full: " if number == errno.ENOSPC else "cannot be used: No, it is not"
    assert words in str(caught.value)
    assert str(engines) in str(caught.value)
    assert "Set $PETTINGZOO_GODOT_CACHE" in str(caught.value)
    assert left_in(engines) == []


def test_install_below_a_file_says_that_the_cache_cannot_be_used(machine, mirror, progress):
    (machine / "cache").touch()
    with pytest.raises(InstallError, match=f"{machine / 'cache'}.* cannot be used"):
        install_godot("official", mirror=mirror.url, progress=progress)


@pytest.mark.parametrize("moment", ["download", "unpack", "commit"])
def test_install_interrupted_leaves_nothing(mirror, engines, progress, monkeypatch, moment):
    def interrupt(*args):
        raise KeyboardInterrupt

    place = {
        "download": (download, "_read"),
        "unpack": (official, "_extract"),
        "commit": (install.commit_engine.__globals__, "read_version"),
    }[moment]
    if moment == "commit":
        monkeypatch.setitem(*place, interrupt)
    else:
        monkeypatch.setattr(*place, interrupt)
    with pytest.raises(KeyboardInterrupt):
        install_godot("official", mirror=mirror.url, progress=progress)
    assert left_in(engines) == []


def test_install_twice_at_once_downloads_once(mirror, engines):
    mirror.gate.clear()

    def start():
        return subprocess.Popen(
            [sys.executable, "-c", INSTALL, mirror.url],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )

    with start() as first:
        assert mirror.archive_asked.wait(DEADLINE)
        with start() as second:
            assert "Another installation is at work" in second.stderr.readline()
            mirror.gate.set()
            for process in (first, second):
                output, _ = process.communicate(timeout=DEADLINE)
                assert process.returncode == 0
                assert output.startswith(str(engines / "4.6.3-official"))
    assert mirror.asked.count(ARCHIVE) == 1
    assert left_in(engines) == ["4.6.3-official"]


def test_install_auto_takes_debian_where_official_does_not_answer(
    mirror, engines, progress, said, monkeypatch
):
    mirror.files = {}
    monkeypatch.setattr(install, "find_debian", lambda: "debian")

    def build(staging, home, machine, progress):
        archive = staging / "zip"
        archive.write_bytes(make_zip("godot"))
        official._extract(archive, staging / "engine")
        return install.Build("4.6.3-debian", "debian", Path("godot"))

    monkeypatch.setattr(install, "build_debian", build)
    engine = install_godot("auto", mirror=mirror.url, progress=progress)
    assert engine.executable == engines / "4.6.3-debian/godot"
    assert "the server answered 404 Not Found. Using Debian's packages" in said.getvalue()


def test_install_auto_without_any_source_tells_each_reason(mirror, progress, engines):
    mirror.files = {}
    with pytest.raises(InstallError) as caught:
        install_godot("auto", mirror=mirror.url, progress=progress)
    first, *rest = str(caught.value).splitlines()
    assert first == "Godot could not be installed from any source."
    assert rest[0].startswith(f"official: {mirror.url}/SHA512-SUMS.txt cannot be had")
    assert rest[1].startswith("debian: This is no Debian machine: it has no apt-get")
    assert rest[-1] == "Or set $GODOT to an executable of your own."
    assert left_in(engines) == []


def test_install_auto_with_a_failing_debian_tells_each_reason(mirror, progress, monkeypatch):
    mirror.files = {}
    monkeypatch.setattr(install, "find_debian", lambda: "debian")

    def build(*args):
        raise InstallError("no suite")

    monkeypatch.setattr(install, "build_debian", build)
    with pytest.raises(InstallError, match=r"(?s)official: .*404.*\ndebian: no suite\n"):
        install_godot("auto", mirror=mirror.url, progress=progress)


def test_install_from_an_unknown_source_names_the_known():
    with pytest.raises(InstallError, match="Expected source 'auto', 'official', 'debian'; got 'x'"):
        install_godot("x")
