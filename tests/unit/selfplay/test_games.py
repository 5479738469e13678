import numpy as np
import pytest

from pettingzoo_godot.selfplay.games import Game, Scorer


def game(returns, last):
    return Game(
        0, 3, {"seeker": returns[0], "hider": returns[1]}, {"seeker": last[0], "hider": last[1]}
    )


@pytest.mark.parametrize(
    ("by", "values", "winner", "scores"),
    [
        ("return", [(-5, 5), (1, -1)], "hider", (0.0, 1.0)),
        ("last_reward", [(-5, 5), (1, -1)], "seeker", (1.0, 0.0)),
        ("return", [(2, 2), (1, -1)], None, (0.5, 0.5)),
    ],
)
def test_winner(by, values, winner, scores):
    played = game(*values)
    assert played.winner(by) == winner
    assert (played.score("seeker", by), played.score("hider", by)) == scores


def step(seeker, hider, live=(1, 1, 1, 1), ends=(0, 0, 0, 0), hider_ends=(0, 0), final=None):
    """Rewards, live, ends and infos of two arenas with two seekers and one hider each."""
    infos = {"live": np.ones(4, bool), "_live": np.ones(4, bool)}
    infos |= {"near": np.ones(4), "_near": np.ones(4, bool)}
    infos |= {"reward/near": np.ones(4), "_reward/near": np.ones(4, bool)}
    if final is not None:
        infos["final_info"] = {
            "near": np.float32(final),
            "_near": np.array(live, bool) & np.array(ends, bool),
        }
    return (
        {"seeker": np.float32(seeker), "hider": np.float32(hider)},
        {"seeker": np.array(live, bool), "hider": np.ones(2, bool)},
        {"seeker": np.array(ends, bool), "hider": np.array(hider_ends, bool)},
        {"seeker": infos, "hider": {}},
    )


def test_scores_of_two_arenas():
    scorer = Scorer({"seeker": 2, "hider": 1}, 2)
    assert scorer.add(*step([1, 3, 0, 0], [5, 1])) == []
    # The second seeker of arena 0 ends: its arena goes on without it.
    assert scorer.add(*step([1, 7, 0, 0], [5, 1], ends=(0, 1, 0, 0), final=[9, 3, 9, 9])) == []
    games = scorer.add(
        *step(
            *([2, 0, 0, 0], [5, 1]),
            live=(1, 0, 1, 1),
            ends=(1, 1, 0, 0),
            hider_ends=(1, 0),
            final=[4, 9, 9, 9],
        )
    )
    # Sums 4 and 10, last rewards 2 and 7, infos 4 and 3: a dead agent's are those of its last step.
    returns, last = {"seeker": 7.0, "hider": 15.0}, {"seeker": 4.5, "hider": 5.0}
    assert games == [Game(0, 3, returns, last, {"seeker": {"near": 3.5}, "hider": {}})]
    assert scorer.info_names == {"seeker": ["near"], "hider": []}
    games = scorer.add(*step([9, 9, 1, 0], [1, 1], ends=(1, 1, 1, 1), hider_ends=(1, 1)))
    assert [(one.arena, one.length) for one in games] == [(0, 1), (1, 4)]
    assert games[0].returns == {"seeker": 9.0, "hider": 1.0}
    assert games[1].returns == {"seeker": 0.5, "hider": 4.0}


def test_an_arena_in_which_somebody_goes_on_is_not_over():
    scorer = Scorer({"seeker": 2, "hider": 1}, 2)
    assert scorer.add(*step([0] * 4, [0] * 2, ends=(1, 1, 1, 1))) == []


def test_forget():
    scorer = Scorer({"seeker": 2, "hider": 1}, 2)
    scorer.add(*step([1] * 4, [1] * 2))
    scorer.forget()
    games = scorer.add(*step([1] * 4, [1] * 2, ends=(1,) * 4, hider_ends=(1, 1)))
    assert [(one.length, one.returns["hider"]) for one in games] == [(1, 1.0), (1, 1.0)]
