import numpy as np
import pytest

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.shaping import Shaping

NOBODY = np.zeros(2, bool)


def infos(*distances):
    return {"distance": np.float32(distances)}


def test_what_is_earned_by_hand():
    shaping = Shaping(2, "distance", -0.1, 0.5)
    assert shaping.after(infos(100, 100), NOBODY).tolist() == [0, 0]
    # gamma times the potential, minus the one before: -0.5 * 8 + 10
    earned = shaping.after(infos(80, 120), NOBODY)
    assert np.allclose(earned, [6.0, 4.0])


def test_nothing_at_the_ends_of_episodes():
    shaping = Shaping(2, "distance", -0.1, 1.0)
    shaping.after(infos(100, 100), NOBODY)
    ended = shaping.after(infos(30, 90), np.array([True, False]))
    assert np.allclose(ended, [0.0, 1.0])
    began = shaping.after(infos(200, 80), NOBODY)
    assert np.allclose(began, [0.0, 1.0])


def test_undiscounted_it_depends_on_the_ends_alone():
    shaping = Shaping(1, "distance", 0.1, 1.0)
    way = [100, 250, 30, 70]
    earned = sum(shaping.after(infos(distance), NOBODY[:1])[0] for distance in way)
    assert earned == pytest.approx(0.1 * (70 - 100))


def test_forget():
    shaping = Shaping(2, "distance", -0.1, 1.0)
    shaping.after(infos(100, 100), NOBODY)
    shaping.forget()
    assert shaping.after(infos(50, 50), NOBODY).tolist() == [0, 0]


def test_a_scene_without_the_info():
    told = infos(1, 1) | {"_distance": ~NOBODY, "live": ~NOBODY, "_live": ~NOBODY}
    with pytest.raises(UsageError, match=r"infos with 'far', for shaping; got \['distance'\]"):
        Shaping(2, "far", 1.0, 1.0).after(told, NOBODY)
