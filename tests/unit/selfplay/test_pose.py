import numpy as np

from pettingzoo_godot.selfplay.pose import Pose

ROOT = 2**0.5


def see(headings):
    observed = np.zeros((len(headings), 3), np.float32)
    observed[:, 0] = headings
    return Pose([0, 1, 2], 3, "seeker").see(observed)


def act(raw, headings):
    return Pose([0, 1, 2], 3, "seeker").act(np.float32(raw), see(headings))


def test_the_way_to_the_origin_by_hand():
    observed = np.float32([[7, 0.5, 8, 0, 0.5], [7, 0.5, 8, 0.5, 0], [7, -0.2, 8, -1, 0.3]])
    seen = Pose([3, 1, 4], 5, "seeker").see(observed)
    # Looks right, down, left; the origin is up left, left, down... of it.
    expected = [[1, 0, -0.5, -0.5, 7, 8], [0, 1, 0, 0.5, 7, 8], [-1, 0, -0.2, 0.3, 7, 8]]
    assert np.allclose(seen, expected, atol=1e-6)


def test_forward_and_right_by_hand():
    raw = [[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]]
    expected = np.float32([[1, 0], [0, 1], [-1, 0], [0, 1], [-1, 0]]) * ROOT
    assert np.allclose(act(raw, [0, 0.5, -1, 0, 0.5]), expected, atol=1e-6)


def test_going_to_the_origin_arrives_there_from_everywhere():
    rng = np.random.default_rng(0)
    observed = rng.uniform(-1, 1, (50, 3)).astype(np.float32)
    pose = Pose([0, 1, 2], 3, "seeker")
    seen = pose.see(observed)
    arrived = observed[:, 1:] + pose.act(seen[:, 2:4], seen) / ROOT
    assert np.allclose(arrived, 0, atol=1e-6)


def test_every_corner_can_be_reached_from_every_heading():
    headings = np.linspace(-1, 1, 50, dtype=np.float32)
    for corner in np.float32([[1, 1], [1, -1], [-1, 1], [-1, -1]]):
        wanted = np.arctan2(corner[1], corner[0]) - headings * np.pi
        raw = np.stack([np.cos(wanted), np.sin(wanted)], axis=1)
        assert np.allclose(act(raw, headings), corner, atol=1e-5)
