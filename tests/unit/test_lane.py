from typing import ClassVar

import numpy as np
import pytest
from golden_scene import HELLO, LAYOUT

from pettingzoo_godot import lane as lane_module
from pettingzoo_godot.errors import (
    EngineDied,
    EngineStartError,
    LinkTimeout,
    RemoteProtocolError,
    ResetNeeded,
    SceneError,
)
from pettingzoo_godot.lane import Lane, arenas_over
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import LIVE, TERMINATED, TRUNCATED, Reset, Step
from pettingzoo_godot.session import Launch, Timing

DONE = LIVE | TERMINATED
# Slots: runner_0 and runner_1 of arena 0, then of arena 1; chaser_0 of arena 0, of arena 1.
ALL_LIVE = [LIVE] * 6
DIED = EngineDied("it died", ())


class FakeSession:
    """Answers what the test says, in order; an exception is raised instead."""

    made: ClassVar[list] = []
    plans: ClassVar[list] = []  # of the sessions to come

    def __init__(self, launch):
        self.layout = Layout(HELLO)
        self.plan = self.plans.pop(0) if self.plans else []
        self.sent = []
        self.usable = True
        self.engine_pid = 1000 + len(self.made)
        self.timing = Timing(len(self.made), 1.0, 2.0, 3.0)
        self.buffer = self.layout.new_report()  # one for all, as a link has
        self.copy = self.layout.new_report()
        self.made.append(self)

    def is_usable(self):
        return self.usable

    def fileno(self):
        return 7

    def keep(self, report):
        self.copy.packet[:] = report.packet
        return self.copy

    def send(self, request):
        if isinstance(request, Step):
            request = "step"
        self.sent.append(request)
        if self.plan and self.plan[0] == "refuse":
            self.plan.pop(0)
            self._fail(DIED)

    def receive(self, waited=0.0):
        answer = self.plan.pop(0) if self.plan else ALL_LIVE
        if isinstance(answer, Exception):
            self._fail(answer)
        flags, reward = answer if isinstance(answer, tuple) else (answer, 0.0)
        self.buffer.flags[:] = flags
        self.buffer.rewards[:] = reward
        return self.buffer

    def _fail(self, exc):
        self.usable = False
        raise exc

    def close(self):
        self.usable = False


@pytest.fixture(autouse=True)
def sessions(monkeypatch):
    monkeypatch.setattr(lane_module, "Session", FakeSession)
    monkeypatch.setattr(FakeSession, "made", [])
    monkeypatch.setattr(FakeSession, "plans", [])
    return FakeSession


def begun(*plans, restarts=False):
    """A lane after its first reset; what its engines answer then."""
    FakeSession.plans[:] = [[ALL_LIVE, *plans[0]], *map(list, plans[1:])] if plans else []
    it = Lane(Launch(None, arenas=2), restarts)
    it.seed([1, 2])
    it.open()
    it.begin(Reset((), (), {"walls": 1}, 9))
    assert it.receive()
    return it


def finish(it):
    """How many answers a step took."""
    it.send()
    count = 1
    while not it.receive():
        count += 1
    return count


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (ALL_LIVE, None),
        ([DONE, LIVE, LIVE, LIVE, LIVE, LIVE], None),
        ([DONE, DONE, LIVE, LIVE, LIVE, LIVE], None),
        ([DONE, DONE, LIVE, LIVE, DONE, LIVE], [True, False]),
        ([LIVE, LIVE, 0, DONE, LIVE, LIVE | TRUNCATED], [False, True]),
        ([0, 0, DONE, 0, 0, 0], [True, True]),
    ],
)
def test_arenas_are_over_when_all_their_agents_are(flags, expected):
    report = LAYOUT.new_report()
    report.flags[:] = flags
    over = arenas_over(report, LAYOUT)
    assert (over if over is None else over.tolist()) == expected


def test_nothing_runs_before_open():
    it = Lane(Launch(None, arenas=2))
    assert (it.engine_pid, it.is_usable(), it.is_asked()) == (None, False, False)
    assert it.timing == Timing()
    for call in (lambda: it.step, it.send, it.receive, it.fileno, it.find_bad_action):
        with pytest.raises(ResetNeeded):
            call()
    it.close()


