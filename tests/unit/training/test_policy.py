import pickle
import shutil

import numpy as np
import pytest

from pettingzoo_godot.errors import UsageError

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from stable_baselines3.common.vec_env import DummyVecEnv, VecNormalize
from toy import Toy, ToyRows

from pettingzoo_godot.training import rows
from pettingzoo_godot.training.policy import load_policy, make_policy
from pettingzoo_godot.training.run import Run
from pettingzoo_godot.training.train import train

QUICK = {"rollout": 128, "minibatches": 2, "n_epochs": 8, "learning_rate": 3e-3}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("policy") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(rows.VECTORIZERS, "sb3", ToyRows)
        return train("cart_pole", folder, steps=2048, arenas=4, hyperparameters=QUICK)


def earn(policy):
    """What two agents earn in an episode of the toy each, which they play at the same time."""
    envs = {agent: Toy() for agent in ("runner_0", "runner_1")}
    seen = {agent: env.reset(seed=i)[0] for i, (agent, env) in enumerate(envs.items())}
    earned = 0.0
    for _ in range(10):
        actions = policy(seen)
        for agent, env in envs.items():
            seen[agent], reward, *_ = env.step(actions[agent])
            earned += reward
    return earned


def test_a_policy_of_a_run_does_what_it_has_learned(run):
    assert earn(load_policy(Run.open(run.folder))) == 20.0


def test_a_policy_does_not_know_who_else_acts(run):
    policy = load_policy(run)
    seen = {"runner_0": np.float32([0.3, -0.3]), "runner_1": np.float32([-0.2, 0.2])}
    alone = {agent: policy({agent: own})[agent] for agent, own in seen.items()}
    assert policy(seen) == alone == {"runner_0": 0, "runner_1": 1}


def test_observations_are_normalised_as_in_the_training(run, tmp_path):
    copy = Run.open(shutil.copytree(run.folder, tmp_path / "copy"))
    assert copy.last_checkpoint().normalization_file.exists()
    copy.last_checkpoint().normalization_file.write_bytes(_statistics(shift=5.0))
    shifted = load_policy(copy)
    assert shifted({"runner_0": np.float32([5.3, 4.7])}) == {"runner_0": 0}
    assert shifted({"runner_0": np.float32([4.7, 5.3])}) == {"runner_0": 1}


def _statistics(shift):
    made = VecNormalize(DummyVecEnv([Toy]), norm_reward=False)
    made.obs_rms.mean = np.full(2, shift)
    made.obs_rms.var = np.full(2, 0.3)
    return pickle.dumps(made)


def test_members_of_a_dict_are_stacked_each():
    class Model:
        observation_space = None

        def predict(self, batch, deterministic):
            assert deterministic
            return batch["a"].sum(1) + batch["b"][:, 0], None

    seen = {name: {"a": np.full(2, i), "b": np.array([10])} for i, name in enumerate("pq")}
    assert make_policy(Model(), None)(seen) == {"p": 10, "q": 12}


def test_another_scene_is_a_mistake(run):
    with pytest.raises(UsageError, match="expected a scene like that of the training"):
        load_policy(run)({"runner_0": np.zeros(7, np.float32)})
