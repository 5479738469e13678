"""`pettingzoo-godot evaluate` for self-play runs: matches, ratings, and what follows from them.

Only imported where it is used: needs the extra [train].

Rule: the same runs, numbers and seed give the same evaluation.json, byte for byte. So there is no
time and no place in it, and a match is the same whichever engine plays it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Sequence
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import Any

from pettingzoo_godot.arguments import name_of
from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.options import check_count, check_seed
from pettingzoo_godot.scene import find_scene
from pettingzoo_godot.selfplay.charts import draw_all
from pettingzoo_godot.selfplay.checkpoint import write_whole
from pettingzoo_godot.selfplay.contest import Contestant, Pair, arrange, enter, list_pool
from pettingzoo_godot.selfplay.findings import (
    Evaluation,
    estimate_ratings,
    find_trends,
    sum_up,
)
from pettingzoo_godot.selfplay.folder import Config, Folder
from pettingzoo_godot.selfplay.matches import Match
from pettingzoo_godot.selfplay.ratings import (
    Anchors,
    anchors_for,
    measure_anchors,
    rate_matches,
)
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.selfplay.summary import write_report
from pettingzoo_godot.selfplay.tournament import Pairing, play_all
from pettingzoo_godot.training.run import versions

FOLDER = "evaluation"  # in that of the first run
_ARENAS = 25  # the usual numbers of episodes are multiples of it
_RATED_BY = "scipy"
_PLAIN_LIST = re.compile(r"\[[^][{}]+\]")
_LINE_END = re.compile(r"\n *")

#: Is told how many episodes are played, and of how many.
Watch = Callable[[int, int], None]


def evaluate(
    folders: Sequence[str | os.PathLike[str]],
    out: str | os.PathLike[str] | None = None,
    *,
    episodes: int = 200,
    cross_episodes: int = 50,
    checkpoints: int = 8,
    seed: int = 0,
    deterministic: bool = False,
    engines: int = 2,
    watch: Watch = lambda done, total: None,
) -> Path:
    """Let checkpoints of runs play against the fixed pool and each other.

    Args:
        folders: Of self-play runs, of one scene.
        out: Folder to write evaluation.json, pictures and report.md to; None: `evaluation/` in the
            first run's.
        episodes: Of each pair with the last policies or the pool alone.
        cross_episodes: Of each pair with an earlier policy.
        checkpoints: How many of each run play, evenly spread; the first and the last one too.
        seed: Of the episodes, and of what policies leave to chance.
        deterministic: Whether policies take their most probable actions, instead of drawing them
            as they do in training.
        engines: Godot processes that play at the same time; nothing else depends on it.
        watch: Is told how it goes.

    Returns:
        The report.

    Raises:
        UsageError: If the folders are no self-play runs of one game, arguments are wrong, or the
            folder cannot be written to.
        PettingZooGodotError: If an engine ends, or the scene has a mistake.
    """
    counts = {"episodes": episodes, "cross_episodes": cross_episodes, "checkpoints": checkpoints}
    counts = {name: check_count(name, count) for name, count in counts.items()}
    seed = check_seed(seed) or 0
    if not folders:
        raise UsageError("expected a run to evaluate; got none")
    config = Folder.open(Path(folders[0])).config
    pool = list_pool(config.scene, config.parameters)
    runs = enter(folders, list(pool), counts["checkpoints"])
    pairs = arrange(pool, runs, counts["episodes"], counts["cross_episodes"])
    target = Path(folders[0], FOLDER) if out is None else Path(out)
    try:  # not after half an hour of matches
        target.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise UsageError(f"expected to write the folder {target}; {exc}") from exc
    numbers = counts | {"seed": seed, "deterministic": deterministic}
    made_with = _versions(config.scene)
    matches = _play(config, runs, pairs, list(pool), numbers, engines, watch)
    evaluation = _assess(config, pool, runs, matches, numbers, made_with)
    write_whole(target / "evaluation.json", _written(evaluation.to_json()).encode())
    return write_report(evaluation, draw_all(evaluation, target), target)


def rate_pool(
    scene: str | os.PathLike[str], *, episodes: int = 1000, seed: int = 0, engines: int = 2
) -> Anchors:
    """Measure what is in the table of anchors: the fixed pool of a scene, by its own games.

    Args:
        scene: As for `parallel_env`.
        episodes: Of each pair.
        seed: Of the episodes.
        engines: Godot processes.
    """
    pool = list_pool(scene, {})
    pairings = [
        Pairing(dict(zip(pool, pair, strict=True)), episodes) for pair in product(*pool.values())
    ]
    return measure_anchors(play_all(scene, pairings, seed=seed, engines=engines, arenas=_ARENAS))


def _assess(
    config: Config,
    pool: dict[str, list[str]],
    runs: list[Contestant],
    matches: dict[Pair, Match],
    numbers: dict[str, int],
    made_with: dict[str, str],
) -> Evaluation:
    name = name_of(config.scene)
    usual = settings_for(config.scene)
    shown = config.settings.get("shown", usual.shown)
    first, second = groups = tuple(pool)
    winner = config.settings.get("winner", usual.winner)
    anchors = anchors_for(config.scene, config.parameters, winner)
    if not anchors:
        anchors = measure_anchors(matches[pair] for pair in product(pool[first], pool[second]))
    fewest = numbers["cross_episodes"]
    common = {p: match.first(min(fewest, len(match.episodes))) for p, match in matches.items()}
    compared = {pair: sum_up(match) for pair, match in common.items()}
    return Evaluation(
        scene=name,
        groups=(first, second),
        numbers=numbers,
        shown=next(iter(shown.items()), None),
        pool=pool,
        anchors=anchors,
        runs=runs,
        results={pair: sum_up(match) for pair, match in matches.items()},
        common=compared,
        ratings=estimate_ratings(rate_matches(common.values(), anchors), matches, groups),
        trends=[trend for run in runs for trend in find_trends(run, compared, groups)],
        versions=made_with,
    )


def _play(
    config: Config,
    runs: list[Contestant],
    pairs: dict[Pair, int],
    groups: list[str],
    numbers: dict[str, int],
    engines: int,
    watch: Watch,
) -> dict[Pair, Match]:
    files = {one.label: str(one.file) for run in runs for one in run.checkpoints}
    total = sum(pairs.values())
    matches = play_all(
        config.scene,
        [
            Pairing({g: files.get(one, one) for g, one in zip(groups, pair, strict=True)}, count)
            for pair, count in pairs.items()
        ],
        seed=numbers["seed"],
        deterministic=bool(numbers["deterministic"]),
        engines=engines,
        arenas=_ARENAS,
        parameters=config.parameters,
        winner=config.settings.get("winner"),
        watch=lambda done: watch(done, total),
    )
    return {
        pair: Match(dict(zip(groups, pair, strict=True)), match.episodes)
        for pair, match in zip(pairs, matches, strict=True)
    }


def _written(content: dict[str, Any]) -> str:
    """JSON whose lists of numbers and words have a line each."""
    text = json.dumps(content, indent=1)
    return _PLAIN_LIST.sub(lambda found: _LINE_END.sub(" ", found[0]), text) + "\n"


def _versions(scene: str) -> dict[str, str]:
    """Of all that decides what comes out; an exported game has an engine of its own."""
    engine = {} if find_scene(scene).game else {"godot": find_godot().version}
    return versions() | {_RATED_BY: version(_RATED_BY)} | engine
