"""What the addon's sensors see, as Python gets it: vectors, and members in shapes of their own."""

from __future__ import annotations

import numpy as np
import pytest
from play import assert_same, play, scene

import pettingzoo_godot as pzg

pytestmark = pytest.mark.engine

GALLERY = "gallery/sensors"


@pytest.fixture(scope="module")
def seen():
    """The first observations of the gallery's agents, and their spaces."""
    with pzg.parallel_env(scene(GALLERY)) as env:
        observations, _ = env.reset(seed=1)
        yield observations, {agent: env.observation_space(agent) for agent in env.possible_agents}


def test_observations_fit_their_spaces(seen):
    observations, spaces = seen
    for agent, space in spaces.items():
        assert space.contains(observations[agent]), agent


def test_rays_are_a_vector(seen):
    observations, spaces = seen
    assert spaces["rays_0"].shape == (26,)
    closeness, box = observations["rays_0"].reshape(13, 2).T
    assert closeness[6] == pytest.approx(1.0 - 1.25 / 2.7)  # the box's face, 1.25 m ahead
    assert closeness[0] == pytest.approx(1.0 - 2.1 / 2.7)  # the wall's, 2.1 m to the left
    assert box.tolist() == [0.0] * 5 + [1.0] * 3 + [0.0] * 5
    assert closeness[12] == 0.0


def test_only_what_is_seen_has_a_slot(seen):
    observations, spaces = seen
    assert spaces["vision_0"].shape == (12,)
    slots = observations["vision_0"].reshape(3, 4)
    assert slots == pytest.approx(np.array([[-0.13, 0, -0.1, 1], [0] * 4, [0] * 4]))


def test_entities_are_rows_of_slots(seen):
    observations, spaces = seen
    assert {key: space.shape for key, space in spaces["entities_0"].items()} == {
        "boxes": (3, 9),
        "balls": (3, 7),
    }
    boxes = observations["entities_0"]["boxes"]
    turn = np.sqrt(0.5)
    assert boxes == pytest.approx(
        np.array(
            [
                [0.4, 0, -0.05, 0, 0, 0, turn, turn, 1],
                [-0.375, 0, -0.3, 0, 0, 0, 0, 1, 1],
                [0] * 9,
            ]
        )
    )
    assert spaces["entities_0"]["boxes"].low[0].tolist() == [-1.0] * 8 + [0.0]


def test_grid_has_channels_rows_and_columns(seen):
    observations, spaces = seen
    assert spaces["grid_0"]["grid"].shape == (2, 5, 5)
    boxes, balls = observations["grid_0"]["grid"]
    # The body is turned to the left by 15°: what is ahead of the scene is ahead and right of it.
    assert np.argwhere(boxes).tolist() == [[1, 0], [3, 3]]
    assert np.argwhere(balls).tolist() == [[0, 3]]


def test_vector_env_keeps_the_shapes(seen):
    observations, _ = seen
    with pzg.vector_env(scene(GALLERY), num_engines=1, num_arenas=3) as env:
        batch, _ = env.reset(seed=1)
    assert batch["entities"]["boxes"].shape == (3, 3, 9)
    assert batch["grid"]["grid"].shape == (3, 2, 5, 5)
    for row in range(3):  # arenas do not see each other's things
        assert np.array_equal(batch["rays"][row], observations["rays_0"])
        assert np.array_equal(batch["vision"][row], observations["vision_0"])
        assert np.array_equal(batch["entities"]["balls"][row], observations["entities_0"]["balls"])
        assert np.array_equal(batch["grid"]["grid"][row], observations["grid_0"]["grid"])


def test_noise_is_the_seed_s(make_env, seen):
    exact, _ = seen
    env = make_env(GALLERY, parameters={"noise": 0.05})
    trace = play(env, 5, seed=7)
    assert_same(play(env, 5, seed=7), trace)
    assert play(env, 5, seed=8)[0] != trace[0]
    observations, _ = env.reset(seed=7)
    boxes = observations["entities_0"]["boxes"]
    difference = boxes - exact["entities_0"]["boxes"]
    assert 0.0 < np.abs(difference[:2, :8]).max() < 0.5
    assert not difference[2].any() and not difference[:, 8].any()  # empty slot, masks
    assert np.array_equal(observations["grid_0"]["grid"], exact["grid_0"]["grid"])
    with pzg.vector_env(
        scene(GALLERY), num_engines=1, num_arenas=3, parameters={"noise": 0.05}
    ) as vector:
        batch, _ = vector.reset(seed=1)
        seed = vector.arena_seeds[1]
    alone, _ = env.reset(seed=seed)
    assert np.array_equal(batch["rays"][1], alone["rays_0"])
    assert np.array_equal(batch["entities"]["boxes"][1], alone["entities_0"]["boxes"])
    assert not np.array_equal(batch["rays"][0], batch["rays"][1])


def test_drawn_sensors_are_in_pictures_and_change_no_bit(make_env):
    drawn = make_env(GALLERY, render_mode="rgb_array", width=400, height=280)
    pictures = []
    trace = play(drawn, 5, seed=7, between=lambda step: pictures.append(drawn.render()))
    assert_same(play(make_env(GALLERY), 5, seed=7), trace)
    red, green, blue = np.moveaxis(pictures[0].astype(int), -1, 0)
    assert (green - np.maximum(red, blue) > 40).sum() > 20  # rays that hit nothing
