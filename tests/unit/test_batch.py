import warnings
from types import SimpleNamespace

import numpy as np
import pytest
from golden_scene import LAYOUT

from pettingzoo_godot.batch import Batch
from pettingzoo_godot.errors import SpaceError
from pettingzoo_godot.messages import LIVE, TERMINATED, TRUNCATED

DONE, CUT = LIVE | TERMINATED, LIVE | TRUNCATED
RUNNERS, CHASERS = Batch(LAYOUT.groups[0], 0), Batch(LAYOUT.groups[1], 1)
# Slots of one engine: runner_0, runner_1 in arena 0, then in arena 1; chaser_0 in both arenas.


def report(start=0, flags=(LIVE,) * 6):
    """A report in which every number tells where it belongs."""
    it = LAYOUT.new_report()
    for group in it.observations:
        for leaf in group:
            rows = np.arange(len(leaf)).reshape(-1, *[1] * (leaf.ndim - 1))
            leaf[...] = (start + rows) % 3
    it.rewards[:] = start + np.arange(6)
    for columns in it.info:
        rows, count = columns.shape
        columns[...] = start + np.arange(rows)[:, None] + np.arange(count) / 10
    it.flags[:] = flags
    return it


def lane(now=None, ending=None, restarted=(False, False), has_failed=False):
    return SimpleNamespace(
        step=LAYOUT.new_step(),
        report=now if now is not None else report(),
        ending=ending,
        restarted=np.array(restarted),
        has_failed=has_failed,
    )


# ------------------------------------------------------------------ actions


def steer(rows):
    """Actions of the chasers."""
    return {
        "steer": np.linspace(-1, 1, 2 * rows, dtype=np.float32).reshape(rows, 2),
        "fire": np.arange(2 * rows, dtype=np.int8).reshape(rows, 2) % 2,
        "ammo": np.array([[1, 2]] * rows, np.int64),
        "paint": np.full((rows, 1), 200, np.uint8),
    }


def test_actions_go_to_their_engines_in_order():
    lanes = [lane(), lane()]
    RUNNERS.write_actions(np.array([0, 1, 2, 3, 3, 2, 1, 0]), lanes)
    assert [it.step.actions[0][0].tolist() for it in lanes] == [[0, 1, 2, 3], [3, 2, 1, 0]]
    given = steer(4)
    CHASERS.write_actions(given, lanes)
    for position, key in enumerate(CHASERS.group.action_space.spaces):
        parts = [it.step.actions[1][position] for it in lanes]
        np.testing.assert_array_equal(np.concatenate(parts), given[key])


@pytest.mark.parametrize(
    "given",
    [
        [0, 1, 2, 3],
        np.array([0, 1, 2, 3], np.uint8),
        np.array([0.0, 1.0, 2.0, 3.0]),
        np.array([0, 1, 2, 3, 9])[:4],
        (0, True, 2, 3),
    ],
)
def test_what_equals_right_actions_is_taken(given):
    it = lane()
    RUNNERS.write_actions(given, [it])
    assert it.step.actions[0][0].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("given", "got"),
    [
        (np.zeros(3, int), r"an array of shape \(3,\), int64"),
        (np.zeros((4, 1), int), r"an array of shape \(4, 1\), int64"),
        (np.zeros(8, int), r"an array of shape \(8,\), int64"),
        (3, r"got 3$|shape \(\)"),
        (None, "None"),
        ([0, 1, 2, None], "None"),
        (["0", "1", "2", "3"], "<U1"),
        (np.array([0, 1, 2, 3], object), "object"),
        ([[0], [1, 2], [3], [4]], r"\[\[0\]"),
        (np.array([0, 1, 2.5, 3]), "2.5 in row 2"),
        (np.array([0, 1, 2, 3], complex), "complex"),
        ({"a": 1}, "'a'"),
    ],
)
def test_wrong_actions_are_refused(given, got):
    with (
        warnings.catch_warnings(),
        pytest.raises(SpaceError, match="policy group 'runner': expected actions") as error,
    ):
        warnings.simplefilter("ignore")
        RUNNERS.write_actions(given, [lane()])
    assert error.match(got)


@pytest.mark.parametrize(
    ("changes", "got"),
    [
        ({"steer": np.zeros((2, 3), np.float32)}, r"key 'steer'.*\(2, 2\).*got.*\(2, 3\)"),
        ({"fire": np.zeros((1, 2), np.int8)}, r"key 'fire'.*got.*\(1, 2\)"),
        ({"paint": np.full((2, 1), 256)}, r"key 'paint'.*got \[256\] in row 0"),
        ({"paint": np.full((2, 1), -1)}, r"key 'paint'.*got \[-1\] in row 0"),
        ({"ammo": np.full((2, 2), 1.5)}, "key 'ammo'.*got .1.5 1.5. in row 0"),
    ],
)
def test_wrong_members_of_a_dict_are_named(changes, got):
    with pytest.raises(SpaceError, match=got):
        CHASERS.write_actions(steer(2) | changes, [lane()])


@pytest.mark.parametrize("given", [[1, 2], {"steer": 1}, steer(2) | {"horn": 1}])
def test_wrong_keys_are_refused(given):
    words = r"policy group 'chaser': expected actions as a dict with the keys \['steer', 'fire'"
    with pytest.raises(SpaceError, match=words):
        CHASERS.write_actions(given, [lane()])


def test_nan_for_a_choice_is_refused_without_a_warning():
    with pytest.raises(SpaceError, match="nan in row 1"):
        RUNNERS.write_actions(np.array([0.0, np.nan, 1.0, 2.0]), [lane()])


