import json

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.contest import enter
from pettingzoo_godot.selfplay.findings import Evaluation, estimate_ratings, find_trends, sum_up
from pettingzoo_godot.selfplay.matches import Episode, Match
from pettingzoo_godot.selfplay.ratings import Rating

GROUPS = ("seeker", "hider")


def match(one, other, winners):
    """Episodes in which the seeker earns 1 if it wins, and the hider was hidden else."""
    told = [
        Episode(
            0,
            5 + index,
            {"seeker": float(winner == "seeker"), "hider": 2.0},
            winner,
            {"seeker": {}, "hider": {"hidden_part": float(winner != "seeker")}},
        )
        for index, winner in enumerate(winners)
    ]
    return Match({"seeker": one, "hider": other}, told)


def test_sum_up():
    result = sum_up(match("a", "b", ["seeker", None, "hider", "seeker"]))
    assert result.episodes == 4
    assert result.winners == "0-10"
    assert result.length.value == 6.5
    assert [result.wins[group].value for group in GROUPS] == [0.5, 0.25]
    assert result.wins["seeker"].low == pytest.approx(0.15, abs=0.01)
    assert result.returns["seeker"].value == 0.5
    assert result.infos["seeker"] == {}
    assert result.infos["hider"]["hidden_part"].value == 0.5


def test_ratings_are_told_with_intervals():
    ratings = {("seeker", "random"): Rating(900.0, 0.0), ("hider", "new"): Rating(1000.0, 400.0)}
    told = estimate_ratings(ratings, [("random", "new")], GROUPS)
    assert told["seeker"] == {"random": (900.0, 900.0, 900.0)}
    assert told["hider"]["new"] == (1000.0, 216.0, 1784.0)


def test_trends(make_run):
    (run,) = enter([make_run("a")], GROUPS, 3)
    names = [one.label for one in run.checkpoints]
    won = {0: ["hider"] * 4, 1: ["seeker", "seeker", "hider", None], 2: ["seeker"] * 4}
    results = {
        (one, other): sum_up(match(one, other, won[row]))
        for row, one in enumerate(names)
        for other in names
    }
    seeker, hider = find_trends(run, results, GROUPS)
    assert (seeker.run, seeker.group, hider.group) == ("a", "seeker", "hider")
    assert seeker.wins == [0.0, 0.625, 1.0]
    assert seeker.returns == [0.0, 0.5, 1.0]
    assert seeker.wins_with_time == seeker.returns_with_time == 1.0
    # Each hider meets the same seekers.
    assert hider.wins == [pytest.approx(1.375 / 3)] * 3
    assert hider.wins_with_time is None


def test_no_trend_of_a_run_with_one_side(make_run):
    (run,) = enter([make_run("a", roles={"hider": "scripted"})], GROUPS, 3)
    assert find_trends(run, {}, GROUPS) == []


def evaluation_of(runs, pair, shown):
    return Evaluation(
        scene="duel",
        groups=GROUPS,
        numbers={"seed": 0},
        shown=shown,
        pool={group: ["random"] for group in GROUPS},
        anchors={},
        runs=runs,
        results={pair: sum_up(match(*pair, ["seeker", "hider"]))},
        common={},
        ratings={},
        trends=[],
        versions={},
    )


@pytest.mark.parametrize(
    ("shown", "name", "value"),
    [(None, "steps of an episode", 5.5), (("hider", "hidden_part"), "hidden part", 0.5)],
)
def test_evaluation(shown, name, value, make_run):
    runs = enter([make_run("a", [0])], GROUPS, 1)
    pair = ("random", "random")
    evaluation = evaluation_of(runs, pair, shown)
    assert evaluation.measure_name == name
    assert evaluation.measure(evaluation.results[pair]).value == value
    content = json.loads(json.dumps(evaluation.to_json()))
    assert content["runs"]["a"]["checkpoints"] == [{"name": "a@000000", "steps": 0, "seconds": 0.0}]
    assert content["matches"][0]["players"] == {"seeker": "random", "hider": "random"}
    assert content["matches"][0]["wins"]["seeker"][0] == 0.5
    assert str(runs[0].checkpoints[0].file.parent) not in json.dumps(content)


def test_shown_is_no_info_of_the_scene(make_run):
    runs, pair = enter([make_run("a", [0])], GROUPS, 1), ("random", "random")
    evaluation = evaluation_of(runs, pair, ("hider", "far"))
    with pytest.raises(UsageError, match=r"info of 'hider' .*: hidden_part; got 'far'"):
        evaluation.measure(evaluation.results[pair])
