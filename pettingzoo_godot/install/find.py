"""Where a usable Godot is on this machine.

Rule 1: a $GODOT that cannot be used is an error; nothing else is taken in its place.
Rule 2: finding the engine in our cache starts no process.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from pettingzoo_godot.errors import EngineNotFound
from pettingzoo_godot.install.cache import engines_dir, scan_engines
from pettingzoo_godot.install.godot import (
    MINIMUM_VERSION_TEXT,
    Godot,
    find_template,
    is_supported,
    read_version,
)

VARIABLE = "GODOT"
PATH_NAMES = ("godot4", "godot")
CURE = (
    "Install one with `pettingzoo-godot install-godot`, or set $GODOT to the executable of "
    f"Godot {MINIMUM_VERSION_TEXT} or newer."
)


def find_godot() -> Godot:
    """Find a Godot of a supported version: `$GODOT`, then PATH, then our cache.

    Returns:
        The first usable one; in the cache, the newest.

    Raises:
        EngineNotFound: If there is none, or if `$GODOT` is set to something unusable. The
            message lists the places searched with what was found there.
    """
    searched: list[str] = []
    found = _find_by_variable(searched) or _find_on_path(searched) or _find_in_cache(searched)
    if found is None:
        places = "\n".join(f"  {line}" for line in searched)
        raise EngineNotFound(
            f"No Godot {MINIMUM_VERSION_TEXT} or newer was found. Searched, in order:\n"
            f"{places}\n{CURE}"
        )
    return found


def _find_by_variable(searched: list[str]) -> Godot | None:
    chosen = os.environ.get(VARIABLE, "")
    if not chosen:
        searched.append(f"${VARIABLE}: not set")
        return None
    try:
        return _check(_resolve(chosen), f"${VARIABLE}")
    except ValueError as exc:
        raise EngineNotFound(
            f"${VARIABLE} is set to {chosen}, which {exc}. Set it to the executable of Godot "
            f"{MINIMUM_VERSION_TEXT} or newer, or unset it: then PATH and the engines installed "
            "with `pettingzoo-godot install-godot` are searched."
        ) from exc


def _resolve(chosen: str) -> Path:
    path = Path(chosen).expanduser()
    if path.name == chosen and not path.exists():
        on_path = shutil.which(chosen)
        if on_path is None:
            raise ValueError("is neither a file here nor a command on PATH")
        path = Path(on_path)
    if path.suffix == ".app":
        path = path / "Contents" / "MacOS" / "Godot"
    return Path(os.path.abspath(path))


def _find_on_path(searched: list[str]) -> Godot | None:
    seen = []
    for name in PATH_NAMES:
        found = shutil.which(name)
        if found is None:
            seen.append(f"no {name}")
            continue
        try:
            return _check(Path(os.path.abspath(found)), "PATH")
        except ValueError as exc:
            seen.append(f"{found} {exc}")
    searched.append(f"PATH: {'; '.join(seen)}")
    return None


def _find_in_cache(searched: list[str]) -> Godot | None:
    engines, complaints = scan_engines()
    if engines:
        return engines[0]
    searched.append(f"cache: {'; '.join(complaints) or f'nothing installed in {engines_dir()}'}")
    return None


def _check(executable: Path, source: str) -> Godot:
    """Make a `Godot` of an executable; a ValueError completes the sentence "EXECUTABLE …"."""
    if not executable.exists():
        raise ValueError("does not exist")
    if executable.is_dir():
        raise ValueError("is a folder, not an executable")
    if not os.access(executable, os.X_OK):
        raise ValueError("is not executable")
    version = read_version(executable)
    if not is_supported(version):
        raise ValueError(f"is Godot {version}: too old, {MINIMUM_VERSION_TEXT} or newer is needed")
    return Godot(executable, version, source, find_template(executable, version))
