import hashlib
import io
import zipfile
from pathlib import Path

import pytest
from stand_ins import VERSION, fake_godot, left_in

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import find_godot, install_godot, install_template, official
from pettingzoo_godot.install.godot import Godot

ARCHIVE = "Godot_v4.6.3-stable_export_templates.tpz"
NAME = "linux_release.x86_64"


def make_templates(name: str = NAME) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"templates/{name}", b"a template")
        archive.writestr("templates/web_release.zip", b"of no use here")
    return buffer.getvalue()


@pytest.fixture
def templates(mirror):
    """The mirror, with the archive of templates as well."""

    def publish(content: bytes, digest: str | None = None) -> None:
        digest = digest or hashlib.sha512(content).hexdigest()
        mirror.files[ARCHIVE] = content
        mirror.files[official.SUMS] += f"{digest}  {ARCHIVE}\n".encode()

    mirror.publish_templates = publish
    return mirror


@pytest.fixture
def godot(machine):
    return Godot(fake_godot(machine / "godot"), VERSION, "PATH")


def test_template_that_is_there_is_not_downloaded(godot, machine, progress):
    known = Godot(godot.executable, VERSION, "PATH", machine / "template")
    assert install_template(known, mirror="http://nowhere", progress=progress) == known.template


def test_template_is_downloaded_once_and_found_afterwards(
    templates, machine, progress, said, engines, monkeypatch
):
    templates.publish_templates(make_templates())
    engine = install_godot("official", mirror=templates.url, progress=progress)
    assert engine.template is None
    template = install_template(engine, mirror=templates.url, progress=progress)
    assert template == machine / "cache/export_templates/4.6.3.stable" / NAME
    assert template.read_bytes() == b"a template"
    assert template.stat().st_mode & 0o111
    assert "about 1 GB" in said.getvalue()
    assert left_in(engines) == ["4.6.3-official"]
    assert find_godot().template == template
    monkeypatch.setenv("GODOT", str(fake_godot(machine / "elsewhere")))
    assert find_godot().template == template
    templates.asked.clear()
    assert install_template(engine, mirror=templates.url, progress=progress) == template
    assert templates.asked == []


@pytest.mark.parametrize(
    ("content", "digest", "message"),
    [
        (b"no zip", None, "does not hold templates/linux_release.x86_64"),
        (make_templates("other"), None, "does not hold templates/linux_release.x86_64"),
        (make_templates(), "0" * 128, r"expected SHA-512 0{128}, got [0-9a-f]{128}"),
    ],
)
def test_wrong_archive_leaves_nothing(
    templates, godot, machine, progress, engines, content, digest, message
):
    templates.publish_templates(content, digest)
    with pytest.raises(InstallError, match=message):
        install_template(godot, mirror=templates.url, progress=progress)
    assert left_in(engines) == []
    assert not list(machine.glob("cache/**/linux_release*"))


def test_release_without_templates_says_what_to_do(mirror, godot, progress):
    with pytest.raises(InstallError, match=f"no checksum of {ARCHIVE}") as caught:
        install_template(godot, mirror=mirror.url, progress=progress)
    assert "Godot 4.6.3-stable has no export template here" in str(caught.value)
    assert "Editor > Manage Export Templates" in str(caught.value)
    assert "--source debian" in str(caught.value)


def test_archive_is_that_of_the_engines_release(mirror, machine, progress):
    mirror.files[official.SUMS] = b""
    for version, release in {
        "4.4.stable.official.x": "4.4-stable",
        "4.6.3.stable.debian4.6.3+ds-2": "4.6.3-stable",
        "4.7.beta1.official.x": "4.7-beta1",
    }.items():
        godot = Godot(machine / "godot", version, "PATH")
        with pytest.raises(InstallError, match=f"Godot_v{release}_export_templates.tpz"):
            install_template(godot, mirror=mirror.url, progress=progress)


@pytest.mark.parametrize("version", ["4.6.3.stable.mono.official.x", "4"])
def test_version_without_official_templates_says_so(machine, progress, version):
    godot = Godot(machine / "godot", version, "PATH")
    with pytest.raises(InstallError, match=f"No export template is known for Godot {version}"):
        install_template(godot, progress=progress)


def test_unwritable_cache_names_the_folder(machine, godot, progress):
    (machine / "cache").touch()
    with pytest.raises(InstallError, match=f"{machine / 'cache'}.* cannot be used"):
        install_template(godot, progress=progress)
    assert not Path(machine / "cache").is_dir()
