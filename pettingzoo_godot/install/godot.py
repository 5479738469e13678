"""One Godot on this machine, and how its version is read."""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath

from pettingzoo_godot.paths import cache_dir, data_dir

MINIMUM_VERSION = (4, 4)
MINIMUM_VERSION_TEXT = ".".join(map(str, MINIMUM_VERSION))

# Measured: 0.05 s. A first start from a cold network disk may take far longer.
VERSION_TIMEOUT = 30.0

# What Godot calls the release template of this machine (its export template manager).
TEMPLATE_NAMES = {
    ("linux", "x86_64"): "linux_release.x86_64",
    ("linux", "aarch64"): "linux_release.arm64",
    ("win32", "AMD64"): "windows_release_x86_64.exe",
    ("win32", "ARM64"): "windows_release_arm64.exe",
    ("darwin", "x86_64"): "macos.zip",
    ("darwin", "arm64"): "macos.zip",
}
# Its folder in the user's data folder; our cache has one like it.
TEMPLATES = "export_templates"


@dataclass(frozen=True, slots=True)
class Godot:
    """One usable Godot.

    Attributes:
        executable: Absolute path; started directly, it needs no wrapper and no environment.
        version: As the engine says it, such as "4.6.3.stable.official.7d41c59c4".
        source: Where it was found: "$GODOT", "PATH" or "cache".
        template: Release export template for this machine, if one is known.
        windowed: Names and values of the variables that windowed mode needs.
    """

    executable: Path
    version: str
    source: str
    template: Path | None = None
    windowed: tuple[tuple[str, str], ...] = ()

    @property
    def version_info(self) -> tuple[int, int, int]:
        """Major, minor and patch number of the version."""
        return parse_version(self.version)

    def windowed_environment(self) -> dict[str, str]:
        """Environment variables to add when the engine is started with a window.

        Returns:
            A new dict, empty for every engine but the one unpacked from Debian.
        """
        return dict(self.windowed)


def parse_version(text: str) -> tuple[int, int, int]:
    """Read the numbers at the start of a version.

    Args:
        text: Such as "4.6.3.stable.debian4.6.3+ds-2" or "4.4.stable.official".

    Returns:
        Major, minor and patch number.

    Raises:
        ValueError: If the text does not start like a version.
    """
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?(?=[.+-]|$)", text)
    if match is None:
        raise ValueError(f"{text!r} is no version of Godot")
    major, minor, patch = match.groups(default="0")
    return int(major), int(minor), int(patch)


def is_supported(version: str) -> bool:
    """Whether this package works with that version of Godot."""
    return parse_version(version)[:2] >= MINIMUM_VERSION


def read_version(executable: Path) -> str:
    """Ask an executable for its version; asks each file once per process.

    Args:
        executable: The file to run with `--version`.

    Returns:
        The version as the engine says it.

    Raises:
        ValueError: If it does not start, does not answer in time, or is no Godot; the message
            completes the sentence "EXECUTABLE …".
    """
    try:
        status = executable.stat()
    except OSError as exc:
        raise ValueError(f"cannot be read ({exc.strerror})") from exc
    return _ask_version(executable, status.st_mtime_ns, status.st_size)


@lru_cache(maxsize=64)
def _ask_version(executable: Path, _mtime_ns: int, _size: int) -> str:
    try:
        answer = subprocess.run(
            [executable, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=VERSION_TIMEOUT,
            encoding="utf-8",
            errors="replace",
        )
    except subprocess.TimeoutExpired as exc:
        raise ValueError(
            f"did not answer --version within {VERSION_TIMEOUT:g} s: is it Godot?"
        ) from exc
    except OSError as exc:
        raise ValueError(f"does not start ({exc.strerror or exc})") from exc
    # The exit code says nothing: Godot 3 answers and exits with 255.
    for line in answer.stdout.splitlines():
        if re.match(r"\d+\.\d+\S*$", line.strip()):
            return line.strip()
    said = (answer.stderr.strip() or answer.stdout.strip() or "nothing").splitlines()[-1]
    raise ValueError(f"is no Godot: to --version it said {said!r}, exit code {answer.returncode}")


def find_template(executable: Path, version: str) -> Path | None:
    """Find the release export template that fits an engine.

    Args:
        executable: The engine; Debian installs the template beside it.
        version: The engine's version.

    Returns:
        The template: beside the engine, in Godot's own folder, or in our cache; None if no place
        has one.
    """
    places = [executable.with_name("godot-template-release")]
    inside = template_path(version)
    if inside is not None:
        godots = data_dir() / ("godot" if sys.platform == "linux" else "Godot")
        places += [godots / inside, cache_dir() / inside]
    return next((place for place in places if place.is_file()), None)


def template_path(version: str) -> PurePath | None:
    """Where the release export template of a version is, in Godot's own folder or in our cache.

    Returns:
        Such as "export_templates/4.6.3.stable/linux_release.x86_64"; None if there is none for
        this machine.
    """
    name = TEMPLATE_NAMES.get((sys.platform, platform.machine()))
    release = re.match(r"[\d.]+[a-z]+\d*(\.mono)?", version)
    if name is None or release is None:
        return None
    return PurePath(TEMPLATES, release.group(), name)
