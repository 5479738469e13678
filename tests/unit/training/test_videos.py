import logging
import sys

import pytest

from pettingzoo_godot.errors import EngineDied, OptionError, UsageError

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

import numpy as np
from toy import LENGTH, Toy
from videos import read_video

from pettingzoo_godot.training import train as training
from pettingzoo_godot.training import videos as module
from pettingzoo_godot.training.train import train

QUICK = {"rollout": 128, "minibatches": 2, "n_epochs": 2, "learning_rate": 3e-3}
STEPS = 1024
EPISODES = 100  # fewer than a tenth of the steps


class Stage(Toy):
    """The toy with one agent, to look at."""

    render_mode = "rgb_array"
    step_seconds = 0.1
    possible_agents = ("runner_0",)

    def __init__(self, scene, **arguments):
        self.arguments = arguments
        self.seeds = []
        self.is_closed = False
        self.failure = None

    def reset(self, seed=None):
        if self.failure is not None:
            raise self.failure
        self.seeds.append(seed)
        self.agents = ["runner_0"]
        return {"runner_0": super().reset(seed=seed)[0]}, {}

    def step(self, actions):
        seen, reward, _, is_over, info = super().step(actions["runner_0"])
        self.agents = [] if is_over else self.agents
        return {"runner_0": seen}, {"runner_0": reward}, {}, {}, {"runner_0": info}

    def render(self):
        return np.zeros((16, 16, 3), np.uint8)

    def close(self):
        self.is_closed = True


@pytest.fixture
def stages(toy, monkeypatch):
    """The environments for videos that were made."""
    made = []

    def make(scene, **arguments):
        made.append(Stage(scene, **arguments))
        return made[-1]

    monkeypatch.setattr(module, "parallel_env", make)
    monkeypatch.setattr(training, "need_pictures", lambda name: None)
    return made


def learn(folder, **arguments):
    arguments = {"steps": STEPS, "arenas": 4, "hyperparameters": QUICK, **arguments}
    return train("cart_pole", folder, **arguments)


def weights(run):
    with run.last_checkpoint().policy_file.open("rb") as file:
        model = training.ALGORITHMS["ppo"].load(file)
    return [part.numpy().tobytes() for part in model.policy.state_dict().values()]


def test_videos_of_a_training(stages, tmp_path):
    run = learn(tmp_path / "run", video_every=30, parameters={"wind": 2.0})
    videos = sorted(run.videos_folder.iterdir())
    assert len(videos) == EPISODES // 30
    steps = [int(video.stem) for video in videos]
    assert steps[0] >= 30 * LENGTH  # and not before
    assert all(step % 128 == 0 for step in steps)  # of a policy that has just been updated
    assert all(len(read_video(video).pictures) == LENGTH + 1 for video in videos)
    (stage,) = stages
    assert stage.arguments["parameters"] == {"wind": 2.0}
    assert stage.arguments["render_mode"] == "rgb_array"
    assert stage.is_closed
    assert len(set(stage.seeds)) == 1  # the same beginning each time
    assert weights(run) == weights(learn(tmp_path / "without"))


def test_without_videos_nothing_is_started(stages, tmp_path):
    run = learn(tmp_path / "run")
    assert stages == []
    assert not run.videos_folder.exists()


def test_a_video_that_fails_ends_no_training(stages, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(Stage, "reset", _raise)
    with caplog.at_level(logging.WARNING, "pettingzoo_godot"):
        run = learn(tmp_path / "run", video_every=60)
    assert run.last_checkpoint().steps == STEPS
    assert caplog.messages == [
        f"No video of the policy after {_steps(caplog)} steps: the engine died"
    ]


def _raise(self, seed=None):
    raise EngineDied("the engine died")


def _steps(caplog):
    return next(int(word) for word in caplog.messages[0].split() if word.isdigit())


def test_a_video_ends_with_its_training(stages, tmp_path, monkeypatch):
    step = Stage.step

    def end(self, actions):
        watchers[0].set()
        return step(self, actions)

    watchers = []
    made = module.TrainingVideos.__init__

    def keep(self, run, env, every, stop):
        watchers.append(stop)
        made(self, run, env, every, stop)

    monkeypatch.setattr(module.TrainingVideos, "__init__", keep)
    monkeypatch.setattr(Stage, "step", end)
    run = learn(tmp_path / "run", video_every=30)
    assert run.last_checkpoint().steps < STEPS
    assert list(run.videos_folder.iterdir()) == []
    assert stages[0].is_closed


@pytest.mark.parametrize("every", [-1, 1.5, "x"])
def test_mistakes(stages, tmp_path, every):
    with pytest.raises(OptionError, match="expected video_every"):
        learn(tmp_path / "run", video_every=every)
    assert not (tmp_path / "run").exists()


def test_what_videos_need_is_missed_before_the_training(stages, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(UsageError, match=r"\[video\]"):
        learn(tmp_path / "run", video_every=10)
    assert not (tmp_path / "run").exists()