# ------------------------------------------------------------------ observations and outcomes


def test_first_observations_are_copies_engine_by_engine():
    lanes = [lane(report(0)), lane(report(1))]
    seen = RUNNERS.first_observations(lanes)
    assert list(seen) == list(RUNNERS.group.observation_space.spaces)
    assert seen["rays"].shape == (8, 3)
    assert seen["rays"][:, 0].tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    seen["rays"][:] = 9
    assert lanes[0].report.observations[0][0].max() < 9
    alone = RUNNERS.first_observations(lanes[:1])
    alone["rays"][:] = 9
    assert lanes[0].report.observations[0][0].max() < 9


def test_a_usual_step():
    out = RUNNERS.outcome([lane(report(0)), lane(report(10))])
    assert out.rewards.tolist() == [0, 1, 2, 3, 10, 11, 12, 13]
    assert out.rewards.dtype == np.float32
    assert out.terminated.tolist() == out.truncated.tolist() == [False] * 8
    assert out.terminated.dtype == out.truncated.dtype == np.bool_
    assert out.terminated is not out.truncated
    assert set(out.infos) == {"live", "_live", "distance", "_distance", "hits", "_hits"}
    np.testing.assert_allclose(out.infos["hits"][5], 11.1, rtol=1e-6)
    assert out.infos["_hits"].all()
    assert out.infos["live"].all()
    assert CHASERS.outcome([lane(report(10))]).rewards.tolist() == [14, 15]


def test_ends_in_the_midst_of_an_episode():
    flags = (DONE, LIVE, 0, CUT, LIVE, LIVE)
    out = RUNNERS.outcome([lane(report(0, flags))])
    assert out.terminated.tolist() == [True, False, False, False]
    assert out.truncated.tolist() == [False, False, False, True]
    assert out.infos["live"].tolist() == [True, True, False, True]
    assert out.infos["_live"].all()
    assert out.infos["_final_obs"].tolist() == [True, False, False, True]
    final = out.infos["final_info"]
    assert final["TimeLimit.truncated"].tolist() == [False, False, False, True]
    assert final["_distance"].tolist() == [True, False, False, True]
    assert out.infos["_distance"].tolist() == [False, True, False, False]
    np.testing.assert_array_equal(out.infos["final_obs"]["rays"], out.observations["rays"])


def test_both_ends_at_once_are_no_time_limit():
    out = CHASERS.outcome([lane(report(0, (LIVE,) * 4 + (DONE | TRUNCATED, CUT)))])
    assert out.terminated.tolist() == [True, False]
    assert out.truncated.tolist() == [True, True]
    assert out.infos["final_info"]["TimeLimit.truncated"].tolist() == [False, True]


def test_an_arena_that_begins_anew():
    ending = report(0, (DONE, 0, LIVE, LIVE, CUT, LIVE))
    now = report(50)
    now.observations[0][0][...] = 0.5
    it = lane(now, ending, (True, False))
    out = RUNNERS.outcome([it])
    assert out.rewards.tolist() == [0, 1, 2, 3]
    # runner_1 was done before: the row is marked once more.
    assert out.terminated.tolist() == [True, True, False, False]
    assert out.infos["live"].tolist() == [True, False, True, True]
    assert (out.observations["rays"] == 0.5).all()
    assert out.infos["final_obs"]["rays"][:, 0].tolist() == [0, 1, 2, 0]
    assert out.infos["_final_obs"].tolist() == [True, True, False, False]
    assert out.infos["final_info"]["_hits"].tolist() == [True, False, False, False]
    assert out.infos["final_info"]["_TimeLimit.truncated"].tolist() == [True, True, False, False]
    assert out.infos["_hits"].tolist() == [False, False, True, True]


def test_dead_agents_of_another_engine_are_not_marked():
    """Only those whose own arena begins anew."""
    other = lane(report(0, (0, LIVE, LIVE, LIVE, LIVE, LIVE)))
    one = lane(report(), report(0, (DONE, DONE, LIVE, LIVE, DONE, LIVE)), (True, False))
    out = RUNNERS.outcome([one, other])
    assert out.terminated.tolist() == [True, True, False, False, False, False, False, False]


def test_rows_of_an_engine_that_failed():
    ending = report(0, (CUT, 0, CUT, CUT, CUT, CUT))
    failed = lane(report(5), ending, (True, True), has_failed=True)
    out = RUNNERS.outcome([lane(), failed])
    assert out.infos["engine_failed"].tolist() == [False] * 4 + [True] * 4
    assert out.infos["_engine_failed"].all()
    assert out.truncated.tolist() == [False] * 4 + [True, False, True, True]
    assert out.terminated.tolist() == [False] * 5 + [True, False, False]
    assert "engine_failed" not in RUNNERS.outcome([lane()]).infos


def test_changing_infos_changes_no_mask():
    infos = CHASERS.outcome([lane()]).infos
    infos["live"][:] = False
    assert infos["_live"].all()


@pytest.mark.parametrize("value", [2**32, 2**32 + 1, -(2**32), 2**63 - 1])
def test_choices_beyond_the_wires_integers_are_no_others(value):
    """Refused here, or by the bounds: never the choice that is left of it in 32 bits."""
    it = lane()
    try:
        RUNNERS.write_actions(np.array([0, 1, value, 3]), [it])
    except SpaceError:
        return
    misfit = LAYOUT.find_bad_action(it.step)
    assert misfit is not None
    assert misfit[:2] == ("runner_0", 1)
