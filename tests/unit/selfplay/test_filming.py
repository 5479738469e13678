from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from duel import AGENTS, SPACES

from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.selfplay.filming import Cast
from pettingzoo_godot.selfplay.players import make_player

GROUP_OF = {agent: group for group, agents in AGENTS.items() for agent in agents}


class Scene:
    """What a cast asks an environment."""

    agent_groups = AGENTS
    possible_agents = list(GROUP_OF)  # noqa: RUF012 - never changed

    def __init__(self):
        self.heuristic_agents = []

    def observation_space(self, agent):
        return SPACES[GROUP_OF[agent]][0]

    def action_space(self, agent):
        return SPACES[GROUP_OF[agent]][1]


def see(seed, agents=tuple(GROUP_OF)):
    rng = np.random.default_rng(seed)
    everybody = {
        agent: {"number": int(rng.integers(3)), "noise": np.float32(rng.uniform(-1, 1, 2))}
        if group == "seeker"
        else np.float32(rng.uniform(-1, 1, 3))
        for agent, group in GROUP_OF.items()
    }
    return {agent: everybody[agent] for agent in agents}


def batch(seen):
    agents = AGENTS["seeker"]
    return {key: np.stack([seen[agent][key] for agent in agents]) for key in ("number", "noise")}


def test_policies_act_for_their_group_as_in_matches(make_run):
    run = make_run("a")
    act = Cast({"seeker": str(run)}, "heuristic", seed=4)(scene := Scene())
    assert scene.heuristic_agents == ["hider"]
    player = make_player(
        str(run), "seeker", *SPACES["seeker"], 2, np.random.default_rng(4), deterministic=False
    )
    begins = None
    for seed in range(5):
        seen = see(seed)
        actions = act(seen)
        expected = player(batch(seen), begins)
        begins = np.zeros(2, bool)
        np.testing.assert_array_equal(actions["seeker_0"], expected[0])
        np.testing.assert_array_equal(actions["seeker_1"], expected[1])
        assert all(scene.action_space(agent).contains(one) for agent, one in actions.items())


def test_who_is_done_is_not_asked(make_run):
    act = Cast({}, str(make_run("a")))(Scene())
    assert set(act(see(0))) == set(GROUP_OF)
    assert set(act(see(1, ("seeker_0", "hider_0")))) == {"seeker_0", "hider_0"}


def test_one_file_for_one_side_and_chance_for_others(make_run):
    run = make_run("a", parameters={"speed": 2.0})
    file = str(run / "policies" / "000000.pt")
    assert Cast({"hider": file}, "random").parameters == {"speed": 2.0}

    def play():
        cast, scene = Cast({"hider": file}, "random", seed=1), Scene()
        episodes = [[cast(scene)(see(0)) for _ in range(5)] for _ in range(2)]
        assert scene.heuristic_agents == []
        return {
            agent: [[tuple(one[agent]) for one in episode] for episode in episodes]
            for agent in ("hider_0", "seeker_0")
        }

    played = play()
    assert played == play()
    for one, other in played.values():
        assert one != other


def test_heuristics_of_a_training_are_no_part_of_the_game(make_run):
    run = make_run("a", parameters={"speed": 2.0, "hider_heuristic": "static"})
    assert Cast({}, str(run)).parameters == {"speed": 2.0}


def test_a_file_says_where_it_is_of(make_run, monkeypatch):
    run = make_run("a", parameters={"speed": 2.0})
    monkeypatch.chdir(run / "policies")
    assert Cast({}, "000000.pt").parameters == {"speed": 2.0}


def test_runs_of_two_games(make_run, tmp_path):
    slow, fast = (str(make_run(name, parameters={"speed": n})) for name, n in (("a", 1), ("b", 2)))
    with pytest.raises(UsageError, match=r"same parameters; got .*'speed': 2.*'speed': 1"):
        Cast({"hider": slow}, fast)
    elsewhere = tmp_path / "elsewhere.pt"
    elsewhere.write_bytes(Path(slow, "policies", "000000.pt").read_bytes())
    assert Cast({"hider": str(elsewhere)}, fast).parameters == {"speed": 2}


def test_mistakes(make_run, tmp_path):
    run = str(make_run("a"))
    with pytest.raises(OptionError, match="expected the policy's policy group to be"):
        Cast({"judge": run}, "random")(Scene())
    with pytest.raises(UsageError, match=r"expected a policy: random, heuristic.*'nobody'"):
        Cast({"hider": "nobody"}, "random")
    with pytest.raises(UsageError, match="has no config"):
        Cast({}, str(tmp_path))
