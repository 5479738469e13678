import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay.intervals import Estimate, mean, proportion, rank_correlation


def test_mean_by_student():
    # Deviation sqrt(2.5), error sqrt(0.5), and t of 4 degrees of freedom is 2.776445.
    values = [1.0, 2.0, 3.0, 4.0, 5.0]
    assert mean(values) == pytest.approx((3.0, 3 - 1.963243, 3 + 1.963243), abs=1e-5)


def test_parts_of_something_stay_that():
    assert mean([0.0, 1.0, 1.0]) == pytest.approx((2 / 3, 0.0, 1.0), abs=1e-6)


@pytest.mark.parametrize("values", [[4.0], [4.0, 4.0, 4.0]])
def test_mean_without_spread(values):
    assert mean(values) == Estimate(4.0, 4.0, 4.0)


def test_proportion_by_wilson():
    # The example of Newcombe (1998): 81 of 263.
    assert proportion(81, 263) == pytest.approx((0.308, 0.2553, 0.3662), abs=1e-4)


def test_none_of_many_is_not_never():
    none, every = proportion(0, 200), proportion(200, 200)
    assert none[:2] == (0.0, 0.0)
    assert 0.01 < none.high < 0.02
    assert every.low == pytest.approx(1.0 - none.high)


def test_rank_correlation():
    assert rank_correlation([1, 2, 3, 4], [0.1, 0.2, 5.0, 9.0]) == 1.0
    assert rank_correlation([1, 2, 3, 4], [9.0, 5.0, 0.2, 0.1]) == -1.0
    assert rank_correlation([1, 2, 3], [0.5, 0.5, 0.5]) is None
    assert rank_correlation([1], [0.5]) is None
