"""What environments of every kind are made with: a scene, and how to run it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pettingzoo_godot.errors import RenderModeError
from pettingzoo_godot.messages import Hello, Scalar
from pettingzoo_godot.options import check_limit, check_seconds, check_speedup, settle
from pettingzoo_godot.scene import find_scene, is_bundled
from pettingzoo_godot.session import Launch

RENDER_MODES = ("human",)

SceneArgument = str | os.PathLike[str] | None


def absolute_scene(scene: SceneArgument) -> SceneArgument:
    """Return the same scene, a path made absolute: workers may have folders of their own."""
    if not scene or is_bundled(scene):
        return scene
    return Path(scene).expanduser().absolute()


def name_of(scene: SceneArgument) -> str:
    """Name a scene for `metadata`."""
    return "editor" if scene is None else Path(scene).stem


def make_launch(
    scene: SceneArgument,
    *,
    render_mode: str | None,
    speedup: float | None,
    timeout: float,
    start_timeout: float,
    log_path: Path | None,
    arenas: int = 1,
) -> Launch:
    """Check the arguments and say how to start an engine.

    Raises:
        RenderModeError: If there is no such render mode.
        OptionError: If another one is wrong.
        SceneNotFound: If there is no such scene.
    """
    if render_mode is not None and render_mode not in RENDER_MODES:
        raise RenderModeError(
            f"expected render_mode None or {' or '.join(RENDER_MODES)}; got {render_mode!r}"
        )
    return Launch(
        scene=None if scene is None else find_scene(scene),
        window=render_mode == "human",
        speedup=check_speedup(speedup_for(render_mode, speedup)),
        timeout=check_seconds("timeout", timeout),
        start_timeout=check_seconds("start_timeout", start_timeout),
        log_path=log_path,
        arenas=arenas,
    )


def speedup_for(render_mode: str | None, speedup: float | None) -> float:
    """Return the multiple of real time at which steps run; 0: as fast as possible."""
    if speedup is not None:
        return speedup
    return 1.0 if render_mode == "human" else 0.0


def settle_episode(
    hello: Hello, chosen: Mapping[str, Any], required: Iterable[str], max_steps: int | None
) -> tuple[dict[str, Scalar], int]:
    """Return values for all parameters of a scene, and the limit of steps (0: none).

    Args:
        hello: What the scene declares.
        chosen: Values by name.
        required: Names that have to be declared.
        max_steps: Instead of the scene's own limit, unless None.

    Raises:
        OptionError: If a value is wrong, or a required name is not declared.
    """
    limit = hello.max_steps if max_steps is None else max_steps
    return settle(hello.parameters, chosen, required), check_limit(limit)
