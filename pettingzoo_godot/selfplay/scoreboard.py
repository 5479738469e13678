"""A self-play training on the terminal: how far, how fast, who wins."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from pettingzoo_godot.selfplay.folder import Row
from pettingzoo_godot.training.bar import stopping

_MEMORY = 0.8  # of what is shown, from update to update: as steady as a reader needs

#: Is told the row of an update, and which part of the training is done, 0 to 1.
Watch = Callable[[Row, float], None]


@contextmanager
def show_self_play(console: Console, shown: Mapping[str, str]) -> Iterator[Watch]:
    """Show a bar and a line about the sides; return what tells them how the training goes.

    Args:
        console: Where.
        shown: As in `Settings`.
    """
    columns = (
        TextColumn("{task.fields[update]}"),
        BarColumn(bar_width=20),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    progress = _Scoreboard(*columns, console=console)
    task = progress.add_task("", total=1.0, update="", speed="")
    smoothed = Smoothed()

    def watch(row: Row, done: float) -> None:
        values = smoothed.after(row)
        progress.sides = describe_sides(values, shown)
        progress.update(
            task,
            completed=done,
            update=f"update {row['update']}",
            speed=f"{values['steps_per_second']:,.0f} steps/s",
        )
        progress.start()

    with stopping(progress):
        yield watch


@contextmanager
def show_matches(console: Console) -> Iterator[Callable[[int, int], None]]:
    """Show a bar, and return what tells it how many episodes are played, and of how many."""
    columns = (
        TextColumn("episodes"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=console)
    task = progress.add_task("", total=None)

    def watch(done: int, total: int) -> None:
        progress.update(task, completed=done, total=total)
        progress.start()

    with stopping(progress):
        yield watch


class _Scoreboard(Progress):
    """A bar, and below it the sides: both in one line are too much for 80 columns."""

    sides = ""

    def get_renderables(self) -> Iterator[RenderableType]:
        yield from super().get_renderables()
        yield Text.from_markup(self.sides)


class Smoothed:
    """Running means of the numbers in rows."""

    def __init__(self) -> None:
        self._values: dict[str, float] = {}

    def after(self, row: Row) -> dict[str, float]:
        """Take a row in, and return the means."""
        for name, value in row.items():
            if value is None:
                continue
            before = self._values.get(name, value)
            self._values[name] = _MEMORY * before + (1 - _MEMORY) * value
        return self._values


def describe_sides(values: Mapping[str, float], shown: Mapping[str, str]) -> str:
    """Say how each policy group does: mean return, part of the games that it wins, rating.

    Args:
        values: By column of progress.csv.
        shown: By policy group, an info that is told as well.
    """
    groups = [name.partition("/")[2] for name in values if name.startswith("return/")]
    return "  ".join(
        f"[bold]{escape(group)}[/] "
        + ", ".join(
            text.format(values[column])
            for column, text in (
                (f"return/{group}", "{:.1f}"),
                (f"wins/{group}", "wins {:.0%}"),
                (f"rating/{group}", "rating {:.0f}"),
                (f"info/{shown.get(group)}/{group}", escape(f"{shown.get(group)} ") + "{:.2f}"),
            )
            if column in values
        )
        for group in groups
    )
