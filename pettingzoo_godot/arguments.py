"""What environments of every kind are made with: a scene, and how to run it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pettingzoo_godot.display import need_pictures
from pettingzoo_godot.errors import OptionError, RenderModeError
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Reset
from pettingzoo_godot.options import (
    check_count,
    check_limit,
    check_names,
    check_seconds,
    check_speedup,
    settle,
)
from pettingzoo_godot.pictures import MIN_SIDE
from pettingzoo_godot.scene import find_scene, is_bundled
from pettingzoo_godot.session import Launch

RENDER_MODES = ("human", "rgb_array")

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
    width: int | None = None,
    height: int | None = None,
    arenas: int = 1,
) -> Launch:
    """Check the arguments and say how to start an engine.

    A width or height of a picture that is None becomes 0: see `pictures.settle_size`.

    Raises:
        RenderModeError: If there is no such render mode, or it needs what this machine has not.
        OptionError: If another one is wrong.
        SceneNotFound: If there is no such scene.
    """
    if render_mode is not None and render_mode not in RENDER_MODES:
        raise RenderModeError(
            f"expected render_mode None or {' or '.join(RENDER_MODES)}; got {render_mode!r}"
        )
    picture = None
    if render_mode == "rgb_array":
        if scene is None:
            raise RenderModeError(
                "expected a scene that Python starts: one from the editor shows itself, and draws "
                "no pictures for Python"
            )
        need_pictures(name_of(scene))
        picture = (
            0 if width is None else check_count("width", width, least=MIN_SIDE),
            0 if height is None else check_count("height", height, least=MIN_SIDE),
        )
    return Launch(
        scene=None if scene is None else find_scene(scene),
        window=render_mode == "human",
        speedup=check_speedup(speedup_for(render_mode, speedup)),
        timeout=check_seconds("timeout", timeout),
        start_timeout=check_seconds("start_timeout", start_timeout),
        log_path=log_path,
        arenas=arenas,
        picture=picture,
    )


def speedup_for(render_mode: str | None, speedup: float | None) -> float:
    """Return the multiple of real time at which steps run; 0: as fast as possible."""
    if speedup is not None:
        return speedup
    return 1.0 if render_mode == "human" else 0.0


def settle_episode(
    layout: Layout,
    chosen: Mapping[str, Any],
    required: Iterable[str],
    max_steps: int | None,
    heuristic_agents: Iterable[str],
    human_agents: Iterable[str] = (),
) -> Reset:
    """Say how episodes begin: a reset without arenas and seeds.

    Args:
        layout: Of the scene.
        chosen: Values of parameters by name.
        required: Names of parameters that have to be declared.
        max_steps: Instead of the scene's own limit, unless None.
        heuristic_agents: IDs or policy groups of agents whose heuristics decide.
        human_agents: The same of agents that a person plays.

    Raises:
        OptionError: If a value is wrong, a required name is not declared, there is no such agent,
            or one is named twice.
    """
    hello = layout.hello
    heuristics = find_agents(layout, heuristic_agents)
    people = find_agents(layout, human_agents, "human_agents")
    if both := sorted({*heuristics} & {*people}):
        raise OptionError(f"expected {both} in heuristic_agents or in human_agents, not in both")
    return Reset(
        arenas=(),
        seeds=(),
        options=settle(hello.parameters, chosen, required),
        max_steps=check_limit(hello.max_steps if max_steps is None else max_steps),
        heuristics=heuristics,
        people=people,
    )


def check_people(human_agents: Iterable[str], render_mode: str | None) -> tuple[str, ...]:
    """Return the IDs or policy groups of agents that a person plays.

    Raises:
        OptionError: If they are not strings, or nobody could see and press keys.
    """
    names = check_names("human_agents", human_agents)
    if names and render_mode != "human":
        raise OptionError(
            "expected render_mode 'human' with human_agents: they are played in the window; "
            f"got render_mode {render_mode!r}"
        )
    return names


def find_agents(
    layout: Layout, names: Iterable[str], argument: str = "heuristic_agents"
) -> tuple[str, ...]:
    """Find agents by their IDs or policy groups, in the scene's order.

    Args:
        layout: Of the scene.
        names: IDs or policy groups.
        argument: What the user calls them, for the error.

    Raises:
        OptionError: If there is no such agent.
    """
    groups = {group.name: group.agents for group in layout.groups}
    agents = [agent.id for agent in layout.hello.agents]
    found: set[str] = set()
    for name in check_names(argument, names):
        if name not in agents and name not in groups:
            raise OptionError(
                f"expected {argument} to be among {agents} or policy groups {list(groups)}; "
                f"got {name!r}"
            )
        found.update([name] if name in agents else groups[name])
    return tuple(agent for agent in agents if agent in found)
