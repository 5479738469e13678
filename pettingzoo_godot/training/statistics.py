"""What an evaluation found, in numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Evaluation:
    """Episodes of a policy.

    Attributes:
        steps: Steps that the policy has learned from.
        seed: Of the episodes.
        returns: Sum of rewards of each episode.
        lengths: Steps of each.
        successes: `is_success` of each at its end; None if the scene has no such info.
    """

    steps: int
    seed: int
    returns: list[float]
    lengths: list[int]
    successes: list[float] | None = None

    @property
    def success_rate(self) -> float | None:
        """Part of the episodes that were a success; None if the scene does not say."""
        return None if self.successes is None else float(np.mean(self.successes))

    def summary(self) -> dict[str, Any]:
        """Numbers about all episodes, by name."""
        return {
            "episodes": len(self.returns),
            "return": describe(self.returns),
            "length": describe(self.lengths),
            "success_rate": self.success_rate,
        }


def describe(values: list[float] | list[int]) -> dict[str, float]:
    """Mean, median, least, greatest, and standard deviation of at least one value."""
    return {
        "mean": float(np.mean(values)),
        "median": float(np.median(values)),
        "min": float(np.min(values)),
        "max": float(np.max(values)),
        "std": float(np.std(values)),
    }
