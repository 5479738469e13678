"""One Godot process: start it, watch it, stop it, keep the end of its log."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from pettingzoo_godot.errors import EngineDied, EngineStartError

_GRACE = 1.0  # seconds that an engine has to quit before it is killed; close() promises 2 in all
_TAIL_BYTES = 16384
_TAIL_LINES = 20
_LOG_LIMIT = 2**24  # bytes of a temporary log: a warning per step would fill a disk overnight


class Engine:
    """A running Godot process, in a process group of its own: Ctrl-C reaches only Python.

    Our engines end when their link does, or when they see that this process is gone, so not even
    `kill -9` of Python leaves one behind (docs/PROTOCOL.md 1.4).

    Args:
        command: Program and arguments.
        environment: Additions to this process's environment.
        log_path: File for the engine's output; None: a temporary one.

    Raises:
        EngineStartError: If the program cannot be started at all.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], log_path: Path | None = None
    ) -> None:
        self._is_log_ours = log_path is None
        try:
            self._log = _open_log(log_path)
        except OSError as exc:
            raise EngineStartError(f"cannot write the engine's log to {log_path}: {exc}") from exc
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **environment},
                bufsize=0,
                # Ctrl-C must not kill the engine before Python has decided what to do.
                start_new_session=sys.platform != "win32",
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            )
        except OSError as exc:
            self._log.close()
            raise EngineStartError(f"expected {command[0]} to start; {exc}") from exc
        assert self._process.stdin is not None  # noqa: S101 - asked for above
        self._stdin = self._process.stdin
        self._finalizer = weakref.finalize(
            self, _end, self._process, self._log, os.getpid(), grace=0.0
        )

    @property
    def pid(self) -> int:
        """The process ID."""
        return self._process.pid

    def is_running(self) -> bool:
        """Whether the process lives."""
        return self._process.poll() is None

    def check_start(self) -> None:
        """Make sure that the engine lives while its hello is awaited.

        Raises:
            EngineStartError: If it has exited.
        """
        if not self.is_running():
            raise EngineStartError(
                f"the engine {self.exit_reason()} before it said hello. Does the scene have a "
                "ZooEnvironment, and does it run in the editor?",
                self.log_tail(),
            )

    def died(self, during: str) -> EngineDied | None:
        """The exception that says how the engine ended; None if it lives on.

        Waits half a second for the exit code: the link closes a little before the process is gone.
        """
        try:
            self._process.wait(0.5)
        except subprocess.TimeoutExpired:
            return None
        return EngineDied(
            f"the engine {self.exit_reason()} during {during}; reset() starts another one",
            self.log_tail(),
        )

    def exit_reason(self) -> str:
        """How the process ended, for messages."""
        code = self._process.poll()
        if code is None:
            return "is still running"
        if code >= 0:
            return f"exited with code {code}"
        try:
            return f"was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"was killed by signal {-code}"

    def log_tail(self) -> tuple[str, ...]:
        """The last lines of what the engine has written, oldest first."""
        if self._log.closed:
            return ()
        size = os.fstat(self._log.fileno()).st_size
        self._log.seek(max(0, size - _TAIL_BYTES))
        lines = self._log.read().decode(errors="replace").splitlines()
        return tuple(line for line in lines if line.strip())[-_TAIL_LINES:]

    def trim_log(self) -> None:
        """Empty the temporary log when it has grown large: only its end is ever shown."""
        if self._is_log_ours and os.fstat(self._log.fileno()).st_size > _LOG_LIMIT:
            os.ftruncate(self._log.fileno(), 0)  # both sides append: nothing is torn apart

    def stop(self, grace: float = _GRACE) -> None:
        """End the process: by itself if its link is closed, then by force. May be called twice.

        Args:
            grace: Seconds that it has to quit by itself.
        """
        if self._finalizer.detach() is not None:
            _end(self._process, self._log, os.getpid(), grace)

    def abandon(self) -> None:
        """Forget the process without ending it: after a fork, it is the parent's."""
        self._finalizer.detach()
        self._stdin.close()
        self._log.close()
        self._process.returncode = 0  # keeps Popen.__del__ from warning about a child not its own


def _open_log(path: Path | None) -> IO[bytes]:
    # In append mode, because the engine shares our position in the file, and we read in it.
    if path is not None:
        return path.open("ab+")
    handle, name = tempfile.mkstemp(prefix="pettingzoo_godot-", suffix=".log")
    os.close(handle)
    log = open(name, "ab+")
    with contextlib.suppress(OSError):  # Windows cannot remove an open file: it stays in TEMP
        os.unlink(name)
    return log


def _end(process: subprocess.Popen[bytes], log: IO[bytes], owner: int, grace: float) -> None:
    if os.getpid() != owner:
        return  # a forked copy must not end its parent's engine
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(grace)
    except subprocess.TimeoutExpired:
        _kill(process)
        process.wait()
    log.close()


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        process.kill()
        return
    # The whole group, which is the engine's own: Godot may have been started by a script.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
