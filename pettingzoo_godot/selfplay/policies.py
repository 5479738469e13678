"""Policies on their own: a file with an actor for each policy group, to play and to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.checkpoint import load, numbered, save
from pettingzoo_godot.selfplay.networks import Actor

FOLDER = "policies"


@dataclass(frozen=True)
class Policies:
    """The actors of a training after an update.

    Attributes:
        scene: What they were trained in.
        update: After how many updates.
        steps: After how many steps.
        seconds: After how much time of training [s].
        actors: By policy group.
    """

    scene: str
    update: int
    steps: int
    seconds: float
    actors: Mapping[str, Actor]


def save_policies(file: Path, policies: Policies) -> None:
    """Write policies to a file."""
    actors = {
        group: {"description": actor.description, "state": actor.state_dict()}
        for group, actor in policies.actors.items()
    }
    save(file, {**vars(policies), "actors": actors})


def load_policies(path: Path) -> Policies:
    """Read policies.

    Args:
        path: Folder of a run: its last ones; or one of the files in its `policies/`.

    Raises:
        UsageError: If there are none.
    """
    file = path
    if path.is_dir():
        files = numbered(path / FOLDER)
        if not files:
            raise UsageError(
                f"expected a folder that `pettingzoo-godot train --self-play` has made; {path} has "
                f"no {FOLDER}/NUMBER.pt"
            )
        file = files[-1]
    content = load(file)
    try:
        actors = {group: _actor(kept) for group, kept in content["actors"].items()}
        return Policies(**{**content, "actors": actors})
    except (KeyError, TypeError, AttributeError, RuntimeError) as exc:
        raise UsageError(f"expected a file with policies; got {file}: {exc}") from exc


def _actor(kept: dict[str, Any]) -> Actor:
    actor = Actor.from_description(kept["description"])
    actor.load_state_dict(kept["state"])
    return actor.requires_grad_(False)


def load_actor(
    path: Path,
    group: str,
    like: Actor,
    parts: Iterable[str] = ("observation", "action"),
) -> Actor:
    """Read the actor of a policy group.

    Args:
        path: As for `load_policies`.
        group: Its name.
        like: One for the group.
        parts: Of their descriptions, in which they have to agree.

    Raises:
        UsageError: If there are no such policies, or they are for something else.
    """
    actors = load_policies(path).actors
    if group not in actors:
        raise UsageError(f"expected policies of {group!r}; {path} has {', '.join(actors)}")
    check_fits(actors[group], like, group, path, parts)
    return actors[group]


def check_fits(
    actor: Actor,
    like: Actor,
    group: str,
    path: Path,
    parts: Iterable[str] = ("observation", "action"),
) -> None:
    """Make sure that an actor can play for a policy group.

    Args:
        actor: Which.
        like: One for the group.
        group: Its name, for messages.
        path: Of the actor, for messages.
        parts: Of their descriptions, in which they have to agree.

    Raises:
        UsageError: If they do not.
    """
    for part in parts:
        wanted, got = like.description[part], actor.description[part]
        if got != wanted:
            if isinstance(wanted, dict) and isinstance(got, dict):
                wanted, got = _differing(wanted, got)
            raise UsageError(
                f"policy group {group!r}: expected a policy with {part} {wanted}; that of {path} "
                f"has {got}"
            )


def _differing(one: dict[str, Any], other: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Descriptions of spaces as short as they can be told apart: without bounds, if possible."""
    short = tuple(
        {name: value for name, value in space.items() if name not in ("low", "high")}
        for space in (one, other)
    )
    return (one, other) if short[0] == short[1] else (short[0], short[1])
