"""The game `chase` in NumPy, in which benchmarks/chase_bound.py plans, is that of the scene."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from play import MakeEnv

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.selfplay.matches import Stadium

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))
import chase_bound as bound
import chase_game as game
from chase_plan import Grid

pytestmark = pytest.mark.engine

# No inner wall: it is far outside.
OPEN = game.Walls(np.array([1e5, 1e5]), np.array([1e5, 1e5 + 1.0]))
STILL = {agent: np.zeros(2, np.float32) for agent in ("seeker_0", "hider_0")}
EPISODES = 5
MATCH = 400  # episodes: a catch rate to within 2.5 %, one standard error


def places(observations: dict[str, Any]) -> list[game.Floats]:
    """Where the seeker and the hider are."""
    return [
        observations[agent][-2:].astype(np.float64) * game.HALF for agent in ("seeker_0", "hider_0")
    ]


def steps(env: Any) -> Iterator[tuple[list[game.Floats], list[game.Floats], list[game.Floats]]]:
    """Places before and after random displacements, and these, over some episodes."""
    rng = np.random.default_rng(0)
    for seed in range(EPISODES):
        observations, _ = env.reset(seed=seed)
        while env.agents:
            actions = {agent: rng.uniform(-1, 1, 2).astype(np.float32) for agent in env.agents}
            before = places(observations)
            observations, *_ = env.step(actions)
            wanted = [
                actions["seeker_0"] * game.SEEKER_STEP,
                actions["hider_0"] * game.HIDER_STEP,
            ]
            yield before, places(observations), wanted


def test_a_step_is_the_scenes(make_env: MakeEnv) -> None:
    env = make_env("chase", parameters={"inner_wall": False})
    for before, after, wanted in steps(env):
        np.testing.assert_allclose(game.step(OPEN, *before, *wanted), after, atol=1e-3)


def test_scripted_players_are_the_scenes(make_env: MakeEnv) -> None:
    env = make_env(
        "chase", parameters={"inner_wall": False}, heuristic_agents=["seeker_0", "hider_0"]
    )
    errors = []
    for (seeker, hider), after, _ in steps(env):
        seeks, flees = game.seek(OPEN, seeker, hider)[0], game.flee(OPEN, hider, seeker)
        errors.append(np.abs(np.array(game.step(OPEN, seeker, hider, seeks, flees)) - after).max())
    # Of two directions that are as good, rounding decides.
    assert np.mean(np.array(errors) < 1e-3) > 0.97


def test_the_scripted_seeker_comes_through(make_env: MakeEnv) -> None:
    """Whoever stands still is caught, also beside the inner wall."""
    env = make_env("chase", heuristic_agents=["seeker_0"])
    caught = []
    for seed in range(40):
        env.reset(seed=seed)
        while env.agents:
            _, _, terminated, _, _ = env.step(STILL)
        caught.append(terminated["hider_0"])
    assert np.mean(caught) > 0.9


@pytest.mark.parametrize("hider", ["scripted", "random"])
def test_matches_around_walls_end_as_the_scenes(hider: str) -> None:
    with Stadium("chase") as stadium:
        match = stadium.play({"seeker": "scripted", "hider": hider}, episodes=MATCH, seed=3)
    rng = np.random.default_rng(0)
    walls = game.draw_walls(rng, 4 * MATCH)

    def flee(seeker: game.Floats, hider: game.Floats, _: game.Floats) -> game.Floats:
        return game.flee(walls, hider, seeker)

    player = flee if hider == "scripted" else bound.anywhere(game.HIDER_STEP, rng)
    games = bound.play(walls, game.draw_starts(rng, walls), "hider", player, rng)
    lengths = np.array([episode.length for episode in match.episodes])
    caught = np.array([episode.winner == "seeker" for episode in match.episodes])
    for theirs, ours in ((lengths, games.steps), (caught, games.caught)):
        error = (theirs.var() / len(theirs) + ours.var() / len(ours)) ** 0.5
        assert abs(theirs.mean() - ours.mean()) < 3.5 * error


def test_a_table_is_interpolated_in_all_four_dimensions() -> None:
    grid = Grid(6)
    points = grid.places(OPEN)
    table = (points @ [1.0, 2.0])[:, None] + (points @ [3.0, -1.0])[None]
    mine, others = np.random.default_rng(0).uniform(-225.0, 225.0, (2, 50, 2))
    expected = mine @ [1.0, 2.0] + others @ [3.0, -1.0]
    found = grid.look_up(table.astype(np.float32), mine, others)
    np.testing.assert_allclose(found, expected, atol=1e-2)


def test_plans_do_better_than_scripted_players() -> None:
    rng = np.random.default_rng(0)
    wall = game.Walls(np.array([50.0, -150.0]), np.array([60.0, 50.0]))
    rows = bound.measure(wall, Grid(16), 10, rng)
    usual = rows["scripted", "scripted"]["caught"]
    assert rows["scripted", "planned"]["caught"] < usual < rows["planned", "scripted"]["caught"]


def test_nodes_lie_where_a_body_can_be() -> None:
    wall = game.Walls(np.array([-100.0, 21.0]), np.array([91.0, -30.0]))
    found = Grid(31).places(wall)
    assert np.abs(found).max() <= game.HALF - game.GIRTH
    assert game.distance_to_wall(wall, found).min() >= game.GIRTH
