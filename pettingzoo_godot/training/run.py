"""A run's folder: what was asked, what was learned, how it went.

config.json                 everything that reproduces the run
log.jsonl                   a line per update of the policy: `LogRow`
checkpoints/STEPS/          policy.zip, and normalization.pkl if observations are normalised
videos/STEPS.mp4            an episode, every so many (`--video-every`)
tensorboard/                for TensorBoard
learning_curve.png          return over steps
evaluation.json, .png       of the last `pettingzoo-godot evaluate`
"""

from __future__ import annotations

import json
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pettingzoo_godot
from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.messages import Scalar

_FORMAT = 1  # of config.json
_PACKAGES = ("stable-baselines3", "torch", "numpy", "gymnasium", "pettingzoo", "supersuit")


@dataclass(frozen=True)
class RunConfig:
    """What a run is made of.

    Attributes:
        scene: Name of a bundled scene, or an absolute path.
        algorithm: `"ppo"` or `"a2c"`.
        vectorizer: `"sb3"` or `"supersuit"`.
        engines: Godot processes.
        arenas: Copies of the scene in each of them.
        seed: Of the policy, of the sampling, and of the episodes.
        steps: Steps in all; a step of one row counts as one.
        hyperparameters: As `hyperparameters.py` has them.
        parameters: Of the scene; those that differ from its defaults.
    """

    scene: str
    algorithm: str
    vectorizer: str
    engines: int
    arenas: int
    seed: int
    steps: int
    hyperparameters: dict[str, Any]
    parameters: dict[str, Scalar] = field(default_factory=dict)


@dataclass(frozen=True)
class LogRow:
    """How the training went since the last row.

    Attributes:
        steps: Steps since the beginning of the run.
        seconds: Time spent training since then [s].
        episodes: Episodes that ended since the last row; the next ones are None if none did.
        return_mean: Their mean return; also their least and greatest.
        return_min: …
        return_max: …
        length_mean: Their mean length [steps].
        success_rate: The mean of their `is_success`; None if the scene has none.
    """

    steps: int
    seconds: float
    episodes: int
    return_mean: float | None = None
    return_min: float | None = None
    return_max: float | None = None
    length_mean: float | None = None
    success_rate: float | None = None


@dataclass(frozen=True)
class Checkpoint:
    """A policy of a run.

    Attributes:
        steps: After how many steps.
        folder: Where its files are.
    """

    steps: int
    folder: Path

    @property
    def policy_file(self) -> Path:
        """The model, as Stable-Baselines3 saves it."""
        return self.folder / "policy.zip"

    @property
    def normalization_file(self) -> Path:
        """The statistics of `VecNormalize`; there is none if nothing is normalised."""
        return self.folder / "normalization.pkl"


class Run:
    """The folder of a run.

    Args:
        folder: Where; `create` makes it, `open` finds it.
        config: What the run is made of.
    """

    def __init__(self, folder: Path, config: RunConfig) -> None:
        self.folder = folder
        self.config = config
        self.log_file = folder / "log.jsonl"
        self.tensorboard_folder = folder / "tensorboard"
        self.learning_curve_file = folder / "learning_curve.png"
        self.evaluation_file = folder / "evaluation.json"
        self.evaluation_picture = folder / "evaluation.png"
        self.videos_folder = folder / "videos"
        self._checkpoints = folder / "checkpoints"

    @classmethod
    def create(cls, folder: Path, config: RunConfig) -> Run:
        """Make the folder of a new run.

        Raises:
            UsageError: If there is something in it, or it cannot be made.
        """
        check_is_free(folder)
        run = cls(folder, config)
        try:
            run._checkpoints.mkdir(parents=True)
            run.write_config()
        except OSError as exc:
            raise UsageError(f"expected to write the folder {folder}; {exc}") from exc
        return run

    @classmethod
    def open(cls, folder: Path) -> Run:
        """Find the folder of a run.

        Raises:
            UsageError: If it is none.
        """
        file = folder / "config.json"
        try:
            content = json.loads(file.read_text(encoding="utf-8"))
            names = {known.name for known in fields(RunConfig)} & set(content)
            config = RunConfig(**{name: content[name] for name in names})
        except OSError as exc:
            raise UsageError(
                f"expected a folder that `pettingzoo-godot train` has made; {folder} has no "
                "config.json that can be read"
            ) from exc
        except (ValueError, KeyError, TypeError) as exc:
            raise UsageError(
                f"expected a folder that `pettingzoo-godot train` has made; {file} is another "
                f"program's, or damaged: {exc}"
            ) from exc
        return cls(folder, config)

    def write_config(self) -> None:
        """Write config.json."""
        content = {"format": _FORMAT, **asdict(self.config), "versions": versions()}
        _write(self.folder / "config.json", json.dumps(content, indent=2) + "\n")

    # ------------------------------------------------------------------ checkpoints

    def checkpoints(self) -> list[Checkpoint]:
        """All of them, the last one last."""
        folders = self._checkpoints.glob("[0-9]*")
        return sorted((Checkpoint(int(f.name), f) for f in folders), key=lambda c: c.steps)

    def last_checkpoint(self) -> Checkpoint:
        """The one to go on with.

        Raises:
            UsageError: If there is none.
        """
        found = self.checkpoints()
        if not found:
            raise UsageError(
                f"expected a checkpoint in {self._checkpoints}; there is none: the training ended "
                "before its first one. Remove the folder, and train again."
            )
        return found[-1]

    @contextmanager
    def new_checkpoint(self, steps: int) -> Iterator[Checkpoint]:
        """Make a checkpoint, which counts when its files are complete."""
        folder = self._checkpoints / f"{steps:09d}"
        unfinished = self._checkpoints / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        yield Checkpoint(steps, unfinished)
        shutil.rmtree(folder, ignore_errors=True)
        unfinished.rename(folder)

    # ------------------------------------------------------------------ log

    def log(self, row: LogRow) -> None:
        """Add a row to the log."""
        with self.log_file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(row)) + "\n")

    def read_log(self) -> list[LogRow]:
        """All rows; none if nothing was logged."""
        if not self.log_file.exists():
            return []
        lines = self.log_file.read_text(encoding="utf-8").splitlines()
        return [LogRow(**json.loads(line)) for line in lines]

    def cut_log(self, steps: int) -> list[LogRow]:
        """Drop what came after a checkpoint, and return the rest."""
        rows = [row for row in self.read_log() if row.steps <= steps]
        _write(self.log_file, "".join(json.dumps(asdict(row)) + "\n" for row in rows))
        return rows


def check_is_free(folder: Path) -> None:
    """Make sure that nothing is overwritten.

    Raises:
        UsageError: If the folder exists and is not empty, or is a file.
    """
    if folder.is_dir() and any(folder.iterdir()):
        raise UsageError(
            f"expected a folder for a new run; {folder} is not empty. Choose another one, go on "
            "with that run (--resume), or remove it."
        )
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"expected a folder for a new run; {folder} is a file")


def versions() -> dict[str, str]:
    """Versions of Python and of the packages that a run depends on, of those installed."""
    found = {"pettingzoo-godot": pettingzoo_godot.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def _write(file: Path, text: str) -> None:
    """Replace a file by a complete one."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, file)
