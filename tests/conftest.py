"""For all tests: what to do without Godot, and no engine left behind when they are over."""

from __future__ import annotations

import functools
import os
import sys
import time
import uuid
from collections.abc import Iterator

import psutil
import pytest

from pettingzoo_godot.errors import EngineNotFound
from pettingzoo_godot.install import find_godot

# Every process that a test starts, directly or not, inherits this: so they can be told from the
# engines of somebody else on this machine.
SESSION_VARIABLE = "PETTINGZOO_GODOT_TEST_SESSION"
SESSION = os.environ.setdefault(SESSION_VARIABLE, uuid.uuid4().hex)
_FAREWELL = 3.0  # seconds; an engine may take 2 to notice that its trainer is gone

_skipped: list[str] = []


@functools.cache
def why_no_engine() -> str:
    """Empty if there is a Godot to test with; else what is missing."""
    try:
        find_godot()
    except EngineNotFound as exc:
        return str(exc)
    return ""


def engines() -> set[psutil.Process]:
    """The engines that this test session has started and that still live."""
    found = set()
    for process in psutil.process_iter():
        try:
            if any(argument.startswith("--zoo-url") for argument in process.cmdline()):
                ours = process.environ().get(SESSION_VARIABLE) == SESSION
                if ours and process.status() != psutil.STATUS_ZOMBIE:
                    found.add(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


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
            f"NO GODOT: {len(_skipped)} ENGINE TESTS WERE SKIPPED. "
            "Install one with `pettingzoo-godot install-godot`; REQUIRE_GODOT=1 fails instead.",
            red=True,
            bold=True,
        )


@pytest.fixture(scope="session", autouse=True)
def no_engine_is_left_behind() -> Iterator[None]:
    yield
    if sys.platform == "darwin":
        return  # System Integrity Protection hides other processes' environment
    left = engines()
    deadline = time.monotonic() + _FAREWELL
    while left and time.monotonic() < deadline:
        psutil.wait_procs(left, timeout=0.1)
        left = engines()
    described = [f"{process.pid}: {' '.join(process.cmdline())}" for process in left]
    for process in left:
        process.kill()
    assert not described, f"these engines outlived the tests: {described}"
