"""What an evaluation found: results of matches, ratings, and how they went with training."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.contest import Checkpoint, Contestant, Pair
from pettingzoo_godot.selfplay.intervals import (
    Estimate,
    mean,
    proportion,
    rank_correlation,
    rounded,
)
from pettingzoo_godot.selfplay.matches import Match
from pettingzoo_godot.selfplay.ratings import Anchors, Rating


@dataclass(frozen=True)
class Result:
    """What came of a match, with 95 % intervals.

    Attributes:
        episodes: How many.
        wins: By policy group, the part that it won.
        length: Steps of an episode.
        returns: By policy group.
        infos: By policy group and name, the scene's infos at the end.
        winners: Of each episode, the index of the policy group; `-`: nobody.
    """

    episodes: int
    wins: dict[str, Estimate]
    length: Estimate
    returns: dict[str, Estimate]
    infos: dict[str, dict[str, Estimate]]
    winners: str


@dataclass(frozen=True)
class Trend:
    """How the checkpoints of a run's side do against all of the other side's.

    Attributes:
        run: Name of the run.
        group: Policy group.
        wins: Mean part of the games won, of each checkpoint; a draw is half a win.
        returns: Mean return of each.
        wins_with_time: Spearman's rank correlation of `wins` with the time of training; None: all
            are the same.
        returns_with_time: That of `returns`.
    """

    run: str
    group: str
    wins: list[float]
    returns: list[float]
    wins_with_time: float | None
    returns_with_time: float | None


@dataclass(frozen=True)
class Evaluation:
    """All that was found.

    Attributes:
        scene: Its name.
        groups: The policy groups; the first one's players are rows, the second one's columns.
        numbers: `seed`; `episodes` of the last policies' and the pool's matches, `cross_episodes`
            of the others; `checkpoints` of each run; whether policies are `deterministic`.
        shown: Policy group and info that say most about the game; None: the length does.
        pool: By policy group, the fixed players.
        anchors: Their ratings.
        runs: Which.
        results: By players: one of the first policy group, and one of the second.
        common: The same of the first `cross_episodes` alone, which all checkpoints have played:
            what is told of them as training goes on.
        ratings: By policy group and player.
        trends: By run and policy group.
        versions: Of what it was made with.
    """

    scene: str
    groups: tuple[str, str]
    numbers: dict[str, int]
    shown: tuple[str, str] | None
    pool: dict[str, list[str]]
    anchors: Anchors
    runs: list[Contestant]
    results: dict[Pair, Result]
    common: dict[Pair, Result]
    ratings: dict[str, dict[str, Estimate]]
    trends: list[Trend]
    versions: dict[str, str]

    def measure(self, result: Result) -> Estimate:
        """What says most about the game between two players, besides who wins."""
        if self.shown is None:
            return result.length
        group, name = self.shown
        infos = result.infos.get(group, {})
        if name not in infos:
            raise UsageError(
                f"expected `shown` of the run's settings to be an info of {group!r} at the end of "
                f"episodes: {', '.join(infos) or 'there are none'}; got {name!r}"
            )
        return infos[name]

    @property
    def measure_name(self) -> str:
        """Name of what `measure` returns."""
        return "steps of an episode" if self.shown is None else self.shown[1].replace("_", " ")

    def to_json(self) -> dict[str, Any]:
        """All of it, ready for JSON; without paths."""
        content = {
            name: value
            for name, value in vars(self).items()
            if name not in ("runs", "results", "common", "trends")
        }
        content["runs"] = {
            run.name: {
                "seed": run.config.seed,
                "engines": run.config.engines,
                "arenas": run.config.arenas,
                "parameters": run.config.parameters,
                "roles": run.config.roles,
                "settings": run.config.settings,
                "checkpoints": [
                    {"name": one.label, "steps": one.steps, "seconds": one.seconds}
                    for one in run.checkpoints
                ],
            }
            for run in self.runs
        }
        content["trends"] = [asdict(trend) for trend in self.trends]
        content["matches"] = [
            {"players": dict(zip(self.groups, pair, strict=True)), **vars(result)}
            for pair, result in self.results.items()
        ]
        return content


def sum_up(match: Match) -> Result:
    """Say what came of a match."""
    episodes, groups = match.episodes, list(match.players)
    winners = [episode.winner for episode in episodes]
    return Result(
        episodes=len(episodes),
        wins={group: proportion(winners.count(group), len(winners)) for group in groups},
        length=mean([episode.length for episode in episodes]),
        returns={group: mean([episode.returns[group] for episode in episodes]) for group in groups},
        infos={
            group: {
                name: mean([episode.infos[group][name] for episode in episodes])
                for name in episodes[0].infos[group]
            }
            for group in groups
        },
        winners="".join("-" if one is None else str(groups.index(one)) for one in winners),
    )


def estimate_ratings(
    ratings: Mapping[tuple[str, str], Rating], pairs: Iterable[Pair], groups: Sequence[str]
) -> dict[str, dict[str, Estimate]]:
    """Ratings of all players with their intervals, by policy group and player."""
    told: dict[str, dict[str, Estimate]] = {group: {} for group in groups}
    for pair in pairs:
        for group, player in zip(groups, pair, strict=True):
            rating = ratings[group, player]
            told[group][player] = rounded(rating.value, *rating.interval)
    return told


def find_trends(
    run: Contestant, results: Mapping[Pair, Result], groups: Sequence[str]
) -> list[Trend]:
    """Say how a run's checkpoints do against those of its other side, as training goes on."""
    first, second = (run.sides[group] for group in groups)
    by_row = [[results[one.label, other.label] for other in second] for one in first]
    by_column = [[results[one.label, other.label] for one in first] for other in second]
    return [
        _find_trend(run.name, group, checkpoints, lines)
        for group, checkpoints, lines in zip(
            groups, (first, second), (by_row, by_column), strict=True
        )
        if first and second
    ]


def _find_trend(
    run: str, group: str, checkpoints: Sequence[Checkpoint], lines: Iterable[Sequence[Result]]
) -> Trend:
    wins, returns = [], []
    for results in lines:
        draws = sum(result.winners.count("-") / result.episodes for result in results)
        won = sum(result.wins[group].value for result in results)
        wins.append(round((won + draws / 2) / len(results), 6))
        earned = sum(result.returns[group].value for result in results)
        returns.append(round(earned / len(results), 6))
    steps = [one.steps for one in checkpoints]
    return Trend(
        run,
        group,
        wins,
        returns,
        rank_correlation(steps, wins),
        rank_correlation(steps, returns),
    )
