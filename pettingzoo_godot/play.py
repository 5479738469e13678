"""A scene as a game: the engine with a window, and no trainer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

from pettingzoo_godot.display import need_display
from pettingzoo_godot.errors import EngineDied, EngineStartError
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.scene import find_scene

_GRACE = 2.0  # seconds that the engine has to quit after Ctrl-C


def play(
    source: str | os.PathLike[str],
    agent: str | None = None,
    policies: Mapping[str, Path] | None = None,
    parameters: Mapping[str, Scalar] | None = None,
) -> None:
    """Run a scene in a window until it is closed, or until Ctrl-C.

    People play by the scene's input map, other agents by a policy or their heuristic.

    Args:
        source: As for `parallel_env`.
        agent: ID of the one agent that a person plays, such as `seeker_0`; the others play by
            policy or their heuristics. None: the scene decides.
        policies: By policy group, a file that `export-policy` has written. Agents of other groups
            play as without.
        parameters: Values for parameters that the scene declares; nobody checks them.

    Raises:
        SceneNotFound: If there is no such scene.
        EngineNotFound: If there is no Godot.
        UsageError: If there is no display.
        EngineStartError: If the engine does not start.
        EngineDied: If it ends in another way than by its window; it does so at once if no person
            can play that agent, or a policy does not fit.
    """
    scene = find_scene(source)
    need_display(scene.name)
    command = scene.command()
    environment = dict(os.environ)
    options = [] if agent is None else [f"--zoo-player={agent}"]
    if policies:
        files = {group: str(file.absolute()) for group, file in policies.items()}
        options.append(f"--zoo-policies={json.dumps(files)}")
    if parameters:
        options.append(f"--zoo-parameters={json.dumps(dict(parameters))}")
    if scene.game is None:
        command.append("--no-header")  # its own output stays: a developer's prints and errors
        environment |= find_godot().windowed_environment()
    if options:
        command += ["--", *options]
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
