import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from itertools import product

import numpy as np
from matplotlib.figure import Figure
from matplotlib.image import imread

from pettingzoo_godot.selfplay.charts import _name_anchors, draw_all
from pettingzoo_godot.selfplay.contest import arrange, enter
from pettingzoo_godot.selfplay.findings import Evaluation, Result
from pettingzoo_godot.selfplay.intervals import Estimate

GROUPS = ("seeker", "hider")
POOL = {"seeker": ["random", "scripted"], "hider": ["random"]}


def around(value):
    return Estimate(value, value - 0.1, value + 0.1)


def evaluate(runs, results=None):
    pairs = arrange(POOL, runs, 4, 2)
    result = Result(
        episodes=4,
        wins={"seeker": around(0.75), "hider": around(0.25)},
        length=around(30.0),
        returns={group: around(0.0) for group in GROUPS},
        infos={group: {"hidden_part": around(0.5)} for group in GROUPS},
        winners="0010",
    )
    players = [set(players) for players in zip(*pairs, strict=True)]
    found = {pair: (results or {}).get(pair, result) for pair in pairs}
    return Evaluation(
        scene="duel",
        groups=GROUPS,
        numbers={},
        shown=("hider", "hidden_part"),
        pool=POOL,
        anchors={group: {name: 1000.0 for name in POOL[group]} for group in GROUPS},
        runs=runs,
        results=found,
        common=found,
        ratings={
            group: dict.fromkeys(names, Estimate(1200.0, 1100.0, 1300.0))
            for group, names in zip(GROUPS, players, strict=True)
        },
        trends=[],
        versions={},
    )


def test_pictures_of_two_runs(make_run, tmp_path):
    runs = enter([make_run("a"), make_run("b", [0, 9])], GROUPS, 3)
    drawn = draw_all(evaluate(runs), tmp_path)
    assert list(drawn.values()) == [
        *("ratings.png", "cross_play_a.png", "pool_a.png", "cross_play_b.png", "pool_b.png")
    ]
    for name in drawn.values():
        picture = imread(tmp_path / name)
        assert picture.shape[0] > 200
        assert len(np.unique(picture.reshape(-1, picture.shape[2]), axis=0)) > 20


def test_names_of_anchors_do_not_lie_over_each_other():
    axes = Figure().subplots()
    axes.set_ylim(0, 1000)
    _name_anchors(axes, {"c": 990.0, "a": 400.0, "b": 401.0})
    places = {text.get_text(): text.xy[1] for text in axes.texts}
    assert places == {"a": 400.0, "b": 435.0, "c": 990.0}


def test_a_run_with_one_side_has_no_cross_play(make_run, tmp_path):
    runs = enter([make_run("a", roles={"hider": "scripted"})], GROUPS, 3)
    assert list(draw_all(evaluate(runs), tmp_path).values()) == ["ratings.png", "pool_a.png"]


def test_ratings_name_every_run(make_run, tmp_path, monkeypatch):
    named = []

    def legend(_, handles, **arguments):
        named.extend(handle.get_label() for handle in handles)

    monkeypatch.setattr(Figure, "legend", legend)
    sides = {"a": "hider", "b": "seeker"}
    runs = [make_run(name, roles={group: "scripted"}) for name, group in sides.items()]
    draw_all(evaluate(enter(runs, GROUPS, 3)), tmp_path)
    assert named == ["a", "b"]


def test_a_single_checkpoint(make_run, tmp_path):
    runs = enter([make_run("a")], GROUPS, 1)
    assert "cross_play_a.png" in draw_all(evaluate(runs), tmp_path).values()


def test_the_matrix_shows_who_wins(make_run, tmp_path):
    runs = enter([make_run("a")], GROUPS, 3)
    evaluation = evaluate(runs)
    before = draw_all(evaluation, tmp_path)["a: checkpoints against each other"]
    first = imread(tmp_path / before)
    names = [one.label for one in runs[0].checkpoints]
    lost = {
        pair: Result(**{**vars(evaluation.results[pair]), "wins": {"seeker": around(0.0)}})
        for pair in product(names[:1], names)
    }
    for pair in lost:
        lost[pair].wins["hider"] = around(1.0)
    draw_all(evaluate(runs, lost), tmp_path)
    changed = np.abs(imread(tmp_path / before) - first).max(2) > 0.1
    rows = np.flatnonzero(changed.any(1))
    assert rows.max() < 0.5 * len(changed)  # the first of three rows
    columns = np.flatnonzero(changed.any(0))
    assert columns.max() < 0.55 * changed.shape[1]  # of the left one of two matrices
