"""Godot's own release archives: one zip file per platform, with published SHA-512 sums."""

from __future__ import annotations

import os
import platform
import stat
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.cache import Build
from pettingzoo_godot.install.download import fetch_file, fetch_text
from pettingzoo_godot.install.progress import Progress

VERSION = "4.6.3"
RELEASE = f"{VERSION}-stable"
MIRROR_VARIABLE = "PETTINGZOO_GODOT_MIRROR"
RELEASES = "https://github.com/godotengine/godot/releases/download"
SUMS = "SHA512-SUMS.txt"

# (sys.platform, platform.machine()) -> archive, and the executable inside it.
ARCHIVES = {
    ("linux", "x86_64"): (f"Godot_v{RELEASE}_linux.x86_64.zip", f"Godot_v{RELEASE}_linux.x86_64"),
    ("linux", "aarch64"): (f"Godot_v{RELEASE}_linux.arm64.zip", f"Godot_v{RELEASE}_linux.arm64"),
    ("darwin", "x86_64"): (
        f"Godot_v{RELEASE}_macos.universal.zip",
        "Godot.app/Contents/MacOS/Godot",
    ),
    ("darwin", "arm64"): (
        f"Godot_v{RELEASE}_macos.universal.zip",
        "Godot.app/Contents/MacOS/Godot",
    ),
    ("win32", "AMD64"): (f"Godot_v{RELEASE}_win64.exe.zip", f"Godot_v{RELEASE}_win64.exe"),
}


@dataclass(frozen=True, slots=True)
class Release:
    """The archive for this machine on a mirror that has answered.

    Attributes:
        url: Address of the archive.
        sha512: Its published checksum, in hexadecimal.
        executable: Path of the engine inside it.
    """

    url: str
    sha512: str
    executable: PurePosixPath


def find_release(mirror: str | None, timeout: float) -> Release:
    """Ask the mirror for the checksum of this machine's archive.

    Args:
        mirror: Folder that holds the archives and their sums; None: `$PETTINGZOO_GODOT_MIRROR`,
            or else the project's own release page.
        timeout: Longest wait for the mirror, in seconds.

    Returns:
        What to download.

    Raises:
        InstallError: If there is no archive for this machine or the mirror cannot be used.
    """
    machine = (sys.platform, platform.machine())
    if machine not in ARCHIVES:
        known = ", ".join(sorted(" ".join(key) for key in ARCHIVES))
        raise InstallError(
            f"Godot {RELEASE} has no official archive for {' '.join(machine)}, only for {known}. "
            "Build or install Godot in another way and set $GODOT to its executable."
        )
    archive, executable = ARCHIVES[machine]
    try:
        url, sha512 = find_archive(archive, RELEASE, mirror, timeout)
    except InstallError as exc:
        raise InstallError(f"{exc} Or set $GODOT to an executable of your own.") from exc
    return Release(url, sha512, PurePosixPath(executable))


def find_archive(archive: str, release: str, mirror: str | None, timeout: float) -> tuple[str, str]:
    """Ask the mirror for the checksum of one archive of a release.

    Args:
        archive: Its name.
        release: Such as "4.6.3-stable".
        mirror: As for `find_release`.
        timeout: Longest wait for the mirror, in seconds.

    Returns:
        Address and checksum, in hexadecimal.

    Raises:
        InstallError: If the mirror cannot be used.
    """
    chosen = mirror or os.environ.get(MIRROR_VARIABLE) or f"{RELEASES}/{release}"
    address = chosen.rstrip("/")
    try:
        sums = fetch_text(f"{address}/{SUMS}", timeout)
    except InstallError as exc:
        raise InstallError(
            f"{exc} Check the network, or set ${MIRROR_VARIABLE} to a folder that holds {archive} "
            f"and {SUMS}."
        ) from exc
    for line in sums.splitlines():
        digest, _, name = line.strip().partition(" ")
        if name.strip().lstrip("*") == archive and len(digest) == 128:
            return f"{address}/{archive}", digest
    raise InstallError(
        f"{address}/{SUMS} has no checksum of {archive}: it is not the release {release}. "
        "Check the mirror."
    )


def build_official(staging: Path, release: Release, progress: Progress) -> Build:
    """Download, check and unpack a release.

    Args:
        staging: Folder to work in; the engine is made in its subfolder "engine".
        release: From `find_release`.
        progress: Where to show how far it has come.

    Returns:
        What was built.

    Raises:
        InstallError: If the download fails or is not the published file.
        OSError: If the disk is full or not writable.
    """
    archive = staging / "godot.zip"
    fetch_file(release.url, archive, release.sha512, progress)
    _extract(archive, staging / "engine")
    archive.unlink()
    if not (staging / "engine" / release.executable).is_file():
        raise InstallError(
            f"{release.url} does not hold {release.executable}, though its checksum is right: "
            "the mirror has another release. Check the mirror."
        )
    return Build(f"{VERSION}-official", "official", release.executable)


def _extract(archive: Path, folder: Path) -> None:
    folder.mkdir()
    try:
        with zipfile.ZipFile(archive) as zipped:
            for member in zipped.infolist():
                path = Path(zipped.extract(member, folder))
                mode = member.external_attr >> 16  # zipfile itself leaves the mode out
                if stat.S_ISREG(mode):
                    path.chmod(stat.S_IMODE(mode) | stat.S_IRUSR | stat.S_IWUSR)
    except zipfile.BadZipFile as exc:
        raise InstallError(f"{archive.name} is not a zip file: {exc}. Check the mirror.") from exc
