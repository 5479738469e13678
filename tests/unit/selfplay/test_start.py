import json
import shutil
import signal
import sys
from dataclasses import asdict

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from duel import AGENTS, Duel

from pettingzoo_godot.errors import EngineDied, OptionError, UsageError
from pettingzoo_godot.selfplay.folder import Folder
from pettingzoo_godot.selfplay.policies import load_policies
from pettingzoo_godot.selfplay.settings import Settings
from pettingzoo_godot.selfplay.start import train
from pettingzoo_godot.selfplay.trainer import Trainer

QUICK = {"horizon": 10, "minibatch": 64, "epochs": 2, "hidden": 8, "pose": {}}
STEPS = 10 * 2 * 3  # of an update of one engine with two arenas


def learn(path, updates=4, **arguments):
    arguments = {"engines": 1, "arenas": 2, "settings": QUICK, **arguments}
    return train("chase", path, steps=updates * STEPS, **arguments)


SAME = {"parameters": {"inner_wall": False}, "seed": 3}


@pytest.fixture
def run(duels, tmp_path):
    return learn(tmp_path / "run", **SAME)


def test_what_a_run_leaves(run, duels, tmp_path):
    assert {path.name for path in run.path.iterdir()} == {
        "checkpoints",
        "config.json",
        "policies",
        "progress.csv",
        "tensorboard",
    }
    config = json.loads((run.path / "config.json").read_text())
    assert config["settings"] | QUICK == config["settings"]
    assert config["settings"]["winner"] == "last_reward"  # the scene's own
    assert (config["parameters"], config["seed"]) == ({"inner_wall": False}, 3)
    assert [env.is_closed for env in duels] == [True, True]
    assert [env.is_started for env in duels] == [False, True]
    assert duels[1].arguments["batch_size"] == 6


@pytest.mark.parametrize(
    ("asked", "parameters"),
    [
        ({}, {"hider_heuristic": "flee"}),
        ({"hider_heuristic": "static"}, {"hider_heuristic": "static"}),
    ],
)
def test_settings_have_parameters_of_the_scene_unless_others_are_given(
    asked, parameters, duels, tmp_path
):
    settings = QUICK | {"parameters": {"hider_heuristic": "flee"}}
    run = learn(tmp_path / "run", 1, settings=settings, parameters=asked)
    assert run.config.parameters == parameters
    assert duels[1].arguments["parameters"] == parameters


def test_ten_minutes_if_nobody_says_how_long(duels, tmp_path):
    def stop(row, done):
        signal.raise_signal(signal.SIGINT)  # as Ctrl-C

    run = train("chase", tmp_path / "run", engines=1, arenas=2, settings=QUICK, watch=stop)
    assert (run.config.minutes, run.config.steps) == (10.0, None)
    assert load_policies(run.path).update == 1


def test_resume(run):
    before = run.progress()
    resumed = train("chase", run.path, steps=7 * STEPS, resume=True)
    rows = resumed.progress()
    assert rows[: len(before)] == before
    assert [row["update"] for row in rows] == [1, 2, 3, 4, 5, 6, 7]
    assert Folder.open(run.path).config == resumed.config
    assert resumed.config.steps == 7 * STEPS


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": 5}, "expected seed 3, as in the run .*; got 5"),
        ({"arenas": 8}, "expected arenas 2"),
        ({"settings": {"gamma": 0.5}}, r"expected gamma 0\.99"),
        ({"settings": {"hider.gamma": 0.5}}, r"expected hider\.gamma to be left out"),
        ({"parameters": {"groups": 3}}, "expected groups to be left out"),
        ({"steps": 4 * STEPS}, "had .* minutes and 240 steps, which is all of --steps 240"),
    ],
)
def test_what_a_resume_may_not_change(run, arguments, message):
    before = (run.path / "config.json").read_bytes()
    with pytest.raises(UsageError, match=message):
        train("chase", run.path, resume=True, **{"steps": 9 * STEPS, **arguments})
    assert (run.path / "config.json").read_bytes() == before


def test_a_run_of_another_version(run):
    file = run.path / "config.json"
    content = json.loads(file.read_text())
    content["settings"]["heuristics"] = {}
    file.write_text(json.dumps(content))
    with pytest.raises(UsageError, match=r"run of this version; .*'heuristics'"):
        learn(run.path, 6, resume=True, **SAME)


def test_a_resume_may_change_who_learns(run):
    before = {g: a.fingerprint() for g, a in load_policies(run.path).actors.items()}
    resumed = learn(run.path, 6, resume=True, roles={"hider": "frozen"}, **SAME)
    after = {g: a.fingerprint() for g, a in load_policies(run.path).actors.items()}
    assert after["hider"] == before["hider"]
    assert after["seeker"] != before["seeker"]
    assert Folder.open(run.path).config.roles == {"hider": "frozen"}
    rows = resumed.progress()
    assert [row["transitions/hider"] > 0 for row in rows] == [True] * 4 + [False] * 2


