import errno
import os
import threading

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from dataclasses import asdict

from duel import Duel

from pettingzoo_godot.errors import EngineDied, OptionError, UsageError
from pettingzoo_godot.selfplay.folder import Config, Folder
from pettingzoo_godot.selfplay.policies import load_policies
from pettingzoo_godot.selfplay.settings import settings_for
from pettingzoo_godot.selfplay.trainer import Trainer

QUICK = {
    "horizon": 10,
    "minibatch": 64,
    "epochs": 2,
    "hidden": 8,
    "learning_rate": 3e-3,
    "save_steps": 120,
    "swap_steps": 120,
    "window": 3,
    "opponents": 2,
    "checkpoint_updates": 3,
    "sampling": "prioritised",
    "stack": 2,
}
STEPS = 10 * 2 * 3  # of an update: horizon, arenas, agents


class Killed(BaseException):
    """As by kill -9: nobody saves anything."""


def make(path, updates, engines=1, resumed=False, order=0, roles=None, **chosen):
    settings = asdict(settings_for("duel", QUICK | chosen))
    config = Config("duel", engines, 2, 5, updates * STEPS * engines, None, settings, roles or {})
    folder = Folder.open(path) if resumed else Folder.create(path, config)
    env = Duel(num_engines=engines)
    env.order = order
    return Trainer(Folder(path, config) if resumed else folder, env, resumed)


def run(trainer, told=None):
    rows = [] if told is None else told
    trainer.run(threading.Event(), lambda row, done: rows.append((row, done)))
    return rows


def fingerprints(trainer):
    return {group: one.actor.fingerprint() for group, one in trainer.learners.items()}


def timeless(rows):
    clock = ("seconds", "steps_per_second", "learning_seconds")
    return [{name: value for name, value in row.items() if name not in clock} for row in rows]


def test_ratings_and_infos_are_told(tmp_path):
    trainer = make(tmp_path / "run", 8)
    rows = [row for row, _ in run(trainer)]
    assert rows[0].keys() == rows[-1].keys()
    ratings = [(row["rating/seeker"], row["rating/hider"]) for row in rows]
    assert len(set(ratings)) == 8  # games are played in each update
    # One of two seekers dies after its second step, the others live for five.
    assert {row["info/time/seeker"] for row in rows} <= {3.5, None}
    assert {row["info/time/hider"] for row in rows} <= {5.0, None}
    again = make(tmp_path / "run", 9, resumed=True)
    assert again.state()["ratings"] == trainer.state()["ratings"]


def test_a_training(tmp_path):
    trainer = make(tmp_path / "run", 8)
    rows = run(trainer)
    assert [done for _, done in rows] == [update / 8 for update in range(1, 9)]
    assert (trainer.update, trainer.steps) == (8, 8 * STEPS)
    folder = Folder.open(tmp_path / "run")
    assert timeless(folder.progress()) == timeless([row for row, _ in rows])
    assert sorted(file.stem for file in folder.policies.iterdir()) == [
        *("000000", "000003", "000006", "000008")
    ]
    assert list(folder.tensorboard.glob("events*"))
    row = rows[-1][0]
    assert row["games"] == 4
    assert row["snapshots/seeker"] == row["snapshots/hider"] == 3
    assert 0 < row["transitions/hider"] <= 20
    assert load_policies(folder.path).actors["hider"].fingerprint() == (
        trainer.learners["hider"].actor.fingerprint()
    )


def test_both_sides_learn(tmp_path):
    rows = run(make(tmp_path / "run", 60, sampling="uniform", gamma=0.5, epochs=6))
    for group, better in (("hider", 1.5), ("seeker", 0.3)):
        earned = [row[f"return/{group}"] for row, _ in rows if row[f"return/{group}"] is not None]
        assert np.mean(earned[-10:]) > np.mean(earned[:10]) + better


