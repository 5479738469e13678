"""`pettingzoo-godot train --self-play` and matches with a real engine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from play import python_environment, wait_until
from processes import engines

pytest.importorskip("torch", reason="the extra [train] is not installed")

from typer.testing import CliRunner

from pettingzoo_godot import cli
from pettingzoo_godot.selfplay.checkpoint import numbered
from pettingzoo_godot.selfplay.folder import Folder, Row
from pettingzoo_godot.selfplay.matches import Stadium
from pettingzoo_godot.selfplay.policies import load_policies
from pettingzoo_godot.selfplay.start import train

pytestmark = pytest.mark.engine

# Small updates: 2 agents in 4 arenas for 32 steps are 256 steps.
QUICK = {"horizon": 32, "minibatch": 128, "epochs": 2, "hidden": 16, "checkpoint_updates": 3}
POOL = {"save_steps": 256, "swap_steps": 256}
UPDATE = 32 * 4 * 2
OPTIONS = [f"--hyperparameter={name}={value}" for name, value in (QUICK | POOL).items()]


def call(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.stderr
    return result.stderr if code else result.stdout


def learn(path: Path, updates: int, **arguments: Any) -> Folder:
    settings = {**QUICK, **POOL}
    arguments = {"engines": 1, "arenas": 4, "settings": settings, "seed": 1, **arguments}
    return train("chase", path, steps=updates * UPDATE, **arguments)


def fingerprints(path: Path) -> dict[str, str]:
    return {group: actor.fingerprint() for group, actor in load_policies(path).actors.items()}


def timeless(rows: list[Row]) -> list[Row]:
    clock = ("seconds", "steps_per_second", "learning_seconds")
    return [{name: value for name, value in row.items() if name not in clock} for row in rows]


def test_the_same_seed_has_the_same_weights_after_twenty_updates(tmp_path: Path) -> None:
    runs = [learn(tmp_path / name, 20) for name in ("one", "other")]
    assert fingerprints(runs[0].path) == fingerprints(runs[1].path)
    assert timeless(runs[0].progress()) == timeless(runs[1].progress())
    assert load_policies(runs[0].path).update == 20


def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    whole = learn(tmp_path / "whole", 6)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "pettingzoo_godot", "train", "chase", "--self-play"]
    command += ["--out", str(out), "--engines", "1", "--arenas", "4", "--seed", "1", *OPTIONS]
    with subprocess.Popen([*command, "--steps", str(1000 * UPDATE)], env=python_environment()) as p:
        checkpoint = out / "checkpoints" / "000003.pt"
        wait_until(lambda: checkpoint.exists(), 60.0, "the first checkpoint")
        p.kill()
    for file in numbered(out / "checkpoints"):  # as if it had been killed right after the first
        if int(file.stem) > 3:
            file.unlink()
    resumed = learn(out, 6, resume=True)
    assert [row["update"] for row in resumed.progress()] == [1, 2, 3, 4, 5, 6]
    assert timeless(resumed.progress()) == timeless(whole.progress())
    assert fingerprints(out) == fingerprints(whole.path)
    wait_until(lambda: not engines(), 5.0, "the engines' end")


def test_from_the_command_line_until_ctrl_c(tmp_path: Path) -> None:
    out = tmp_path / "run"
    command = [sys.executable, "-m", "pettingzoo_godot", "train", "chase", "--self-play"]
    command += ["--out", str(out), "--engines", "2", "--arenas", "4", "--minutes", "5", *OPTIONS]
    with subprocess.Popen(
        command, env=python_environment(), stderr=subprocess.PIPE, text=True
    ) as python:
        log = out / "progress.csv"
        wait_until(lambda: log.exists() and log.stat().st_size, 60.0, "the first update")
        python.send_signal(signal.SIGINT)
        _, error = python.communicate(timeout=30.0)
    assert python.returncode == 130
    assert "To go on" in error
    assert "Traceback" not in error
    folder = Folder.open(out)
    assert load_policies(out).update == len(folder.progress()) > 0
    wait_until(lambda: not engines(), 5.0, "the engines' end")
    more = str(load_policies(out).steps + 2 * 2 * UPDATE)
    stdout = call("train", "chase", "--self-play", "--out", out, "--resume", "--steps", more)
    assert stdout.strip() == str(out)
    assert len(folder.progress()) == load_policies(out).update


def test_a_match_is_of_exactly_so_many_episodes_and_the_same_twice(tmp_path: Path) -> None:
    run = learn(tmp_path / "run", 1)
    texts = []
    for _ in range(2):
        with Stadium("chase", 4) as stadium:
            matches = [
                stadium.play({"seeker": seeker, "hider": hider}, 10, seed=5)
                for seeker, hider in [
                    ("scripted", "random"),
                    ("random", "scripted"),
                    (str(run.path), str(run.path)),
                ]
            ]
        texts.append(json.dumps([match.to_json() for match in matches]))
        assert [len(match.episodes) for match in matches] == [10, 10, 10]
    assert texts[0] == texts[1]
    caught, escaped, _ = matches
    # The scripted ones are better than chance; each episode ends by the catch or the limit.
    assert caught.summary()["wins"]["seeker"] > 0.5
    assert escaped.summary()["wins"]["hider"] == 1.0
    for episode in [*caught.episodes, *escaped.episodes]:
        assert (episode.winner == "hider") == (episode.returns["hider"] == 60.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["cart_pole", "--self-play"], "error: expected a scene with several policy groups"),
        (["chase", "--self-play", "--role", "hider=lazy"], "error: expected the role of hider"),
        (["chase", "--self-play", "--algo", "ppo"], "error: expected options of train --self-play"),
        (["chase", "--minutes", "3"], "error: expected options of train without --self-play"),
    ],
)
def test_mistakes_are_one_line(arguments: list[str], message: str, tmp_path: Path) -> None:
    error = call("train", *arguments, "--out", tmp_path / "run", code=1)
    assert error.startswith(message)
    assert error.count("\n") == 1
    assert not (tmp_path / "run").exists()
