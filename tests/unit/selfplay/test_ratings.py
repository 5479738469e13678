import math

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay.matches import Episode, Match
from pettingzoo_godot.selfplay.ratings import (
    LATEST,
    Ratings,
    anchors_for,
    measure_anchors,
    rate_matches,
    start_ratings,
)

ANCHORS = {"seeker": {"random": 1000.0}, "hider": {"random": 1200.0, "scripted:flee": 1500.0}}


def match(seeker, hider, winners):
    told = [Episode(0, 5, {}, winner, {}) for winner in winners]
    return Match({"seeker": seeker, "hider": hider}, told)


def drawn(seeker, hider, gap, count, seed):
    """A match of players that are so many points apart."""
    part = 1.0 / (1.0 + 10.0 ** (-gap / 400.0))
    won = np.random.default_rng(seed).random(count) < part
    return match(seeker, hider, ["seeker" if one else "hider" for one in won])


def test_anchors_never_move():
    ratings = Ratings(ANCHORS)
    for winner in ("seeker", "hider", None):
        ratings.record({"seeker": "random", "hider": "new"}, winner)
    assert ratings["seeker", "random"] == (1000.0, 0.0)
    assert ratings["seeker", "random"].interval == (1000.0, 1000.0)
    assert ratings["hider", "new"].value != 1000.0


def test_sides_are_apart():
    ratings = Ratings(ANCHORS)
    ratings.record({"seeker": "one", "hider": "random"}, "seeker")
    assert ratings["seeker", "one"].value > ratings["hider", "one"].value == 1000.0


def test_a_draw_draws_both_together():
    ratings = Ratings({"seeker": {"strong": 1400.0}})
    ratings.record({"seeker": "strong", "hider": "new"}, None)
    assert ratings["hider", "new"].value > 1000.0


def test_games_find_the_rating_within_its_interval():
    # 200 points above: won three times of four.
    matches = [drawn("one", "random", 200.0, 400, seed=1)]
    rating = rate_matches(matches, ANCHORS)["seeker", "one"]
    low, high = rating.interval
    assert low < 1400.0 < high
    assert high - low == pytest.approx(2 * 1.96 * rating.deviation)
    assert high - low < 160.0


def test_intervals_hold_as_often_as_they_say():
    found = []
    for seed in range(40):
        true = {"a": 1100.0, "b": 1400.0}
        matches = [
            drawn(name, hider, value - ANCHORS["hider"][hider], 60, seed=100 * seed + index)
            for index, (name, value, hider) in enumerate(
                (name, value, hider) for name, value in true.items() for hider in ANCHORS["hider"]
            )
        ]
        ratings = rate_matches(matches, ANCHORS)
        for name, value in true.items():
            low, high = ratings["seeker", name].interval
            found.append(low <= value <= high)
    assert np.mean(found) > 0.88  # 80 of them: less would be strange for 95 %


def test_the_order_of_matches_does_not_matter():
    matches = [
        drawn("one", "random", 100.0, 100, 1),
        drawn("one", "scripted:flee", -200.0, 50, 2),
        drawn("other", "random", 0.0, 20, 3),
    ]
    forwards, backwards = (rate_matches(order, ANCHORS) for order in (matches, matches[::-1]))
    for name in ("one", "other"):
        assert forwards["seeker", name] == pytest.approx(backwards["seeker", name], abs=1e-3)
    assert rate_matches(matches, ANCHORS) == forwards


def test_who_seldom_wins_is_rated_as_well():
    # Game by game, such a player falls by hundreds, and does not win often enough to come back.
    hiders = {str(value): float(value) for value in range(1000, 1800, 100)}
    fixed = {"hider": hiders}
    matches = [drawn("weak", name, 500.0 - hiders[name], 50, int(name)) for name in hiders]
    rating = rate_matches(matches, fixed)["seeker", "weak"]
    assert rating.value == pytest.approx(500.0, abs=2 * rating.deviation)
    assert rating.deviation < 100.0


def test_a_draw_is_half_a_win():
    one, other = (
        rate_matches([match("one", "random", winners)], ANCHORS)["seeker", "one"]
        for winners in ([None] * 4, ["seeker", "hider"] * 2)
    )
    assert one == other
    assert 1000.0 < one.value < 1200.0


def test_who_has_never_won_is_bounded_by_what_was_believed():
    few, many = (
        rate_matches([match("one", "random", ["hider"] * count)], ANCHORS)["seeker", "one"]
        for count in (5, 500)
    )
    assert many.value < few.value < 1000.0
    assert many.deviation > 100.0


def test_anchors_are_measured_among_themselves():
    matches = [
        drawn("random", "random", -200.0, 500, 1),
        drawn("scripted", "random", 200.0, 500, 2),
    ]
    anchors = measure_anchors(matches)
    gaps = [anchors["seeker"][name] - anchors["hider"]["random"] for name in anchors["seeker"]]
    assert gaps == pytest.approx([-200.0, 200.0], abs=50.0)
    everybody = [value for players in anchors.values() for value in players.values()]
    assert np.mean(everybody) == pytest.approx(1000.0, abs=100.0)
    assert all(value == round(value) for value in everybody)


def test_anchors_are_those_of_the_same_game():
    chase = anchors_for("chase", {}, "last_reward")
    assert set(chase) == {"seeker", "hider"}
    assert anchors_for("chase", {"hider_heuristic": "flee"}, "last_reward") == chase
    assert anchors_for("chase", {"hider_speed": 2.0}, "last_reward") == {}
    assert anchors_for("chase", {}, "return") == {}
    assert anchors_for("hide_and_seek", {"actions": "box"}, "return")  # as trainings have it
    assert anchors_for("hide_and_seek", {}, "return") == {}
    assert anchors_for("elsewhere", {}, "return") == {}
    assert anchors_for("/own/chase.tscn", {}, "last_reward") == {}


def test_live_ratings_begin_where_random_is():
    live = start_ratings(["seeker", "hider"], ANCHORS, {})
    assert [live[group, LATEST].value for group in ("seeker", "hider")] == [1000.0, 1200.0]
    assert start_ratings(["seeker", "hider"], {}, {})["hider", LATEST].value == 1000.0


def test_live_ratings_against_an_anchor_and_a_past_self():
    live = start_ratings(["seeker", "hider"], ANCHORS, {"hider_heuristic": "flee"})
    for _ in range(100):
        live.record({"seeker": LATEST, "hider": "scripted"}, "seeker")
    assert live["seeker", LATEST].value > 1700.0
    live.copy(("seeker", LATEST), ("seeker", "20"))
    before = live["hider", LATEST].value
    live.record({"seeker": "20", "hider": LATEST}, "hider")
    assert live["hider", LATEST].value > before + 50.0


def test_live_ratings_go_on_where_they_were():
    games = [({"seeker": LATEST, "hider": LATEST}, one) for one in ("seeker", "hider", None)]
    whole, first = (start_ratings(["seeker", "hider"], ANCHORS, {}) for _ in range(2))
    for one in (whole, first):
        one.record(*games[0])
        one.copy(("hider", LATEST), ("hider", "20"))
    second = start_ratings(["seeker", "hider"], {}, {})
    second.restore(first.state())
    for one in (whole, second):
        one.record(*games[1])
        one.record({"seeker": LATEST, "hider": "20"}, "seeker")
        one.record({"seeker": "random", "hider": LATEST}, "seeker")
    assert second.state() == whole.state()
    assert second["seeker", LATEST] == whole["seeker", LATEST]
    assert not math.isnan(whole["seeker", LATEST].value)
