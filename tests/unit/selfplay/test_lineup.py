import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.selfplay.lineup import Lineup, Matchmaker, Side
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.pool import Pool

AGENTS = {"seeker": 2, "hider": 1}


def make_actor(bias=0.0):
    actor = Actor(spaces.Box(-1, 1, (3,)), spaces.Box(-1, 1, (2,)), [4])
    with torch.no_grad():
        actor.body[-1].bias.fill_(bias)
        actor.body[-1].weight.zero_()
        actor.head.log_std.fill_(-3.0)
    return actor.requires_grad_(False)


def make_side(group, role="train", snapshots=(), **arguments):
    pool = Pool(10, 10, "uniform")
    for number in snapshots:
        pool.add(number, make_actor(bias=number))
    pool.swap(np.random.default_rng(0))
    return Side(role, make_actor(), pool, AGENTS[group], learns=role == "train", **arguments)


def make(latest_ratio=0.5, **roles):
    sides = {group: make_side(group, **roles.get(group, {})) for group in AGENTS}
    return Matchmaker(sides, latest_ratio)


def numbers(players):
    return {group: one and one.number for group, one in players.items()}


def test_without_past_selves_the_latest_ones_play():
    maker, rng = make(), np.random.default_rng(0)
    assert numbers(maker.draw(rng)) == {"seeker": None, "hider": None}


def test_one_learns_and_the_other_one_is_past_or_latest_by_the_ratio():
    pools = {"seeker": {"snapshots": [1, 2]}, "hider": {"snapshots": [3]}}
    maker, rng = make(0.25, **pools), np.random.default_rng(0)
    drawn = [tuple(numbers(maker.draw(rng)).values()) for _ in range(4000)]
    share = {one: drawn.count(one) / len(drawn) for one in set(drawn)}
    expected = {(None, None): 0.25, (None, 3): 0.375, (1, None): 0.1875, (2, None): 0.1875}
    assert set(share) == set(expected)
    assert all(abs(share[one] - expected[one]) < 0.03 for one in expected)


def test_only_opponents_of_those_that_learn_are_past_selves():
    maker = make(0.0, seeker={"snapshots": [1]}, hider={"snapshots": [3]})
    maker.sides["seeker"].learns = False
    rng = np.random.default_rng(0)
    assert all(numbers(maker.draw(rng)) == {"seeker": 1, "hider": None} for _ in range(20))


def test_each_row_is_played_by_its_arenas_player():
    maker = make(0.5, seeker={"snapshots": [1, 2]}, hider={"snapshots": [3]})
    lineup = Lineup(maker, 40)
    rng = np.random.default_rng(0)
    lineup.redraw(range(40), rng)
    for group, agents in AGENTS.items():
        vectors = np.zeros((40 * agents, 3), np.float32)
        raw = lineup.act(group, vectors, rng)
        players = [numbers(lineup.players(arena))[group] for arena in range(40)]
        expected = np.repeat([number or 0 for number in players], agents)
        assert np.abs(raw - expected[:, None]).max() < 0.3
        assert lineup.counts[group].tolist() == (expected == 0).tolist()
        assert len(set(players)) == (3 if group == "seeker" else 2)


def test_only_what_begins_anew_is_drawn_anew():
    lineup = Lineup(make(0.5, seeker={"snapshots": [1, 2]}), 8)
    rng = np.random.default_rng(0)
    lineup.redraw(range(8), rng)
    before = [lineup.players(arena) for arena in range(8)]
    lineup.redraw([3], rng)
    after = [lineup.players(arena) for arena in range(8)]
    assert [one is two for one, two in zip(before, after, strict=True)].count(False) == 1


def test_the_same_generator_draws_the_same():
    lineup = Lineup(make(), 2)
    lineup.redraw(range(2), np.random.default_rng(0))
    vectors = np.zeros((4, 3), np.float32)
    one, two = (lineup.act("seeker", vectors, np.random.default_rng(1)) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert np.ptp(one) > 0


@pytest.mark.parametrize("role", ["deterministic", "scripted"])
def test_roles_that_leave_nothing_to_chance(role):
    lineup = Lineup(make(seeker={"role": role}), 2)
    lineup.redraw(range(2), np.random.default_rng(0))
    raw = lineup.act("seeker", np.zeros((4, 3), np.float32), np.random.default_rng(1))
    assert raw.tolist() == [[0.0, 0.0]] * 4
