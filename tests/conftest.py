"""For all tests: what to do without Godot, and no engine left behind when they are over."""

from __future__ import annotations

import functools
import os
import signal
import time
from collections.abc import Iterator

import psutil
import pytest
from processes import engines, expect_none

from pettingzoo_godot.errors import EngineNotFound
from pettingzoo_godot.install import find_godot

_FAREWELL = 3.0  # seconds; an engine may take 2 to notice that its trainer is gone

_skipped: list[str] = []


@functools.cache
def why_no_engine() -> str:
    """Say what is missing; empty if there is a Godot to test with."""
    try:
        find_godot()
    except EngineNotFound as exc:
        return str(exc)
    return ""


def pytest_configure() -> None:
    # A shell starts what runs in the background with Ctrl-C ignored, and children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engine") is None or not why_no_engine():
        return
    if os.environ.get("REQUIRE_GODOT") == "1" or os.environ.get("CI") == "true":
        pytest.fail(why_no_engine(), pytrace=False)
    _skipped.append(item.nodeid)
    pytest.skip("no Godot")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped:
        terminalreporter.write_line(
            f"NO GODOT: {len(_skipped)} ENGINE TESTS WERE SKIPPED. Install one with "
            "`pettingzoo-godot install-godot`; with REQUIRE_GODOT=1 they fail instead.",
            red=True,
            bold=True,
        )


@pytest.fixture(scope="session", autouse=True)
def no_engine_outlives_the_tests() -> Iterator[None]:
    yield
    left = engines()
    deadline = time.monotonic() + _FAREWELL
    while left and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.1)
        left = engines()
    expect_none(left, "the tests")
