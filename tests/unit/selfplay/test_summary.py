import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay.contest import arrange, enter
from pettingzoo_godot.selfplay.findings import Evaluation, Result, Trend
from pettingzoo_godot.selfplay.intervals import Estimate
from pettingzoo_godot.selfplay.summary import write_report

GROUPS = ("seeker", "hider")
POOL = {"seeker": ["random", "scripted:chase"], "hider": ["random"]}


def result(time):
    return Result(
        episodes=4,
        wins={"seeker": Estimate(0.75, 0.5, 0.875), "hider": Estimate(0.25, 0.1, 0.5)},
        length=Estimate(30.25, 29.0, 31.5),
        returns={},
        infos={
            "seeker": {"time": time, "moved": Estimate(150.0, 140.0, 160.0)},
            "hider": {"time": time},
        },
        winners="0010",
    )


def write(runs, tmp_path, time=None):
    pairs = arrange(POOL, runs, 4, 2)
    told = result(Estimate(0.5, 0.25, 0.75))
    names = [{pair[side] for pair in pairs} for side in (0, 1)]
    evaluation = Evaluation(
        scene="duel",
        groups=GROUPS,
        numbers={
            "episodes": 4,
            "cross_episodes": 2,
            "checkpoints": 3,
            "seed": 5,
            "deterministic": True,
        },
        shown=None,
        pool=POOL,
        anchors={"seeker": {"random": 900.0}, "hider": {"random": 1100.0}},
        runs=runs,
        results=dict.fromkeys(pairs, told),
        common=dict.fromkeys(pairs, told),
        ratings={
            group: dict.fromkeys(players, Estimate(1200.0, 1150.0, 1250.0))
            for group, players in zip(GROUPS, names, strict=True)
        },
        trends=[Trend("a", group, [], [], 0.875, None) for group in GROUPS],
        versions={"godot": "4.6"},
    )
    return write_report(evaluation, {"Ratings": "ratings.png"}, tmp_path).read_text()


def test_report(make_run, tmp_path):
    text = write(enter([make_run("a")], GROUPS, 3), tmp_path)
    assert text.startswith("# Self-play in duel\n\n`a` (seed 7).")
    assert "| seeker ↓ hider → | random | **a@000020** |\n| --- | --- | --- |\n" in text
    assert "| chase | 75 (50 to 88) | 75 (50 to 88) |" in text
    assert "| **a@000020** | 30.2 (29.0 to 31.5) | 30.2 (29.0 to 31.5) |" in text
    assert "| a | seeker | 2,000 (2 min) | 1200 ± 50 → 1200 ± 50 | 0.88 |  |" in text
    assert "seeker: random 900; hider: random 1100." in text
    assert "![Ratings](ratings.png)" in text
    assert (
        "evaluate runs/a --episodes 4 --cross-episodes 2 --checkpoints 3 --seed 5 --deterministic\n"
        in text
    )
    assert text.endswith("godot 4.6.\n")


def test_infos_that_both_sides_have_are_told_once(make_run, tmp_path):
    text = write(enter([make_run("a")], GROUPS, 3), tmp_path)
    assert "|  | a, first | a, last |" in text
    assert "| time | 0.50 (0.25 to 0.75) | 0.50 (0.25 to 0.75) |" in text
    assert "| moved (seeker) | 150 (140 to 160) |" in text
    assert text.count("| time") == 1


def test_a_run_with_one_side(make_run, tmp_path):
    text = write(enter([make_run("a", roles={"hider": "scripted"})], GROUPS, 3), tmp_path)
    assert "How they play" not in text
    assert "| a | hider" not in text
