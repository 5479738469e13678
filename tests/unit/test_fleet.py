"""Whose answer is taken first: with lanes that are ready when the test says so."""

from __future__ import annotations

import pytest

from pettingzoo_godot import fleet as fleet_module
from pettingzoo_godot.errors import LinkTimeout, ResetNeeded
from pettingzoo_godot.fleet import Fleet
from pettingzoo_godot.session import Launch, Timing


class FakeLane:
    """Needs so many answers until a step is complete."""

    def __init__(self, launch: Launch, restarts: bool) -> None:
        self.answers_due = 0
        self.waited: list[float] = []
        self.timing = Timing(2, 1.0, 0.5, 1.5)
        self.is_open = True

    def is_asked(self) -> bool:
        return self.answers_due > 0

    def is_idle(self) -> bool:
        return self.answers_due == 0

    def receive(self, waited: float = 0.0) -> bool:
        self.waited.append(waited)
        if waited:
            raise LinkTimeout("in vain")
        self.answers_due -= 1
        return self.answers_due == 0

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Fleet:
    monkeypatch.setattr(fleet_module, "Lane", FakeLane)
    return Fleet(Launch(None, timeout=7.0), 3, restarts=False)


def ask(fleet: Fleet, *answers: int) -> None:
    for lane, due in zip(fleet.lanes, answers, strict=True):
        lane.answers_due = due


def test_all_are_taken_in_order_whoever_needs_longer(fleet):
    ask(fleet, 2, 1, 3)
    assert fleet.take(3) == fleet.lanes
    ask(fleet, 2, 1, 3)
    fleet.finish(fleet.lanes)
    assert not any(lane.is_asked() for lane in fleet.lanes)


def test_those_that_are_ready_first_are_taken(fleet, monkeypatch):
    first, second, third = fleet.lanes
    answered = iter([[third], [first, second]])
    monkeypatch.setattr(fleet, "_wait", lambda lanes: next(answered))
    ask(fleet, 1, 1, 1)
    assert fleet.take(1) == [third]
    assert fleet.awaits_actions(third)
    assert fleet.take(1) == [first]
    # Its answer has come, and nobody has taken it.
    assert second.is_idle()
    assert not fleet.awaits_actions(second)
    assert fleet.take(1) == [second]


def test_more_than_are_at_work_are_not_waited_for(fleet):
    ask(fleet, 1, 0, 0)
    with pytest.raises(ResetNeeded, match="counted in engines; got 1"):
        fleet.take(2)
    assert fleet.lanes[0].is_asked()


def test_nobody_answers(fleet, monkeypatch):
    monkeypatch.setattr(fleet, "_wait", lambda lanes: [])
    ask(fleet, 1, 1, 0)
    with pytest.raises(LinkTimeout, match="in vain"):
        fleet.take(1)
    assert fleet.lanes[0].waited == [7.0]


def test_what_was_not_taken_is_forgotten(fleet, monkeypatch):
    monkeypatch.setattr(fleet, "_wait", lambda lanes: list(lanes))
    ask(fleet, 1, 1, 1)
    fleet.take(1)
    fleet.forget()
    assert all(fleet.awaits_actions(lane) for lane in fleet.lanes)


def test_timing_is_the_sum(fleet):
    assert fleet.timing == Timing(6, 3.0, 1.5, 4.5)


def test_close_closes_all(fleet):
    fleet.close()
    assert not any(lane.is_open for lane in fleet.lanes)
