"""The engines in our cache: one folder each, counted from the moment it has a manifest.

<cache>/godot/4.6.3-debian/manifest.json    written last
<cache>/godot/4.6.3-debian/…                the engine
<cache>/godot/.staging-…                    an installation at work, or one that was killed
<cache>/godot/.lock                         held by the installation at work
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.godot import (
    MINIMUM_VERSION_TEXT,
    Godot,
    find_template,
    is_supported,
    read_version,
)
from pettingzoo_godot.install.progress import Progress
from pettingzoo_godot.paths import cache_dir

MANIFEST = "manifest.json"
STAGING_PREFIX = ".staging-"
LOCK_TIMEOUT = 3600.0  # one installation over a slow line, in seconds
LOCK_POLL = 0.1  # in seconds


@dataclass(frozen=True, slots=True)
class Build:
    """An engine complete in its staging folder, and what to know about it.

    Attributes:
        name: Its folder in the cache, such as "4.6.3-debian".
        source: "official" or "debian".
        executable: Relative to the folder.
        template: Relative to the folder, or None.
        windowed: Environment variables for windowed mode.
    """

    name: str
    source: str
    executable: PurePath
    template: PurePath | None = None
    windowed: dict[str, str] = field(default_factory=dict)


def engines_dir() -> Path:
    """The folder that holds one folder per installed engine; it need not exist."""
    return cache_dir() / "godot"


def scan_engines(source: str | None = None) -> tuple[list[Godot], list[str]]:
    """List the installed engines without starting any.

    Args:
        source: Only the engines from "official" or "debian".

    Returns:
        The usable ones, newest first, and a complaint for each unusable one.
    """
    engines: list[tuple[tuple[int, int, int], str, Godot]] = []
    complaints: list[str] = []
    for manifest in sorted(engines_dir().glob(f"[0-9]*/{MANIFEST}")):
        try:
            godot, origin = _read_manifest(manifest)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as exc:
            complaints.append(f"{manifest.parent} is unusable ({exc}), install it again")
            continue
        if source in (None, origin):
            engines.append((godot.version_info, origin, godot))
    engines.sort(key=lambda entry: entry[:2], reverse=True)
    return [godot for _, _, godot in engines], complaints


def _read_manifest(path: Path) -> tuple[Godot, str]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    executable = Path(data["executable"])
    # The loader's path inside the executable is absolute: a folder that was moved does not start.
    if not executable.is_relative_to(path.parent):
        raise ValueError(f"it was made for {executable}")
    if not os.access(executable, os.X_OK):
        raise ValueError(f"{executable} is missing")
    if not is_supported(data["version"]):
        raise ValueError(f"{data['version']} is too old, {MINIMUM_VERSION_TEXT} is needed")
    installed = Path(data["template"]) if data["template"] else None
    template = installed or find_template(executable, data["version"])
    windowed = tuple(sorted(data["windowed_environment"].items()))
    return Godot(executable, data["version"], "cache", template, windowed), data["source"]


@contextmanager
def lock_engines(progress: Progress) -> Iterator[None]:
    """Let one installation at a time work in the cache; a second one waits, and says so.

    Args:
        progress: Where to say so.

    Raises:
        InstallError: If another installation held the lock for an hour.
    """
    from filelock import FileLock, Timeout  # 20 ms, which finding an engine need not pay

    folder = engines_dir()
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say(f"Another installation is at work in {folder}; waiting for it.")
        try:
            lock.acquire(timeout=LOCK_TIMEOUT, poll_interval=LOCK_POLL)
        except Timeout as exc:
            raise InstallError(
                f"Another installation has held {lock.lock_file} for {LOCK_TIMEOUT:g} s. "
                "End it, or set $PETTINGZOO_GODOT_CACHE to another folder."
            ) from exc
    try:
        yield
    finally:
        lock.release()


@contextmanager
def open_staging() -> Iterator[Path]:
    """Give an empty folder in the cache that is gone afterwards; the caller holds the lock."""
    folder = engines_dir()
    for stale in folder.glob(f"{STAGING_PREFIX}*"):
        shutil.rmtree(stale, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(prefix=STAGING_PREFIX, dir=folder))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def commit_engine(staging: Path, build: Build) -> Godot:
    """Move a complete engine to its place, try it there, and write its manifest.

    Args:
        staging: Folder from `open_staging`, whose subfolder "engine" is the engine.
        build: What was built there.

    Returns:
        The installed engine.

    Raises:
        InstallError: If it does not run here; what was at its place before is back again.
    """
    folder = engines_dir() / build.name
    previous = staging / "previous"
    try:
        if folder.exists():
            os.replace(folder, previous)
        os.replace(staging / "engine", folder)
        _write_manifest(folder, build)
    except BaseException:
        if previous.exists():
            shutil.rmtree(folder, ignore_errors=True)
            os.replace(previous, folder)
        elif not (staging / "engine").exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    return _read_manifest(folder / MANIFEST)[0]


def explain_os_error(exc: OSError) -> str:
    """Say what is wrong with the cache, and what to do."""
    where = exc.filename or engines_dir()
    cure = "Set $PETTINGZOO_GODOT_CACHE to a folder that is writable and has 1 GB free."
    if exc.errno == errno.ENOSPC:
        return f"The disk is full: {where} could not be written. {cure}"
    return f"{where} cannot be used: {exc.strerror or exc}. {cure}"


def _write_manifest(folder: Path, build: Build) -> None:
    executable = folder / build.executable
    try:
        version = read_version(executable)
    except ValueError as exc:
        raise InstallError(
            f"Godot from source {build.source!r} was unpacked, but {executable} {exc}. "
            "Install from another source with `pettingzoo-godot install-godot --source …`, or set "
            "$GODOT to an executable that runs here."
        ) from exc
    if not is_supported(version):
        raise InstallError(
            f"Source {build.source!r} has Godot {version}; {MINIMUM_VERSION_TEXT} or newer is "
            "needed. Install from another source, or set $GODOT."
        )
    data = {
        "executable": str(executable),
        "version": version,
        "source": build.source,
        "template": str(folder / build.template) if build.template else None,
        "windowed_environment": build.windowed,
    }
    draft = folder / f"{MANIFEST}.part"
    draft.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    os.replace(draft, folder / MANIFEST)
