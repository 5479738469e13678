"""Running one command of the system to its end, or to its death with ours."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Sequence

from pettingzoo_godot.errors import InstallError

KEPT_LINES = 20
GRACE = 5.0  # from asking a command to end until killing it, in seconds


def run_command(
    command: Sequence[str],
    timeout: float,
    is_status: Callable[[str], bool] = lambda line: False,
) -> str:
    """Run a command in a process group of its own; only where there is POSIX.

    Args:
        command: Program and arguments.
        timeout: Longest duration, in seconds.
        is_status: Called with each line of output as it comes; a line for which it says yes is
            left out of what is returned and of what an error shows.

    Returns:
        The last lines of standard output and standard error together.

    Raises:
        InstallError: If it does not start, takes too long, or exits with another code than 0.
            No process of the group is left then, nor when something like KeyboardInterrupt
            comes through.
        OSError: If the command says that the disk is full.
    """
    name = os.path.basename(command[0])
    tail: deque[str] = deque(maxlen=KEPT_LINES)
    expired = threading.Event()
    process = _start(command)

    def expire() -> None:
        expired.set()
        _signal_group(process, signal.SIGKILL)

    watch = threading.Timer(timeout, expire)
    watch.daemon = True
    watch.start()
    try:
        for line in process.stdout or ():
            if not is_status(line.rstrip()):
                tail.append(line.rstrip())
        code = process.wait()
    except BaseException:
        _end_group(process)
        raise
    finally:
        watch.cancel()
        if process.stdout is not None:
            process.stdout.close()
    output = "\n".join(tail)
    if expired.is_set():
        raise InstallError(f"{name} was not done after {timeout:g} s and was ended.\n{output}")
    if code != 0 and re.search(r"No space left on device|enough free space", output):
        raise OSError(errno.ENOSPC, f"{name} says: {tail[-1]}")
    if code != 0:
        raise InstallError(f"{name} failed with exit code {code}:\n{output}")
    return output


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    # Whoever kills this process outright gives it no chance to end the command: the kernel does
    # it then. setpriv is part of util-linux, which every Debian has.
    setpriv = shutil.which("setpriv")
    guard = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    try:
        return subprocess.Popen(
            [*guard, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            env={**os.environ, "LC_ALL": "C.UTF-8"},  # its messages are read below and by users
            start_new_session=True,
        )
    except OSError as exc:
        raise InstallError(f"{command[0]} does not start: {exc.strerror or exc}") from exc


def _signal_group(process: subprocess.Popen[str], number: int) -> None:
    try:
        os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        pass  # it has just ended


def _end_group(process: subprocess.Popen[str]) -> None:
    _signal_group(process, signal.SIGTERM)
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        pass
    _signal_group(process, signal.SIGKILL)
    process.wait()
