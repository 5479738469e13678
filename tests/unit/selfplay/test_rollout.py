import itertools

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from duel import AGENTS, DEATH, LENGTH, SPACES, Duel

from pettingzoo_godot.selfplay import rollout
from pettingzoo_godot.selfplay.lineup import Matchmaker, Side
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.pool import Pool
from pettingzoo_godot.selfplay.rollout import Collector
from pettingzoo_godot.selfplay.settings import settings_for

HORIZON = 12
ARENAS = 2


def make_matchmaker(snapshots=0, stack=1, scripted=0.0):
    sides = {}
    torch.manual_seed(0)
    for group, (observed, acted) in SPACES.items():
        actor = Actor(observed, acted, [4], stack=stack).requires_grad_(False)
        pool = Pool(10, 10, "uniform")
        for number in range(snapshots):
            pool.add(number, Actor(observed, acted, [4], stack=stack))
        pool.swap(np.random.default_rng(0))
        sides[group] = Side("train", actor, pool, len(AGENTS[group]), learns=True)
    return Matchmaker(sides, 0.5, dict.fromkeys(sides, scripted))


def rngs(engines, seed=0):
    return [np.random.default_rng([seed, engine]) for engine in range(engines)]


def play(engines=1, order=0, snapshots=0, rollouts=1, stack=1, scripted=0.0, **chosen):
    env = Duel(num_engines=engines, num_arenas=ARENAS)
    env.order = order
    settings = settings_for("duel", {"horizon": HORIZON, **chosen})
    collector = Collector(env, make_matchmaker(snapshots, stack, scripted), settings)
    collector.restart(7, rngs(engines, 1))
    for seed in range(rollouts):
        filled, played = collector.collect(rngs(engines, 2 + seed))
    return env, filled, played


def test_what_happened_is_in_the_rollout():
    _, filled, played = play()
    seeker, hider = filled["seeker"], filled["hider"]
    assert hider.observations.shape == (HORIZON, ARENAS, 3)
    assert seeker.observations.shape == (HORIZON, 2 * ARENAS, 5)
    assert seeker.raw.shape == (HORIZON, 2 * ARENAS, 2)
    # The hider sees the time: it begins anew after each episode.
    times = np.arange(HORIZON) % LENGTH / LENGTH
    assert np.allclose(hider.observations[:, 0, 1], times)
    assert np.allclose(hider.last[:, 1], HORIZON % LENGTH / LENGTH)
    # Rewards follow from what was observed and done in the same step.
    earned = np.sign(np.clip(hider.raw[..., 0], -1, 1) * hider.observations[..., 0])
    assert np.array_equal(hider.rewards, earned)
    assert [(one.game.arena, one.game.length) for one in played] == [(0, 5), (1, 5)] * 2
    returns = hider.rewards[:LENGTH].sum(axis=0)
    assert [one.game.returns["hider"] for one in played[:2]] == returns.tolist()


def test_ends_and_deaths():
    _, filled, _ = play()
    hider, seeker = filled["hider"], filled["seeker"]
    assert np.flatnonzero(hider.terminated[:, 0]).tolist() == [LENGTH - 1]
    assert np.flatnonzero(hider.truncated[:, 0]).tolist() == [2 * LENGTH - 1]
    assert hider.counts.all()
    alive = np.arange(HORIZON) % LENGTH < DEATH
    assert np.array_equal(seeker.counts[:, 1], alive)
    assert seeker.counts[:, 0].all()


def test_games_that_an_engine_has_not_ended_do_not_count(monkeypatch):
    recv, times = Duel.recv, itertools.count()

    def fail_once(env):
        result = recv(env)
        if next(times) == LENGTH:  # the first one is the reset
            result[4]["hider"]["engine_failed"] = np.ones(ARENAS, bool)
        return result

    whole = [one.game for one in play()[2]]
    monkeypatch.setattr(Duel, "recv", fail_once)
    assert [one.game for one in play()[2]] == whole[ARENAS:]


def test_final_observations_of_truncated_rows():
    _, filled, _ = play()
    steps, rows, finals = zip(*filled["hider"].finals, strict=True)
    assert steps == (2 * LENGTH - 1,)
    assert rows[0].tolist() == [0, 1]
    assert np.allclose(finals[0][:, 1], 1.0)  # the end's time, not the next beginning's
    assert filled["seeker"].finals[0][1].tolist() == [0, 2]  # the dead are not truncated


