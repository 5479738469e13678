import numpy as np

from pettingzoo_godot.selfplay.heading import turn_by_heading

ROOT = 2**0.5


def test_forward_and_right_by_hand():
    raw = np.float32([[1, 0], [1, 0], [1, 0], [0, 1], [0, 1]])
    headings = np.float32([0, 0.5, -1, 0, 0.5])
    expected = np.float32([[1, 0], [0, 1], [-1, 0], [0, 1], [-1, 0]]) * ROOT
    assert np.allclose(turn_by_heading(raw, headings), expected, atol=1e-6)


def test_every_corner_can_be_reached_from_every_heading():
    headings = np.linspace(-1, 1, 50, dtype=np.float32)
    for corner in np.float32([[1, 1], [1, -1], [-1, 1], [-1, -1]]):
        wanted = np.arctan2(corner[1], corner[0]) - headings * np.pi
        raw = np.stack([np.cos(wanted), np.sin(wanted)], axis=1).astype(np.float32)
        assert np.allclose(turn_by_heading(raw, headings), corner, atol=1e-5)
