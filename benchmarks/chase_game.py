"""The game of `chase` and its scripted players in NumPy: for many positions at once.

Points are arrays of shape (..., 2) in px, as in the scene; arguments broadcast. Every function is
that of the same name in the scene's scripts, which say where its numbers come from.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

HALF = 250.0
START_RANGE = 187.5
START_DISTANCE = 250.0
START_CLEARANCE = 60.0
SHORTEST_WALL = 140.625
GIRTH = 25.0
BERTH = 30.0
ARRIVED = 20.0
SLACK = 1.0
DETOUR = 250.0
FORESIGHT = 200.0
CATCH_DISTANCE = 40.0
SEEKER_STEP = 20.0
HIDER_STEP = 24.0
MAX_STEPS = 60
_ANGLES = np.arange(16) * (2.0 * np.pi / 16)
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], -1)


@dataclass(frozen=True)
class Walls:
    """Inner walls from `start` to `end`; one far outside of the arena is none."""

    start: Floats
    end: Floats

    @property
    def length(self) -> Floats:
        """How long they are [px]."""
        return norm(self.end - self.start)

    @property
    def along(self) -> Floats:
        """Unit vectors from start to end."""
        unit: Floats = (self.end - self.start) / self.length[..., None]
        return unit


def dot(one: Floats, other: Floats) -> Floats:
    """Scalar products."""
    product: Floats = one[..., 0] * other[..., 0] + one[..., 1] * other[..., 1]
    return product


def norm(vectors: Floats) -> Floats:
    """Lengths."""
    return np.sqrt(dot(vectors, vectors))


def orthogonal(vectors: Floats) -> Floats:
    """Turned by a quarter, as Godot does."""
    return np.stack([vectors[..., 1], -vectors[..., 0]], -1)


def way_to_circle(offset: Floats, direction: Floats, radius: float) -> Floats:
    """How far a point can go before it enters a circle; infinite if it never does."""
    approach = -dot(offset, direction)
    rest = approach * approach - dot(offset, offset) + radius * radius
    way = np.maximum(approach - np.sqrt(np.maximum(rest, 0.0)), 0.0)
    return np.where((approach > 0.0) & (rest >= 0.0), way, np.inf)


def clear_way(walls: Walls, start: Floats, direction: Floats, radius: float) -> Floats:
    """How far circles can go before they touch a wall [px]."""
    with np.errstate(divide="ignore", invalid="ignore"):
        ways = (HALF - radius - start * np.sign(direction)) / np.abs(direction)
        way = np.minimum(ways[..., 0], ways[..., 1])
        inner = _way_to_inner(walls, start - walls.start, direction, radius)
    return np.maximum(np.minimum(way, inner), 0.0)


def _way_to_inner(walls: Walls, offset: Floats, direction: Floats, radius: float) -> Floats:
    along, length = walls.along, walls.length
    normal = orthogonal(along)
    position, height = dot(offset, along), dot(offset, normal)
    rise = dot(direction, normal) * np.sign(height)
    height = np.abs(height)
    outside = height >= radius
    way = np.where(outside, (radius - height) / rise, 0.0)
    position = np.where(outside, position + way * dot(direction, along), position)
    end = np.where((position < 0.0)[..., None], offset, offset - along * length[..., None])
    beside = (position < 0.0) | (position > length)
    round_end = way_to_circle(end, direction, radius)
    flat = np.where(rise < 0.0, way, np.inf)
    return np.where(outside & (rise >= 0.0), np.inf, np.where(beside, round_end, flat))


def is_clear(walls: Walls, start: Floats, goal: Floats, radius: float) -> Flags:
    """Whether circles can go straight from one place to the other."""
    way = goal - start
    distance = norm(way)
    direction = way / np.where(distance == 0.0, 1.0, distance)[..., None]
    return clear_way(walls, start, direction, radius) >= distance - SLACK


def move(walls: Walls, place: Floats, displacement: Floats) -> Floats:
    """Where bodies come to by a displacement: they stop at a wall."""
    wanted = norm(displacement)
    direction = displacement / np.where(wanted == 0.0, 1.0, wanted)[..., None]
    way = np.minimum(clear_way(walls, place, direction, GIRTH), wanted)
    return place + direction * way[..., None]


def is_caught(seeker: Floats, hider: Floats) -> Flags:
    """Whether the seeker has the hider."""
    return norm(seeker - hider) < CATCH_DISTANCE


def step(
    walls: Walls, seeker: Floats, hider: Floats, seeks: Floats, flees: Floats
) -> tuple[Floats, Floats]:
    """Move both by their displacements: the seeker first."""
    seeker = move(walls, seeker, seeks)
    caught = is_caught(seeker, hider)[..., None]
    return seeker, np.where(caught, hider, move(walls, hider, flees))


def shorten(way: Floats, most: float) -> Floats:
    """Displacements in the same direction, of so many px per axis at most."""
    shortened: Floats = way / np.maximum(np.abs(way).max(-1) / most, 1.0)[..., None]
    return shortened


def flee(walls: Walls, hider: Floats, seeker: Floats) -> Floats:
    """The scripted hider's displacement."""
    directions = _DIRECTIONS.reshape(16, *[1] * (hider.ndim - 1), 2)
    reach = np.minimum(clear_way(walls, hider, directions, GIRTH), FORESIGHT)
    places = np.concatenate([hider[None], hider + directions * reach[..., None]])
    best = np.argmax(_route(walls, seeker, places) - norm(places), 0)
    places = np.broadcast_to(places, (17, *best.shape, 2))
    chosen = np.take_along_axis(places, best[None, ..., None], 0)[0]
    return shorten(chosen - hider, HIDER_STEP)


