import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from gymnasium import spaces

from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.pool import Pool, Snapshot


def make_actor():
    return Actor(spaces.Box(-1, 1, (3,)), spaces.Discrete(2), [4])


def filled(count, **arguments):
    pool = Pool(**{"window": 10, "opponents": 2, "sampling": "uniform", **arguments})
    for number in range(count):
        pool.add(number, make_actor())
    return pool


def numbers(snapshots):
    return [one.number for one in snapshots]


def test_the_oldest_one_goes():
    pool = filled(5, window=3)
    assert numbers(pool.snapshots) == [2, 3, 4]


def test_who_has_gone_is_in_play_no_more():
    pool = filled(3, window=3, opponents=3)
    pool.swap(np.random.default_rng(0))
    pool.add(3, make_actor())
    assert numbers(pool.in_play) == [1, 2]


def test_a_snapshot_does_not_change_with_its_actor():
    actor = make_actor()
    pool = filled(0)
    pool.add(1, actor)
    before = actor.fingerprint()
    with torch.no_grad():
        actor.body[0].weight.add_(1.0)
    assert pool.snapshots[0].actor.fingerprint() == before != actor.fingerprint()
    assert not any(part.requires_grad for part in pool.snapshots[0].actor.parameters())


def test_nobody_is_drawn_from_an_empty_pool():
    pool = filled(0)
    pool.swap(np.random.default_rng(0))
    assert pool.in_play == []


def test_uniform_draws_are_even_and_of_different_ones():
    pool, rng = filled(4), np.random.default_rng(0)
    counts = np.zeros(4)
    for _ in range(1000):
        pool.swap(rng)
        assert len(pool.in_play) == 2
        counts[numbers(pool.in_play)] += 1
    assert np.abs(counts / 1000 - 0.5).max() < 0.05


def test_prioritised_draws_are_of_those_that_win():
    pool, rng = filled(2, opponents=1, sampling="prioritised"), np.random.default_rng(0)
    for _ in range(100):
        pool.snapshots[0].record(0.0)
        pool.snapshots[1].record(1.0)
    drawn = []
    for _ in range(200):
        pool.swap(rng)
        drawn += numbers(pool.in_play)
    assert drawn.count(1) > 190


def test_win_rates():
    snapshot = Snapshot(0, make_actor())
    assert snapshot.win_rate == 0.5
    snapshot.record(1.0)
    assert snapshot.win_rate == pytest.approx(2 / 3)
    for _ in range(1000):
        snapshot.record(0.25)
    assert snapshot.win_rate == pytest.approx(0.25, abs=0.02)


def test_restored_it_goes_on_as_it_would_have():
    pool = filled(3)
    pool.swap(np.random.default_rng(0))
    pool.snapshots[1].record(1.0)
    other = filled(0)
    other.restore(pool.state(), make_actor())
    assert numbers(other.snapshots) == [0, 1, 2]
    assert numbers(other.in_play) == numbers(pool.in_play)
    for one, two in zip(pool.snapshots, other.snapshots, strict=True):
        assert one.actor.fingerprint() == two.actor.fingerprint()
        assert (one.games, one.wins) == (two.games, two.wins)
