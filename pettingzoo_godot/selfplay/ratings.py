"""Ratings: how strong players are, by who has won against whom.

The model is that of Bradley and Terry, on Elo's scale: 400 points more than an opponent are odds of
10 to 1. An evaluation fits all its games at once, by scipy; a training, whose policies change, goes
game by game with Weng and Lin's update (2011), by openskill. Sides are rated apart: who plays both
has two ratings. A game tells the difference of two players and nothing else, so one number is free;
what is believed before the first game settles it, for the anchors by games among themselves.
Anchors never move then, and all others are rated against them.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any, Final, NamedTuple

import numpy as np
from openskill.models import BradleyTerryFull, BradleyTerryFullRating
from scipy.optimize import minimize
from scipy.special import expit

from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.selfplay.lineup import SCRIPTED
from pettingzoo_godot.selfplay.matches import Match
from pettingzoo_godot.selfplay.players import RANDOM, bot, game_parameters, heuristic_parameter
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.spaces import Array

_BEFORE = 1000.0  # what is believed of a player before its first game
_UNKNOWN = 400.0  # its standard deviation: nearly all are within 800 of each other
_SCALE = 400.0 / math.log(10.0)
_PRECISION = (_SCALE / _UNKNOWN) ** 2  # of what is believed, in units of the scale
_BETA = _SCALE / math.sqrt(2.0)  # of two players: together openskill's unit of a difference
_GRADIENT = 1e-8  # games, by which results may differ from what is expected: far below a point
_STILL = 1e-3  # standard deviation of what is known, and does not move
_CHANGE = 4.0  # by which a player that learns may change from game to game, on average
_TWO_SIDED = 1.96  # standard deviations around a mean in which 95 % are

#: Ratings by policy group and player.
Anchors = dict[str, dict[str, float]]

#: Of the bundled scenes with the parameters that trainings have, by `evaluation.rate_pool`. Never
#: to be changed unless the game is: curves of other runs would no longer compare.
ANCHORS: dict[str, Anchors] = {
    "chase": {
        "seeker": {"random": 168.0, "scripted": 1569.0},
        "hider": {"random": 884.0, "scripted": 1379.0},
    },
    "hide_and_seek": {  # by 150 episodes of each pair
        "hider": {
            "random": 600.0,
            "scripted:static": 597.0,
            "scripted:flee": 1042.0,
            "scripted:barricade": 1840.0,
        },
        "seeker": {"random": 728.0, "scripted:patrol": 826.0, "scripted:chase": 1367.0},
    },
}

LATEST: Final = "latest"  # policy of a group that learns


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
    """Ratings of players who learn, game by game.

    Args:
        fixed: Those that do not move, by policy group and player.
    """

    def __init__(self, fixed: Mapping[str, Mapping[str, float]]) -> None:
        self._model = BradleyTerryFull(mu=_BEFORE, sigma=_UNKNOWN, beta=_BETA, tau=_CHANGE)
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


def start_ratings(
    groups: Iterable[str], anchors: Anchors, parameters: Mapping[str, Scalar]
) -> Ratings:
    """Rate the policies of a training from its own games.

    The players are `LATEST`, by their numbers past selves, which begin with the rating that they
    had as the latest policy, and by their roles those who do not learn. Where no anchor plays,
    games tell how far the sides are apart, and only by way of past selves how far each has come: so
    the level of both may drift. To compare runs, `evaluate` them.

    Args:
        groups: The policy groups.
        anchors: Those of the scene; there may be none.
        parameters: Of the scene; they say which heuristic is the scripted one.
    """
    fixed = {group: dict(players) for group, players in anchors.items()}
    for group, players in fixed.items():
        chosen = players.get(bot(str(parameters.get(heuristic_parameter(group)))))
        if chosen is not None:
            players[SCRIPTED] = chosen
    ratings = Ratings(fixed)
    for group in groups:  # a network that has learned nothing plays nearly at random
        if RANDOM in fixed.get(group, {}):
            ratings.start((group, LATEST), fixed[group][RANDOM])
    return ratings


def anchors_for(scene: str, parameters: Mapping[str, Scalar], winner: str) -> Anchors:
    """The anchors of a scene that are known.

    Args:
        scene: Name of a bundled one, or a path: somebody's own, whatever its name.
        parameters: Of the scene; with others than trainings have, but for a heuristic's name, it
            is another game.
        winner: Who wins, as in `Settings`; with another one than in trainings, it is another game.

    Returns:
        None are known: an empty dict.
    """
    usual = settings_for(scene)
    game, known = game_parameters(parameters), game_parameters(usual.parameters)
    return ANCHORS.get(scene, {}) if (game, winner) == (known, usual.winner) else {}


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


def rate_matches(
    matches: Iterable[Match], fixed: Mapping[str, Mapping[str, float]]
) -> dict[tuple[str, str], Rating]:
    """Rate players by all games of their matches at once.

    Args:
        matches: At least one, of two sides each; a draw is half a win.
        fixed: Ratings that do not move, by policy group and player.

    Returns:
        By policy group and player, of all: the most probable ratings; their deviations are those of
        the normal distribution that is as curved there (Laplace's).
    """
    matches = list(matches)
    known = {(group, one): v for group, players in fixed.items() for one, v in players.items()}
    pairs = [tuple(match.players.items()) for match in matches]
    free = [key for key in dict.fromkeys(chain.from_iterable(pairs)) if key not in known]
    told = {key: Rating(value, 0.0) for key, value in known.items()}
    if not free:
        return told
    offsets = np.array([[known.get(key, _BEFORE) for key in pair] for pair in pairs])
    fit = _Fit(
        who=np.array([[(key == one) - (key == other) for key in free] for one, other in pairs]),
        offsets=(offsets[:, 0] - offsets[:, 1]) / _SCALE,
        games=np.array([len(match.episodes) for match in matches]),
        wins=np.array(
            [_score(match, one) for match, ((one, _), _) in zip(matches, pairs, strict=True)]
        ),
    )
    found = minimize(
        fit.cost,
        np.zeros(len(free)),
        method="trust-exact",
        jac=fit.slope,
        hess=fit.curvature,
        options={"gtol": _GRADIENT},
    ).x
    deviations = np.sqrt(np.diag(np.linalg.inv(fit.curvature(found))))
    ratings = zip(_BEFORE + _SCALE * found, _SCALE * deviations, strict=True)
    return told | {
        key: Rating(float(v), float(d)) for key, (v, d) in zip(free, ratings, strict=True)
    }


class _Fit(NamedTuple):
    """How improbable ratings are, in units of `_SCALE` from what is believed before the first game.

    Attributes:
        who: (matches, players): 1 where a player is on the first side, -1 on the second.
        offsets: (matches,): by how much the first side is stronger if no rating moves.
        games: (matches,): how many.
        wins: (matches,): how many of them the first side has won.
    """

    who: Array
    offsets: Array
    games: Array
    wins: Array

    def cost(self, ratings: Array) -> float:
        """The negative logarithm of their probability."""
        gaps = self.offsets + self.who @ ratings
        seen = self.games * np.logaddexp(0.0, gaps) - self.wins * gaps
        return float(seen.sum() + 0.5 * _PRECISION * ratings @ ratings)

    def slope(self, ratings: Array) -> Array:
        """Its derivative: (players,)."""
        expected = self.games * expit(self.offsets + self.who @ ratings)
        slope: Array = self.who.T @ (expected - self.wins) + _PRECISION * ratings
        return slope

    def curvature(self, ratings: Array) -> Array:
        """The derivative of that: (players, players)."""
        part = expit(self.offsets + self.who @ ratings)
        weights = (self.games * part * (1.0 - part))[:, None]
        curvature: Array = self.who.T @ (weights * self.who) + _PRECISION * np.eye(len(ratings))
        return curvature


def _score(match: Match, group: str) -> float:
    winners = [episode.winner for episode in match.episodes]
    return winners.count(group) + 0.5 * winners.count(None)
