import itertools
import json
import signal

import pytest

from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.training.run import Run

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from pettingzoo_godot.training import train as module
from pettingzoo_godot.training.train import train

QUICK = {"rollout": 128, "minibatches": 2, "n_epochs": 2, "learning_rate": 3e-3}


def learn(folder, **arguments):
    arguments = {"steps": 1024, "arenas": 4, "hyperparameters": QUICK, **arguments}
    return train("cart_pole", folder, **arguments)


@pytest.fixture
def run(toy, tmp_path):
    return learn(tmp_path / "run", parameters={"wind": 2.0})


def weights(run):
    model = module.ALGORITHMS[run.config.algorithm].load(run.last_checkpoint().policy_file)
    return [part.numpy().tobytes() for part in model.policy.state_dict().values()]


def test_what_a_run_leaves(run, toy, tmp_path):
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "checkpoints",
        "config.json",
        "learning_curve.png",
        "log.jsonl",
        "tensorboard",
    }
    config = json.loads((tmp_path / "run/config.json").read_text())
    assert config["hyperparameters"] | QUICK == config["hyperparameters"]
    assert config["parameters"] == {"wind": 2.0}
    assert {"stable-baselines3", "torch", "python"} < set(config["versions"])
    assert run.last_checkpoint().normalization_file.exists()
    assert list(run.tensorboard_folder.glob("events*"))
    assert [env.is_closed for env in toy] == [True]


def test_steps_are_exact(run, toy, tmp_path):
    assert run.last_checkpoint().steps == 1024
    odd = learn(tmp_path / "odd", steps=700)  # 5 rollouts and a part of one
    assert odd.last_checkpoint().steps == 700
    assert odd.read_log()[-1].steps == 700


def test_it_learns(run):
    log = run.read_log()
    assert log[-1].return_mean > log[0].return_mean
    assert 0 <= log[-1].success_rate <= 1
    assert log[-1].length_mean == 10
    assert [row.steps for row in log] == [512, 1024]


def test_a_seed_makes_a_run(run, toy, tmp_path):
    assert weights(learn(tmp_path / "same")) == weights(run)
    assert weights(learn(tmp_path / "other", seed=1)) != weights(run)


def test_checkpoints_on_the_way(toy, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CHECKPOINT_STEPS", 256)
    run = learn(tmp_path / "run")
    assert [saved.steps for saved in run.checkpoints()] == [256, 512, 768, 1024]


def test_watch_is_told_every_row(toy, tmp_path):
    told = []
    run = learn(tmp_path / "run", watch=lambda row, total: told.append((row, total)))
    assert told == [(row, 1024) for row in run.read_log()]


def test_a2c(toy, tmp_path):
    hyperparameters = {"normalize_observations": False, "normalize_rewards": False}
    run = learn(tmp_path / "run", algorithm="a2c", steps=512, hyperparameters=hyperparameters)
    assert run.last_checkpoint().steps == 512
    assert not run.last_checkpoint().normalization_file.exists()


# ------------------------------------------------------------------ going on


def test_resume(run, toy, tmp_path):
    before, trained = run.read_log(), weights(run)
    resumed = train("cart_pole", tmp_path / "run", steps=2048, resume=True)
    assert [saved.steps for saved in resumed.checkpoints()] == [1024, 2048]
    log = resumed.read_log()
    assert log[: len(before)] == before
    assert log[-1].steps == 2048
    assert all(a.seconds < b.seconds for a, b in itertools.pairwise(log))
    assert Run.open(tmp_path / "run").config == resumed.config
    assert (resumed.config.steps, resumed.config.arenas) == (2048, 4)
    assert weights(resumed) != trained


def test_resume_is_reproducible(toy, tmp_path):
    ends = []
    for name in ("one", "other"):
        learn(tmp_path / name)
        ends.append(weights(train("cart_pole", tmp_path / name, steps=1536, resume=True)))
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"seed": 5}, "expected seed 0, as in the run .*; got 5"),
        ({"arenas": 8}, "expected arenas 4"),
        ({"algorithm": "a2c"}, "expected algorithm 'ppo'"),
        ({"hyperparameters": {"gamma": 0.5}}, "expected gamma 0.99"),
        ({"hyperparameters": {"lr": 0.5}}, "expected lr to be left out, as in the run"),
        ({"parameters": {"wind": 3.0}}, "expected wind 2.0, as in the run"),
        ({"parameters": {"walls": 3}}, "expected walls to be left out"),
        ({"steps": 1024}, "expected more steps than the 1024"),
        ({}, "expected more steps than the 1024"),
    ],
)
def test_resume_with_what_contradicts_the_run(run, tmp_path, arguments, message):
    with pytest.raises(UsageError, match=message):
        train("cart_pole", tmp_path / "run", resume=True, **arguments)


def test_resume_of_another_scene(run, tmp_path):
    with pytest.raises(UsageError, match="expected scene 'cart_pole'"):
        train("arena_bench", tmp_path / "run", resume=True)


def test_resume_of_nothing(toy, tmp_path):
    with pytest.raises(UsageError, match="train` has made"):
        learn(tmp_path / "nothing", resume=True)
    assert not toy


# ------------------------------------------------------------------ refused


def test_a_run_is_not_overwritten(run, toy, tmp_path):
    with pytest.raises(UsageError, match=r"is not empty.*--resume"):
        learn(tmp_path / "run")
    assert len(toy) == 1


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"algorithm": "dreamer"}, UsageError, "an algorithm of ppo, a2c; got 'dreamer'"),
        ({"vectorizer": "threads"}, UsageError, "a vectorizer of sb3, supersuit"),
        ({"vectorizer": "supersuit", "arenas": 2}, UsageError, "one arena per engine"),
        ({"steps": 0}, OptionError, "expected steps to be an int from 1 on; got 0"),
        ({"engines": -1}, OptionError, "expected engines"),
        ({"seed": -1}, OptionError, "expected a seed"),
        ({"parameters": 3}, OptionError, "expected parameters to be a dict"),
        ({"hyperparameters": {"lr": 1}}, OptionError, "a hyperparameter of ppo: .*; got 'lr'"),
    ],
)
def test_wrong_arguments(toy, tmp_path, arguments, kind, message):
    with pytest.raises(kind, match=message):
        learn(tmp_path / "run", **arguments)
    assert not (tmp_path / "run").exists()


# ------------------------------------------------------------------ interrupted


def test_ctrl_c_saves(toy, tmp_path):
    presses = iter([lambda: signal.raise_signal(signal.SIGINT)])
    run = learn(tmp_path / "run", watch=lambda *_: next(presses, lambda: None)())
    assert 512 <= run.last_checkpoint().steps < 1024
    assert toy[0].is_closed
    resumed = train("cart_pole", tmp_path / "run", resume=True)
    assert resumed.last_checkpoint().steps == 1024


def test_what_was_learned_before_a_failure_is_saved(toy, tmp_path):
    def spoil(*_):
        toy[0].steps_left = 3

    with pytest.raises(RuntimeError, match="died"):
        learn(tmp_path / "run", watch=spoil)
    assert toy[0].is_closed
    assert Run.open(tmp_path / "run").last_checkpoint().steps == 512 + 3 * 4
    train("cart_pole", tmp_path / "run", resume=True)


def test_a_run_that_never_began_leaves_nothing(toy, tmp_path, monkeypatch):
    def fail(self):
        raise RuntimeError("no engine")

    monkeypatch.setattr("toy.ToyRows.reset", fail)
    with pytest.raises(RuntimeError, match="no engine"):
        learn(tmp_path / "run")
    assert not (tmp_path / "run").exists()
