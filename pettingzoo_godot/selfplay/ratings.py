"""Ratings: how strong players are, by who has won against whom; computed by openskill.

The model is that of Bradley and Terry, with Weng and Lin's update after each game (2011), on Elo's
scale: 400 points more than an opponent are odds of 10 to 1. Sides are rated apart: who plays both
has two ratings. A game tells the difference of two players and nothing else, so one number is free;
what is believed before the first game settles it, for the anchors by games among themselves.
Anchors never move then, and all others are rated against them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from openskill.models import BradleyTerryFull, BradleyTerryFullRating

from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.selfplay.matches import Match
from pettingzoo_godot.selfplay.players import RANDOM, SCRIPTED, bot, heuristic_parameter

_BEFORE = 1000.0  # what is believed of a player before its first game
_UNKNOWN = 400.0  # its standard deviation: nearly all are within 800 of each other
_SCALE = 400.0 / math.log(10.0)
_BETA = _SCALE / math.sqrt(2.0)  # of two players: together openskill's unit of a difference
_STILL = 1e-3  # standard deviation of what is known, and does not move
_CHANGE = 4.0  # by which a player that learns may change from game to game, on average
_TWO_SIDED = 1.96  # standard deviations around a mean in which 95 % are

#: Ratings by policy group and player.
Anchors = dict[str, dict[str, float]]

#: Of the bundled scenes with their own parameters, by `evaluation.rate_pool`. Never to be changed
#: unless the game is: curves of other runs would no longer compare.
ANCHORS: dict[str, Anchors] = {
    "chase": {
        "seeker": {"random": 209.0, "scripted": 1470.0},
        "hider": {"random": 1125.0, "scripted": 1439.0},
    },
}

LATEST: Final = "latest"


class Rating(NamedTuple):
    """How strong a player is.

    Attributes:
        value: The mean of what is believed.
        deviation: Its standard deviation; 0: it is fixed.
    """

    value: float
    deviation: float

    @property
    def interval(self) -> tuple[float, float]:
        """In which it is with 95 %."""
        reach = _TWO_SIDED * self.deviation
        return self.value - reach, self.value + reach


class Ratings:
    """Ratings of players, side by side, game by game.

    Args:
        fixed: Those that do not move.
        change: By which players may change from game to game [standard deviation]; 0: they are
            files, and do not.
    """

    def __init__(self, fixed: Mapping[str, Mapping[str, float]], change: float = 0.0) -> None:
        self._model = BradleyTerryFull(mu=_BEFORE, sigma=_UNKNOWN, beta=_BETA, tau=change)
        self._fixed = {(group, one) for group, players in fixed.items() for one in players}
        self._ratings: dict[tuple[str, str], BradleyTerryFullRating] = {
            (group, one): self._model.rating(mu=value, sigma=_STILL)
            for group, players in fixed.items()
            for one, value in players.items()
        }

    def __getitem__(self, key: tuple[str, str]) -> Rating:
        """The rating of a policy group's player; of a new one, what is believed before a game."""
        rating = self._of(key)
        return Rating(rating.mu, 0.0 if key in self._fixed else rating.sigma)

    def record(self, players: Mapping[str, str], winner: str | None) -> None:
        """Take a game in.

        Args:
            players: By policy group, who has played.
            winner: The policy group that has won; None: nobody.
        """
        keys = list(players.items())
        ranks = [0.0 if winner in (None, group) else 1.0 for group in players]
        after = self._model.rate([[self._of(key)] for key in keys], ranks=ranks)
        for key, (rating,) in zip(keys, after, strict=True):
            if key not in self._fixed:
                self._ratings[key] = rating

    def start(self, key: tuple[str, str], value: float) -> None:
        """Believe something else of a player before its first game."""
        self._ratings[key] = self._model.rating(mu=value, sigma=_UNKNOWN)

    def copy(self, key: tuple[str, str], new: tuple[str, str]) -> None:
        """Believe of a new player what is believed of another one."""
        self._ratings[new] = self._of(key)

    def _of(self, key: tuple[str, str]) -> BradleyTerryFullRating:
        return self._ratings.setdefault(key, self._model.rating())

    # ------------------------------------------------------------------ to be kept

    def state(self) -> list[list[Any]]:
        """All that a checkpoint has to keep."""
        return [
            [group, player, rating.mu, rating.sigma, (group, player) in self._fixed]
            for (group, player), rating in self._ratings.items()
        ]

    def restore(self, state: Iterable[Iterable[Any]]) -> None:
        """Go on from a `state`."""
        self._fixed.clear()
        self._ratings.clear()
        for group, player, value, deviation, is_fixed in state:
            self._ratings[group, player] = self._model.rating(mu=value, sigma=deviation)
            if is_fixed:
                self._fixed.add((group, player))


