"""A training on the terminal: how far, how fast, how well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from pettingzoo_godot.training.run import LogRow

_MEMORY = 0.9  # of the mean return and the speed, from row to row: as steady as a reader needs


@contextmanager
def stopping(progress: Progress) -> Iterator[None]:
    """End a bar that begins with what there is to show: what goes wrong before is one line."""
    try:
        yield
    finally:
        if progress.live.is_started:
            progress.stop()


@contextmanager
def show_training(console: Console) -> Iterator[Callable[[LogRow, int], None]]:
    """Show a bar, and return what tells it how the training goes, and how many steps it takes."""
    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[speed]}"),
        TextColumn("[bold]{task.fields[earned]}[/]"),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console)
    task = progress.add_task("", total=None, speed="", earned="")
    shown = _Shown()

    def watch(row: LogRow, total: int) -> None:
        speed, earned = shown.after(row)
        progress.update(task, completed=row.steps, total=total, speed=speed, earned=earned)
        progress.start()

    with stopping(progress):
        yield watch


class _Shown:
    """What the bar says of the rows that it was told."""

    def __init__(self) -> None:
        self._last: LogRow | None = None
        self._speed: float | None = None
        self._earned: float | None = None

    def after(self, row: LogRow) -> tuple[str, str]:
        """Speed, and mean return, as texts."""
        if self._last is not None:
            seconds = max(row.seconds - self._last.seconds, 1e-3)
            self._speed = _mix(self._speed, (row.steps - self._last.steps) / seconds)
        self._last = row
        if row.return_mean is not None:
            self._earned = _mix(self._earned, row.return_mean)
        speed = "" if self._speed is None else f"{self._speed:,.0f} steps/s"
        earned = "" if self._earned is None else f"mean return {self._earned:.1f}"
        return speed, earned


def _mix(before: float | None, value: float) -> float:
    return value if before is None else _MEMORY * before + (1 - _MEMORY) * value
