"""Camera sensors: pictures as observations, in engines that render."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from play import MakeEnv, closing_envs, scene
from stable_baselines3.common.preprocessing import is_image_space

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import SceneError

pytestmark = pytest.mark.engine

Envs = dict[str, pzg.GodotParallelEnv]

SIZE = {"width": 64, "height": 48}  # of the scenes' cameras
RED, GREEN, BLUE = (255, 0, 0), (0, 255, 0), (0, 0, 255)
BRIGHTNESS = (0.2126, 0.7152, 0.0722)  # of red, green and blue, as Godot's Image counts it
STAY, TURN, LEAVE = 0, 1, 2
EPISODES = 200


@pytest.fixture(scope="module")
def envs() -> Iterator[Envs]:
    """Rendering environments of `camera_3d` and `camera_2d`, whose engines run."""
    with closing_envs() as make:
        made = {}
        for name in ("camera_3d", "camera_2d"):
            made[name] = make(f"camera/{name}", render_mode="rgb_array", **SIZE)
            made[name].reset()
        yield made


def turn(env: pzg.GodotParallelEnv) -> dict[str, Any]:
    """What is seen after all bodies have turned to the left."""
    return env.step(dict.fromkeys(env.agents, TURN))[0]


def test_spaces_are_known_without_a_renderer(make_env: MakeEnv) -> None:
    env = make_env("camera/camera_3d")
    plain, stacked = env.observation_space("plain_0"), env.observation_space("stacked_0")
    assert plain.shape == (48, 64, 3)
    assert stacked.shape == (48, 64, 9)
    assert plain.dtype == np.uint8
    assert is_image_space(plain)
    grey = env.observation_space("grey_0")
    assert list(grey) == ["observation", "camera"]
    assert grey["camera"].shape == (48, 64, 1)
    assert env.engine_pid is None


def test_a_headless_engine_says_what_to_do(make_env: MakeEnv) -> None:
    env = make_env("camera/camera_3d")
    where = "agent 'plain_0': /root/Camera3D/Plain/ZooAgent: sensor Camera: needs a renderer: "
    with pytest.raises(SceneError, match=f'{where}pass render_mode="rgb_array"'):
        env.reset()


def test_a_camera_sees_what_is_in_front(envs: Envs) -> None:
    env = envs["camera_3d"]
    picture = env.reset(seed=1)[0]["plain_0"]
    assert tuple(picture[12, 32]) == RED  # above the middle
    assert tuple(picture[36, 32]) == tuple(picture[12, 4]) == GREEN
    assert 0.05 < np.all(picture == RED, axis=2).mean() < 0.2
    picture = turn(env)["plain_0"]
    assert tuple(picture[28, 32]) == BLUE
    assert not np.all(picture == RED, axis=2).any()


def test_a_picture_of_2d_turns_with_the_body(envs: Envs) -> None:
    env = envs["camera_2d"]
    pictures = [env.reset(seed=1)[0]["plain_0"], turn(env)["plain_0"], turn(env)["plain_0"]]
    assert tuple(pictures[0][12, 52]) == RED  # at (260, 60) of 320 by 240
    assert tuple(pictures[1][42, 44]) == RED
    np.testing.assert_array_equal(pictures[2], pictures[0][::-1, ::-1])


def test_a_picture_of_2d_stays_level(envs: Envs) -> None:
    env = envs["camera_2d"]
    picture = env.reset(seed=1)[0]["level_0"]
    assert tuple(picture[4, 60]) == RED  # twice as near, 50 px further to the right
    assert tuple(turn(env)["level_0"][24, 60]) == RED  # its middle is 50 px further up now


def test_greys_are_as_bright_as_colours(envs: Envs) -> None:
    observations = envs["camera_3d"].reset(seed=1)[0]
    grey = observations["grey_0"]["camera"][..., 0]
    expected = observations["plain_0"] @ np.array(BRIGHTNESS)
    assert np.abs(grey - expected).max() <= 1.0


def test_stacked_pictures_are_the_last_ones(envs: Envs) -> None:
    env = envs["camera_3d"]
    for _ in range(2):  # the second episode does not see the first one's
        observations = env.reset(seed=1)[0]
        seen = [observations["plain_0"]] * 3
        np.testing.assert_array_equal(observations["stacked_0"], np.concatenate(seen, 2))
        for _ in range(4):
            observations = turn(env)
            seen = [observations["plain_0"], *seen[:2]]
            np.testing.assert_array_equal(observations["stacked_0"], np.concatenate(seen, 2))


@pytest.mark.parametrize("name", ["camera_3d", "camera_2d"])
def test_a_camera_sees_what_is_rendered_from_there(envs: Envs, name: str) -> None:
    env = envs[name]
    seen = env.reset(seed=1)[0]["plain_0"].astype(float)
    shown = env.render()
    assert shown.shape == seen.shape
    different = np.abs(seen - shown).max(axis=2) > 8
    assert different.mean() < 0.01  # at edges, at most


def test_same_state_same_bytes(envs: Envs, make_env: MakeEnv) -> None:
    def play(env: pzg.GodotParallelEnv) -> list[Any]:
        return [env.reset(seed=1)[0], turn(env), turn(env)]

    first, again = play(envs["camera_3d"]), play(envs["camera_3d"])
    other = play(make_env("camera/camera_3d", render_mode="rgb_array", width=320, height=200))
    for one in (again, other):
        np.testing.assert_equal(one, first)


def test_arenas_have_pictures_of_their_own(envs: Envs) -> None:
    alone = envs["camera_3d"]
    red, blue = (alone.reset(seed=1)[0]["stacked_0"], turn(alone)["stacked_0"])
    with pzg.vector_env(scene("camera/camera_3d"), 1, 3, render_mode="rgb_array") as vec:

        def step(*actions: int) -> Any:
            rows = np.array(actions)
            return vec.step(dict.fromkeys(vec.policy_groups, rows))[0]["stacked"]

        np.testing.assert_array_equal(vec.reset(seed=1)[0]["stacked"], [red] * 3)
        np.testing.assert_array_equal(step(STAY, TURN, STAY), [red, blue, red])
        # The middle one's episode begins anew while the others go on.
        np.testing.assert_array_equal(step(STAY, LEAVE, TURN), [red, red, blue])
        np.testing.assert_array_equal(step(TURN, TURN, STAY)[:2], [blue, blue])


def test_all_cameras_are_drawn_at_once(envs: Envs) -> None:
    env = envs["camera_3d"]
    env.reset(seed=1)
    for steps in range(1, 5):
        infos = env.step(dict.fromkeys(env.agents, STAY))[4]
        # At the reset and at each step before this one.
        assert {info["drawings"] for info in infos.values()} == {steps}


def test_episodes_leave_nothing_behind(envs: Envs) -> None:
    env = envs["camera_3d"]
    kept = []
    for _ in range(EPISODES):
        env.reset()
        info = env.step(dict.fromkeys(env.agents, LEAVE))[4]["plain_0"]
        kept.append((info["nodes"], info["texture_bytes"]))
    assert set(kept[10:]) == {kept[10]}
