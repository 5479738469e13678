"""How sure a number is: means and proportions with 95 % intervals, and rank correlations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy import stats

_CONFIDENCE = 0.95
_DIGITS = 6  # as many as anybody reads; equal on machines whose sums differ in the last bit


class Estimate(NamedTuple):
    """A number with its 95 % interval.

    Attributes:
        value: What was found.
        low: Lower end of the interval.
        high: Upper end.
    """

    value: float
    low: float
    high: float


def mean(values: Sequence[float]) -> Estimate:
    """The mean of at least one value, with an interval by Student's t; of a single one, none.

    It ends where the values do, so that parts of something stay between none and all of it.
    """
    value, low, high = float(np.mean(values)), float(np.min(values)), float(np.max(values))
    if low == high:
        return rounded(value, low, high)
    error = float(np.std(values, ddof=1)) / math.sqrt(len(values))
    reach = error * float(stats.t.ppf(0.5 + _CONFIDENCE / 2, len(values) - 1))
    return rounded(value, max(low, value - reach), min(high, value + reach))


def proportion(successes: int, count: int) -> Estimate:
    """A part of so many, with Wilson's interval."""
    found = stats.binomtest(successes, count)
    interval = found.proportion_ci(_CONFIDENCE, method="wilson")
    return rounded(successes / count, float(interval.low), float(interval.high))


def rounded(value: float, low: float, high: float) -> Estimate:
    """An estimate as it is written to files."""
    return Estimate(round(value, _DIGITS), round(low, _DIGITS), round(high, _DIGITS))


def rank_correlation(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation; None where one of both is the same everywhere."""
    if len(set(one)) < 2 or len(set(other)) < 2:
        return None
    return round(float(stats.spearmanr(one, other).statistic), _DIGITS)