def test_the_same_seed_makes_the_same_run_with_any_order_of_engines(tmp_path):
    trainers = [make(tmp_path / str(order), 7, engines=3, order=order) for order in (0, -1)]
    rows = [timeless([row for row, _ in run(trainer)]) for trainer in trainers]
    assert rows[0] == rows[1]
    assert fingerprints(trainers[0]) == fingerprints(trainers[1])


@pytest.mark.parametrize(
    "chosen",
    [{}, {"team_change": 2 * STEPS}, {"scripted_opponents": 0.5, "critic": "state"}],
    ids=str,
)
def test_killed_and_resumed_it_is_the_run_that_nobody_killed(chosen, tmp_path):
    whole = make(tmp_path / "whole", 7, **chosen)
    rows = [row for row, _ in run(whole)]

    killed = make(tmp_path / "killed", 7, **chosen)
    killed._env.steps_left = 1 + 50  # it dies in the fifth update, after a checkpoint at the third
    killed._env.error = Killed
    with pytest.raises(Killed):
        run(killed)
    resumed = make(tmp_path / "killed", 7, resumed=True, **chosen)
    assert (resumed.update, resumed.steps) == (3, 3 * STEPS)
    told = [row for row, _ in run(resumed)]
    assert timeless(told) == timeless(rows[3:])
    assert fingerprints(resumed) == fingerprints(whole)
    folders = [Folder.open(tmp_path / name) for name in ("whole", "killed")]
    assert timeless(folders[0].progress()) == timeless(folders[1].progress())
    assert resumed._env.sent[0][1]["hider"].tolist() == whole._env.sent[30][1]["hider"].tolist()


def test_an_engine_that_fails_loses_no_update(tmp_path):
    trainer = make(tmp_path / "run", 7)
    trainer._env.steps_left = 45
    with pytest.raises(EngineDied):
        run(trainer)
    assert load_policies(tmp_path / "run").update == trainer.update == 4


def test_stopped_it_saves(tmp_path):
    trainer = make(tmp_path / "run", 100)
    stop = threading.Event()
    trainer.run(stop, lambda row, done: stop.set() if row["update"] == 2 else None)
    assert load_policies(tmp_path / "run").update == trainer.update == 2


def test_each_group_learns_by_its_own_numbers(tmp_path):
    chosen = {"hider.learning_rate": 1e-9, "hider.hidden": 4}
    trainer = make(tmp_path / "run", 2, **chosen)
    run(trainer)
    weights = {group: one.actor.body[0].weight for group, one in trainer.learners.items()}
    assert [len(weights[group]) for group in ("seeker", "hider")] == [8, 4]
    first = make(tmp_path / "again", 2, **chosen).learners
    moved = {
        group: (weights[group] - first[group].actor.body[0].weight).abs().max() for group in weights
    }
    assert moved["seeker"] > 1e-3 > 1e-6 > moved["hider"]
    with pytest.raises(OptionError, match=r"judge\.epochs to be seeker or hider"):
        make(tmp_path / "other", 2, **{"judge.epochs": 3})


@pytest.mark.parametrize("role", ["frozen", "deterministic", "scripted"])
def test_who_does_not_learn_stays_and_contributes_nothing(role, tmp_path):
    trainer = make(tmp_path / "run", 4, roles={"hider": role})
    before = fingerprints(trainer)
    rows = run(trainer)
    after = fingerprints(trainer)
    assert after["hider"] == before["hider"]
    assert after["seeker"] != before["seeker"]
    assert all(row["transitions/hider"] == 0 for row, _ in rows)
    # Of nobody who stays there are past selves, so every row of the learner counts: two agents,
    # of which one is dead for three steps of five.
    assert [row["transitions/seeker"] for row, _ in rows] == [28] * 4
    assert rows[-1][0]["snapshots/hider"] == 0
    assert len({row["rating/hider"] for row, _ in rows}) == 4  # of who has played
    kept = load_policies(tmp_path / "run").actors
    assert set(kept) == {"seeker"} if role == "scripted" else {"seeker", "hider"}


