"""`pettingzoo-godot train` and `evaluate` with a real engine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from play import python_environment, wait_until
from processes import engines

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from typer.testing import CliRunner

from pettingzoo_godot import cli
from pettingzoo_godot.training.run import Run

pytestmark = pytest.mark.engine


def call(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.stderr
    return result.stderr if code else result.stdout


def test_train_go_on_evaluate(tmp_path: Path) -> None:
    out = tmp_path / "run"
    arguments = ["train", "cart_pole", "--out", out, "--engines", "2", "--arenas", "4"]
    arguments += ["--parameter", "start_noise=0.1", "--hyperparameter", "n_epochs=8"]
    assert call(*arguments, "--steps", "2000").strip() == str(out)
    before = Run.open(out).read_log()
    call("train", "cart_pole", "--out", out, "--resume", "--steps", "6000")
    run = Run.open(out)
    log = run.read_log()
    assert log[: len(before)] == before
    assert [saved.steps for saved in run.checkpoints()] == [2000, 6000]
    assert (log[-1].steps, run.config.engines, run.config.arenas) == (6000, 2, 4)
    assert run.config.parameters == {"start_noise": 0.1}
    assert run.config.hyperparameters["n_epochs"] == 8
    assert max(row.return_mean or 0 for row in log[len(before) :]) > 2 * (log[0].return_mean or 0)
    assert run.learning_curve_file.exists()

    table = call("evaluate", out, "--episodes", "9", "--seed", "3")
    assert "median" in table
    assert "success rate" in table
    first = json.loads(run.evaluation_file.read_text())
    assert (len(first["returns"]), first["seed"], first["steps"]) == (9, 3, 6000)
    assert first["success_rate"] == sum(first["successes"]) / 9
    call("evaluate", out, "--episodes", "9", "--seed", "3")
    assert json.loads(run.evaluation_file.read_text()) == first
    assert run.evaluation_picture.exists()


def test_arenas_and_supersuits_engines_make_the_same_run(tmp_path: Path) -> None:
    ways = {
        "arenas": ["--engines", "1", "--arenas", "2"],
        "engines": ["--engines", "2", "--arenas", "1"],
        "supersuit": ["--engines", "2", "--vectorizer", "supersuit"],
    }
    logs, evaluations = [], []
    for name, arguments in ways.items():
        out = tmp_path / name
        call("train", "cart_pole", "--out", out, "--steps", "1100", *arguments)
        call("evaluate", out, "--episodes", "3")
        logs.append([replace(row, seconds=0.0) for row in Run.open(out).read_log()])
        evaluations.append(json.loads((out / "evaluation.json").read_text()))
    assert logs[0] == logs[1] == logs[2]
    assert evaluations[0] == evaluations[1] == evaluations[2]
    assert len(evaluations[0]["returns"]) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "chase"], "error: expected a scene with one policy group; 'chase' has 2"),
        (["train", "chess"], "error: expected the name of a bundled scene"),
        (["train", "cart_pole", "--algo", "dqn"], "error: expected an algorithm of ppo, a2c"),
        (["train", "cart_pole", "--steps", "0"], "error: expected steps to be an int from 1 on"),
        (["train", "cart_pole", "--parameter", "n=3"], "error: expected parameters that the scene"),
        (["train", "cart_pole", "--parameter", "n"], "error: expected NAME=VALUE"),
        (["train", "cart_pole", "--hyperparameter", "lr=1"], "error: expected a hyperparameter of"),
        (["train", "cart_pole", "--resume"], "error: expected a folder that `pettingzoo-godot"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    error = call(*arguments, "--out", tmp_path / "run", code=1)
    assert error.startswith(message)
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()
    assert "Traceback" not in error


def test_nothing_to_evaluate(tmp_path: Path) -> None:
    assert "error: expected a folder that" in call("evaluate", tmp_path, code=1)


def test_ctrl_c(tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "pettingzoo_godot", "train", "cart_pole", "--out", str(out)]
    with subprocess.Popen(
        command, env=python_environment(), stderr=subprocess.PIPE, text=True
    ) as python:
        log = out / "log.jsonl"
        wait_until(lambda: log.exists() and log.stat().st_size, 60.0, "the first row of the log")
        python.send_signal(signal.SIGINT)
        _, error = python.communicate(timeout=30.0)
    assert python.returncode == 130
    assert "To go on" in error
    assert "Traceback" not in error
    assert 0 < Run.open(out).last_checkpoint().steps < 100_000
    wait_until(lambda: not engines(), 3.0, "the engines' end")
