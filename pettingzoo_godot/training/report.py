"""Pictures and tables of a run.

Only imported where it is used: needs the extra [train]. Pictures need no display.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from rich.table import Table

from pettingzoo_godot.arguments import name_of
from pettingzoo_godot.spaces import Array
from pettingzoo_godot.training.run import LogRow, Run
from pettingzoo_godot.training.statistics import Evaluation, describe

_BLUE, _ORANGE, _GRAY = "#2a6f97", "#e07a1f", "#6b7280"
_BLACK = "#111827"  # told apart from bars as well
_COLORS = (_BLUE, _ORANGE, "#4d908e", "#9d4edd", _GRAY)
_LINES: tuple[dict[str, Any], ...] = ({"lw": 6, "alpha": 0.35}, {"lw": 1.5, "ls": "--"})
_PARTS = 60  # points of a curve: as many as can be told apart in a picture of this size
_BINS = 30
_LEAST_BINS = 5


def draw_learning_curve(run: Run) -> Path | None:
    """Draw the return over the steps of a run.

    Returns:
        The picture; None if no episode has ended yet.
    """
    rows = [row for row in run.read_log() if row.episodes]
    if not rows:
        return None
    steps, means, lows, highs = _smooth(rows)
    figure, axes = _new_picture(f"{_title(run)}: learning")
    axes.fill_between(steps, lows, highs, color=_BLUE, alpha=0.15, lw=0, label="min to max")
    axes.plot(steps, means, color=_BLUE, lw=2, label="mean")
    _label_steps(axes, run.config.steps)
    axes.legend(loc="lower right", frameon=False)
    _save(figure, run.learning_curve_file)
    return run.learning_curve_file


def draw_comparison(runs: Sequence[Run], file: Path, title: str, until: int) -> None:
    """Draw the mean returns of several runs over their steps, in one picture.

    Args:
        runs: In the order of the legend. A seed has a colour, a vectorizer a width: equal curves
            can both be seen.
        file: The picture.
        title: Above it.
        until: Steps that are shown.
    """
    figure, axes = _new_picture(title)
    seeds = list(dict.fromkeys(run.config.seed for run in runs))
    vectorizers = list(dict.fromkeys(run.config.vectorizer for run in runs))
    for run in runs:
        config = run.config
        steps, means, _, _ = _smooth([row for row in run.read_log() if row.episodes], until)
        axes.plot(
            steps,
            means,
            color=_COLORS[seeds.index(config.seed) % len(_COLORS)],
            label=f"{config.vectorizer}, seed {config.seed}",
            **_LINES[vectorizers.index(config.vectorizer) % len(_LINES)],
        )
    _label_steps(axes, until)
    axes.legend(loc="lower right", frameon=False, ncols=len(vectorizers))
    _save(figure, file)


def draw_evaluation(run: Run, evaluation: Evaluation) -> Path:
    """Draw the returns of an evaluation as a histogram.

    Returns:
        The picture.
    """
    returns = np.asarray(evaluation.returns)
    found = describe(evaluation.returns)
    count = len(returns)
    figure, axes = _new_picture(
        f"{_title(run)}: {count} {'episode' if count == 1 else 'episodes'} "
        f"after {evaluation.steps:,} steps"
    )
    edges = _bins(returns).tolist()
    axes.hist(returns, bins=edges, color=_BLUE, edgecolor="white", lw=0.8)
    middle, room = (edges[0] + edges[-1]) / 2, max(len(edges) - 1, _LEAST_BINS) / 2 + 0.5
    axes.set_xlim(*(middle + side * room * (edges[1] - edges[0]) for side in (-1, 1)))
    lines = {"mean": (_ORANGE, "-"), "median": (_BLACK, "--")}
    if math.isclose(found["mean"], found["median"]):
        lines = {"mean and median": lines["mean"]}
    for name, (color, style) in lines.items():
        value = found[name.split()[0]]
        text = f"{value:,.1f}" if abs(value) >= 10.0 else f"{value:.3g}"
        axes.axvline(value, color=color, ls=style, lw=2, label=f"{name} {text}")
    axes.set_xlabel("return of an episode")
    axes.set_ylabel("episodes")
    steps: dict[str, Any] = {"steps": [1, 2, 5, 10], "min_n_ticks": 1}
    axes.xaxis.set_major_locator(MaxNLocator(integer=_is_whole(returns), **steps))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True, **steps))
    axes.margins(y=0.15)  # for the legend, above the bars
    axes.legend(loc="upper left", frameon=False, ncols=2)
    _save(figure, run.evaluation_picture)
    return run.evaluation_picture


def tabulate(evaluation: Evaluation) -> Table:
    """Put an evaluation into a table for the terminal."""
    rate = evaluation.success_rate
    table = Table("", "mean", "median", "min", "max", "std", box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for name, values in (("return", evaluation.returns), ("length", evaluation.lengths)):
        table.add_row(name, *(f"{value:.1f}" for value in describe(values).values()))
    table.add_row("success rate", "\N{EN DASH}" if rate is None else f"{100 * rate:.0f} %")
    return table


def _smooth(rows: list[LogRow], until: float = math.inf) -> tuple[Array, Array, Array, Array]:
    """Join rows of a log, up to this many steps, to at most `_PARTS`.

    Returns:
        Steps, and mean, least and greatest return of the episodes that ended between.
    """
    shown = [row for row in rows if row.steps <= until] or rows[:1]
    parts = np.array_split(np.asarray(shown), min(_PARTS, len(shown)))
    return (
        np.array([part[-1].steps for part in parts]),
        np.array(
            [
                np.average([r.return_mean for r in part], weights=[r.episodes for r in part])
                for part in parts
            ]
        ),
        np.array([min(r.return_min for r in part) for part in parts]),
        np.array([max(r.return_max for r in part) for part in parts]),
    )


def _bins(returns: Array) -> Array:
    """Edges of bins: around whole numbers, if all returns are; of a width around equal ones too."""
    low, high = float(returns.min()), float(returns.max())
    count = min(_BINS, max(_LEAST_BINS, len(returns) // 3))
    if _is_whole(returns):
        width = math.ceil((high - low + 1.0) / count)
        return np.arange(low - 0.5, high + width, width)
    if low == high:
        low, high, count = low - 0.5, high + 0.5, 1
    return np.linspace(low, high, count + 1)


def _is_whole(returns: Array) -> bool:
    return bool((returns == np.floor(returns)).all())


def _title(run: Run) -> str:
    return f"{name_of(run.config.scene)}, {run.config.algorithm.upper()}, seed {run.config.seed}"


def _label_steps(axes: Axes, steps: int) -> None:
    axes.set_xlabel("steps")
    axes.set_ylabel("return of an episode")
    axes.set_xlim(0, steps)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def _new_picture(title: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=12, fontweight="bold")
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e7eb")
    axes.set_axisbelow(True)
    return figure, axes


def _save(figure: Figure, file: Path) -> None:
    figure.savefig(file, dpi=120)
