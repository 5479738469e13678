from dataclasses import replace

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.contest import arrange, enter, last_of, list_pool
from pettingzoo_godot.selfplay.policies import load_policies, save_policies

GROUPS = ["seeker", "hider"]
POOL = {"seeker": ["random", "scripted"], "hider": ["random", "scripted:flee"]}


def labels(run, group):
    return [one.label for one in run.sides[group]]


def test_checkpoints_evenly_spread(make_run):
    path = make_run("one", [0, 5, 10, 15, 20, 25, 30, 33])
    (run,) = enter([path], GROUPS, 4)
    assert [one.label for one in run.checkpoints] == [
        *("one@000000", "one@000010", "one@000020", "one@000033")
    ]
    assert [(one.steps, one.seconds) for one in run.checkpoints][1] == (1000, 60.0)
    assert labels(run, "seeker") == labels(run, "hider") == [one.label for one in run.checkpoints]
    (run,) = enter([path], GROUPS, 100)
    assert len(run.checkpoints) == 8
    (run,) = enter([path], GROUPS, 1)
    assert labels(run, "hider") == ["one@000033"]


def test_who_does_not_learn(make_run):
    roles = {"seeker": "scripted", "hider": "frozen"}
    (run,) = enter([make_run("one", roles=roles)], GROUPS, 3)
    assert labels(run, "seeker") == []
    assert labels(run, "hider") == ["one@000020"]


def test_who_was_scripted_for_a_while(make_run):
    path = make_run("one")
    file = path / "policies" / "000010.pt"
    policies = load_policies(file)
    save_policies(file, replace(policies, actors={"seeker": policies.actors["seeker"]}))
    (run,) = enter([path], GROUPS, 3)
    assert labels(run, "seeker") == ["one@000000", "one@000010", "one@000020"]
    assert labels(run, "hider") == ["one@000000", "one@000020"]


def test_runs_that_learned_from_other_heuristics_are_of_one_game(make_run):
    two = [make_run(name, parameters={"hider_heuristic": name}) for name in ("flee", "static")]
    assert [one.name for one in enter(two, GROUPS, 3)] == ["flee", "static"]


def test_runs_that_cannot_be_compared(make_run, tmp_path):
    one = make_run("one")
    with pytest.raises(UsageError, match="different names; got one twice"):
        enter([one, one], GROUPS, 3)
    with pytest.raises(UsageError, match="expected runs of one game"):
        enter([one, make_run("faster", parameters={"speed": 2.0})], GROUPS, 3)
    with pytest.raises(UsageError, match="expected checkpoints"):
        enter([make_run("empty", [])], GROUPS, 3)
    with pytest.raises(UsageError, match="has no config"):
        enter([tmp_path / "nowhere"], GROUPS, 3)


def test_pool(described):
    assert list_pool("duel", {}) == {
        "seeker": ["random", "scripted"],
        "hider": ["random", "scripted:static", "scripted:flee"],
    }


def test_pool_of_a_scene_for_one(described, monkeypatch):
    monkeypatch.setattr(described, "agent_groups", {"cart": ["cart_0"]})
    with pytest.raises(UsageError, match=r"expected a scene with two policy groups.*'cart'"):
        list_pool("duel", {})


def test_who_meets_whom(make_run):
    runs = enter([make_run("a", [0, 9]), make_run("b", [0, 5, 9])], GROUPS, 3)
    met = arrange(POOL, runs, 200, 50)
    assert list(met)[:4] == [
        ("random", "random"),
        ("random", "scripted:flee"),
        ("scripted", "random"),
        ("scripted", "scripted:flee"),
    ]
    assert met["scripted", "scripted:flee"] == 200
    assert met["a@000000", "random"] == met["random", "a@000000"] == 50
    assert met["a@000009", "random"] == met["scripted", "b@000009"] == 200
    assert met["b@000005", "b@000000"] == 50
    assert met["a@000009", "a@000009"] == met["a@000009", "b@000009"] == 200
    assert ("a@000000", "b@000000") not in met
    # The pool, 2 x 2; each checkpoint with it, 4 times; cross-play of 2 and 3; two between runs.
    assert len(met) == 4 + 5 * 4 + 4 + 9 + 2


def test_a_side_without_policies(make_run):
    runs = enter([make_run("a", roles={"hider": "scripted"})], GROUPS, 3)
    assert last_of(runs, "hider") == []
    met = arrange(POOL, runs, 200, 50)
    assert {other for _, other in met} == set(POOL["hider"])
    assert len(met) == 4 + 3 * 2
