"""Where an engine can show a window: the display there is, or a virtual one of its own."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import struct
import subprocess
import sys
import tempfile
import weakref
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from pettingzoo_godot.errors import EngineStartError, RenderModeError

NO_DISPLAY_CURE = (
    "Log in to a desktop, or connect with `ssh -X`; for a window that nobody sees, put "
    "`xvfb-run -a` before the command. Training needs no display."
)
NO_PICTURE_CURE = (
    "Install Xvfb, a display without a screen: `apt-get install xvfb` (Fedora: "
    "xorg-x11-server-Xvfb; Arch: xorg-server-xvfb); or log in to a desktop."
)

_START_TIMEOUT = 30.0  # seconds; it takes 0.1
_GRACE = 0.5  # seconds that it has to quit before it is killed; close() promises 2 in all
# Nothing is drawn on it: an engine draws its pictures elsewhere.
_SERVER = ("-screen", "0", "640x480x24", "-nolisten", "tcp", "-noreset", "-displayfd", "1")
# A shell starts the server and waits for the end of its standard input, which is a pipe of ours: so
# the server ends when this process does, whatever ends it, and from its first moment on. $0 is the
# folder of the cookie, $@ the command; the shell lets go of the pipe that has the display's number.
_GUARD = '"$@" & exec >&-; read -r _; kill $! 2>/dev/null; wait $!; rm -rf "$0"'
_FAMILY_WILD = 0xFFFF  # of addresses in a cookie file: any (libXau, Xauth.h)
_COOKIE_NAME = b"MIT-MAGIC-COOKIE-1"


def find_display() -> str | None:
    """The display that a window would open on; None if there is none."""
    if sys.platform == "win32" or sys.platform == "darwin":
        return "the desktop"
    return os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY") or None


def need_display(name: str) -> None:
    """Make sure that the scene of this name can be shown.

    Raises:
        RenderModeError: If there is no display.
    """
    if find_display() is None:
        raise RenderModeError(
            f"expected a display for the window of {name}; neither DISPLAY nor WAYLAND_DISPLAY "
            f"is set. {NO_DISPLAY_CURE}"
        )


def find_virtual_display() -> str | None:
    """The program that makes virtual displays; None if there is none."""
    return shutil.which("Xvfb")


def need_pictures(name: str) -> None:
    """Make sure that pictures of the scene of this name can be drawn.

    Raises:
        RenderModeError: If there is no display, and no program that makes one.
    """
    if find_display() is None and find_virtual_display() is None:
        raise RenderModeError(
            f"expected a display or Xvfb for pictures of {name}; neither DISPLAY nor "
            f"WAYLAND_DISPLAY is set, and no Xvfb is on PATH. {NO_PICTURE_CURE}"
        )


class VirtualDisplay:
    """A display without a screen, for one engine. It does not outlive this process.

    Attributes:
        environment: Additions to the environment of the engine that is to use it.

    Raises:
        EngineStartError: If it does not start.
    """

    def __init__(self) -> None:
        program = find_virtual_display()
        if program is None:
            raise EngineStartError(f"expected Xvfb on PATH; found none. {NO_PICTURE_CURE}")
        try:
            folder = tempfile.mkdtemp(prefix="pettingzoo_godot-")  # only we can read it
        except OSError as exc:
            raise EngineStartError(f"expected a folder for the key of a display; {exc}") from exc
        cookie = Path(folder, "cookie")
        server = [program, *_SERVER, "-auth", str(cookie)]
        try:
            cookie.write_bytes(_make_cookie())
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", _GUARD, folder, *server],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,  # Ctrl-C must not end it before its engine
            )
        except OSError as exc:
            shutil.rmtree(folder, ignore_errors=True)
            raise EngineStartError(f"expected to start {program} by /bin/sh; {exc}") from exc
        self._folder = folder
        self._finalizer = weakref.finalize(self, _end, self._process, folder, os.getpid())
        number = _read_line(self._process, _START_TIMEOUT)
        if not number:
            self.close()
            raise EngineStartError(
                f"expected {program} to open a display within {_START_TIMEOUT:g} s; it did not. "
                "Does `xvfb-run -a true` work here?"
            )
        self.environment = {"DISPLAY": f":{number}", "XAUTHORITY": str(cookie)}

    def close(self) -> None:
        """End it; may be called twice."""
        if self._finalizer.detach() is not None:
            _end(self._process, self._folder, os.getpid())

    def abandon(self) -> None:
        """Forget it without ending it: after a fork, it is the parent's."""
        self._finalizer.detach()
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.returncode = 0  # keeps Popen.__del__ from warning about a child not its own


def _make_cookie() -> bytes:
    """A file of the key without which nobody gets on the display (libXau, AuFileName)."""
    parts = (b"", b"", _COOKIE_NAME, secrets.token_bytes(16))
    counted = b"".join(struct.pack(">H", len(part)) + part for part in parts)
    return struct.pack(">H", _FAMILY_WILD) + counted


def _read_line(process: subprocess.Popen[bytes], timeout: float) -> str:
    """Read the line that a process writes; empty if it writes none in time."""
    assert process.stdout is not None  # noqa: S101 - asked for above
    with process.stdout as pipe, DefaultSelector() as selector:
        selector.register(pipe, EVENT_READ)
        return pipe.readline().decode().strip() if selector.select(timeout) else ""


def _end(process: subprocess.Popen[bytes], folder: str, owner: int) -> None:
    if os.getpid() != owner:
        return  # a forked copy must not end its parent's display
    if process.stdin is not None:
        with contextlib.suppress(OSError):
            process.stdin.close()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)  # the shell did not come to it
