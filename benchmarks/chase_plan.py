"""Plans for `chase`: how to play best against a scripted player, around one wall.

A table says for all pairs of places on a grid how many steps are left until the catch, if the
planned player plays its best and the scripted one as ever: dynamic programming, with interpolation
between places. The planned player then takes the action after which the table promises most. It
knows both places, the wall, and what the scripted player is about to do.
"""

from __future__ import annotations

from collections.abc import Callable

import chase_game as game
import numpy as np
import torch
from chase_game import Flags, Floats, Walls
from numpy.typing import NDArray
from torch.nn.functional import embedding_bag

from pettingzoo_godot.training.threads import one_thread

LIMIT = game.HALF - game.GIRTH  # px: as far from the centre as a body comes
OFF_WALL = game.GIRTH + 0.001  # px
NEARER = 1e-4  # steps per px: among actions that are as good, which one
MOVES_PER_SIDE = 8  # of the box of actions

Table = NDArray[np.float32]
Corners = tuple[torch.Tensor, torch.Tensor]  # grid points around places, and their weights
Best = Callable[[torch.Tensor, torch.Tensor], torch.Tensor]


def box_edge(per_side: int) -> Floats:
    """Actions on the edge of the box, which go as far as can be."""
    up, whole = np.linspace(-1.0, 1.0, per_side + 1)[:-1], np.ones(per_side)
    sides = [(up, -whole), (whole, up), (-up, whole), (-whole, -up)]
    return np.concatenate([np.stack(side, -1) for side in sides])


EDGE = box_edge(MOVES_PER_SIDE)
MOVES = np.concatenate([np.zeros((1, 2)), EDGE])  # compared in the tables
FINE_MOVES = np.concatenate([MOVES, 0.5 * EDGE, 0.25 * EDGE])  # compared in the game


class Grid:
    """Places on a grid, as rows and columns of tables.

    Args:
        side: Points per axis.

    Attributes:
        side: The same.
    """

    def __init__(self, side: int) -> None:
        axis = np.linspace(-LIMIT, LIMIT, side)
        self.side = side
        self._points = np.stack(np.meshgrid(axis, axis, indexing="ij"), -1).reshape(-1, 2)

    def places(self, walls: Walls) -> Floats:
        """The grid's points; those that are too near to the wall are moved off it."""
        part = np.clip(game.dot(self._points - walls.start, walls.along), 0.0, walls.length)
        foot = walls.start + walls.along * part[:, None]
        away = self._points - foot
        distance = np.maximum(game.norm(away), 1e-9)[:, None]
        moved = np.clip(foot + away * (OFF_WALL / distance), -LIMIT, LIMIT)
        return np.where(distance < game.GIRTH, moved, self._points)

    def corners(self, places: Floats) -> tuple[NDArray[np.int64], Table]:
        """The four points around each place, and their weights: both of shape (..., 4)."""
        last = self.side - 1
        at = np.clip((places + LIMIT) * (last / (2.0 * LIMIT)), 0.0, last - 1e-9)
        low = at.astype(np.int64)
        part = at - low
        x, y = (np.stack([1.0 - part[..., i], part[..., i]], -1) for i in (0, 1))
        column, row = (low[..., i, None] + np.arange(2) for i in (0, 1))
        shape = (*places.shape[:-1], 4)
        points = column[..., :, None] * self.side + row[..., None, :]
        weights = x[..., :, None] * y[..., None, :]
        return points.reshape(shape), weights.reshape(shape).astype(np.float32)

    def tensors(self, places: Floats) -> Corners:
        """The same for PyTorch."""
        points, weights = self.corners(places)
        return torch.from_numpy(points), torch.from_numpy(weights)

    def look_up(self, table: Table, mine: Floats, others: Floats) -> Floats:
        """A table's values at places, interpolated."""
        rows, row_weights = self.corners(mine)
        columns, column_weights = self.corners(others)
        values = table[rows[..., :, None], columns[..., None, :]]
        found: Floats = np.einsum("...i,...j,...ij->...", row_weights, column_weights, values)
        return found


def best_move(values: torch.Tensor, moves: list[Corners], best: Best) -> torch.Tensor:
    """The best of a table's values that its rows' player reaches with one move."""
    reached = (embedding_bag(at, values, mode="sum", per_sample_weights=w) for at, w in moves)
    found = next(reached)
    for value in reached:
        found = best(found, value)
    return found


