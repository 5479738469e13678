"""Whether a window can be shown."""

from __future__ import annotations

import os
import sys

from pettingzoo_godot.errors import UsageError

NO_DISPLAY_CURE = (
    "Log in to a desktop, or connect with `ssh -X`; for a window that nobody sees, put "
    "`xvfb-run -a` before the command. Training needs no display."
)


def find_display() -> str | None:
    """The display that a window would open on; None if there is none."""
    if sys.platform == "win32" or sys.platform == "darwin":
        return "the desktop"
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or None


def need_display(name: str) -> None:
    """Make sure that the scene of this name can be shown.

    Raises:
        UsageError: If there is no display.
    """
    if find_display() is None:
        raise UsageError(
            f"expected a display for the window of {name}; neither DISPLAY nor WAYLAND_DISPLAY "
            f"is set. {NO_DISPLAY_CURE}"
        )