def test_a_stack_holds_what_was_before_in_the_episode():
    _, filled, _ = play(stack=2)
    times = filled["hider"].observations[:, 0, [1, 4]] * LENGTH
    newest = np.arange(HORIZON) % LENGTH
    assert np.allclose(times, np.stack([newest, np.maximum(newest - 1, 0)], axis=1))
    finals = filled["hider"].finals[0][2][:, [1, 4]] * LENGTH
    assert np.allclose(finals, [[LENGTH, LENGTH - 1]] * 2)


def content(filled):
    return {
        (group, name): value.tobytes()
        for group, rollout in filled.items()
        for name, value in vars(rollout).items()
        if name != "finals"
    }


def test_it_does_not_matter_which_engine_is_ready_first():
    runs = [play(3, order, snapshots=3, rollouts=2) for order in (0, -1)]
    assert [engine for engine, _ in runs[0][0].sent] != [engine for engine, _ in runs[1][0].sent]
    assert content(runs[0][1]) == content(runs[1][1])
    assert [one.game for one in runs[0][2]] == [one.game for one in runs[1][2]]


def test_an_engine_works_while_another_one_is_thought_about():
    env, _, _ = play(2)
    assert [engine for engine, _ in env.sent[:4]] == [0, 1, 0, 1]


def test_no_engine_gets_far_ahead_of_the_others():
    env, _, _ = play(3, order=-1)  # the one that was asked last always answers first
    asked = np.zeros(3, int)
    leads = []
    for engine, _ in env.sent:
        asked[engine] += 1
        leads.append(asked.max() - asked.min())
    assert max(leads) == rollout._LEAD < HORIZON
    assert asked.tolist() == [HORIZON] * 3


def test_rollouts_go_on_where_the_last_one_ended():
    _, filled, _ = play(rollouts=2)
    assert filled["hider"].observations[0, 0, 1] * LENGTH == pytest.approx(HORIZON % LENGTH)


def test_past_selves_are_not_learned_from():
    _, filled, played = play(snapshots=2, rollouts=5)
    counts = filled["hider"].counts
    assert 0 < counts.mean() < 1
    is_past = {any(one.players.values()) for one in played}
    assert is_past == {True, False}
    # A row is one player's for an episode.
    changes = np.flatnonzero((counts[1:] != counts[:-1]).any(axis=1)) + 1
    assert all((HORIZON * 4 + step) % LENGTH == 0 for step in changes)


def test_engines_are_told_whom_heuristics_play_in_each_episode():
    env, filled, played = play(2, scripted=0.6, rollouts=4)
    arenas = 2 * ARENAS
    told = [[names for place, names in env.begun if place == arena] for arena in range(arenas)]
    assert {tuple(names) for _, names in env.begun} == {(), ("seeker",), ("hider",)}
    episodes = 4 * HORIZON // LENGTH
    assert [len(names) for names in told] == [1 + episodes] * arenas
    for one in played[-ARENAS:]:  # of the last engine, the last episodes that ended
        names = told[ARENAS + one.game.arena][episodes - 1]
        assert [group for group, who in one.players.items() if who == "scripted"] == names
    for arena in range(arenas):  # the last rollout ends in the episodes that were begun last
        is_scripted = "hider" in told[arena][episodes]
        assert filled["hider"].counts[-1, arena] == (not is_scripted)


def test_a_centralised_critic_has_the_state_of_its_arena_beside_what_its_agent_sees():
    plain, seen = (play(2, critic=critic)[1] for critic in ("own", "state"))
    times = np.arange(HORIZON) % LENGTH
    for group, agents in AGENTS.items():
        own, joined = plain[group], seen[group]
        size = own.observations.shape[2]
        assert np.array_equal(joined.observations[..., :size], own.observations)
        assert np.array_equal(joined.last[:, :size], own.last)
        assert np.array_equal(joined.raw, own.raw)
        states = joined.observations[..., size:]
        assert states.shape[2] == 4
        assert np.array_equal(states[:, 0, 1], times)
        of_arenas = states.reshape(HORIZON, 2 * ARENAS, len(agents), 4)
        assert (of_arenas == of_arenas[:, :, :1]).all()  # agents of an arena have one state
        assert (joined.last[:, size + 1] == HORIZON % LENGTH).all()
        step, rows, finals = joined.finals[0]
        assert (step, len(rows)) == (2 * LENGTH - 1, ARENAS)  # an engine's
        assert (finals[:, size : size + 2] == [2, LENGTH]).all()  # not the next episode's beginning
    numbers = seen["seeker"].observations[..., 5 + 2 :].reshape(HORIZON, 2 * ARENAS, 2, 2)
    mine = seen["seeker"].observations[..., 2:5].argmax(axis=2).reshape(HORIZON, 2 * ARENAS, 2)
    assert np.array_equal(numbers[:, :, 0], mine)
