"""Who sees whom in hide_and_seek, against a computation of its own from `state()`."""

from __future__ import annotations

import numpy as np
import pytest
from hideout import (
    COSINE,
    EYE,
    Floats,
    Truth,
    outer_walls,
    planes_of_thing,
    planes_of_wall,
    truth,
)
from play import sample, seed_spaces

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

STATES = 1000
STEPS = 8  # of an episode: then the next one has other walls and other places
DOUBT = 1e-3  # m: what a ray passes more closely is decided by the last bits


def crosses(planes: Floats, start: Floats, end: Floats, grown: float) -> bool:
    """Whether a way crosses a convex body that is grown by so many metres."""
    before = planes[:, :3] @ start - planes[:, 3] - grown
    after = planes[:, :3] @ end - planes[:, 3] - grown
    if (np.minimum(before, after) > 0).any():
        return False
    with np.errstate(divide="ignore", invalid="ignore"):
        share = before / (before - after)
    enter = np.max(share, where=before > 0, initial=0.0)
    leave = np.min(share, where=after > 0, initial=1.0)
    return bool(enter < leave)


def sees(seeker: Floats, hider: Floats, bodies: list[Floats]) -> bool | None:
    """Whether a seeker sees a hider; None where that is a matter of the last bits."""
    eye = seeker[:3] + EYE
    away = hider[:3] - eye
    margin = away[0] * seeker[3] + away[2] * seeker[4] - COSINE * np.linalg.norm(away)
    if margin < -DOUBT:
        return False
    free, doubtful = (
        not any(crosses(planes, eye, hider[:3], grown) for planes in bodies)
        for grown in (-DOUBT, DOUBT)
    )
    return free if free == doubtful and margin > DOUBT else None if free else False


def seen_hiders(now: Truth) -> list[bool | None]:
    """For each hider whether any seeker sees it."""
    bodies = [planes_of_wall(wall) for wall in (*now.walls, *outer_walls())]
    bodies += [planes_of_thing(thing, i >= now.num_boxes) for i, thing in enumerate(now.things)]
    answers = []
    for hider in now.hiders:
        views = [sees(seeker, hider, bodies) for seeker in now.seekers]
        answers.append(True if True in views else None if None in views else False)
    return answers


@pytest.mark.parametrize("layout", ["open", "quadrant", "random_rooms"])
def test_sight_is_the_cone_and_the_line(layout: str) -> None:
    parameters = {"layout": layout, "prep_fraction": 0.0, "n_boxes": 4, "n_ramps": 2}
    counts = {True: 0, False: 0, None: 0}
    with pzg.parallel_env("hide_and_seek", parameters=parameters, max_steps=STEPS) as env:
        seed_spaces(env, 1)
        for seed in range(STATES // 3 // STEPS + 1):
            env.reset(seed=seed)
            while env.agents:
                env.step(sample(env))
                now = truth(env)
                expected = seen_hiders(now)
                for hider, answer in zip(now.hiders, expected, strict=True):
                    counts[answer] += 1
                    assert answer is None or answer == bool(hider[11]), (seed, hider)
                assert now.is_seen == bool(now.hiders[:, 11].any())
    assert counts[None] < 0.02 * sum(counts.values())
    assert min(counts[True], counts[False]) > 0.1 * sum(counts.values())
