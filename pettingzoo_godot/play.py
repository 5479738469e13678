"""A scene as a game: the engine with a window, and no trainer."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from pettingzoo_godot.errors import EngineDied, EngineStartError, UsageError
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.scene import find_scene

NO_DISPLAY_CURE = (
    "Log in to a desktop, or connect with `ssh -X`; for a window that nobody sees, put "
    "`xvfb-run -a` before the command. Training needs no display."
)
_GRACE = 2.0  # seconds that the engine has to quit after Ctrl-C


def find_display() -> str | None:
    """The display that a window would open on; None if there is none."""
    if sys.platform == "win32" or sys.platform == "darwin":
        return "the desktop"
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or None


def play(source: str | os.PathLike[str]) -> None:
    """Run a scene in a window until it is closed, or until Ctrl-C.

    People play by the scene's input map, other agents by their heuristic.

    Args:
        source: As for `parallel_env`.

    Raises:
        SceneNotFound: If there is no such scene.
        EngineNotFound: If there is no Godot.
        UsageError: If there is no display.
        EngineStartError: If the engine does not start.
        EngineDied: If it ends in another way than by its window.
    """
    scene = find_scene(source)
    if find_display() is None:
        raise UsageError(
            f"expected a display for the window of {scene.name}; neither DISPLAY nor "
            f"WAYLAND_DISPLAY is set. {NO_DISPLAY_CURE}"
        )
    command = scene.command()
    environment = dict(os.environ)
    if scene.game is None:
        command.append("--no-header")  # its own output stays: a developer's prints and errors
        environment |= find_godot().windowed_environment()
    try:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=environment)
    except OSError as exc:
        raise EngineStartError(f"expected {command[0]} to start; {exc}") from exc
    code = _wait(process)
    if code != 0:
        reason = f"exited with code {code}" if code > 0 else f"was ended by signal {-code}"
        raise EngineDied(f"the engine {reason}; its own messages are above")


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for the player to close the window.

    Returns:
        The engine's exit code; 0 when it was ended from here.
    """
    try:
        code = process.wait()
    except KeyboardInterrupt:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        return 0
    # A terminal sends Ctrl-C to the engine too, which may be the first to end of it.
    return 0 if code == -signal.SIGINT else code
