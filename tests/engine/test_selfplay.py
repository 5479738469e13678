"""`pettingzoo-godot train --self-play` and matches with a real engine."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from play import python_environment, wait_until
from processes import engines
from videos import read_video

pytest.importorskip("torch", reason="the extra [train] is not installed")

from typer.testing import CliRunner

from pettingzoo_godot import GodotVectorEnv, cli, parallel_env
from pettingzoo_godot.options import spread_seed
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


def test_within_a_batch_heuristics_play_in_some_arenas(tmp_path: Path) -> None:
    settings = {**QUICK, **POOL, "scripted_opponents": 0.5, "critic": "state"}
    runs = [learn(tmp_path / name, 5, settings=settings) for name in ("one", "other")]
    assert fingerprints(runs[0].path) == fingerprints(runs[1].path)
    rows = runs[0].progress()
    assert timeless(rows) == timeless(runs[1].progress())
    for group in ("seeker", "hider"):
        learned = sum(row[f"transitions/{group}"] or 0 for row in rows)
        assert 0 < learned < 5 * UPDATE / 2
        assert any(row[f"wins_against_scripted/{group}"] is not None for row in rows)


def test_an_arena_with_heuristics_plays_what_the_scene_alone_plays() -> None:
    still = {"seeker": np.zeros((3, 2), np.float32), "hider": np.zeros((3, 2), np.float32)}
    with GodotVectorEnv("chase", 1, 3) as env:
        env.set_heuristic_agents(["seeker"], [1])
        env.set_heuristic_agents(["hider_0", "seeker_0"], [2])
        env.reset(seed=3)
        seen = [env.step(still)[0] for _ in range(5)]
        seeds = env.arena_seeds
    for arena, names in enumerate([[], ["seeker_0"], ["seeker_0", "hider_0"]]):
        with parallel_env("chase", heuristic_agents=names) as alone:
            alone.reset(seed=seeds[arena])
            for batch in seen:
                observations, *_ = alone.step({agent: still["hider"][0] for agent in alone.agents})
                for group in ("seeker", "hider"):
                    assert (observations[f"{group}_0"] == batch[group][arena]).all()


def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(tmp_path: Path) -> None:
    two = {"engines": 2, "arenas": 2}
    whole = learn(tmp_path / "whole", 6, **two)
    out = tmp_path / "killed"
    command = [sys.executable, "-m", "pettingzoo_godot", "train", "chase", "--self-play"]
    command += ["--out", str(out), "--engines", "2", "--arenas", "2", "--seed", "1", *OPTIONS]
    with subprocess.Popen([*command, "--steps", str(1000 * UPDATE)], env=python_environment()) as p:
        checkpoint = out / "checkpoints" / "000003.pt"
        wait_until(lambda: checkpoint.exists(), 60.0, "the first checkpoint")
        p.kill()
    for file in numbered(out / "checkpoints"):  # as if it had been killed right after the first
        if int(file.stem) > 3:
            file.unlink()
    resumed = learn(out, 6, resume=True, **two)
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
    assert "Ending soon" in error
    assert "To go on" in error
    assert "Traceback" not in error
    folder = Folder.open(out)
    assert load_policies(out).update == len(folder.progress()) > 0
    wait_until(lambda: not engines(), 5.0, "the engines' end")
    more = str(load_policies(out).steps + 2 * 2 * UPDATE)
    stdout = call("train", "chase", "--self-play", "--out", out, "--resume", "--steps", more)
    assert stdout.strip() == str(out)
    assert len(folder.progress()) == load_policies(out).update


def test_a_fresh_seeker_learns_against_frozen_hiders(tmp_path: Path) -> None:
    run = learn(tmp_path / "run", 2)
    asked = {"roles": {"hider": "frozen"}, "policies": {"hider": str(run.path)}, "seed": 2}
    fresh = learn(tmp_path / "fresh", 4, **asked)
    before, after = fingerprints(run.path), fingerprints(fresh.path)
    assert after["hider"] == before["hider"]
    assert after["seeker"] != before["seeker"]
    rows = fresh.progress()
    assert [row["transitions/hider"] for row in rows] == [0] * 4
    assert [row["transitions/seeker"] for row in rows] == [UPDATE / 2] * 4


def test_hide_and_seek_is_learned_compared_and_shown(tmp_path: Path) -> None:
    run = tmp_path / "run"
    steps = 2 * 2 * UPDATE  # twice as many agents, in as many arenas
    asked = ["--self-play", "--engines", "2", "--arenas", "2", "--seed", "1", *OPTIONS]
    call("train", "hide_and_seek", *asked, "--steps", str(steps), "--out", run)
    rows = Folder.open(run).progress()
    assert [row["steps"] for row in rows] == [steps / 2, steps]
    assert "info/hidden_fraction/hider" in rows[0]
    pairs = [("scripted:flee", str(run)), (str(run), "scripted:patrol")]
    found = []
    for order in (pairs, pairs[::-1]):  # whatever an engine has played before
        with Stadium("hide_and_seek", 2) as stadium:
            played = {
                pair: stadium.play({"hider": pair[0], "seeker": pair[1]}, 2, seed=3)
                for pair in order
            }
        found.append({pair: match.to_json() for pair, match in played.items()})
    assert found[0] == found[1]
    hidden = [told["summary"]["infos"]["hider"]["hidden_fraction"] for told in found[0].values()]
    assert 0.0 <= min(hidden) < max(hidden) <= 1.0
    size = ["--width", "160", "--height", "160", "--out", tmp_path / "videos"]
    call("record", "hide_and_seek", "--policy", run, *size)
    (file,) = (tmp_path / "videos").iterdir()
    assert len(read_video(file).pictures) == 241


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


def test_evaluations_repeat_and_tell_what_they_found(tmp_path: Path) -> None:
    run = learn(tmp_path / "run", 6).path
    asked = ["--episodes", "4", "--cross-episodes", "2", "--checkpoints", "3", "--seed", "5"]
    printed = call("evaluate", run, *asked)
    assert printed == f"{run / 'evaluation' / 'report.md'}\n"
    other = tmp_path / "other"
    call("evaluate", run, *asked, "--engines", "1", "--out", other)
    content = (other / "evaluation.json").read_bytes()
    assert content == (run / "evaluation" / "evaluation.json").read_bytes()
    assert str(tmp_path).encode() not in content
    told = json.loads(content)
    assert len(told["matches"]) == 2 * 2 + 3 * 2 * 2 + 3 * 3
    assert all(match["infos"]["hider"]["distance"][0] > 0.0 for match in told["matches"])
    assert told["ratings"]["hider"]["random"] == [told["anchors"]["hider"]["random"]] * 3
    pictures = re.findall(r"!\[.*\]\((.*)\)", (other / "report.md").read_text())
    assert pictures == ["ratings.png", "cross_play_run.png", "pool_run.png"]
    assert all((other / name).stat().st_size > 10_000 for name in pictures)
    wait_until(lambda: not engines(), 5.0, "the engines' end")


def test_a_video_of_a_run_as_in_its_matches(tmp_path: Path) -> None:
    run = learn(tmp_path / "run", 1).path
    seed = spread_seed(3, 1)[0]  # that of the only arena
    asked = ["--policy", f"seeker={run}", "--policy", "heuristic", "--seed", str(seed)]
    size = ["--width", "160", "--height", "160"]
    printed = call("record", "chase", *asked, *size, "--out", tmp_path / "videos")
    (file,) = (tmp_path / "videos").iterdir()
    assert printed == f"{file}\n"
    with Stadium("chase", 1) as stadium:
        match = stadium.play({"seeker": str(run), "hider": "scripted"}, 1, seed=3)
    first = read_video(file).pictures
    assert len(first) == match.episodes[0].length + 1
    again = ["--policy", run, "--seed", str(seed), *size, "--out", tmp_path / "videos"]
    call("record", "chase", *again)
    both = read_video(file).pictures
    assert both.shape[1:] == first.shape[1:]
    assert (both[-1] != first[-1]).any()  # a hider that has learned nothing flees elsewhere


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
