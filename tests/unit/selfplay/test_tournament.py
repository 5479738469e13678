import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from duel import Duel

from pettingzoo_godot.errors import EngineDied, OptionError, UsageError
from pettingzoo_godot.selfplay.tournament import Pairing, play_all

PAIRINGS = [
    Pairing({"seeker": seeker, "hider": hider}, episodes)
    for seeker in ("random", "scripted")
    for hider in ("random", "scripted")
    for episodes in (3, 5)
]


def play(engines, **arguments):
    return play_all("duel", PAIRINGS, seed=1, engines=engines, arenas=2, **arguments)


def test_the_same_with_any_number_of_engines(duels):
    alone = play(1)
    assert [len(match.episodes) for match in alone] == [3, 5] * 4
    assert [match.players for match in alone] == [pairing.players for pairing in PAIRINGS]
    assert len(duels) == 1
    assert play(3) == alone
    assert len(duels) == 4
    assert play(100) == alone  # no more engines than matches
    assert len(duels) == 4 + len(PAIRINGS)
    assert all(duel.is_closed for duel in duels)


def test_episodes_are_counted(duels):
    told = []
    play(2, watch=told.append)
    assert told == list(range(1, 4 * 8 + 1))


def test_an_engine_that_dies_ends_all(duels, monkeypatch):
    monkeypatch.setattr(Duel, "steps_allowed", 20)
    with pytest.raises(EngineDied):
        play(2)
    assert all(duel.is_closed for duel in duels)


def test_mistakes(duels):
    with pytest.raises(OptionError, match="engines"):
        play(0)
    with pytest.raises(UsageError, match="expected a file that"):
        play_all("duel", [Pairing({"seeker": "nobody", "hider": "random"}, 1)], seed=0)
    assert all(duel.is_closed for duel in duels)
