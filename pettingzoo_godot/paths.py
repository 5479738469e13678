"""The folders that this package and Godot use on this machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CACHE_VARIABLE = "PETTINGZOO_GODOT_CACHE"


def cache_dir() -> Path:
    """Folder for everything that can be downloaded or computed again.

    Returns:
        An absolute path: `$PETTINGZOO_GODOT_CACHE`, or else the user's cache folder of this
        package. It need not exist.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(os.path.abspath(Path(chosen).expanduser()))
    import platformdirs  # 5 ms, which finding an engine by the variable need not pay

    return Path(platformdirs.user_cache_dir("pettingzoo_godot", appauthor=False))


def data_dir() -> Path:
    """Folder which Godot calls `OS.get_data_dir()` when this user runs it.

    Returns:
        An absolute path; it need not exist.
    """
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    # The XDG base directory specification tells to ignore relative paths, and Godot does.
    chosen = Path(os.environ.get("XDG_DATA_HOME", ""))
    return chosen if chosen.is_absolute() else Path.home() / ".local" / "share"
