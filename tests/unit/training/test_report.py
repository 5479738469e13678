import io
from dataclasses import replace

import pytest
from rich.console import Console

from pettingzoo_godot.training.run import LogRow, Run, RunConfig
from pettingzoo_godot.training.statistics import Evaluation

pytest.importorskip("matplotlib", reason="the extra [train] is not installed")

from pettingzoo_godot.training.report import (
    _bins,
    _smooth,
    draw_comparison,
    draw_evaluation,
    draw_learning_curve,
    np,
    tabulate,
)

CONFIG = RunConfig("cart_pole", "ppo", "sb3", 2, 8, 0, 1000, {})
PNG = b"\x89PNG"


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "run", CONFIG)


def test_learning_curve(run):
    assert draw_learning_curve(run) is None
    run.log(LogRow(500, 1.0, 0))
    assert draw_learning_curve(run) is None
    run.log(LogRow(1000, 1.0, 1, 5.0, 5.0, 5.0, 5.0))
    assert draw_learning_curve(run).read_bytes()[:4] == PNG


def test_a_long_log_is_joined():
    rows = [LogRow(i + 1, 1.0, 1 + i % 2, float(i % 2), -1.0, 2.0, 5.0) for i in range(6000)]
    steps, means, lows, highs = _smooth(rows)
    assert (len(steps), steps[-1]) == (60, 6000)
    assert means == pytest.approx(2 / 3)  # a row with two episodes counts twice
    assert set(lows) == {-1.0}
    assert set(highs) == {2.0}
    assert _smooth(rows, until=90)[0].tolist()[-1] == 90
    assert _smooth(rows, until=0)[0].tolist() == [1]


def test_comparison(run, tmp_path):
    run.log(LogRow(1000, 1.0, 1, 5.0, 5.0, 5.0, 5.0))
    other = Run.create(tmp_path / "other", replace(CONFIG, vectorizer="supersuit"))
    other.log(LogRow(900, 1.0, 1, 5.0, 5.0, 5.0, 5.0))
    draw_comparison([run, other, run], tmp_path / "all.png", "Three runs", 1000)
    assert (tmp_path / "all.png").read_bytes()[:4] == PNG


@pytest.mark.parametrize("returns", [[250.0] * 100, [1.0], [-3.0, 200.0] * 20])
def test_histogram(run, returns):
    evaluation = Evaluation(1000, 0, returns, [5] * len(returns))
    assert draw_evaluation(run, evaluation).read_bytes()[:4] == PNG
    edges = _bins(np.asarray(returns))
    assert edges[0] <= min(returns)
    assert edges[-1] >= max(returns)
    assert edges[-1] - edges[0] >= 1.0
    assert not set(edges) & set(returns)  # whole numbers lie in their bins' middles


def test_bins_of_whole_and_other_returns():
    assert _bins(np.asarray([0.0, 3.0])).tolist() == [-0.5, 0.5, 1.5, 2.5, 3.5]
    assert _bins(np.asarray([0.0, 19.0])).tolist() == [-0.5, 3.5, 7.5, 11.5, 15.5, 19.5]
    assert _bins(np.asarray([0.1] * 9)).tolist() == pytest.approx([-0.4, 0.6])
    assert _bins(np.asarray([0.1, 0.6])).tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])


@pytest.mark.parametrize(("successes", "shown"), [([1.0, 0.0], "50 %"), (None, "–")])  # noqa: RUF001
def test_table(successes, shown):
    out = io.StringIO()
    table = tabulate(Evaluation(1000, 0, [1.0, 2.0], [10, 20], successes))
    Console(file=out, width=80).print(table)
    lines = [line.split() for line in out.getvalue().splitlines()]
    assert lines[0] == ["mean", "median", "min", "max", "std"]
    assert lines[1] == ["return", "1.5", "1.5", "1.0", "2.0", "0.5"]
    assert lines[2] == ["length", "15.0", "15.0", "10.0", "20.0", "5.0"]
    assert " ".join(lines[3]) == f"success rate {shown}"
