from pathlib import Path

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.checkpoint import save
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import (
    Policies,
    check_fits,
    load_policies,
    save_policies,
)


def make_actor(size=3, choices=2):
    return Actor(spaces.Box(-1, 1, (size,)), spaces.Discrete(choices), [4])


def make_policies(update=7):
    return Policies("duel", update, 100, 2.5, {"seeker": make_actor(), "hider": make_actor(2)})


def test_saved_and_loaded(tmp_path):
    policies = make_policies()
    save_policies(tmp_path / "7.pt", policies)
    loaded = load_policies(tmp_path / "7.pt")
    assert (loaded.scene, loaded.update, loaded.steps, loaded.seconds) == ("duel", 7, 100, 2.5)
    for group, actor in policies.actors.items():
        assert loaded.actors[group].fingerprint() == actor.fingerprint()


def test_a_runs_last_ones(tmp_path):
    (tmp_path / "policies").mkdir()
    for update in (9, 10):
        save_policies(tmp_path / f"policies/{update:06d}.pt", make_policies(update))
    assert load_policies(tmp_path).update == 10


def test_no_policies(tmp_path):
    with pytest.raises(UsageError, match=r"expected a folder that .* --self-play. has made"):
        load_policies(tmp_path)
    save(tmp_path / "1.pt", {"actors": {"seeker": {}}})
    with pytest.raises(UsageError, match="expected a file with policies"):
        load_policies(tmp_path / "1.pt")


def test_who_fits():
    check_fits(make_actor(), make_actor(), "seeker", Path("run"))
    with pytest.raises(UsageError, match=r"'seeker': expected a policy with observation \{"):
        check_fits(make_actor(4), make_actor(), "seeker", Path("run"))
    with pytest.raises(UsageError, match=r"a policy with action .* that of run has"):
        check_fits(make_actor(choices=3), make_actor(), "seeker", Path("run"))


def test_spaces_are_told_apart_briefly():
    one, other, bounded = (
        Actor(spaces.Box(-high, high, (size,)), spaces.Discrete(3), [4])
        for size, high in ((2, 1.0), (40, 1.0), (2, 5.0))
    )
    with pytest.raises(UsageError, match=r"observation {'type': 'box', 'shape': \[2\], 'dtype'"):
        check_fits(other, one, "seeker", "it.pt")
    with pytest.raises(UsageError, match=r"'high': 1.0.*'high': 5.0"):
        check_fits(bounded, one, "seeker", "it.pt")