def shift(values: torch.Tensor, others: Corners) -> torch.Tensor:
    """A table's values after the columns' player has moved: to other columns in each row."""
    points, weights = others
    found = values.gather(1, points.flatten(1)).view(points.shape)
    return (found * weights).sum(-1)


def solve(moves: list[Corners], others: Corners, caught: Flags, next_: Flags, best: Best) -> Table:
    """Steps until the catch, at most an episode's.

    Args:
        moves: Where each move takes the planned player, from each row.
        others: Where the scripted player goes, from each column, for each row.
        caught: Whether it is over.
        next_: Whether it will be when the seeker has moved.
        best: Of two values.
    """
    now, soon = torch.from_numpy(caught), torch.from_numpy(next_)
    left = torch.zeros(caught.shape)
    with one_thread():
        for _ in range(game.MAX_STEPS):
            left = 1.0 + shift(best_move(left, moves, best), others).masked_fill_(soon, 0.0)
            left.masked_fill_(now, 0.0)
    table: Table = left.numpy()
    return table


class Plan:
    """A table for one wall, and how to play by it.

    Args:
        walls: The wall.
        grid: Of the table.
        table: Steps until the catch: rows are the planned player's places, columns the other's.
    """

    def __init__(self, walls: Walls, grid: Grid, table: Table) -> None:
        self.table = table
        self._walls, self._grid = walls, grid

    def steps_left(self, seeker: Floats, hider: Floats) -> Floats:
        """Steps until the catch, by the table."""
        raise NotImplementedError

    def _worth(self, seeker: Floats, hider: Floats, seeks: Floats, flees: Floats) -> Floats:
        """Steps until the catch after both have moved; a little more if they are far apart."""
        seeker, hider = game.step(self._walls, seeker[None], hider[None], seeks, flees)
        left = np.where(game.is_caught(seeker, hider), 0.0, self.steps_left(seeker, hider))
        return left + NEARER * game.norm(seeker - hider)


class HiderPlan(Plan):
    """Plays the hider around one wall."""

    def __init__(self, walls: Walls, grid: Grid) -> None:
        places = grid.places(walls)
        hider, seeker = places[:, None], places[None]
        # Planned as if the seeker always knew where the hider is.
        found = game.move(walls, seeker, game.seek(walls, seeker, hider)[0])
        table = solve(
            [grid.tensors(game.move(walls, places, move * game.HIDER_STEP)) for move in MOVES],
            grid.tensors(found),
            game.is_caught(seeker, hider),
            game.is_caught(found, hider),
            torch.maximum,
        )
        super().__init__(walls, grid, table)

    def __call__(self, seeker: Floats, hider: Floats, seeks: Floats) -> Floats:
        """The hider's displacements, against those of the seeker."""
        flees = game.HIDER_STEP * FINE_MOVES[:, None]
        best = np.argmax(self._worth(seeker, hider, seeks[None], flees), 0)
        chosen: Floats = flees[best, 0]
        return chosen

    def steps_left(self, seeker: Floats, hider: Floats) -> Floats:
        """Steps until the catch, by the table."""
        return self._grid.look_up(self.table, hider, seeker)


class SeekerPlan(Plan):
    """Plays the seeker around one wall."""

    def __init__(self, walls: Walls, grid: Grid) -> None:
        places = grid.places(walls)
        seeker, hider = places[:, None], places[None]
        parts = np.array_split(seeker, grid.side)  # for the memory's sake
        flees = np.concatenate([game.flee(walls, hider, part) for part in parts])
        reached = [game.move(walls, places, move * game.SEEKER_STEP) for move in MOVES]
        table = solve(
            [grid.tensors(place) for place in reached],
            grid.tensors(game.move(walls, hider, flees)),
            game.is_caught(seeker, hider),
            np.any([game.is_caught(place[:, None], hider) for place in reached], 0),
            torch.minimum,
        )
        super().__init__(walls, grid, table)

    def __call__(self, seeker: Floats, hider: Floats, flees: Floats) -> Floats:
        """The seeker's displacements, against those of the hider."""
        seeks = game.SEEKER_STEP * FINE_MOVES[:, None]
        best = np.argmin(self._worth(seeker, hider, seeks, flees[None]), 0)
        chosen: Floats = seeks[best, 0]
        return chosen

    def steps_left(self, seeker: Floats, hider: Floats) -> Floats:
        """Steps until the catch, by the table."""
        return self._grid.look_up(self.table, seeker, hider)
