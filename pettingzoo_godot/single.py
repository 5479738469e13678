"""A Godot scene with one agent as a `gymnasium.Env`: a `GodotParallelEnv` without the names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import gymnasium

from pettingzoo_godot.arguments import RENDER_MODES
from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.errors import ResetNeeded, UsageError
from pettingzoo_godot.options import check_seed
from pettingzoo_godot.spaces import Array, Space


class GodotEnv(gymnasium.Env[Any, Any]):
    """A Godot scene with one agent as a `gymnasium.Env`.

    Its seeds give the same episodes as those of `GodotParallelEnv`. It pickles and copies as that
    does: a copy starts an engine of its own, at its first `reset`.

    Args:
        scene: Name of a bundled scene (`list_scenes()`), a project folder, a `.tscn` file inside
            one, an exported game, or None: wait, here already, for a scene that somebody starts
            from the editor.
        **arguments: Those of `GodotParallelEnv`.

    Attributes:
        agent: The name of the agent.
        parallel: The environment inside: `speedup`, `timing`, `declared_parameters` and more.
        metadata: `name`, `render_modes`, `render_fps`: steps per second of simulated time [1/s].
        render_mode: As given.

    Raises:
        UsageError: If the scene has more than one agent, or none; RenderModeError: if there is no
            such render mode.
        SceneNotFound: If there is no such scene.
        PettingZooGodotError: If an engine has to be asked about the scene, and cannot be.
    """

    metadata: dict[str, Any] = {"render_modes": list(RENDER_MODES)}  # noqa: RUF012 - Gymnasium's

    def __init__(self, scene: str | os.PathLike[str] | None, **arguments: Any) -> None:
        self.parallel = GodotParallelEnv(scene, **arguments)
        self.agent = self._only_agent()
        self.render_mode = self.parallel.render_mode
        self.metadata = {
            "name": self.parallel.metadata["name"],
            "render_modes": list(RENDER_MODES),
            "render_fps": self.parallel.metadata["render_fps"],
        }

    def __getstate__(self) -> dict[str, Any]:
        # A copy draws seeds of its own, as a copy of the environment inside does.
        return {**vars(self), "_np_random": None, "_np_random_seed": None}

    @property
    def observation_space(self) -> Space:  # type: ignore[override] # Gymnasium's may be set
        """What the agent observes: the same object each time."""
        return self.parallel.observation_space(self.agent)

    @property
    def action_space(self) -> Space:  # type: ignore[override] # Gymnasium's may be set
        """What the agent can do: the same object each time."""
        return self.parallel.action_space(self.agent)

    def reset(
        self, *, seed: int | None = None, options: Mapping[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; starts the engine if none runs.

        Args:
            seed: Any int from 0 on: same seed, same actions, same bits. None: go on with the
                stream of the last seed, or with a new one.
            options: Values for the scene's declared parameters, for this episode.

        Returns:
            Observation, and an empty info.

        Raises:
            EnvironmentClosed: After `close`.
            OptionError: If an option has the wrong type or is out of range.
            PettingZooGodotError: If the engine does not start or the scene has a mistake.
        """
        seed = check_seed(seed)
        super().reset(seed=seed)
        observations, infos = self.parallel.reset(seed=seed, options=options)
        self.agent = self._only_agent()  # the scene may have changed since
        return observations[self.agent], infos[self.agent]

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Let the agent act for one step.

        Args:
            action: A member of `action_space`.

        Returns:
            Observation, reward, terminated, truncated, info.

        Raises:
            ResetNeeded: Before the first `reset`, and after an episode's end.
            SpaceError: If the action does not fit its space. Nothing was sent then: step again.
            PettingZooGodotError: If the engine ends or the scene has a mistake.
        """
        agent = self.agent
        observations, rewards, terminations, truncations, infos = self.parallel.step(
            {agent: action}
        )
        if not observations:
            raise ResetNeeded("the episode is over: call reset() to begin another one")
        return (
            observations[agent],
            rewards[agent],
            terminations[agent],
            truncations[agent],
            infos[agent],
        )

    def render(self) -> Array | None:
        """Draw the scene as it is.

        Returns:
            (height, width, 3), uint8, with `render_mode="rgb_array"`; else None: a window shows
            every step.

        Raises:
            As `GodotParallelEnv.render` does.
        """
        return self.parallel.render()

    @property
    def camera_name(self) -> str | None:
        """Who looks at the scene: see `GodotParallelEnv`. May be set any time."""
        return self.parallel.camera_name

    @camera_name.setter
    def camera_name(self, name: str | None) -> None:
        self.parallel.camera_name = name

    def close(self) -> None:
        """End the engine; may be called twice, in any state; takes at most 2 seconds."""
        self.parallel.close()

    def _only_agent(self) -> str:
        agents = self.parallel.possible_agents
        if len(agents) == 1:
            return agents[0]
        self.parallel.close()
        name = self.parallel.metadata["name"]
        raise UsageError(
            f"expected a scene with one agent; {name!r} has {len(agents)}: {', '.join(agents)}. "
            "Several agents are for pzg.parallel_env(...), or as one batch for "
            "pzg.vector_env(...)."
        )
