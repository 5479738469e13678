import json

import numpy as np
import pytest

from pettingzoo_godot.errors import OptionError, UsageError

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from pettingzoo_godot.training.evaluate import _play, evaluate
from pettingzoo_godot.training.train import train

QUICK = {"rollout": 128, "minibatches": 2, "n_epochs": 2, "learning_rate": 3e-3}


@pytest.fixture
def folder(toy, tmp_path):
    train("cart_pole", tmp_path / "run", steps=1024, arenas=4, hyperparameters=QUICK)
    return tmp_path / "run"


def test_what_it_finds_and_writes(folder, toy):
    told = []
    found = evaluate(folder, 10, watch=told.append)
    assert told == list(range(1, 11))
    assert (found.steps, found.lengths) == (1024, [10] * 10)
    assert found.successes == [float(value == 10) for value in found.returns]
    content = json.loads((folder / "evaluation.json").read_text())
    assert content["return"]["mean"] == np.mean(found.returns)
    assert (content["scene"], content["episodes"]) == ("cart_pole", 10)
    assert content["returns"] == found.returns
    assert (folder / "evaluation.png").stat().st_size > 10_000
    assert [env.is_closed for env in toy] == [True, True]


def test_seeds(folder):
    assert evaluate(folder, 8, seed=3) == evaluate(folder, 8, seed=3)
    assert evaluate(folder, 4).seed == evaluate(folder, 4).seed != 0
    with pytest.raises(OptionError, match="seed"):
        evaluate(folder, 4, seed=-1)


@pytest.mark.parametrize("count", [0, -1, 1.5])
def test_count(folder, count):
    with pytest.raises(OptionError, match="expected episodes"):
        evaluate(folder, count)


def test_no_run(tmp_path):
    with pytest.raises(UsageError, match="train` has made"):
        evaluate(tmp_path)


class Rows:
    """Row i has episodes of i + 1 steps; row 2 is without an agent every other time."""

    num_envs = 3

    def reset(self):
        self.time = 0
        return np.zeros((3, 1))

    def step(self, actions):
        self.time += 1
        dones = self.time % np.arange(1, 4) == 0
        infos = [{"episode": {"l": row + 1}, "time": self.time} for row in range(3)]
        if self.time % 6 == 3:
            infos[2] = {"live": False}
        return np.zeros((3, 1)), None, dones, infos


class Model:
    def predict(self, observations, deterministic):
        assert deterministic
        return np.zeros(3), None


def test_each_row_has_its_share_so_that_short_episodes_do_not_count_more():
    infos = _play(Rows(), Model(), 7, lambda count: None)
    assert [(info["episode"]["l"], info["time"]) for info in infos] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 2),
        (2, 4),
        (3, 6),
        (3, 12),
    ]


def test_fewer_episodes_than_rows():
    infos = _play(Rows(), Model(), 2, lambda count: None)
    assert [info["episode"]["l"] for info in infos] == [1, 2]
