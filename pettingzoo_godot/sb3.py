"""Many arenas in several engines as one Stable-Baselines3 `VecEnv`.

Only imported where it is used: Stable-Baselines3 is not among what this package needs.

Rule: what runs in every step is array work, except for the list of dicts that Stable-Baselines3
wants, and what rows that ended find in theirs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from stable_baselines3.common.vec_env import VecEnv

from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.pictures import tile
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.vector import GodotVectorEnv

ACTION_MASKS = "action_masks"  # what MaskablePPO of sb3-contrib asks for
_MASK_KEY = "action_mask"  # where PettingZoo has them


class GodotSb3VecEnv(VecEnv):
    """A scene with one policy group, in many arenas of several engines, as a `VecEnv`.

    A row is a slot: one agent in one arena of one engine. Rows share engines, so attributes and
    options are those of all rows, never of some.

    The info of a row is empty while its agent lives. At its end it has `terminal_observation`,
    `TimeLimit.truncated` and the scene's columns, such as `is_success`. A row whose agent was done
    before its arena has `{"live": False}` until the arena begins anew; there it ends once more.
    With `on_crash="restart"`, rows of an engine that failed have `engine_failed`.

    Args:
        vector: The rows, all of which `recv` waits for. It is closed with this.

    Attributes:
        vector: As given.
        slots: The slot of each row.
        infos: Of the last step, arrays over all rows: `GodotVectorEnv.step` says which.

    Raises:
        UsageError: If the scene has several policy groups, or choices that do not begin at 0.
    """

    def __init__(self, vector: GodotVectorEnv) -> None:
        misfit = _find_misfit(vector)
        if misfit:
            vector.close()
            raise UsageError(misfit)
        self.vector = vector
        self.slots = vector.slots[vector.policy_groups[0]]
        self.infos: dict[str, Any] = {}
        self._masks: Array | None = None
        super().__init__(
            vector.num_envs, vector.single_observation_space, vector.single_action_space
        )
        self.metadata = vector.metadata  # recorders of videos look for render_fps

    # ------------------------------------------------------------------ the loop

    def reset(self) -> Any:
        """Begin an episode in every arena, with the seed and the options set before.

        Returns:
            (num_envs, ...), first observations; a dict of them for a Dict space.

        Raises:
            OptionError: If an option is wrong, or rows have different ones.
            PettingZooGodotError: If an engine does not start or the scene has a mistake.
        """
        options = self._options[0]
        if any(other != options for other in self._options):
            raise OptionError("expected the same options for all rows, which share their engines")
        observations, self.infos = self.vector.reset(seed=self._seeds[0], options=options)
        self._reset_seeds()
        self._reset_options()
        self._keep_masks(observations)
        return observations

    def step_async(self, actions: Any) -> None:
        """Let all agents act, without waiting for what comes of it.

        Args:
            actions: (num_envs, ...); those of agents that are done are ignored.

        Raises:
            SpaceError: If an action does not fit its space. Nothing was sent then: step again.
        """
        self.vector.send(actions)

    def step_wait(self) -> tuple[Any, Array, Array, list[dict[str, Any]]]:
        """Wait for what comes of it.

        Returns:
            Observations, (num_envs, ...), of the next episode where one ended; rewards, (num_envs,)
            float32; dones, (num_envs,) bool; and the infos, a new dict for each row.

        Raises:
            PettingZooGodotError: If an engine ends or the scene has a mistake.
        """
        observations, rewards, terminated, truncated, self.infos = self.vector.recv()
        self._keep_masks(observations)
        dones = terminated | truncated
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if not self.infos["live"].all():
            for row in np.flatnonzero(~self.infos["live"]).tolist():
                infos[row]["live"] = False
        if "engine_failed" in self.infos:
            for row in np.flatnonzero(self.infos["engine_failed"]).tolist():
                infos[row]["engine_failed"] = True
        if dones.any():
            self._tell_ends(infos, np.flatnonzero(dones))
        return observations, rewards, dones, infos

    def close(self) -> None:
        """End the engines; may be called twice, in any state."""
        self.vector.close()

    # ------------------------------------------------------------------ before a reset

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Set the seed for the next `reset`, which gives each arena one of its own made of it.

        Args:
            seed: Any int from 0 on; None: one from NumPy's global generator.

        Returns:
            That seed, for each row.
        """
        if seed is None:
            seed = int(np.random.randint(np.iinfo(np.uint32).max, dtype=np.uint32))  # as SB3 does
        self._seeds = [seed] * self.num_envs
        return self._seeds

    # ------------------------------------------------------------------ what rows are asked

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The value of an attribute of `vector`, for each row asked.

        Raises:
            AttributeError: If it has no such attribute.
        """
        if attr_name == ACTION_MASKS and self._has_masks():
            return [self.action_masks] * self._count(indices)
        return [getattr(self.vector, attr_name)] * self._count(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of `vector`, such as `parameters` for a curriculum.

        Raises:
            AttributeError: If it has no such attribute, or one that cannot be set.
            UsageError: If `indices` are not all rows.
        """
        self._need_all(f"set {attr_name!r}", indices)
        getattr(self.vector, attr_name)  # a misspelt name is no new attribute
        setattr(self.vector, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of `vector` once, for all rows; or ask rows for their `action_masks`.

        Returns:
            For each row its mask, or else what the one call returned.

        Raises:
            AttributeError: If there is no such method.
            UsageError: If `indices` are not all rows, and it is not about `action_masks`.
        """
        if method_name == ACTION_MASKS and self._has_masks():
            return list(self.action_masks()[list(self._get_indices(indices))])
        self._need_all(f"call {method_name!r}", indices)
        return [getattr(self.vector, method_name)(*method_args, **method_kwargs)] * self.num_envs

    def action_masks(self) -> Array:
        """Which choices each row's last observation allows.

        Returns:
            (num_envs, choices), bool.

        Raises:
            UsageError: If the scene's observations have no `action_mask`, or before `reset`.
        """
        if self._masks is None:
            raise UsageError("expected observations with an action_mask; call reset() first")
        return self._masks

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Whether each row is wrapped in that class: no, there are no Gymnasium wrappers here."""
        return [False] * self._count(indices)

    def get_images(self) -> Sequence[Array | None]:
        """A picture of each row's arena, (height, width, 3), uint8; agents of one arena share it.

        Nones unless `render_mode="rgb_array"`.
        """
        if not self._draws():
            return [None] * self.num_envs
        pictures = self.vector.draw_arenas()
        arenas = self.vector.num_arenas
        return [pictures[slot.engine * arenas + slot.arena] for slot in self.slots]

    def render(self, mode: str | None = None) -> Array | None:
        """Draw all arenas as one picture, uint8, each once; None unless `render_mode="rgb_array"`.

        Args:
            mode: For older programs; what counts is `render_mode`.
        """
        return tile(self.vector.draw_arenas()) if self._draws() else None

    # ------------------------------------------------------------------ inside

    def _tell_ends(self, infos: list[dict[str, Any]], rows: Array) -> None:
        """Write the ends of these rows to their infos."""
        final_obs, final_info = self.infos["final_obs"], self.infos["final_info"]
        if isinstance(final_obs, Mapping):
            parts = {key: part[rows] for key, part in final_obs.items()}
            last = [{key: part[i] for key, part in parts.items()} for i in range(len(rows))]
        else:
            last = list(final_obs[rows])
        told = {
            name: (column[rows].tolist(), final_info[f"_{name}"][rows].tolist())
            for name, column in final_info.items()
            if not name.startswith("_")
        }
        for i, row in enumerate(rows.tolist()):
            info = infos[row]
            info["terminal_observation"] = last[i]
            info |= {name: values[i] for name, (values, has) in told.items() if has[i]}

    def _draws(self) -> bool:
        return self.vector.render_mode == "rgb_array"

    def _keep_masks(self, observations: Any) -> None:
        if self._has_masks():
            self._masks = observations[_MASK_KEY] != 0

    def _has_masks(self) -> bool:
        space = self.observation_space
        return isinstance(space, spaces.Dict) and _MASK_KEY in space.spaces

    def _count(self, indices: Any) -> int:
        return len(list(self._get_indices(indices)))

    def _need_all(self, what: str, indices: Any) -> None:
        if sorted(self._get_indices(indices)) != list(range(self.num_envs)):
            raise UsageError(
                f"cannot {what} for some rows alone: rows share engines. Leave out indices."
            )


def _find_misfit(vector: GodotVectorEnv) -> str:
    """Say what Stable-Baselines3 cannot do with a scene; empty if there is nothing."""
    name, groups = repr(vector.metadata["name"]), vector.policy_groups
    if len(groups) > 1:
        return (
            f"expected a scene with one policy group; {name} has {len(groups)}: "
            f"{', '.join(groups)}. One model of Stable-Baselines3 is one policy: step all groups "
            "with pzg.vector_env(...), which has a batch for each, and train a model per group."
        )
    for space in (vector.single_observation_space, vector.single_action_space):
        for part in space.spaces.values() if isinstance(space, spaces.Dict) else [space]:
            if isinstance(part, spaces.Discrete) and part.start != 0:
                return (
                    "expected choices from 0 on, as Stable-Baselines3 counts them; "
                    f"{name} has {part}. Set `start` of its ZooDiscrete to 0."
                )
    return ""
