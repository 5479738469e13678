import sys

import pytest
from stand_ins import ARCHIVE, DEADLINE, EXECUTABLE, make_zip

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import official


def test_find_release_reads_the_published_sum(mirror):
    release = official.find_release(f"{mirror.url}/", DEADLINE)
    assert release.url == f"{mirror.url}/{ARCHIVE}"
    assert len(release.sha512) == 128
    assert str(release.executable) == EXECUTABLE


def test_find_release_takes_the_mirror_from_the_variable(mirror, monkeypatch):
    monkeypatch.setenv("PETTINGZOO_GODOT_MIRROR", mirror.url)
    assert official.find_release(None, DEADLINE).url == f"{mirror.url}/{ARCHIVE}"


def test_default_mirror_is_of_the_pinned_release():
    assert official.RELEASE == "4.6.3-stable"
    assert all("4.6.3-stable" in archive for archive, _ in official.ARCHIVES.values())


def test_find_release_for_an_unknown_machine_names_it_and_the_known(monkeypatch):
    monkeypatch.setattr(sys, "platform", "sunos5")
    with pytest.raises(InstallError, match="no official archive for sunos5 x86_64") as caught:
        official.find_release(None, DEADLINE)
    assert "linux aarch64, linux x86_64, win32 AMD64" in str(caught.value)
    assert "$GODOT" in str(caught.value)


def test_find_release_without_sums_tells_what_to_do(mirror):
    mirror.files = {}
    with pytest.raises(InstallError, match=r"SHA512-SUMS\.txt cannot be had: .* 404") as caught:
        official.find_release(mirror.url, DEADLINE)
    assert "set $PETTINGZOO_GODOT_MIRROR" in str(caught.value)


def test_find_release_with_sums_of_another_release_says_so(mirror):
    mirror.files[official.SUMS] = b"0" * 128 + b"  other.zip\n"
    with pytest.raises(InstallError, match=f"has no checksum of {ARCHIVE}"):
        official.find_release(mirror.url, DEADLINE)


def test_build_unpacks_an_executable_and_removes_the_archive(mirror, progress, tmp_path):
    release = official.find_release(mirror.url, DEADLINE)
    build = official.build_official(tmp_path, release, progress)
    assert (tmp_path / "engine" / build.executable).stat().st_mode & 0o111 == 0o111
    assert build.name == "4.6.3-official"
    assert not list(tmp_path.glob("*.zip"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no zip", "is not a zip file"),
        (make_zip("other"), f"does not hold {EXECUTABLE}"),
    ],
)
def test_build_of_a_wrong_archive_says_what_is_wrong(mirror, progress, tmp_path, content, message):
    mirror.publish(content)
    release = official.find_release(mirror.url, DEADLINE)
    with pytest.raises(InstallError, match=message):
        official.build_official(tmp_path, release, progress)