def _route(walls: Walls, start: Floats, goal: Floats) -> Floats:
    around = [norm(start - end) + norm(goal - end) for end in (walls.start, walls.end)]
    straight = norm(goal - start)
    return np.where(is_clear(walls, start, goal, 0.0), straight, np.minimum(*around))


def seek(walls: Walls, seeker: Floats, goal: Floats) -> tuple[Floats, Floats]:
    """The scripted seeker's displacement towards a goal, and how far it is from its next stop."""
    way = _next_stop(walls, seeker, goal) - seeker
    return shorten(way, SEEKER_STEP), norm(way)


def _next_stop(walls: Walls, here: Floats, goal: Floats) -> Floats:
    out = walls.along * BERTH
    aside = orthogonal(walls.along) * BERTH
    ends = (walls.start - out, walls.end + out)
    corners = [end + side for end in ends for side in (aside, -aside)]
    best = np.broadcast_to(here, np.broadcast_shapes(here.shape, goal.shape))
    best_cost = np.full(best.shape[:-1], np.inf)
    for corner in corners:
        cost = norm(here - corner) + norm(corner - goal)
        cost = cost + np.where(is_clear(walls, corner, goal, GIRTH), 0.0, DETOUR)
        cost = np.where(is_clear(walls, here, corner, GIRTH), cost, np.inf)
        best = np.where((cost < best_cost)[..., None], corner, best)
        best_cost = np.minimum(cost, best_cost)
    return np.where(is_clear(walls, here, goal, GIRTH)[..., None], goal, best)


class Seeker:
    """The scripted seeker of many episodes, with what it remembers."""

    def __init__(self, walls: Walls, seeker: Floats, rng: np.random.Generator) -> None:
        self._walls = walls
        self._goal = seeker
        self._rng = rng

    def __call__(self, seeker: Floats, hider: Floats) -> Floats:
        """Its displacements: to the hider in sight, else to where it was, then anywhere."""
        sees = is_clear(self._walls, seeker, hider, 0.0)[..., None]
        self._goal = np.where(sees, hider, self._goal)
        _, rest = seek(self._walls, seeker, self._goal)
        lost = (rest < ARRIVED) & (norm(seeker - hider) > 2.0 * BERTH)
        anywhere = self._rng.uniform(-START_RANGE, START_RANGE, self._goal.shape)
        self._goal = np.where(lost[..., None], anywhere, self._goal)
        return seek(self._walls, seeker, self._goal)[0]


def draw_walls(rng: np.random.Generator, count: int) -> Walls:
    """Inner walls as the scene draws them: arrays of shape (count, 2)."""
    ends = rng.uniform(-START_RANGE, START_RANGE, (2, 20 * count, 2))
    start, end = ends[:, norm(ends[0] - ends[1]) >= SHORTEST_WALL]
    return Walls(start[:count], end[:count])


def draw_starts(rng: np.random.Generator, walls: Walls) -> tuple[Floats, Floats]:
    """Starts of seekers and hiders as the scene draws them, one pair for each of many walls."""
    places = np.zeros((2, *walls.start.shape))
    bad = np.ones(len(walls.start), np.bool_)
    while bad.any():
        places[:, bad] = rng.uniform(-START_RANGE, START_RANGE, (2, int(bad.sum()), 2))
        clearance = np.minimum(*(distance_to_wall(walls, place) for place in places))
        apart = norm(places[0] - places[1])
        bad = (apart < START_DISTANCE) | (clearance < START_CLEARANCE)
    return places[0], places[1]


def distance_to_wall(walls: Walls, place: Floats) -> Floats:
    """How far places are from the inner wall [px]."""
    part = np.clip(dot(place - walls.start, walls.along), 0.0, walls.length)
    return norm(place - walls.start - walls.along * part[..., None])
