"""Installing Godot into our cache."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal, get_args

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.cache import (
    Build,
    commit_engine,
    engines_dir,
    explain_os_error,
    lock_engines,
    open_staging,
    scan_engines,
)
from pettingzoo_godot.install.debian import build_debian, find_debian
from pettingzoo_godot.install.godot import Godot
from pettingzoo_godot.install.official import build_official, find_release
from pettingzoo_godot.install.progress import Progress

Source = Literal["auto", "official", "debian"]

# With another way at hand, a mirror that does not answer need not be waited for; in seconds.
AUTO_CONNECT_TIMEOUT = 5.0
CONNECT_TIMEOUT = 30.0

Builder = Callable[[Path, Progress], Build]


def install_godot(
    source: Source = "auto",
    *,
    mirror: str | None = None,
    force: bool = False,
    progress: Progress | None = None,
) -> Godot:
    """Install Godot into our cache, or return the one that is there.

    "auto" asks the official mirror first, for at most 5 s until it answers. If it cannot be
    reached, or has nothing for this machine, and this is a Debian machine, it uses Debian. A
    download that begins and then fails is an error: nothing else is taken in its place.

    Args:
        source: "official", "debian" or "auto".
        mirror: Address of the folder with the official archives; None: `$PETTINGZOO_GODOT_MIRROR`,
            or else the project's own release page.
        force: Install even if the cache has an engine from this source already.
        progress: Where to tell what happens; None: standard error.

    Returns:
        The installed engine, as `find_godot` finds it in the cache.

    Raises:
        InstallError: If no source works; nothing half-installed is left behind.
    """
    if source not in get_args(Source):
        raise InstallError(
            f"Expected source {', '.join(map(repr, get_args(Source)))}; got {source!r}."
        )
    progress = progress or Progress()
    if not force and (engine := _find_installed(source)):
        return engine
    try:
        with lock_engines(progress):
            # Another process may have installed it while this one waited for the lock.
            if not force and (engine := _find_installed(source)):
                return engine
            return _install(_choose(source, mirror, progress), progress)
    except OSError as exc:
        raise InstallError(explain_os_error(exc)) from exc


def _find_installed(source: Source) -> Godot | None:
    engines, _ = scan_engines(None if source == "auto" else source)
    return engines[0] if engines else None


def _install(build: Builder, progress: Progress) -> Godot:
    with open_staging() as staging:
        engine = commit_engine(staging, build(staging, progress))
    progress.say(f"Installed Godot {engine.version}: {engine.executable}")
    return engine


def _choose(source: Source, mirror: str | None, progress: Progress) -> Builder:
    if source == "official":
        return _prepare_official(mirror, CONNECT_TIMEOUT)
    if source == "debian":
        return _prepare_debian()
    try:
        return _prepare_official(mirror, AUTO_CONNECT_TIMEOUT)
    except InstallError as official:
        try:
            debian = _prepare_debian()
        except InstallError as exc:
            raise InstallError(_list_failures(official, exc)) from exc
        progress.say(f"{str(official).split('. ')[0]}. Using Debian's packages instead.")
        return _with_reason(debian, official)


def _prepare_official(mirror: str | None, timeout: float) -> Builder:
    release = find_release(mirror, timeout)
    return lambda staging, progress: build_official(staging, release, progress)


def _prepare_debian() -> Builder:
    debian = find_debian()
    return lambda staging, progress: build_debian(staging, engines_dir(), debian, progress)


def _with_reason(debian: Builder, official: InstallError) -> Builder:
    def build(staging: Path, progress: Progress) -> Build:
        try:
            return debian(staging, progress)
        except InstallError as exc:
            raise InstallError(_list_failures(official, exc)) from exc

    return build


def _list_failures(official: InstallError, debian: InstallError) -> str:
    return (
        "Godot could not be installed from any source.\n"
        f"official: {official}\n"
        f"debian: {debian}\n"
        "Or set $GODOT to an executable of your own."
    )
