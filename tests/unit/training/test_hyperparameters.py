import pytest

from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.scene import list_scenes
from pettingzoo_godot.training.hyperparameters import (
    GENERAL,
    SCENES,
    LinearDecay,
    check_hyperparameters,
    hyperparameters_for,
    model_arguments,
)


def test_a_scenes_own_go_before_the_general_ones():
    own = hyperparameters_for("cart_pole", "ppo")
    assert own == {**GENERAL["ppo"], **SCENES["cart_pole"]["ppo"]}
    assert hyperparameters_for("anything", "a2c") == GENERAL["a2c"]


def test_the_table_has_names_that_there_are():
    assert set(SCENES) <= set(list_scenes())
    for by_algorithm in SCENES.values():
        for algorithm, own in by_algorithm.items():
            assert set(own) <= set(GENERAL[algorithm])


def test_unknown_algorithm():
    with pytest.raises(UsageError, match="an algorithm of ppo, a2c; got 'dqn'"):
        hyperparameters_for("cart_pole", "dqn")


class Learner:
    def __init__(self, policy, env, gamma=0.9, target_kl=None, sde_sample_freq=-1, seed=None):
        """Some of an algorithm's arguments."""


@pytest.mark.parametrize(
    "chosen",
    [
        GENERAL["ppo"],
        {"learning_rate": 1, "rollout": 1, "normalize_rewards": False, "linear_decay": []},
        {"target_kl": 0.02, "sde_sample_freq": -1},
        {"target_kl": None},
    ],
)
def test_hyperparameters_that_there_are(chosen):
    check_hyperparameters(chosen, "ppo", Learner)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("lr", 1e-3, "a hyperparameter of ppo: clip_range, .*, target_kl; got 'lr'"),
        ("seed", 3, "a hyperparameter of ppo"),
        ("learning_rate", "fast", "learning_rate to be a number from 0 on; got 'fast'"),
        ("learning_rate", -1e-3, "a number from 0 on"),
        ("learning_rate", float("inf"), "a number from 0 on"),
        ("learning_rate", True, "a number from 0 on"),
        ("target_kl", "small", "a number from 0 on"),
        ("rollout", 0, "rollout to be an int from 1 on; got 0"),
        ("n_epochs", 2.5, "an int from 1 on"),
        ("sde_sample_freq", -2, "an int from -1 on"),
        ("normalize_rewards", 1, "true or false; got 1"),
        ("policy_kwargs", "deep", "a dict, which only a program can give; got 'deep'"),
    ],
)
def test_wrong_hyperparameters(name, value, message):
    with pytest.raises(OptionError, match=message):
        check_hyperparameters({name: value}, "ppo", Learner)


@pytest.mark.parametrize(
    ("rows", "steps", "batch"), [(8, 64, 256), (1, 512, 256), (7, 73, 256), (1000, 1, 500)]
)
def test_a_rollout_is_the_same_for_any_number_of_rows(rows, steps, batch):
    arguments = model_arguments({"rollout": 512, "minibatches": 2}, rows)
    assert arguments == {"n_steps": steps, "batch_size": batch}


def test_arguments_of_ppo():
    given = hyperparameters_for("cart_pole", "ppo")
    arguments = model_arguments(given, 8)
    rate = arguments.pop("learning_rate")
    assert [rate(1.0), rate(0.5), rate(0.0)] == [1e-3, 5e-4, 0.0]
    assert isinstance(rate, LinearDecay)
    assert arguments["gamma"] == given["gamma"]
    assert not {"rollout", "minibatches", "linear_decay", "normalize_rewards"} & set(arguments)


def test_arguments_of_a2c_have_no_batches():
    assert "batch_size" not in model_arguments(GENERAL["a2c"], 8)