def test_open_twice_is_one_engine(sessions):
    it = Lane(Launch(None, arenas=2))
    assert it.open() is it.open()
    assert len(sessions.made) == 1
    assert (it.engine_pid, it.fileno(), it.timing.requests) == (1000, 7, 0)
    it.close()
    it.close()
    assert it.engine_pid is None
    it.open()
    assert len(sessions.made) == 2


def test_another_number_of_arenas_is_refused(sessions):
    with pytest.raises(RemoteProtocolError, match="expected an engine with 3 arenas; it has 2"):
        Lane(Launch(None, arenas=3)).open()
    assert not sessions.made[0].usable


def test_seeds_are_those_of_each_arena(sessions):
    it = begun([[DONE, DONE, LIVE, LIVE, DONE, LIVE], ALL_LIVE, [DONE] * 6, ALL_LIVE])
    finish(it)
    it.continue_with(Reset((), (), {"walls": 2}, 0))
    finish(it)
    resets = [it for it in sessions.made[0].sent if isinstance(it, Reset)]
    one, other = np.random.default_rng(1), np.random.default_rng(2)
    draws = [int(rng.integers(2**53 - 1, endpoint=True)) for rng in (one, other, one, one, other)]
    assert [reset.arenas for reset in resets] == [(0, 1), (0,), (0, 1)]
    assert [reset.seeds for reset in resets] == [tuple(draws[:2]), (draws[2],), tuple(draws[3:])]
    assert [(r.options, r.max_steps) for r in resets] == [({"walls": 1}, 9)] * 2 + [
        ({"walls": 2}, 0)
    ]


def test_a_step_is_one_exchange_unless_an_arena_ends(sessions):
    ends = [DONE, DONE, LIVE, LIVE, DONE, LIVE]
    it = begun([(ALL_LIVE, 1.0), (ends, 2.0), (ALL_LIVE, 0.0), (ALL_LIVE, 4.0)])
    assert finish(it) == 1
    assert (it.ending, it.restarted.tolist()) == (None, [False, False])
    assert finish(it) == 2
    assert it.ending.flags.tolist() == ends
    assert it.ending.rewards.tolist() == [2.0] * 6
    assert it.report.rewards.tolist() == [0.0] * 6
    assert it.restarted.tolist() == [True, False]
    assert finish(it) == 1
    # Or its dead agents would be marked once more, whenever another engine's arena ends.
    assert (it.ending, it.restarted.tolist()) == (None, [False, False])


def test_a_reset_after_an_end_knows_nothing_of_it():
    it = begun([([DONE] * 6, 1.0)])
    finish(it)
    it.begin(Reset((), (), {}, 0))
    assert it.receive()
    assert (it.ending, it.has_failed) == (None, False)
    assert it.restarted.all()


@pytest.mark.parametrize("answer", [ALL_LIVE, [DONE] * 6, DIED])
def test_open_drops_an_answer_that_nobody_took(sessions, answer):
    it = begun([answer])
    it.send()
    it.open()
    assert not it.is_asked()
    assert len(sessions.made) == (2 if answer is DIED else 1)
    it.begin(Reset((), (), {}, 0))
    assert it.receive()
    assert it.report.flags.tolist() == ALL_LIVE


@pytest.mark.parametrize("failure", [DIED, LinkTimeout("no answer"), SceneError("nan", "", "", ())])
def test_failures_are_raised(sessions, failure):
    it = begun([failure], restarts=isinstance(failure, SceneError))
    it.send()
    with pytest.raises(type(failure)):
        it.receive()
    assert not it.is_usable()
    assert len(sessions.made) == 1


