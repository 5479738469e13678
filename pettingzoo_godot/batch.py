"""The arrays of a vector environment: actions into the steps of its engines, reports out of them.

Rule: what is here runs in every step, once per policy group and engine, never once per slot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from gymnasium.spaces import Dict

from pettingzoo_godot.errors import SpaceError
from pettingzoo_godot.lane import Lane
from pettingzoo_godot.layout import Group
from pettingzoo_godot.messages import LIVE, TERMINATED, TRUNCATED, Report
from pettingzoo_godot.spaces import Array, Leaf

StepResult = tuple[Any, Any, Any, Any, dict[str, Any]]
TRUNCATED_BY_LIMIT = "TimeLimit.truncated"  # where Stable-Baselines3 looks


class Outcome(NamedTuple):
    """What a step brought to the rows of one policy group.

    Attributes:
        observations: (rows, ...), as the batched space says; a dict of them for a Dict.
        rewards: (rows,), float32.
        terminated: (rows,), bool.
        truncated: (rows,), bool.
        infos: By name, arrays of one entry per row; `_NAME` tells which rows have one.
    """

    observations: Any
    rewards: Array
    terminated: Array
    truncated: Array
    infos: dict[str, Any]


class Batch:
    """One policy group's rows: engine by engine, in each arena by arena, in each agent by agent.

    Args:
        group: As it lies in the packets of each engine.
        index: Its position among the scene's groups.

    Attributes:
        group: As given.
        slots: Rows of one engine.
    """

    def __init__(self, group: Group, index: int) -> None:
        self.group = group
        self.slots = group.slots
        self._index = index
        self._part = slice(group.first_slot, group.first_slot + group.slots)
        self._agents = len(group.agents)
        self._everybody_lives = bytes([LIVE]) * group.slots
        space = group.observation_space
        self._keys = list(space.spaces) if isinstance(space, Dict) else None

    def rows(self, engines: Sequence[int]) -> Array:
        """Which rows those of these engines are, among those of all."""
        firsts = np.array(engines, np.int64)[:, None] * self.slots
        rows: Array = (firsts + np.arange(self.slots)).ravel()
        return rows

    def engines_of(self, rows: Array) -> list[int]:
        """Which engines have these rows; none, unless they are all rows of each, in order."""
        engines: list[int] = (rows.ravel()[:: self.slots] // self.slots).tolist()
        return engines if np.array_equal(rows, self.rows(engines)) else []

    # ------------------------------------------------------------------ actions

    def write_actions(self, actions: Any, lanes: Sequence[Lane]) -> None:
        """Put actions into the steps of these lanes.

        Args:
            actions: (rows of the lanes, ...); for a Dict, a dict of such arrays.
            lanes: Their engines, in the order of the rows.

        Raises:
            SpaceError: If shape or type is wrong; bounds are checked when all is written.
        """
        space = self.group.action_space
        if isinstance(space, Dict):
            if not isinstance(actions, dict) or set(actions) != set(space.spaces):
                raise SpaceError(
                    f"policy group {self.group.name!r}: expected actions as a dict with the keys "
                    f"{list(space.spaces)}; got {_shown(actions)}"
                )
            parts = [actions[key] for key in space.spaces]
        else:
            parts = [actions]
        rows = len(lanes) * self.slots
        for position, (leaf, part) in enumerate(zip(self.group.action_leaves, parts, strict=True)):
            array = self._as_array(leaf, part, rows)
            for lane, first in zip(lanes, range(0, rows, self.slots), strict=True):
                block = lane.step.actions[self._index][position]
                block[...] = array[first : first + self.slots]

    def _as_array(self, leaf: Leaf, part: Any, rows: int) -> Array:
        if (
            type(part) is np.ndarray
            and part.dtype == leaf.dtype
            and part.shape == (rows, *leaf.shape)
        ):
            return part
        try:
            given = np.asarray(part)
            with np.errstate(invalid="ignore"):  # NaN for a choice: told below
                array = given.astype(leaf.dtype)
        except (TypeError, ValueError):
            raise self._misshapen(leaf, rows, repr(part)[:200]) from None
        if array.shape != (rows, *leaf.shape) or given.dtype.kind not in "fiub":
            raise self._misshapen(leaf, rows, _shown(given))
        if leaf.section != "f32" and (array != given).any():
            row = int(np.argmax((array != given).reshape(rows, -1).any(axis=1)))
            raise self._misshapen(leaf, rows, f"{given[row]} in row {row}")
        return array

    def _misshapen(self, leaf: Leaf, rows: int, got: str) -> SpaceError:
        where = f"policy group {self.group.name!r}" + (f", key {leaf.key!r}" if leaf.key else "")
        return SpaceError(
            f"{where}: expected actions as an array of shape {(rows, *leaf.shape)}, {leaf.dtype}; "
            f"got {got}"
        )

    # ------------------------------------------------------------------ observations

    def first_observations(self, lanes: Sequence[Lane]) -> Any:
        """Copy what the rows of these lanes see now."""
        return self._observations([lane.report for lane in lanes])

    def outcome(self, lanes: Sequence[Lane]) -> Outcome:
        """Copy what a step brought to the rows of these lanes."""
        scored = [lane.ending or lane.report for lane in lanes]
        rewards = _joined([report.rewards[self._part] for report in scored])
        for report in scored:
            if report.flags[self._part].tobytes() != self._everybody_lives:
                return self._ends(lanes, scored, rewards)
        # The usual step: everybody goes on.
        rows = len(rewards)
        infos: dict[str, Any] = {"live": np.ones(rows, bool), "_live": np.ones(rows, bool)}
        if self.group.info:
            self._add_columns(infos, self._columns(scored), np.ones(rows, bool))
        ends = np.zeros(rows, bool)
        return Outcome(self._observations(scored), rewards, ends, ends.copy(), infos)

    def _ends(self, lanes: Sequence[Lane], scored: Sequence[Report], rewards: Array) -> Outcome:
        """The outcome of a step after which somebody is done."""
        columns = self._columns(scored)
        flags = np.concatenate([report.flags[self._part] for report in scored])
        live = (flags & LIVE) != 0
        terminated = (flags & TERMINATED) != 0
        truncated = (flags & TRUNCATED) != 0
        ends_live = terminated | truncated
        # A row whose agent was done before its arena: what it sees next is another episode.
        restarted = np.concatenate([lane.restarted for lane in lanes])
        terminated |= ~live & np.repeat(restarted, self._agents)
        ends = terminated | truncated
        everywhere = np.ones(len(flags), bool)
        infos: dict[str, Any] = {"live": live, "_live": everywhere}
        if any(lane.has_failed for lane in lanes):
            failed = np.repeat([lane.has_failed for lane in lanes], self.slots)
            infos |= {"engine_failed": failed, "_engine_failed": everywhere}
        self._add_columns(infos, columns, live & ~ends_live)
        if ends.any():
            by_limit = truncated & ~terminated
            final = {TRUNCATED_BY_LIMIT: by_limit, f"_{TRUNCATED_BY_LIMIT}": ends}
            self._add_columns(final, columns, ends_live)
            infos |= {"final_obs": self._observations(scored), "_final_obs": ends}
            infos |= {"final_info": final, "_final_info": ends}
        return Outcome(self.first_observations(lanes), rewards, terminated, truncated, infos)

    def _observations(self, reports: Sequence[Report]) -> Any:
        index = self._index
        arrays = [
            _joined([report.observations[index][position] for report in reports])
            for position in range(len(self.group.observation_leaves))
        ]
        if self._keys is None:
            return arrays[0]
        return dict(zip(self._keys, arrays, strict=True))

    def _columns(self, reports: Sequence[Report]) -> Array:
        return _joined([report.info[self._index] for report in reports])

    def _add_columns(self, infos: dict[str, Any], columns: Array, rows: Array) -> None:
        for position, name in enumerate(self.group.info):
            infos[name] = columns[:, position]
            infos[f"_{name}"] = rows


class Batches:
    """The rows of all policy groups: arrays of a single one, dicts of arrays of several.

    Args:
        groups: The scene's policy groups.

    Attributes:
        names: Of the groups.
    """

    def __init__(self, groups: Sequence[Group]) -> None:
        self.names = [group.name for group in groups]
        self._batches = [Batch(group, index) for index, group in enumerate(groups)]

    def write_actions(self, actions: Any, lanes: Sequence[Lane]) -> None:
        """Put actions into the steps of these lanes.

        Raises:
            SpaceError: If shape or type is wrong; bounds are checked when all is written.
        """
        for batch, part in zip(self._batches, self._split("actions", actions), strict=True):
            batch.write_actions(part, lanes)

    def first_observations(self, lanes: Sequence[Lane]) -> Any:
        """Copy what the rows of these lanes see now."""
        return self._pack([batch.first_observations(lanes) for batch in self._batches])

    def results(self, lanes: Sequence[Lane], engines: Sequence[int] | None) -> StepResult:
        """Copy what a step brought to the rows of these lanes.

        Args:
            lanes: Whose.
            engines: Their indices, if infos are to tell which rows they are.
        """
        outcomes = [batch.outcome(lanes) for batch in self._batches]
        if engines is not None:
            for batch, outcome in zip(self._batches, outcomes, strict=True):
                outcome.infos["env_id"] = batch.rows(engines)
                outcome.infos["_env_id"] = np.ones(len(outcome.rewards), bool)
        if len(outcomes) == 1:
            return outcomes[0]
        observations, rewards, terminated, truncated, infos = map(
            self._pack, zip(*outcomes, strict=True)
        )
        return observations, rewards, terminated, truncated, infos

    def engines_of(self, env_ids: Any, num_engines: int) -> list[int]:
        """Which of the engines have these rows.

        Raises:
            SpaceError: Unless they are all rows of one engine or of several.
        """
        parts = zip(self._batches, self._split("env_ids", env_ids), strict=True)
        found = [batch.engines_of(np.asarray(rows)) for batch, rows in parts]
        engines = found[0]
        known = set(engines) & set(range(num_engines))
        if not engines or len(known) < len(engines) or any(other != engines for other in found):
            raise SpaceError(
                "expected env_ids to be all rows of one engine or of several, as "
                f"infos['env_id'] had them; got {env_ids}"
            )
        return engines

    def _pack(self, by_group: Sequence[Any]) -> Any:
        """One group's arrays as they are; several groups' in a dict."""
        if len(by_group) == 1:
            return by_group[0]
        return dict(zip(self.names, by_group, strict=True))

    def _split(self, what: str, values: Any) -> list[Any]:
        """One value per policy group, in their order."""
        if len(self._batches) == 1:
            return [values]
        if not isinstance(values, Mapping) or set(values) != set(self.names):
            got = list(values) if isinstance(values, Mapping) else repr(values)[:200]
            raise SpaceError(f"expected {what} as a dict by policy group, {self.names}; got {got}")
        return [values[name] for name in self.names]


def _joined(arrays: Sequence[Array]) -> Array:
    """A copy of arrays as one; of a single one at a third of the time."""
    return arrays[0].copy() if len(arrays) == 1 else np.concatenate(arrays)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, {value.dtype}"
    return repr(value)[:200]
