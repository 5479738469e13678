"""The rows of a vector environment: whose they are, and what spaces they have."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gymnasium import spaces
from gymnasium.vector.utils import batch_space

from pettingzoo_godot.errors import SceneError
from pettingzoo_godot.layout import Group
from pettingzoo_godot.messages import Hello

#: Columns of infos that are not the scene's.
OWN_COLUMNS = frozenset({"live", "engine_failed", "env_id", "final_obs", "final_info"})


class Slot(NamedTuple):
    """Whose row of a batch this is.

    Attributes:
        engine: Index of the engine.
        arena: Index of the arena in its engine.
        agent: ID of the agent.
    """

    engine: int
    arena: int
    agent: str


class Spaces(NamedTuple):
    """The spaces of a vector environment; of several policy groups, each is a Dict of them.

    Attributes:
        single_observation: Of one row.
        single_action: Of one row.
        observation: Of all rows.
        action: Of all rows.
    """

    single_observation: Any
    single_action: Any
    observation: Any
    action: Any


def list_slots(group: Group, num_engines: int, num_arenas: int) -> list[Slot]:
    """The rows of a policy group: engine by engine, arena by arena, agent by agent."""
    return [
        Slot(engine, arena, agent)
        for engine in range(num_engines)
        for arena in range(num_arenas)
        for agent in group.agents
    ]


def make_spaces(groups: Sequence[Group], rows: Sequence[int]) -> Spaces:
    """Make the spaces of some policy groups with so many rows each."""
    single = [{group.name: group.observation_space for group in groups}]
    single.append({group.name: group.action_space for group in groups})
    batched = [
        {name: batch_space(space, n) for (name, space), n in zip(one.items(), rows, strict=True)}
        for one in single
    ]
    return Spaces(*map(_pack, [*single, *batched]))


def check_columns(groups: Iterable[Group]) -> None:
    """Make sure that no column of infos is called as one of a vector environment's own.

    Raises:
        SceneError: If one is.
    """
    for group in groups:
        for name in OWN_COLUMNS.intersection(group.info):
            raise SceneError(
                f"policy group {group.name!r}: infos of a vector environment have a {name!r} of "
                "their own; rename the scene's"
            )


def interface(hello: Hello) -> tuple[Any, ...]:
    """What must be the same in every engine; paths of nodes are those of their arenas."""
    return tuple(replace(agent, node="") for agent in hello.agents), hello.parameters


def _pack(by_group: dict[str, Any]) -> Any:
    return spaces.Dict(by_group) if len(by_group) > 1 else next(iter(by_group.values()))
