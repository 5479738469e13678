from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pettingzoo_godot import placement
from pettingzoo_godot.placement import Placement

needs_cores = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity") or len(os.sched_getaffinity(0)) < 2,
    reason="one core, or a system that does not let us choose",
)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process with a second thread, which waits for the end of its input."""
    script = (
        "import sys, threading; threading.Thread(target=sys.stdin.read).start(); "
        "print('ready', flush=True)"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == b"ready\n"
        yield started


def cores_of(pid: int) -> list[set[int]]:
    return [os.sched_getaffinity(int(thread)) for thread in os.listdir(f"/proc/{pid}/task")]


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> dict[int, float]:
    """Seconds that each core has been idle, to be changed by the test."""
    idle = dict.fromkeys(os.sched_getaffinity(0), 0.0)
    monkeypatch.setattr(placement, "_idle_seconds", lambda: dict(idle))
    return idle


@needs_cores
def test_all_threads_of_an_engine_share_the_quietest_core(process, quiet):
    placed = Placement()
    quietest = max(quiet)
    quiet[quietest] += 10.0
    placed.settle(process.pid)
    assert placed.core == quietest
    assert len(cores_of(process.pid)) == 2
    assert all(cores == {quietest} for cores in cores_of(process.pid))


@needs_cores
def test_engines_of_one_process_get_cores_of_their_own(process, quiet):
    quiet[max(quiet)] += 10.0
    first, second = Placement(), Placement()
    first.settle(process.pid)
    second.settle(process.pid)
    assert first.core not in (None, second.core)
    first.leave()
    third = Placement()
    third.settle(process.pid)
    assert third.core != second.core


@needs_cores
@pytest.mark.parametrize("waited", [0.0, 1000.0])
def test_engine_moves_only_if_it_has_to_wait(process, quiet, monkeypatch, waited):
    placed = Placement()
    placed.settle(process.pid)
    before = placed.core
    other = next(core for core in quiet if core != before)
    quiet[other] += 1000.0
    monkeypatch.setattr(placement, "_waiting_seconds", lambda pid: waited)
    placed.look()
    assert placed.core == (other if waited else before)
    assert all(cores == {placed.core} for cores in cores_of(process.pid))


@needs_cores
def test_engine_stays_where_no_core_is_quieter(process, quiet, monkeypatch):
    placed = Placement()
    placed.settle(process.pid)
    before = placed.core
    monkeypatch.setattr(placement, "_waiting_seconds", lambda pid: 1000.0)
    placed.look()
    assert placed.core == before


def test_with_one_core_there_is_nothing_to_choose(process, monkeypatch):
    monkeypatch.setattr(placement, "_allowed_cores", lambda: [0])
    placed = Placement()
    placed.settle(process.pid)
    assert placed.core is None
    assert placed.next_look == float("inf")


@needs_cores
def test_process_that_has_ended_is_not_placed(process, quiet):
    process.communicate()
    placed = Placement()
    placed.settle(process.pid)
    assert placed.core is None


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="no proc(5)")
def test_what_the_system_says_is_read():
    assert set(placement._idle_seconds()) >= set(os.sched_getaffinity(0))
    assert min(placement._idle_seconds().values()) > 0.0
    assert placement._waiting_seconds(os.getpid()) > 0.0
    assert placement._waiting_seconds(2**30) == 0.0