class LiveRatings:
    """Ratings of the policies of a training, from its own games.

    A past self begins with the rating that it had as the latest policy. Where no anchor plays,
    games tell how far the sides are apart, and only by way of past selves how far each has come: so
    the level of both may drift. To compare runs, `evaluate` them.

    Args:
        groups: The policy groups.
        anchors: Those of the scene; there may be none.
        parameters: Of the scene; they say which heuristic is the scripted one.
    """

    def __init__(
        self, groups: Iterable[str], anchors: Anchors, parameters: Mapping[str, Scalar]
    ) -> None:
        fixed = {group: dict(players) for group, players in anchors.items()}
        for group, players in fixed.items():
            chosen = players.get(bot(str(parameters.get(heuristic_parameter(group)))))
            if chosen is not None:
                players[SCRIPTED] = chosen
        self._ratings = Ratings(fixed, _CHANGE)
        for group in groups:  # a network that has learned nothing plays nearly at random
            if RANDOM in fixed.get(group, {}):
                self._ratings.start((group, LATEST), fixed[group][RANDOM])

    def __getitem__(self, group: str) -> Rating:
        """The rating of a policy group's latest policy."""
        return self._ratings[group, LATEST]

    def record(self, players: Mapping[str, str], winner: str | None) -> None:
        """Take a game in.

        Args:
            players: By policy group: `LATEST`, `"scripted"`, or the number of a past self.
            winner: The policy group that has won; None: nobody.
        """
        self._ratings.record(players, winner)

    def keep(self, group: str, number: int) -> None:
        """Rate a past self, which is the latest policy now."""
        self._ratings.copy((group, LATEST), (group, str(number)))

    def state(self) -> list[list[Any]]:
        """All that a checkpoint has to keep."""
        return self._ratings.state()

    def restore(self, state: Iterable[Iterable[Any]]) -> None:
        """Go on from a `state`."""
        self._ratings.restore(state)


def anchors_for(scene: str, parameters: Mapping[str, Scalar]) -> Anchors:
    """The anchors of a scene that are known.

    Args:
        scene: Its name.
        parameters: That are not its own; with others than a heuristic's name, it is another game.

    Returns:
        None are known: an empty dict.
    """
    anchors = ANCHORS.get(scene, {})
    return anchors if set(parameters) <= set(map(heuristic_parameter, anchors)) else {}


def measure_anchors(matches: Iterable[Match]) -> Anchors:
    """Rate anchors by their own games.

    Args:
        matches: All of each group's against all of the other one's.

    Returns:
        Ratings, rounded. Who has never won is rated as low as so few games can tell.
    """
    matches = list(matches)
    ratings = rate_matches(matches, {})
    anchors: Anchors = {group: {} for group in matches[0].players}
    for match in matches:
        for group, player in match.players.items():
            anchors[group][player] = float(round(ratings[group, player].value))
    return anchors


def rate_matches(matches: Iterable[Match], fixed: Mapping[str, Mapping[str, float]]) -> Ratings:
    """Rate players by all games of their matches.

    Games are taken in as if all matches had been played side by side, because what comes first
    weighs a little more.

    Args:
        matches: In an order that does not change.
        fixed: Ratings that do not move, by policy group and player.
    """
    ratings = Ratings(fixed)
    games = [
        ((index + 0.5) / len(match.episodes), number, match.players, episode.winner)
        for number, match in enumerate(matches)
        for index, episode in enumerate(match.episodes)
    ]
    for _, _, players, winner in sorted(games, key=lambda game: game[:2]):
        ratings.record(players, winner)
    return ratings
