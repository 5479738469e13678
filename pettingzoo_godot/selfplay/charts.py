"""Pictures of an evaluation. They need no display."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import cycle
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pettingzoo_godot.selfplay.contest import Checkpoint, Contestant, Pair
from pettingzoo_godot.selfplay.findings import Evaluation
from pettingzoo_godot.selfplay.intervals import Estimate
from pettingzoo_godot.spaces import Array

# Told apart by people who see fewer colours, too (Okabe and Ito).
_COLORS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_GRAY = "#6b7280"
_ANCHOR_STYLES = (":", "--", "-.", (0, (1, 3)), (0, (6, 2)))
_LINE = 0.035  # of the axes' height, that a name beside them needs
_DARK = 0.45  # luminance below which numbers are white


def draw_all(evaluation: Evaluation, folder: Path) -> dict[str, str]:
    """Draw all pictures of an evaluation into a folder.

    Returns:
        File names by what they show, in the order of a report.
    """
    drawn = {"Ratings": "ratings.png"}
    _draw_ratings(evaluation, folder / "ratings.png")
    for run in evaluation.runs:
        if all(run.sides.values()):
            name = f"cross_play_{run.name}.png"
            _draw_cross_play(evaluation, run, folder / name)
            drawn[f"{run.name}: checkpoints against each other"] = name
        name = f"pool_{run.name}.png"
        _draw_against_pool(evaluation, run, folder / name)
        drawn[f"{run.name}: checkpoints against the fixed pool"] = name
    return drawn


# ------------------------------------------------------------------ ratings


def _draw_ratings(evaluation: Evaluation, file: Path) -> None:
    figure = Figure(figsize=(11, 4.6), layout="constrained")
    most = max(run.checkpoints[-1].steps for run in evaluation.runs)
    panels = _row(figure, 2)
    for axes, group in zip(panels, evaluation.groups, strict=True):
        anchors = evaluation.anchors[group]
        for value, style in zip(anchors.values(), cycle(_ANCHOR_STYLES), strict=False):
            axes.axhline(value, color=_GRAY, lw=1.2, ls=style)
        for run, color in zip(evaluation.runs, cycle(_COLORS), strict=False):
            checkpoints = run.sides[group]
            _draw_band(
                axes,
                checkpoints,
                [evaluation.ratings[group][one.label] for one in checkpoints],
                color,
                run.name,
            )
        _label_steps(axes, most, f"{group}: rating")
        _name_anchors(axes, anchors)
    # A run may have one side alone, so no panel has them all.
    named = {
        label: line
        for axes in panels
        for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles=list(named.values()), loc="outside upper left", frameon=False, ncols=len(named) or 1
    )
    figure.savefig(file, dpi=110)


def _name_anchors(axes: Axes, anchors: Mapping[str, float]) -> None:
    """Write names beside the axes, none over another."""
    low, high = axes.get_ylim()
    least = low
    for name, value in sorted(anchors.items(), key=lambda anchor: anchor[1]):
        place = max(value, least)
        least = place + _LINE * (high - low)
        axes.annotate(
            name,
            (1.0, place),
            (3, 0),
            ("axes fraction", "data"),
            "offset points",
            color=_GRAY,
            va="center",
            fontsize=8,
        )


# ------------------------------------------------------------------ against the pool


def _draw_against_pool(evaluation: Evaluation, run: Contestant, file: Path) -> None:
    sides = [group for group in evaluation.groups if run.sides[group]]
    figure = Figure(figsize=(5.5 * len(sides), 7.2), layout="constrained")
    panels = figure.subplots(2, len(sides), squeeze=False)
    for column, group in enumerate(sides):
        is_row = group == evaluation.groups[0]
        other = evaluation.groups[1 if is_row else 0]
        for opponent, color in zip(evaluation.pool[other], cycle(_COLORS), strict=False):
            checkpoints = run.sides[group]
            pairs: list[Pair] = [
                (one.label, opponent) if is_row else (opponent, one.label) for one in checkpoints
            ]
            results = [evaluation.common[pair] for pair in pairs]
            wins = [result.wins[group] for result in results]
            measured = [evaluation.measure(result) for result in results]
            label = f"against {opponent}"
            _draw_band(panels[0][column], checkpoints, [_percent(x) for x in wins], color, label)
            _draw_band(panels[1][column], checkpoints, measured, color, label)
        steps = run.checkpoints[-1].steps
        _label_steps(panels[0][column], steps, f"{group} wins [%]")
        _label_steps(panels[1][column], steps, evaluation.measure_name)
        panels[0][column].set_ylim(-3, 103)
        panels[0][column].set_title(f"{run.name}: {group}", loc="left", fontweight="bold")
        panels[1][column].legend(
            loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False, fontsize=9, ncols=2
        )
    figure.savefig(file, dpi=110)


def _draw_band(
    axes: Axes,
    checkpoints: Sequence[Checkpoint],
    estimates: Sequence[Estimate],
    color: str,
    label: str,
) -> None:
    """Draw a curve over steps, with its 95 % intervals."""
    if not checkpoints:
        return
    steps = [one.steps for one in checkpoints]
    values, lows, highs = np.array(estimates).T
    if len(steps) == 1:
        axes.errorbar(
            steps, values, [values - lows, highs - values], fmt="o", color=color, label=label
        )
        return
    axes.fill_between(steps, lows, highs, color=color, alpha=0.18, lw=0)
    axes.plot(steps, values, color=color, lw=2, marker="o", ms=4, label=label)


# ------------------------------------------------------------------ cross-play


def _draw_cross_play(evaluation: Evaluation, run: Contestant, file: Path) -> None:
    rows, columns = (run.sides[group] for group in evaluation.groups)
    group = evaluation.groups[0]
    lines = [[evaluation.common[one.label, other.label] for other in columns] for one in rows]
    wins = np.array([[result.wins[group].value for result in line] for line in lines])
    measured = np.array([[evaluation.measure(result).value for result in line] for line in lines])
    figure = Figure(figsize=(12.5, 0.55 * len(rows) + 2.2), layout="constrained")
    left, right = _row(figure, 2)
    _draw_matrix(left, 100.0 * wins, "RdBu", (0.0, 100.0), ".0f")
    left.set_title(f"{run.name}: {group} wins [%]", loc="left", fontweight="bold")
    low, high = float(measured.min()), float(measured.max())
    is_part = evaluation.shown is not None and 0.0 <= low and high <= 1.0
    limits = (0.0, 1.0) if is_part else (low, max(high, low + 1e-9))
    _draw_matrix(right, measured, "viridis", limits, ".2f" if high < 10 else ".0f")
    right.set_title(evaluation.measure_name, loc="left", fontweight="bold")
    for axes in (left, right):
        axes.set_xticks(range(len(columns)), [_short(one.steps) for one in columns])
        axes.set_yticks(range(len(rows)), [_short(one.steps) for one in rows])
        axes.set_xlabel(f"{evaluation.groups[1]} after so many steps of training")
        axes.set_ylabel(f"{group} after so many steps")
    figure.savefig(file, dpi=110)


def _draw_matrix(
    axes: Axes, values: Array, colors: str, limits: tuple[float, float], digits: str
) -> None:
    image = axes.imshow(values, cmap=colors, vmin=limits[0], vmax=limits[1], aspect="auto")
    for (row, column), value in np.ndenumerate(values):
        red, green, blue, _ = image.cmap(image.norm(value))
        is_dark = 0.3 * red + 0.59 * green + 0.11 * blue < _DARK
        axes.text(
            column,
            row,
            format(value, digits),
            ha="center",
            va="center",
            fontsize=10,
            color="white" if is_dark else "#111827",
        )
    axes.spines[:].set_visible(False)
    axes.tick_params(length=0)


# ------------------------------------------------------------------ all of them


def _row(figure: Figure, count: int) -> list[Axes]:
    panels: list[Axes] = figure.subplots(1, count, squeeze=False)[0].tolist()
    return panels


def _label_steps(axes: Axes, steps: int, what: str) -> None:
    axes.set_xlabel("steps of training")
    axes.set_ylabel(what)
    axes.set_xlim(-0.02 * steps, 1.02 * steps)
    axes.xaxis.set_major_formatter(lambda value, _: _short(value))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#e5e7eb")
    axes.set_axisbelow(True)


def _short(steps: float) -> str:
    """A number of steps in few characters."""
    for unit, sign in ((1e6, "M"), (1e3, "k")):
        if abs(steps) >= unit:
            return f"{steps / unit:.3g}{sign}"
    return f"{steps:.0f}"


def _percent(estimate: Estimate) -> Estimate:
    return Estimate(*(100.0 * number for number in estimate))
