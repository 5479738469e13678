import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.players import (
    bot,
    heuristic_parameter,
    is_scripted,
    make_player,
    parameters_for,
)
from pettingzoo_godot.selfplay.policies import Policies, save_policies

SEEN, DONE = spaces.Box(-1, 1, (2,)), spaces.Discrete(3)
OBSERVATIONS = np.float32([[0.1, -0.2], [0.9, 0.4]])


def make(name, group="seeker", seed=0, deterministic=True, space=DONE):
    rng = np.random.default_rng(seed)
    return make_player(str(name), group, SEEN, space, 2, rng, deterministic)


@pytest.fixture
def file(tmp_path):
    actor = Actor(SEEN, DONE, [4], stack=2)
    with torch.no_grad():
        actor.body[-1].weight.mul_(100.0)
    path = tmp_path / "000001.pt"
    save_policies(path, Policies("duel", 1, 1, 1.0, {"seeker": actor}))
    return path, actor


def test_random_players_differ_by_their_generator():
    many = [make("random", seed=seed)(OBSERVATIONS, None).tolist() for seed in range(20)]
    assert many[0] == make("random")(OBSERVATIONS, None).tolist()
    assert {choice for one in many for choice in one} == {0, 1, 2}


@pytest.mark.parametrize("name", ["scripted", "scripted:patrol"])
def test_scripted_ones_do_nothing(name):
    assert is_scripted(name)
    assert make(name)(OBSERVATIONS, None).tolist() == [0, 0]


def test_the_parameters_that_choose_heuristics():
    players = {"seeker": bot("patrol"), "hider": "scripted", "judge": "random"}
    assert parameters_for(players) == {heuristic_parameter("seeker"): "patrol"}
    assert not any(is_scripted(name) for name in ("random", "scripted_by_hand.pt"))


def test_a_policy_is_what_was_saved(file):
    path, actor = file
    vectors = torch.from_numpy(np.concatenate([OBSERVATIONS, OBSERVATIONS], axis=1))
    expected = actor(vectors).argmax(1).tolist()
    assert make(path)(OBSERVATIONS, None).tolist() == expected


def test_a_policy_remembers_until_an_episode_begins(file):
    path, actor = file
    player = make(path)
    player(OBSERVATIONS, None)
    later = -OBSERVATIONS
    told = player(later, np.array([False, True]))
    before = np.stack([OBSERVATIONS[0], later[1]])
    vectors = torch.from_numpy(np.concatenate([later, before], axis=1))
    assert told.tolist() == actor(vectors).argmax(1).tolist()


def test_what_a_policy_leaves_to_chance(file):
    path, _ = file
    with_chance = [make(path, seed=seed, deterministic=False) for seed in range(30)]
    drawn = {tuple(player(OBSERVATIONS, None).tolist()) for player in with_chance}
    assert len(drawn) > 1


def test_policies_of_others(file):
    path, _ = file
    with pytest.raises(UsageError, match=r"expected policies of .hider.; .* has seeker"):
        make(path, group="hider")
    with pytest.raises(UsageError, match=r"expected a policy with action"):
        make(path, space=spaces.Discrete(4))
    with pytest.raises(UsageError, match="expected a file that"):
        make("nobody")
