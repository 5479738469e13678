"""What docs/results says: its table is that of the evaluation beside it, and good enough."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

RESULTS = Path(__file__).parents[1] / "docs" / "results"
RUNS = 3
LEAST_EPISODES = 200


class Estimate(NamedTuple):
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"


class Results:
    """An evaluation.json of chase: the pool's players by name, a run's last policy by the run's."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.runs: dict[str, Any] = content["runs"]
        self._matches = {tuple(match["players"].values()): match for match in content["matches"]}

    def caught(self, seeker: str) -> Estimate:
        """How often a seeker catches the scripted hider [%]."""
        match = self._match(seeker=self._last(seeker), hider="scripted")
        return Estimate(*(100.0 * number for number in match["wins"]["seeker"]))

    def survived(self, hider: str) -> Estimate:
        """How long a hider survives the scripted seeker [steps]."""
        return Estimate(*self._match(seeker="scripted", hider=self._last(hider))["length"])

    def _last(self, name: str) -> str:
        last: str = self.runs[name]["checkpoints"][-1]["name"] if name in self.runs else name
        return last

    def _match(self, *, seeker: str, hider: str) -> dict[str, Any]:
        match = self._matches[seeker, hider]
        assert match["episodes"] >= LEAST_EPISODES
        return match


@pytest.fixture(scope="module")
def chase() -> Results:
    return Results(json.loads((RESULTS / "chase" / "evaluation.json").read_text(encoding="utf-8")))


def test_the_page_says_what_was_found(chase: Results) -> None:
    page = (RESULTS / "README.md").read_text(encoding="utf-8")
    for name in ("random", "scripted", *chase.runs):
        assert f"| {name} | {chase.caught(name)} | {chase.survived(name)} |" in page


def test_all_do_better_than_the_scripted_ones(chase: Results) -> None:
    assert len(chase.runs) == RUNS
    for run in chase.runs:
        assert chase.caught(run).low > chase.caught("scripted").high
        assert chase.survived(run).low > chase.survived("scripted").high
