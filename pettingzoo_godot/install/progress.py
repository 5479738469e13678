"""What an installation tells the person who waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

Update = Callable[[float], None]


class Progress:
    """Lines, and a bar where a terminal can show one; everything goes to standard error.

    Args:
        console: Another place to write to; `Console(quiet=True)` is silent.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console

    @property
    def console(self) -> Console:
        """The console in use."""
        if self._console is None:
            from rich.console import Console  # 60 ms, which finding an engine need not pay

            self._console = Console(stderr=True)
        return self._console

    def say(self, line: str) -> None:
        """Write one line."""
        self.console.print(line, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def track(self, label: str, total: float | None) -> Iterator[Update]:
        """Show how far one lengthy thing has come.

        Args:
            label: What it is, such as "Downloading Godot".
            total: The value that means complete, or None if nobody knows.

        Yields:
            A function to call with how much is done.
        """
        if self.console.is_terminal and not self.console.quiet:
            with self._bar(label, total) as update:
                yield update
        else:
            self.say(label)
            yield self._quarters(total)

    @contextmanager
    def _bar(self, label: str, total: float | None) -> Iterator[Update]:
        from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        with Bar(*columns, TimeRemainingColumn(), console=self.console) as bar:
            task = bar.add_task(label, total=total)
            yield lambda done: bar.update(task, completed=done)

    def _quarters(self, total: float | None) -> Update:
        told = 0

        def update(done: float) -> None:
            nonlocal told
            quarters = int(4 * done / total) if total else 0
            if quarters > told:
                told = quarters
                self.say(f"  {25 * quarters} %")

        return update
