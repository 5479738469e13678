"""What docs/results says: its tables are those of the evaluations beside it, and good enough."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest

RESULTS = Path(__file__).parents[1] / "docs" / "results"
RUNS = 3
LEAST_EPISODES = 200
LEAST_CAUGHT = 80.0  # %
LEAST_SURVIVED = 2.0  # times as long as a random one
LEAST_CORRELATION = 0.8  # of returns in cross-play with the time of training


class Estimate(NamedTuple):
    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1f} ({self.low:.1f} to {self.high:.1f})"


class Results:
    """An evaluation.json: the pool's players by name, a run's last policy by the run's."""

    def __init__(self, scene: str) -> None:
        content = json.loads((RESULTS / scene / "evaluation.json").read_text(encoding="utf-8"))
        self.runs: dict[str, Any] = content["runs"]
        self.trends: list[dict[str, Any]] = content["trends"]
        self._matches = {
            (match["players"]["seeker"], match["players"]["hider"]): match
            for match in content["matches"]
        }

    @property
    def trained(self) -> list[str]:
        """The runs in which both sides learned."""
        return [name for name, run in self.runs.items() if not run["roles"]]

    def match(self, *, seeker: str, hider: str) -> dict[str, Any]:
        """What came of two players; a policy's is that of the run's end."""
        match: dict[str, Any] = self._matches[self._last(seeker), self._last(hider)]
        return match

    def _last(self, name: str) -> str:
        last: str = self.runs[name]["checkpoints"][-1]["name"] if name in self.runs else name
        return last


class Chase(Results):
    def caught(self, seeker: str) -> Estimate:
        """How often a seeker catches the scripted hider [%]."""
        return _percent(self.match(seeker=seeker, hider="scripted")["wins"]["seeker"])

    def survived(self, hider: str) -> Estimate:
        """How long a hider survives the scripted seeker [steps]."""
        return Estimate(*self.match(seeker="scripted", hider=hider)["length"])


class HideAndSeek(Results):
    def hidden(self, *, hider: str, seeker: str) -> Estimate:
        """In how many steps hiders are hidden [%]."""
        match = self.match(seeker=seeker, hider=hider)
        return _percent(match["infos"]["hider"]["hidden_fraction"])


def correlations(results: Results, side: str) -> list[float]:
    """How well each run's checkpoints are in order, by their returns in cross-play."""
    return [
        trend["returns_with_time"]
        for trend in results.trends
        if trend["group"] == side and trend["run"] in results.trained
    ]


def _percent(numbers: list[float]) -> Estimate:
    return Estimate(*(100.0 * number for number in numbers))


@pytest.fixture(scope="module")
def page() -> str:
    return (RESULTS / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def chase() -> Chase:
    return Chase("chase")


@pytest.fixture(scope="module")
def hide_and_seek() -> HideAndSeek:
    return HideAndSeek("hide_and_seek")


@pytest.fixture(scope="module")
def hide_and_seek_4m() -> HideAndSeek:
    return HideAndSeek("hide_and_seek_4m")


def test_the_page_says_what_was_found_in_chase(page: str, chase: Chase) -> None:
    for name in ("random", "scripted", *chase.runs):
        assert f"| {name} | {chase.caught(name)} | {chase.survived(name)} |" in page


def test_in_chase_all_do_better_than_the_scripted_ones(chase: Chase) -> None:
    assert len(chase.trained) == RUNS
    for run in chase.trained:
        for seeker, hider in ((run, "scripted"), ("scripted", run)):
            assert chase.match(seeker=seeker, hider=hider)["episodes"] >= LEAST_EPISODES
        assert chase.caught(run).low > chase.caught("scripted").high
        assert chase.survived(run).low > chase.survived("scripted").high


def test_in_chase_all_reach_their_goals(chase: Chase) -> None:
    for run in chase.trained:
        assert chase.caught(run).value >= LEAST_CAUGHT
        assert chase.survived(run).value >= LEAST_SURVIVED * chase.survived("random").value


def test_the_page_says_what_was_found_in_hide_and_seek(
    page: str, hide_and_seek: HideAndSeek
) -> None:
    for name in ("random", *hide_and_seek.trained):
        from_patrol = hide_and_seek.hidden(hider=name, seeker="scripted:patrol")
        from_it = hide_and_seek.hidden(hider="scripted:flee", seeker=name)
        assert f"| {name} | {from_patrol} | {from_it} |" in page
    static = hide_and_seek.hidden(hider="scripted:static", seeker="scripted:patrol")
    assert f"| static | {static} | |" in page


def test_the_page_says_how_a_fresh_seeker_does(page: str, hide_and_seek_4m: HideAndSeek) -> None:
    for seeker in ("hs_1", "hs_1_fresh"):
        assert f"| {seeker} | {hide_and_seek_4m.hidden(hider='hs_1', seeker=seeker)} |" in page


def test_in_hide_and_seek_hiders_hide_and_seekers_find(hide_and_seek: HideAndSeek) -> None:
    def hidden(hider: str, seeker: str) -> Estimate:
        return hide_and_seek.hidden(hider=hider, seeker=seeker)

    assert len(hide_and_seek.trained) == RUNS
    for run in hide_and_seek.trained:
        for hider in ("random", "scripted:static"):
            assert hidden(run, "scripted:patrol").low > hidden(hider, "scripted:patrol").high
        assert hidden("scripted:flee", run).high < hidden("scripted:flee", "random").low


def test_in_hide_and_seek_both_sides_get_better(hide_and_seek: HideAndSeek) -> None:
    for side in ("seeker", "hider"):
        assert min(correlations(hide_and_seek, side)) >= LEAST_CORRELATION


def test_the_page_says_how_both_sides_get_better(
    page: str, hide_and_seek: HideAndSeek, hide_and_seek_4m: HideAndSeek
) -> None:
    for results in (hide_and_seek, hide_and_seek_4m):
        told = [
            f"{side}s {', '.join(f'{one:.1f}' for one in correlations(results, side))}"
            for side in ("seeker", "hider")
        ]
        assert ", and ".join(told) in " ".join(page.split())
