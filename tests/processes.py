"""The engines that a test session has started, told from anybody else's on this machine."""

from __future__ import annotations

import os
import uuid

import psutil

# Every process that a test starts, directly or not, inherits this. Each of pytest's workers has a
# session of its own: it must not take another one's engines for its own.
SESSION_VARIABLE = "PETTINGZOO_GODOT_TEST_SESSION"
SESSION = os.environ[SESSION_VARIABLE] = uuid.uuid4().hex


def engines() -> set[psutil.Process]:
    """The engines of this test session that live."""
    return {process for process in psutil.process_iter() if _is_ours(process)}


def displays() -> set[psutil.Process]:
    """The virtual displays that engines of this test session have, with what guards them."""
    return {process for process in psutil.process_iter() if _is_ours(process, "-noreset")}


def describe(processes: set[psutil.Process]) -> list[str]:
    """Process ID and command line of each that still lives, for messages."""
    described = []
    for process in processes:
        try:
            described.append(f"{process.pid}: {' '.join(process.cmdline())}")
        except psutil.NoSuchProcess:
            continue
    return described


def kill(processes: set[psutil.Process]) -> None:
    """Kill those that still live."""
    for process in processes:
        try:
            process.kill()
        except psutil.NoSuchProcess:
            continue


def expect_none(left: set[psutil.Process], whose: str = "the test") -> None:
    """Fail if engines were left behind, and kill them: they do not spoil the next test."""
    described = describe(left)
    kill(left)
    assert not described, f"{whose} left these engines behind: {described}"


def _is_ours(process: psutil.Process, mark: str = "--zoo-url") -> bool:
    try:
        # A zombie has no command line, so it is none.
        if not any(argument.startswith(mark) for argument in process.cmdline()):
            return False
        return process.environ().get(SESSION_VARIABLE) == SESSION
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
