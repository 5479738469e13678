"""The engines of a vector environment: whose answer is due, and whose is taken first."""

from __future__ import annotations

import selectors
from collections.abc import Sequence
from dataclasses import astuple

from pettingzoo_godot.errors import ResetNeeded
from pettingzoo_godot.lane import Lane
from pettingzoo_godot.session import Launch, Timing


class Fleet:
    """Some lanes that are alike.

    Args:
        launch: How to start each engine.
        count: How many.
        restarts: Whether to start another engine where one fails.

    Attributes:
        lanes: All of them; never changes.
    """

    def __init__(self, launch: Launch, count: int, restarts: bool) -> None:
        self.lanes = [Lane(launch, restarts) for _ in range(count)]
        self._timeout = launch.timeout
        self._ready: list[Lane] = []  # whose results nobody has taken yet

    def awaits_actions(self, lane: Lane) -> bool:
        """Whether the next step may be sent: the results of the last one were taken."""
        return lane.is_idle() and lane not in self._ready

    def forget(self) -> None:
        """Drop what nobody has taken."""
        self._ready.clear()

    def finish(self, lanes: Sequence[Lane]) -> None:
        """Wait until these engines are ready."""
        while lanes:
            lanes = [lane for lane in lanes if not lane.receive()]

    def take(self, count: int) -> list[Lane]:
        """Wait until so many engines are ready; in order if it is all of them.

        Raises:
            ResetNeeded: If fewer are at work.
        """
        asked = [lane for lane in self.lanes if lane.is_asked()]
        at_work = len(self._ready) + len(asked)
        if at_work < count:
            raise ResetNeeded(
                f"expected a batch of {count} at work, counted in engines; got {at_work}. Call "
                "send() before each recv(); reset() or async_reset() before the first, and after "
                "an engine failed"
            )
        while len(self._ready) < count:
            takes_all = len(self._ready) + len(asked) == count
            answered = asked if takes_all else self._wait(asked)
            self._ready += [lane for lane in answered if lane.receive()]
            if not answered:  # one of them says what is wrong
                asked[0].receive(waited=self._timeout)
            asked = [lane for lane in asked if lane.is_asked()]
        taken, self._ready = self._ready[:count], self._ready[count:]
        return self.lanes if count == len(self.lanes) else taken

    @property
    def timing(self) -> Timing:
        """Where the engines' time went since they started, summed over them."""
        timings = [astuple(lane.timing) for lane in self.lanes]
        return Timing(*(sum(column) for column in zip(*timings, strict=True)))

    def close(self) -> None:
        """End the engines."""
        self.forget()
        for lane in self.lanes:
            lane.close()

    def _wait(self, lanes: Sequence[Lane]) -> list[Lane]:
        """Wait until one of these engines has answered, or a few have; none: in vain."""
        with selectors.DefaultSelector() as selector:
            for lane in lanes:
                selector.register(lane.fileno(), selectors.EVENT_READ, lane)
            return [key.data for key, _ in selector.select(self._timeout)]