def test_a_resume_may_repeat_what_the_run_was_asked_for(duels, tmp_path):
    asked = {**QUICK, "hider.learning_rate": 1e-3}
    arguments = {"settings": asked, "roles": {"hider": "frozen"}, "seed": 3}
    run = learn(tmp_path / "run", 2, **arguments)
    resumed = learn(run.path, 3, resume=True, **arguments)
    assert resumed.config.settings["groups"]["hider.learning_rate"] == 1e-3
    assert len(resumed.progress()) == 3


def test_a_scene_of_ones_own_has_not_the_settings_of_a_bundled_one(duels, tmp_path):
    run = train(tmp_path / "chase.tscn", tmp_path / "run", steps=1, engines=1, arenas=2)
    assert run.config.settings == asdict(Settings())


def test_ctrl_c_before_the_first_update(duels, tmp_path, monkeypatch):
    def interrupt(*_):
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(Trainer, "_begin_section", interrupt)
    with pytest.raises(KeyboardInterrupt):
        learn(tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"engines": 0}, OptionError, "engines"),
        ({"seed": -1}, OptionError, "a seed"),
        ({"minutes": 0}, OptionError, "minutes to be a number above 0; got 0"),
        ({"minutes": "ten"}, OptionError, "minutes"),
        ({"roles": {"judge": "train"}}, OptionError, "the role's policy group .* got 'judge'"),
        ({"roles": {"hider": "lazy"}}, OptionError, "the role of hider .* got 'lazy'"),
        ({"roles": dict.fromkeys(AGENTS, "frozen")}, OptionError, "whose role is train"),
        ({"policies": {"judge": "run"}}, OptionError, "the policy's policy group"),
        ({"policies": ["run"]}, OptionError, r"policies to be a dict; got \['run'\]"),
        ({"settings": QUICK | {"pose": {"judge": [0, 1, 2]}}}, OptionError, "got 'judge'"),
        ({"policies": {"hider": "nowhere"}}, UsageError, "expected a file that"),
        ({"settings": {"lr": 1}}, OptionError, "a hyperparameter of self-play"),
        ({"resume": True}, UsageError, "expected a folder that"),
    ],
)
def test_mistakes_leave_nothing(arguments, error, message, duels, tmp_path):
    with pytest.raises(error, match=message):
        learn(tmp_path / "run", **arguments)
    assert not (tmp_path / "run").exists()
    assert all(env.is_closed for env in duels)


def test_a_scene_for_one_policy(duels, tmp_path, monkeypatch):
    monkeypatch.setattr(Duel, "agents", {"hider": ["hider_0"]})
    with pytest.raises(UsageError, match=r"several policy groups.* got hider alone"):
        learn(tmp_path / "run")


def test_a_folder_is_not_overwritten(run):
    with pytest.raises(UsageError, match="is not empty"):
        learn(run.path)


def test_an_engine_that_fails_closes_everything(duels, tmp_path, monkeypatch):
    monkeypatch.setattr(Duel, "steps_allowed", 15)
    with pytest.raises(EngineDied):
        learn(tmp_path / "run")
    assert load_policies(tmp_path / "run").update == 1
    assert all(env.is_closed for env in duels)


def test_one_that_never_began_leaves_no_folder(duels, tmp_path, monkeypatch):
    monkeypatch.setattr(Duel, "steps_allowed", 0)
    with pytest.raises(EngineDied):
        learn(tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_folder_that_was_there_stays(duels, tmp_path, monkeypatch):
    monkeypatch.setattr(Duel, "steps_allowed", 0)
    (tmp_path / "run").mkdir()
    with pytest.raises(EngineDied):
        learn(tmp_path / "run")
    assert list((tmp_path / "run").iterdir()) == []


def test_numbers_of_numpy(duels, tmp_path):
    numbers = {"seed": np.int64(3), "engines": np.int32(1), "arenas": np.int8(2)}
    run = learn(tmp_path / "run", 1, parameters={"speed": np.float32(0.5)}, **numbers)
    config = Folder.open(run.path).config
    assert (config.seed, config.arenas, config.parameters["speed"]) == (3, 2, 0.5)
    learn(run.path, 2, resume=True, minutes=np.float64(5.0), **numbers)


def test_a_resume_needs_nothing_but_its_own_folder(run, duels, tmp_path):
    fresh = learn(tmp_path / "fresh", policies={"hider": run.path}, roles={"hider": "frozen"})
    before = load_policies(fresh.path).actors["hider"].fingerprint()
    shutil.rmtree(run.path)
    learn(fresh.path, 5, resume=True)
    assert load_policies(fresh.path).actors["hider"].fingerprint() == before


@pytest.mark.skipif(sys.platform == "win32", reason="nobody keeps others out there")
def test_two_trainings_of_one_run(run, duels):
    with run.reserved(), pytest.raises(UsageError, match="another process does in"):
        learn(run.path, 9, resume=True, **SAME)
    learn(run.path, 9, resume=True, **SAME)


def test_torch_has_its_threads_back(run):
    assert torch.get_num_threads() == 1  # as the fixture has set it


def test_scripted_groups_are_told_the_scene(duels, tmp_path):
    learn(tmp_path / "run", roles={"hider": "scripted"})
    assert duels[1].heuristic_agents == ["hider"]