@pytest.mark.parametrize("failure", [DIED, LinkTimeout("no answer"), "refuse"])
def test_another_engine_replaces_one_that_fails(sessions, failure, caplog):
    before = ([DONE, LIVE, LIVE, 0, LIVE, LIVE], 3.0)
    it = begun([before, failure], [], restarts=True)
    if failure == "refuse":
        sessions.made[0].plan[:] = [before]
        finish(it)
        sessions.made[0].plan[:] = ["refuse"]
        it.send()
        assert it.receive()
    else:
        finish(it)
        assert finish(it) == 2
    assert it.has_failed
    cut = LIVE | TRUNCATED
    assert it.ending.flags.tolist() == [0, cut, cut, 0, cut, cut]
    assert it.ending.rewards.tolist() == [0.0] * 6
    assert it.restarted.all()
    assert it.report.flags.tolist() == ALL_LIVE
    assert it.engine_pid == 1001
    assert "Its episodes are truncated where they were" in caplog.text
    assert finish(it) == 1
    assert (it.has_failed, it.ending) == (False, None)


def test_an_end_survives_the_engine_that_fails_to_begin_anew():
    ends = ([DONE, DONE, LIVE, LIVE, DONE, LIVE], 2.0)
    it = begun([ends, DIED], [DIED], [], restarts=True)
    assert finish(it) == 4
    cut = LIVE | TRUNCATED
    assert it.ending.flags.tolist() == [DONE, DONE, cut, cut, DONE, cut]
    assert it.ending.rewards.tolist() == [2.0] * 6
    assert it.restarted.all()


def test_seeds_go_on_in_another_engine(sessions):
    it = begun([DIED], [], restarts=True)
    finish(it)
    (first,) = [r for r in sessions.made[0].sent if isinstance(r, Reset)]
    (second,) = [r for r in sessions.made[1].sent if isinstance(r, Reset)]
    assert second.arenas == (0, 1)
    assert not set(first.seeds) & set(second.seeds)


def test_a_reset_that_fails_has_no_end():
    FakeSession.plans[:] = [[DIED], []]
    it = Lane(Launch(None, arenas=2), True)
    it.seed([1, 2])
    it.open()
    it.begin(Reset((), (), {}, 0))
    assert [it.receive(), it.receive()] == [False, True]
    assert (it.ending, it.has_failed) == (None, True)


def test_an_engine_that_does_not_start_is_raised(monkeypatch):
    it = begun([DIED], restarts=True)

    def refuse(_):
        raise EngineStartError("no", ())

    monkeypatch.setattr(lane_module, "Session", refuse)
    it.send()
    with pytest.raises(EngineStartError):
        it.receive()
    assert not it.is_asked()


def test_a_reset_ends_the_row_of_failures():
    it = begun(*[[DIED]] * 9, restarts=True)
    with pytest.raises(EngineDied):
        for _ in range(9):
            finish(it)
    FakeSession.plans[:] = [[ALL_LIVE, DIED], []]
    it.open()
    it.begin(Reset((), (), {}, 0))
    assert it.receive()
    finish(it)


def test_arenas_of_other_heuristics_begin_by_a_reset_of_their_own(sessions):
    it = begun([ALL_LIVE, [DONE] * 6])
    it.heuristics[:] = [("runner_0",), None]
    assert finish(it) == 1
    assert finish(it) == 3
    session = sessions.made[0]
    resets = [request for request in session.sent if request != "step"]
    assert [(one.arenas, one.heuristics) for one in resets] == [
        ((0, 1), ()),
        ((0,), ("runner_0",)),
        ((1,), ()),
    ]
    assert it.ending is not None
    assert it.restarted.tolist() == [True, True]
    seeds = [seed for one in resets[1:] for seed in one.seeds]
    other = begun([[DONE] * 6])
    finish(other)
    assert sessions.made[1].sent[-1].seeds == tuple(seeds)  # they do not depend on heuristics


@pytest.mark.parametrize("answers", [[DIED], [ALL_LIVE, DIED]])
def test_an_engine_that_fails_between_resets(answers, sessions):
    it = begun([[DONE] * 6, *answers], [ALL_LIVE, ALL_LIVE], restarts=True)
    it.heuristics[:] = [("runner_0",), None]
    finish(it)
    assert it.has_failed
    assert it.restarted.tolist() == [True, True]
    assert [one.arenas for one in sessions.made[1].sent] == [(0,), (1,)]
    assert finish(it) == 1
