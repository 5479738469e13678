"""SuperSuit's vector environments as a Stable-Baselines3 `VecEnv`, with all that one has to do.

Only imported where it is used: Stable-Baselines3 is not among what this package needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from stable_baselines3.common.vec_env import VecEnv

from pettingzoo_godot.pictures import tile
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.suit import Engines, Question, take_seeds


class SuperSuitVecEnv(VecEnv):
    """Several engines as one Stable-Baselines3 `VecEnv`; a row is an agent of an engine.

    Rows go engine by engine, in the order of `possible_agents`. What is asked of a row is asked of
    its engine's `GodotParallelEnv`, once for all rows of the engine.

    Args:
        engines: What SuperSuit made of them.
    """

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self._rows_each = engines.num_envs // engines.num_engines
        super().__init__(engines.num_envs, engines.observation_space, engines.action_space)

    def reset(self) -> Any:
        """Begin an episode in every engine, with the seeds and options set before.

        Returns:
            Observations of all rows; the infos are in `reset_infos`.
        """
        # Without `seed()`, no list: the engines then know the seed that they were made with.
        seeds = self._seeds[:: self._rows_each] if self._seeds[0] is not None else None
        observations, infos = self.engines.reset(seeds, self._options[:: self._rows_each])
        self.reset_infos = infos
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: Any) -> None:
        """Keep the actions, or send them, where engines have processes of their own."""
        self.engines.step_async(actions)

    def step_wait(self) -> tuple[Any, Any, Any, list[dict[str, Any]]]:
        """Step, and return observations, rewards, dones and infos of all rows."""
        observations, rewards, terminations, truncations, infos = self.engines.step_wait()
        dones = np.logical_or(terminations, truncations)
        return observations, rewards, dones, infos

    def close(self) -> None:
        """End all engines, and their processes; may be called twice."""
        self.engines.close()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        """Give each engine a seed of its own for the next `reset`, all made of this one.

        Returns:
            The seed of each row's engine.
        """
        if seed is None:
            seed = int(np.random.randint(np.iinfo(np.uint32).max, dtype=np.uint32))  # as SB3 does
        drawn = take_seeds(seed, None, self.engines.num_engines)
        self._seeds = [own for own in drawn for _ in range(self._rows_each)]
        return self._seeds

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """The value of an attribute for each row."""
        return self._ask(Question(attr_name), indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute."""
        self._ask(Question(attr_name, "set", (value,)), indices)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method, once for each engine, and return the result for each row."""
        return self._ask(Question(method_name, "call", method_args, method_kwargs), indices)

    def env_is_wrapped(self, wrapper_class: Any, indices: Any = None) -> list[bool]:
        """Whether each row is wrapped in that class: no, there are no Gymnasium wrappers here."""
        return [False] * len(list(self._get_indices(indices)))

    def get_images(self) -> Sequence[Any]:
        """A picture of each row's engine; agents of one engine share it."""
        return self.env_method("render")

    def render(self, mode: str | None = None) -> Array | None:
        """Draw all engines as one picture, uint8, each once; None unless `render_mode="rgb_array"`.

        Args:
            mode: For older programs; what counts is `render_mode`.
        """
        pictures = self.get_images()[:: self._rows_each]
        return None if pictures[0] is None else tile(pictures)

    def _ask(self, question: Question, indices: Any) -> list[Any]:
        asked = [index // self._rows_each for index in self._get_indices(indices)]
        answers = self.engines.ask(
            [question if i in asked else None for i in range(self.engines.num_engines)]
        )
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return [answers[engine] for engine in asked]
