"""Who meets whom in an evaluation: checkpoints of runs, and the fixed pool."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.factory import parallel_env
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.selfplay.checkpoint import numbered
from pettingzoo_godot.selfplay.folder import Config, Folder
from pettingzoo_godot.selfplay.lineup import SCRIPTED
from pettingzoo_godot.selfplay.players import RANDOM, bot, heuristic_parameter
from pettingzoo_godot.selfplay.policies import load_policies

#: A player of the first policy group, and one of the second.
Pair = tuple[str, str]


@dataclass(frozen=True)
class Checkpoint:
    """The policies of a run after an update.

    Attributes:
        label: What they are called: `RUN@UPDATE`.
        file: Where they are.
        steps: After how many steps of training.
        seconds: After how much time of training [s].
        groups: Policy groups that they are of: not those that were scripted then.
    """

    label: str
    file: Path
    steps: int
    seconds: float
    groups: tuple[str, ...]


@dataclass(frozen=True)
class Contestant:
    """A run that is evaluated.

    Attributes:
        name: Of its folder.
        config: What it is made of.
        checkpoints: Some of them, the first and the last one too.
        sides: By policy group, those that play: all where it learned, the last one where it was
            frozen, none where a heuristic played.
    """

    name: str
    config: Config
    checkpoints: list[Checkpoint]
    sides: dict[str, list[Checkpoint]]


def enter(
    folders: Iterable[str | os.PathLike[str]], groups: Sequence[str], count: int
) -> list[Contestant]:
    """Choose the checkpoints of runs.

    Args:
        folders: Of the runs.
        groups: The policy groups of their scene.
        count: Checkpoints of each.

    Raises:
        UsageError: If two runs have one name, or are of different games, or one has no checkpoints.
    """
    entered: list[Contestant] = []
    for folder in map(Path, folders):
        run, name = Folder.open(folder), folder.resolve().name
        config = run.config
        for other in entered:
            if other.name == name:
                raise UsageError(f"expected runs with different names; got {name} twice")
            if _game(other.config) != _game(config):
                raise UsageError(
                    "expected runs of one game, with the same scene, parameters and winner; "
                    f"{other.name} has {_game(other.config)}, {name} has {_game(config)}"
                )
        checkpoints = _choose(run.policies, name, count)
        sides = {g: _players(g, config.roles.get(g, "train"), checkpoints) for g in groups}
        entered.append(Contestant(name, config, checkpoints, sides))
    return entered


def _game(config: Config) -> tuple[Any, ...]:
    return config.scene, config.game, config.settings.get("winner")


def _players(group: str, role: str, checkpoints: list[Checkpoint]) -> list[Checkpoint]:
    if role == "scripted":
        return []
    having = [one for one in checkpoints if group in one.groups]
    return having if role == "train" else having[-1:]


def _choose(folder: Path, name: str, count: int) -> list[Checkpoint]:
    """Choose checkpoints that are evenly spread, the first and the last one among them."""
    files = numbered(folder)
    if not files:
        raise UsageError(f"expected checkpoints in {folder}; there are none")
    updates = np.array([int(file.stem) for file in files])
    wanted = np.linspace(updates[0], updates[-1], count) if count > 1 else updates[-1:]
    nearest = {int(np.abs(updates - update).argmin()) for update in wanted}
    chosen = []
    for index in sorted(nearest):
        policies = load_policies(files[index])
        chosen.append(
            Checkpoint(
                f"{name}@{files[index].stem}",
                files[index],
                policies.steps,
                round(policies.seconds, 1),
                tuple(policies.actors),
            )
        )
    return chosen


def list_pool(
    scene: str | os.PathLike[str], parameters: Mapping[str, Scalar]
) -> dict[str, list[str]]:
    """List the fixed pool of a scene: for each policy group, random and its heuristics.

    A scene with several heuristics for a group names them by a text parameter `GROUP_heuristic`.

    Raises:
        UsageError: If the scene has not two policy groups.
    """
    with parallel_env(scene, parameters=parameters) as env:  # starts no engine
        groups, declared = list(env.agent_groups), env.declared_parameters
    if len(groups) != 2:
        raise UsageError(
            f"expected a scene with two policy groups, which play against each other; got {groups}"
        )
    pool = {}
    for group in groups:
        parameter = declared.get(heuristic_parameter(group))
        bots = [SCRIPTED] if parameter is None else list(map(bot, parameter.choices))
        pool[group] = [RANDOM, *(bots or [SCRIPTED])]
    return pool


def arrange(
    pool: Mapping[str, Sequence[str]],
    contestants: Sequence[Contestant],
    episodes: int,
    cross_episodes: int,
) -> dict[Pair, int]:
    """Say who meets whom, and for how many episodes.

    Args:
        pool: By policy group, the fixed players.
        contestants: The runs.
        episodes: Of anchors, and of the last policies.
        cross_episodes: Of earlier ones.

    Returns:
        Episodes by pair, in the order in which they count: anchors against each other; each run's
        checkpoints against those, and against each other; the runs' last ones against each other.
    """
    first, second = pool
    met: dict[Pair, int] = {}

    def meet(ones: Iterable[str], others: Sequence[str], count: int) -> None:
        for one in ones:
            for other in others:
                met[one, other] = max(count, met.get((one, other), 0))

    meet(pool[first], pool[second], episodes)
    last = {group: last_of(contestants, group) for group in pool}
    for run in contestants:
        sides = {group: [one.label for one in run.sides[group]] for group in pool}
        meet(pool[first], sides[second], cross_episodes)
        meet(sides[first], pool[second], cross_episodes)
        meet(sides[first], sides[second], cross_episodes)
    meet(pool[first], last[second], episodes)
    meet(last[first], pool[second], episodes)
    meet(last[first], last[second], episodes)
    return met


def last_of(contestants: Iterable[Contestant], group: str) -> list[str]:
    """The last policies of the runs that have any for a group."""
    return [run.sides[group][-1].label for run in contestants if run.sides[group]]
