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


def make(latest_ratio=0.5, scripted=0.0, **roles):
    sides = {group: make_side(group, **roles.get(group, {})) for group in AGENTS}
    return Matchmaker(sides, latest_ratio, dict.fromkeys(sides, scripted))


def test_each_group_has_its_own_share_of_scripted_opponents():
    sides = {group: make_side(group) for group in AGENTS}
    matchmaker = Matchmaker(sides, 1.0, {"seeker": 1.0})
    rng = np.random.default_rng(0)
    drawn = [tuple(matchmaker.draw(rng).values()) for _ in range(50)]
    # Where the hider is who learns, its opponent is the latest seeker.
    assert set(drawn) == {(None, "scripted"), (None, None)}


def draw(lineup, arenas, rng):
    lineup.prepare(arenas, rng)
    lineup.begin(arenas)


def numbers(players):
    return {group: getattr(one, "number", one) for group, one in players.items()}


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
    draw(lineup, range(40), rng)
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
    draw(lineup, range(8), rng)
    before = [lineup.players(arena) for arena in range(8)]
    draw(lineup, [3], rng)
    after = [lineup.players(arena) for arena in range(8)]
    assert [one is two for one, two in zip(before, after, strict=True)].count(False) == 1


def test_the_same_generator_draws_the_same():
    lineup = Lineup(make(), 2)
    draw(lineup, range(2), np.random.default_rng(0))
    vectors = np.zeros((4, 3), np.float32)
    one, two = (lineup.act("seeker", vectors, np.random.default_rng(1)) for _ in range(2))
    assert one.tobytes() == two.tobytes()
    assert np.ptp(one) > 0


@pytest.mark.parametrize("role", ["deterministic", "scripted"])
def test_roles_that_leave_nothing_to_chance(role):
    lineup = Lineup(make(seeker={"role": role}), 2)
    draw(lineup, range(2), np.random.default_rng(0))
    raw = lineup.act("seeker", np.zeros((4, 3), np.float32), np.random.default_rng(1))
    assert raw.tolist() == [[0.0, 0.0]] * 4


def test_an_opponent_is_scripted_by_its_probability():
    maker, rng = make(0.5, 0.4, hider={"snapshots": [3]}), np.random.default_rng(0)
    drawn = [tuple(numbers(maker.draw(rng)).values()) for _ in range(4000)]
    share = {one: drawn.count(one) / len(drawn) for one in set(drawn)}
    # Half of the time each is the hero. Its opponent is scripted first, and then past or latest.
    expected = {
        (None, "scripted"): 0.2,
        ("scripted", None): 0.2,
        (None, 3): 0.15,
        (None, None): 0.45,
    }
    assert set(share) == set(expected)
    assert all(abs(share[one] - expected[one]) < 0.03 for one in expected)


@pytest.mark.parametrize("role", ["frozen", "deterministic", "scripted"])
def test_who_has_another_role_keeps_it(role):
    maker = make(0.5, 1.0, hider={"role": role})
    lineup, rng = Lineup(maker, 4), np.random.default_rng(0)
    draw(lineup, range(4), rng)
    assert [lineup.players(arena) for arena in range(4)] == [{"seeker": None, "hider": None}] * 4
    assert lineup.scripted(0) == (["hider"] if role == "scripted" else [])


def test_who_is_scripted_next_is_known_before_the_episode_begins():
    lineup, rng = Lineup(make(1.0, 0.5), 20), np.random.default_rng(0)
    draw(lineup, range(20), rng)
    now = [lineup.players(arena) for arena in range(20)]
    lineup.prepare(range(20), rng)
    told = [lineup.scripted(arena) for arena in range(20)]
    assert [lineup.players(arena) for arena in range(20)] == now
    lineup.begin(range(20))
    players = [lineup.players(arena) for arena in range(20)]
    assert told == [[g for g, one in row.items() if one == "scripted"] for row in players]
    assert sorted({tuple(names) for names in told}) == [(), ("hider",), ("seeker",)]


def test_scripted_rows_do_nothing_and_are_not_learned_from():
    maker = make(1.0, 1.0)
    for side in maker.sides.values():
        with torch.no_grad():
            side.actor.body[-1].bias.fill_(7.0)
    lineup, rng = Lineup(maker, 20), np.random.default_rng(0)
    draw(lineup, range(20), rng)
    for group, agents in AGENTS.items():
        raw = lineup.act(group, np.zeros((20 * agents, 3), np.float32), rng)
        scripted = np.repeat([group in lineup.scripted(arena) for arena in range(20)], agents)
        assert 0 < scripted.mean() < 1
        assert (raw[scripted] == 0.0).all()
        assert (np.abs(raw[~scripted] - 7.0) < 0.3).all()
        assert lineup.counts[group].tolist() == (~scripted).tolist()
