"""What `state()` of the scene hide_and_seek says, by name (its README lists the floats)."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import pettingzoo_godot as pzg

HALF = 5.0  # m, of the arena's side
THICKNESS = 0.25  # m, of a wall
HEIGHT = 1.0  # m, of walls, boxes and ramps
RADIUS = 0.3  # m, of a player
EYE = np.array([0.0, 0.25, 0.0])  # m, above a player's middle
COSINE = np.cos(np.radians(135.0 / 2))

_HEAD, _PLAYER, _THING, _WALL, _DOOR = 3, 12, 13, 5, 6
_WALLS, _DOORS = 6, 3

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Truth:
    """One state.

    Args:
        is_seen: Whether any hider is seen.
        players: A row for each: place, direction, velocity, turn, hider, holding, seen.
        things: A row for each: place, direction, velocity, turn, size, lock, held.
        num_boxes: So many of the things are boxes; the others are ramps.
        walls: A row for each inner wall: x, z, size along x, size along z.
        doors: A row for each door: x, z, normal, blocked.
    """

    is_seen: bool
    players: Floats
    things: Floats
    num_boxes: int
    walls: Floats
    doors: Floats

    @property
    def hiders(self) -> Floats:
        """The players that hide."""
        rows: Floats = self.players[self.players[:, 9] > 0]
        return rows

    @property
    def seekers(self) -> Floats:
        """The players that seek."""
        rows: Floats = self.players[self.players[:, 9] == 0]
        return rows


def truth_of(state: NDArray[np.float32], players: int, boxes: int, ramps: int) -> Truth:
    """Take a state apart."""
    counts = (_HEAD, players * _PLAYER, (boxes + ramps) * _THING, _WALLS * _WALL, _DOORS * _DOOR)
    assert len(state) == sum(counts)
    head, *parts = np.split(state.astype(np.float64), np.cumsum(counts)[:-1])
    rows = [
        part.reshape(-1, width)
        for part, width in zip(parts, (_PLAYER, _THING, _WALL, _DOOR), strict=True)
    ]
    walls, doors = (part[part[:, -1] > 0, :-1] for part in rows[2:])
    return Truth(bool(head[2]), rows[0], rows[1], boxes, walls, doors)


def truth(env: pzg.GodotParallelEnv) -> Truth:
    """What is, in an environment with the usual number of boxes and ramps."""
    parameters = {"n_boxes": 2, "n_ramps": 1, **(env.parameters or {})}
    boxes, ramps = int(parameters["n_boxes"]), int(parameters["n_ramps"])
    return truth_of(env.state(), len(env.possible_agents), boxes, ramps)


def outer_walls() -> Floats:
    """The four walls around the arena, as rows of `Truth.walls`."""
    long, near = 2 * (HALF + THICKNESS), -HALF - THICKNESS
    return np.array(
        [
            [near, near, long, THICKNESS],
            [near, HALF, long, THICKNESS],
            [near, near, THICKNESS, long],
            [HALF, near, THICKNESS, long],
        ]
    )


def planes_of_wall(wall: Floats) -> Floats:
    """The half-spaces of a wall: rows of a normal n and a number d with n . x <= d inside."""
    x, z, width, depth = wall
    return _box_planes(
        np.array([x + width / 2, HEIGHT / 2, z + depth / 2]), (1.0, 0.0), width, depth
    )


def planes_of_thing(thing: Floats, is_ramp: bool) -> Floats:
    """The half-spaces of a box or a ramp."""
    middle, forward = thing[:3], thing[3:5]
    width, depth = thing[9:11]
    right = (-forward[1], forward[0])
    planes = _box_planes(middle, right, width, depth)
    if is_ramp:  # as high as a wall behind, flat in front: its top is a slope
        back = np.array([-forward[0], 0.0, -forward[1]])
        normal = np.array([0.0, depth, 0.0]) - HEIGHT * back
        normal /= np.linalg.norm(normal)
        planes[2] = [*normal, normal @ middle]
    return planes


def _box_planes(middle: Floats, right: tuple[float, float], width: float, depth: float) -> Floats:
    x_axis = np.array([right[0], 0.0, right[1]])
    z_axis = np.array([-right[1], 0.0, right[0]])
    rows = []
    for axis, half in (
        (x_axis, width / 2),
        (np.array([0.0, 1.0, 0.0]), HEIGHT / 2),
        (z_axis, depth / 2),
    ):
        for sign in (1.0, -1.0):
            rows.append([*(sign * axis), sign * (axis @ middle) + half])
    return np.array(rows)


def agents_by_side(env: pzg.GodotParallelEnv) -> tuple[list[str], list[str]]:
    """The hiders' and the seekers' IDs."""
    hiders = [agent for agent in env.possible_agents if re.match("hider", agent)]
    return hiders, [agent for agent in env.possible_agents if agent not in hiders]


def drive(
    player: Floats,
    target: Floats,
    look: Floats | None = None,
    grab: float = -1.0,
    lock: float = -1.0,
) -> NDArray[np.float32]:
    """The action, of the scene with `actions` box, that goes to a place on the floor.

    Args:
        player: A row of `Truth.players`.
        target: Where to go: x, z.
        look: Where to look: x, z; None: to the target.
        grab: Above 0: grab.
        lock: Above 0: lock.
    """
    here, forward = player[[0, 2]], player[3:5]
    right = np.array([-forward[1], forward[0]])
    way = target - here
    wish = way / max(float(np.linalg.norm(way)), 0.5)
    aim = (target if look is None else look) - here
    missing = np.arctan2(aim @ right, aim @ forward)
    turn = 2.0 * missing + 0.25 * player[8]
    return np.clip(np.array([wish @ right, wish @ forward, turn, grab, lock], np.float32), -1, 1)
