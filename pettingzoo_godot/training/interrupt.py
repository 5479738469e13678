"""Ctrl-C that ends a training in good order."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_STDERR = 2  # not `sys.stderr`: what is interrupted may be in the middle of writing to it
_ANSWER = b"\nEnding soon; what is learned is saved. Ctrl-C again ends at once, without saving.\n"


@contextmanager
def stop_on_signals() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C, or a polite request to end, into an event; the next one is as ever.

    In another than the main thread, where Python has no signals, the event is never set.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        restore()
        with suppress(OSError):
            os.write(_STDERR, _ANSWER)

    for number in _SIGNALS:
        signal.signal(number, ask)
    try:
        yield stop
    finally:
        restore()
