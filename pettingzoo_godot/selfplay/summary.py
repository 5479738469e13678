"""The report of an evaluation: one page of Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

from pettingzoo_godot.selfplay.checkpoint import write_whole
from pettingzoo_godot.selfplay.contest import Contestant, last_of
from pettingzoo_godot.selfplay.findings import Evaluation, Result
from pettingzoo_godot.selfplay.intervals import Estimate

FILE = "report.md"


def write_report(evaluation: Evaluation, pictures: Mapping[str, str], folder: Path) -> Path:
    """Write the report of an evaluation to a folder.

    Args:
        evaluation: What was found.
        pictures: File names by what they show.
        folder: Where they are.

    Returns:
        The report.
    """
    parts = [
        _introduce(evaluation),
        *_tabulate_matches(evaluation),
        *_tabulate_training(evaluation),
        *(f"## {title}\n\n![{title}]({quote(name)})" for title, name in pictures.items()),
        *_tabulate_behaviour(evaluation),
        _tell_how(evaluation),
    ]
    file = folder / FILE
    write_whole(file, ("\n\n".join(parts) + "\n").encode())
    return file


def _introduce(evaluation: Evaluation) -> str:
    runs = ", ".join(f"`{run.name}` (seed {run.config.seed})" for run in evaluation.runs)
    numbers = evaluation.numbers
    act = "take their most probable actions" if numbers["deterministic"] else "draw their actions"
    return (
        f"# Self-play in {evaluation.scene}\n\n"
        f"{runs}. Ranges are 95 % intervals; a match is {numbers['episodes']} episodes "
        f"({numbers['cross_episodes']} with an earlier checkpoint), the same ones for all players; "
        f"what is told of checkpoints, from first to last, is of the first "
        f"{numbers['cross_episodes']} alone. Policies {act}."
    )


def _tabulate_matches(evaluation: Evaluation) -> Iterable[str]:
    """Two tables: the pool and the last policies of both sides, all against all."""
    first, second = evaluation.groups
    rows = [*evaluation.pool[first], *last_of(evaluation.runs, first)]
    columns = [*evaluation.pool[second], *last_of(evaluation.runs, second)]
    head = [f"{first} ↓ {second} →", *map(_name, columns)]
    results = evaluation.results
    yield f"## Who wins\n\nEpisodes that the {first} wins, in per cent:"
    yield _table(
        head,
        [
            [_name(one), *(_percent(results[one, other].wins[first]) for other in columns)]
            for one in rows
        ],
    )
    yield f"{evaluation.measure_name.capitalize()}, the mean over the episodes:"
    yield _table(
        head,
        [
            [_name(one), *(_plain(evaluation.measure(results[one, other])) for other in columns)]
            for one in rows
        ],
    )


def _tabulate_training(evaluation: Evaluation) -> Iterable[str]:
    """What training has changed: ratings, and whether later checkpoints do better."""
    trends = {(trend.run, trend.group): trend for trend in evaluation.trends}
    lines = []
    for run in evaluation.runs:
        for group, checkpoints in run.sides.items():
            if not checkpoints:
                continue
            ratings = [evaluation.ratings[group][one.label] for one in checkpoints]
            trend = trends.get((run.name, group))
            lines.append(
                [
                    run.name,
                    group,
                    f"{checkpoints[-1].steps:,} ({checkpoints[-1].seconds / 60:.0f} min)",
                    f"{_whole(ratings[0])} → {_whole(ratings[-1])}",
                    "" if trend is None else _correlation(trend.wins_with_time),
                    "" if trend is None else _correlation(trend.returns_with_time),
                ]
            )
    yield (
        "## What training has changed\n\n"
        "Ratings of the first and the last checkpoint: 400 more than an opponent's are odds of 10 "
        "to 1. Spearman's rank correlation of the time of training with the mean over all "
        "opponents in cross-play, of wins (a draw is half of one) and of returns: 1 if each "
        "checkpoint does better than those before it."
    )
    head = ["run", "side", "steps", "rating", "wins with time", "returns with time"]
    yield _table(head, lines)
    anchors = (
        f"{group}: " + ", ".join(f"{name} {value:.0f}" for name, value in players.items())
        for group, players in evaluation.anchors.items()
    )
    yield f"Fixed ratings. {'; '.join(anchors)}."


def _tabulate_behaviour(evaluation: Evaluation) -> Iterable[str]:
    """The scene's infos at the end of episodes, when a run began and when it ended."""
    runs = [run for run in evaluation.runs if all(run.sides.values())]
    if not runs:
        return
    columns: dict[str, Result] = {}
    for run in runs:
        for what, index in (("first", 0), ("last", -1)):
            columns[f"{run.name}, {what}"] = _meeting(evaluation, run, index)
    lines = [["steps", *(_plain(result.length) for result in columns.values())]]
    lines += [
        [name, *map(_plain, estimates)]
        for name, estimates in _list_infos(list(columns.values()), evaluation.groups)
    ]
    yield (
        "## How they play\n\nA run's first checkpoints against each other, and its last ones: the "
        "scene's infos at the end of an episode."
    )
    yield _table(["", *columns], lines)


def _meeting(evaluation: Evaluation, run: Contestant, index: int) -> Result:
    first, second = (run.sides[group][index].label for group in evaluation.groups)
    return evaluation.common[first, second]


def _list_infos(
    results: Sequence[Result], groups: Sequence[str]
) -> Iterable[tuple[str, list[Estimate]]]:
    """Infos of all results by name; those that both sides have alike once, as the game's."""
    first, second = groups
    names = {group: results[0].infos[group] for group in groups}
    for name in dict.fromkeys([*names[first], *names[second]]):
        told = {
            group: [result.infos[group][name] for result in results]
            for group in groups
            if name in names[group]
        }
        if told.get(first) == told.get(second):
            yield name, told[first]
        else:
            yield from ((f"{name} ({group})", estimates) for group, estimates in told.items())


def _tell_how(evaluation: Evaluation) -> str:
    numbers = evaluation.numbers
    command = "pettingzoo-godot evaluate " + " ".join(f"runs/{one.name}" for one in evaluation.runs)
    command += (
        f" --episodes {numbers['episodes']} --cross-episodes {numbers['cross_episodes']}"
        f" --checkpoints {numbers['checkpoints']} --seed {numbers['seed']}"
    )
    if numbers["deterministic"]:
        command += " --deterministic"
    versions = ", ".join(f"{name} {number}" for name, number in evaluation.versions.items())
    return f"## How it was made\n\n```console\n$ {command}\n```\n\n{versions}."


# ------------------------------------------------------------------ cells


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _name(player: str) -> str:
    """A player in a table: `random`, a heuristic, or a run's last policy."""
    return player.removeprefix("scripted:") if "@" not in player else f"**{player}**"


def _percent(estimate: Estimate) -> str:
    value, low, high = (100.0 * number for number in estimate)
    return f"{value:.0f} ({low:.0f} to {high:.0f})"


def _plain(estimate: Estimate) -> str:
    digits = 2 if abs(estimate.value) < 10.0 else 1 if abs(estimate.value) < 100.0 else 0
    value, low, high = (f"{number:.{digits}f}" for number in estimate)
    return f"{value} ({low} to {high})"


def _whole(estimate: Estimate) -> str:
    return f"{estimate.value:.0f} ± {estimate.high - estimate.value:.0f}"


def _correlation(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
