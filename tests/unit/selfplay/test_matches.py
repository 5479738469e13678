import json

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from duel import DEATH, LENGTH, Duel

from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.selfplay import matches
from pettingzoo_godot.selfplay.matches import Stadium

RANDOM = {"seeker": "random", "hider": "random"}


@pytest.fixture
def stadium(duels):
    with Stadium("duel", 3) as made:
        yield made
    assert duels[0].is_closed


def test_exactly_so_many_episodes_arena_by_arena(stadium):
    match = stadium.play(RANDOM, 7)
    assert [episode.arena for episode in match.episodes] == [0, 0, 0, 1, 1, 2, 2]
    assert {episode.length for episode in match.episodes} == {LENGTH}
    summary = match.summary()
    assert (summary["episodes"], summary["length"]) == (7, 5.0)
    assert summary["wins"]["seeker"] + summary["wins"]["hider"] <= 1.0
    winners = [max(episode.returns, key=episode.returns.get) for episode in match.episodes]
    for winner, episode in zip(winners, match.episodes, strict=True):
        assert episode.winner in (winner, None)


def test_twice_the_same_bytes(stadium):
    texts = [json.dumps(stadium.play(RANDOM, 7, seed=3).to_json()) for _ in range(2)]
    assert texts[0] == texts[1]
    assert texts[0] != json.dumps(stadium.play(RANDOM, 7, seed=4).to_json())


def test_more_episodes_begin_as_fewer_do(stadium):
    few, many = (stadium.play(RANDOM, count).episodes for count in (3, 9))
    assert few == [many[0], many[3], many[6]]


@pytest.mark.parametrize("episodes", [1, 2, 5, 6, 8])
def test_the_first_episodes_of_a_match_are_the_match_of_so_many(episodes, stadium):
    whole, part = (stadium.play(RANDOM, count, seed=5) for count in (8, episodes))
    assert whole.first(episodes) == part
    assert part.first(1) == whole.first(1)


def test_somebody_may_end_a_match(stadium):
    steps = []

    def check():
        steps.append(1)
        if len(steps) > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stadium.play(RANDOM, 7, check=check)
    assert len(stadium.play(RANDOM, 2).episodes) == 2


def test_episodes_that_do_not_end(stadium, monkeypatch):
    monkeypatch.setattr(matches, "_PATIENCE", LENGTH - 1)
    with pytest.raises(UsageError, match=r"episodes that end; none has in 4 steps.*`max_steps`"):
        stadium.play(RANDOM, 7)


def test_another_way_to_win(duels):
    with Stadium("duel", 3, winner="last_reward") as stadium:
        assert stadium.play(RANDOM, 3).episodes
    with pytest.raises(OptionError, match="return or last_reward; got 'score'"):
        Stadium("duel", winner="score")


def test_who_is_scripted_is_told_the_scene(stadium, duels):
    stadium.play({"seeker": "scripted", "hider": "random"}, 3)
    assert duels[0].heuristic_agents == ["seeker"]
    stadium.play(RANDOM, 3)
    assert duels[0].heuristic_agents == []


def test_a_heuristic_by_its_name(stadium, duels):
    match = stadium.play({"seeker": "scripted:patrol", "hider": "random"}, 3)
    assert duels[0].heuristic_agents == ["seeker"]
    assert duels[0].parameters == {"seeker_heuristic": "patrol"}
    assert match.players["seeker"] == "scripted:patrol"
    stadium.play(RANDOM, 3)
    assert duels[0].parameters == {}


def test_infos_are_those_of_the_end(stadium):
    match = stadium.play(RANDOM, 3)
    # One of two seekers dies early.
    expected = {"seeker": {"time": (DEATH + LENGTH) / 2}, "hider": {"time": float(LENGTH)}}
    assert [episode.infos for episode in match.episodes] == [expected] * 3
    assert match.summary()["infos"] == expected


def test_each_episode_that_counts_is_told(stadium):
    told = []
    stadium.play(RANDOM, 7, watch=lambda: told.append(1))
    assert len(told) == 7


@pytest.mark.parametrize("players", [{}, {"seeker": "random"}, {**RANDOM, "judge": "random"}])
def test_a_player_for_each_group(players, stadium):
    with pytest.raises(UsageError, match=r"a player for each of \['seeker', 'hider'\]"):
        stadium.play(players, 3)


def test_numbers(stadium):
    with pytest.raises(OptionError, match="episodes"):
        stadium.play(RANDOM, 0)
    with pytest.raises(OptionError, match="seed"):
        stadium.play(RANDOM, 3, seed=-1)


def test_a_scene_for_one_policy(duels, monkeypatch):
    monkeypatch.setattr(Duel, "agents", {"hider": ["hider_0"]})
    with pytest.raises(UsageError, match="expected a scene with several policy groups"):
        Stadium("duel")
    assert duels[0].is_closed