def test_teams_take_turns(tmp_path):
    rows = run(make(tmp_path / "run", 6, team_change=2 * STEPS, play_against_latest_model_ratio=1))
    learned = [
        [group for group in ("seeker", "hider") if row[f"transitions/{group}"]] for row, _ in rows
    ]
    assert learned == [["seeker"]] * 2 + [["hider"]] * 2 + [["seeker"]] * 2


def test_past_selves_are_drawn_and_their_games_counted(tmp_path):
    trainer = make(tmp_path / "run", 12, play_against_latest_model_ratio=0.0)
    rows = run(trainer)
    pools = [side.pool for side in trainer._sides.values()]
    assert sum(one.games for pool in pools for one in pool.snapshots) > 0
    assert all(len(pool.in_play) == 2 for pool in pools)
    past = [row["wins_against_past/hider"] for row, _ in rows]
    assert any(value is not None for value in past)
    assert rows[-1][0]["return/hider"] is None  # nobody plays the latest one


def test_games_against_heuristics_are_counted_and_their_rows_not_learned_from(tmp_path):
    trainer = make(tmp_path / "run", 12, scripted_opponents=1.0)
    rows = [row for row, _ in run(trainer)]
    for group in ("seeker", "hider"):
        wins = [row[f"wins_against_scripted/{group}"] for row in rows]
        assert any(value is not None for value in wins)
        assert rows[-1][f"wins/{group}"] is rows[-1][f"wins_against_past/{group}"] is None
    # An update has four games, and each is one group's: 5 steps of the hider, or 7 of seekers.
    assert {row["transitions/hider"] / 5 + row["transitions/seeker"] / 7 for row in rows} == {4.0}
    pools = [side.pool for side in trainer._sides.values()]
    assert sum(one.games for pool in pools for one in pool.snapshots) == 0


def test_every_section_begins_with_seeds_of_its_own(tmp_path):
    trainer = make(tmp_path / "run", 7)
    run(trainer)
    assert len(trainer._env.seeds) == len(set(trainer._env.seeds)) == 3


def test_who_does_not_learn_plays_as_it_is_kept(tmp_path):
    run(make(tmp_path / "run", 4, averaging=0.5))
    trainer = make(tmp_path / "run", 5, resumed=True, roles={"hider": "frozen"}, averaging=0.5)
    hider = trainer.learners["hider"]
    assert hider.kept.fingerprint() != hider.actor.fingerprint()
    assert trainer._sides["hider"].actor is hider.kept
    assert load_policies(tmp_path / "run").actors["hider"].fingerprint() == hider.kept.fingerprint()
    assert trainer._sides["seeker"].actor is trainer.learners["seeker"].actor


def test_a_full_disk(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    trainer = make(tmp_path / "run", 9)

    def fill(*_):
        monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(UsageError, match=r"expected to write .*000003\.pt; .*No space left"):
        trainer.run(threading.Event(), fill)
    assert not list((tmp_path / "run").rglob("*.unfinished"))
    monkeypatch.undo()
    again = make(tmp_path / "run", 4, resumed=True)
    assert again.update == 0
    assert len(run(again)) == 4


def test_it_may_begin_with_policies_of_another_run(tmp_path):
    trained = make(tmp_path / "run", 3)
    run(trained)
    settings = asdict(settings_for("duel", QUICK))
    policies = {"hider": str(tmp_path / "run")}
    config = Config("duel", 1, 2, 9, STEPS, None, settings, {"hider": "frozen"}, policies)
    other = Trainer(Folder.create(tmp_path / "other", config), Duel())
    assert fingerprints(other)["hider"] == fingerprints(trained)["hider"]
    assert fingerprints(other)["seeker"] != fingerprints(trained)["seeker"]


def test_policies_of_another_shape(tmp_path):
    run(make(tmp_path / "run", 1, stack=1))
    settings = asdict(settings_for("duel", QUICK))
    policies = {"hider": str(tmp_path / "run")}
    config = Config("duel", 1, 2, 9, STEPS, None, settings, {}, policies)
    with pytest.raises(UsageError, match="expected a policy with stack 2"):
        Trainer(Folder.create(tmp_path / "other", config), Duel())
