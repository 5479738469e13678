"""`pettingzoo-godot record`, and videos of a training, with a real engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from play import scene
from typer.testing import CliRunner
from videos import read_video

import pettingzoo_godot as pzg
from pettingzoo_godot import cli
from pettingzoo_godot.record import random_policy, record_episode

pytestmark = pytest.mark.engine

LENGTH = 7  # of an episode of staggered, without extra_steps
SMALL = ["--width", "160", "--height", "120"]


def call(*arguments: str | Path, code: int = 0) -> str:
    result = CliRunner().invoke(cli.app, [str(argument) for argument in arguments])
    assert result.exit_code == code, result.stderr
    return result.stderr if code else result.stdout


def test_ten_seconds_of_a_heuristic(tmp_path: Path) -> None:
    asked = ["--policy", "heuristic", "--seed", "1", "--max-steps", "299"]
    printed = call("record", "cart_pole", "--out", tmp_path, *asked, *SMALL)
    (file,) = tmp_path.iterdir()
    assert printed == f"{file}\n"
    assert file.name == "cart_pole_000.mp4"
    video = read_video(file)
    assert (video.codec, video.fps) == ("h264", 30.0)
    assert video.pictures.shape == (300, 120, 160, 3)
    changes = np.abs(np.diff(video.pictures.astype(int), axis=0)).max((1, 2, 3))
    assert (changes > 0).mean() > 0.5  # it moves


def test_random_episodes_repeat(tmp_path: Path) -> None:
    asked = ["--episodes", "2", "--seed", "3", "--max-steps", "12", "--fps", "5", "--gif"]
    for out in ("one", "other"):
        call("record", "chase", "--out", tmp_path / out, *asked, *SMALL)
    names = ["chase_000.gif", "chase_000.mp4", "chase_001.gif", "chase_001.mp4"]
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == names
    videos = [read_video(tmp_path / "one" / name) for name in names]
    assert [(video.fps, len(video.pictures)) for video in videos] == [(5.0, 13)] * 4
    assert (videos[1].pictures != videos[3].pictures).any()
    again = read_video(tmp_path / "other" / "chase_001.mp4")
    np.testing.assert_array_equal(again.pictures, videos[3].pictures)


def test_a_policy_of_a_run_and_videos_of_its_training(tmp_path: Path) -> None:
    pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")
    run, name = tmp_path / "run", scene("staggered")
    asked = ["--steps", "300", "--arenas", "2", "--video-every", "8"]
    call("train", name, "--out", run, "--parameter", "extra_steps=3", *asked)
    videos = sorted((run / "videos").iterdir())
    assert videos
    assert read_video(videos[-1]).pictures.shape == (LENGTH + 3 + 1, 360, 480, 3)
    made = call("record", name, "--policy", run, "--out", tmp_path, *SMALL)
    assert len(read_video(Path(made.strip())).pictures) == LENGTH + 3 + 1
    made = call("record", name, "--policy", run, "--parameter", "extra_steps=0", "--out", tmp_path)
    assert read_video(Path(made.strip())).pictures.shape == (LENGTH + 1, 240, 320, 3)
    message = call("record", "arena_bench", "--policy", run, "--out", tmp_path, code=1)
    assert "got ['extra_steps']" in message  # parameters are the run's, too


def test_an_unknown_camera_leaves_nothing(tmp_path: Path) -> None:
    message = call("record", "chase", "--out", tmp_path, "--camera", "nobody", code=1)
    assert "expected camera_name None" in message
    assert list(tmp_path.iterdir()) == []


def test_a_loop_of_ones_own(tmp_path: Path) -> None:
    size = {"width": 64, "height": 48}
    with pzg.parallel_env("chase", render_mode="rgb_array", max_steps=4, **size) as env:
        recordings = [
            record_episode(env, random_policy(env, seed=i), tmp_path / f"{i}.mp4", seed=i)
            for i in range(2)
        ]
    for recording in recordings:
        assert recording.steps == 4
        assert set(recording.returns) == {"seeker_0", "hider_0"}
        assert read_video(recording.file).pictures.shape == (5, 48, 64, 3)
