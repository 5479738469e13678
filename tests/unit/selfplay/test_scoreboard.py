import io
import re

import pytest
from rich.console import Console

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay.scoreboard import (
    Smoothed,
    describe_sides,
    show_matches,
    show_self_play,
)

ROW = {
    "update": 3,
    "steps_per_second": 2000.0,
    "rating/seeker": 1204.4,
    "info/hidden_part/hider": 0.5,
    "return/seeker": -10.0,
    "wins/seeker": 0.25,
    "return/hider": None,
    "wins/hider": None,
}


def test_bar():
    out = io.StringIO()
    with show_self_play(Console(file=out, width=80), {"hider": "hidden_part"}) as watch:
        watch(ROW, 0.5)
        watch(ROW | {"return/hider": 10.0, "wins/hider": 0.75}, 1.0)
    shown = out.getvalue()
    assert re.search(r"^update 3 ━+ 100 % 2,000 steps/s 0:00:00 *$", shown, re.M)
    seeker, hider = "seeker -10.0, wins 25%, rating 1204", "hider 10.0, wins 75%, hidden_part 0.50"
    assert f"{seeker}  {hider}" in " ".join(shown.splitlines())


def test_nothing_is_shown_of_a_training_that_does_not_begin():
    out = io.StringIO()
    with show_self_play(Console(file=out), {}):
        pass
    assert out.getvalue() == ""


def test_means_run_and_gaps_are_left_out():
    shown = Smoothed()
    assert shown.after({"return": 10.0, "wins": None}) == {"return": 10.0}
    assert shown.after({"return": 20.0, "wins": 1.0}) == pytest.approx({"return": 12, "wins": 1})
    assert shown.after({"return": None, "wins": None}) == pytest.approx({"return": 12, "wins": 1})


def test_a_side_is_shown_when_it_has_played():
    assert describe_sides({"update": 1.0}, {}) == ""
    assert describe_sides({"return/a": 1.0, "wins/a": 0.5}, {}) == "[bold]a[/] 1.0, wins 50%"


def test_matches():
    out = io.StringIO()
    with show_matches(Console(file=out, width=120)) as watch:
        watch(3, 12)
        watch(12, 12)
    assert "12/12" in out.getvalue()
