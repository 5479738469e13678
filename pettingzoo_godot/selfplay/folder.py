"""A self-play run's folder: what was asked, what was learned, how it went.

config.json             everything that reproduces the run
progress.csv            a line per update
tensorboard/            the same for TensorBoard
policies/UPDATE.pt      the policies of every checkpoint, to play and to compare
checkpoints/UPDATE.pt   all that going on needs; the last two
"""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.selfplay.checkpoint import load, numbered, save, write_whole
from pettingzoo_godot.selfplay.players import game_parameters
from pettingzoo_godot.selfplay.policies import FOLDER as POLICIES
from pettingzoo_godot.selfplay.policies import Policies, save_policies
from pettingzoo_godot.training.run import check_is_free, versions

if sys.platform != "win32":
    import fcntl

_KIND = "self-play"  # what tells its config.json from that of another training
_KEPT = 2  # checkpoints: one may have been written for a run that somebody wants to repeat

#: Of progress.csv; None: nothing of the kind happened in this update.
Row = dict[str, float | int | None]


@dataclass(frozen=True)
class Config:
    """What a self-play run is made of.

    Attributes:
        scene: Name of a bundled scene, or an absolute path.
        engines: Godot processes.
        arenas: Copies of the scene in each of them.
        seed: Of everything random.
        steps: Steps in all; a step of one row counts as one. None: only time ends it.
        minutes: Of training in all [min]. None: only steps end it.
        settings: As `settings.py` has them.
        roles: By policy group, one of `lineup.ROLES`; those that are not named learn.
        policies: By policy group, a run or a file of policies to begin with.
        parameters: Of the scene; those that differ from its defaults.
    """

    scene: str
    engines: int
    arenas: int
    seed: int
    steps: int | None
    minutes: float | None
    settings: dict[str, Any]
    roles: dict[str, str] = field(default_factory=dict)
    policies: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, Scalar] = field(default_factory=dict)

    @property
    def game(self) -> dict[str, Scalar]:
        """Parameters without those that name heuristics."""
        return game_parameters(self.parameters)


class Folder:
    """The folder of a self-play run.

    Args:
        path: Where; `create` makes it, `open` finds it.
        config: What the run is made of.
    """

    def __init__(self, path: Path, config: Config) -> None:
        self.path = path
        self.config = config
        self.progress_file = path / "progress.csv"
        self.tensorboard = path / "tensorboard"
        self.policies = path / POLICIES
        self.checkpoints = path / "checkpoints"

    @classmethod
    def create(cls, path: Path, config: Config) -> Folder:
        """Make the folder of a new run.

        Raises:
            UsageError: If there is something in it, or it cannot be made.
        """
        check_is_free(path)
        made = cls(path, config)
        try:
            made.checkpoints.mkdir(parents=True)
            made.policies.mkdir()
            made.write_config()
        except OSError as exc:
            raise UsageError(f"expected to write the folder {path}; {exc}") from exc
        return made

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Find the folder of a run.

        Raises:
            UsageError: If it is none.
        """
        content = _read_config(path)
        if content.get("kind") != _KIND:
            raise UsageError(
                f"expected a folder that `pettingzoo-godot train --self-play` has made; {path} has "
                "no config.json of one"
            )
        names = {known.name for known in fields(Config)}
        try:
            config = Config(**{name: content[name] for name in names & set(content)})
        except TypeError as exc:
            raise UsageError(f"{path / 'config.json'} is damaged: {exc}") from exc
        return cls(path, config)

    def write_config(self) -> None:
        """Write config.json."""
        content = {"kind": _KIND, **asdict(self.config), "versions": versions()}
        write_whole(self.path / "config.json", (json.dumps(content, indent=2) + "\n").encode())

    @contextmanager
    def reserved(self) -> Iterator[None]:
        """Keep other processes from training in this folder; the system forgets it with us.

        Raises:
            UsageError: If one does.
        """
        if sys.platform == "win32":
            yield
            return
        handle = os.open(self.checkpoints, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as exc:
            raise UsageError(
                f"expected a run that nobody trains; another process does in {self.path}"
            ) from exc
        else:
            yield
        finally:
            os.close(handle)

    # ------------------------------------------------------------------ checkpoints

    def save(self, state: dict[str, Any], policies: Policies) -> None:
        """Keep a checkpoint, and drop old ones; their policies stay."""
        name = f"{policies.update:06d}.pt"
        save_policies(self.policies / name, policies)
        save(self.checkpoints / name, state)
        for old in numbered(self.checkpoints)[:-_KEPT]:
            old.unlink()

    def load(self) -> dict[str, Any]:
        """Read the last checkpoint, and drop what was written after it.

        Raises:
            UsageError: If there is none.
        """
        files = numbered(self.checkpoints)
        if not files:
            raise UsageError(
                f"expected a checkpoint in {self.checkpoints}; there is none: the training ended "
                "before its first one. Remove the folder, and train again."
            )
        last = int(files[-1].stem)
        for file in numbered(self.policies):
            if int(file.stem) > last:
                file.unlink()
        self._cut_progress(last)
        return load(files[-1])

    # ------------------------------------------------------------------ progress

    def log(self, row: Row) -> None:
        """Add an update to progress.csv; all have the same names.

        Raises:
            UsageError: If it cannot be written, as on a full disk.
        """
        try:
            with self.progress_file.open("a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, list(row))
                if file.tell() == 0:
                    writer.writeheader()
                writer.writerow(row)
        except OSError as exc:
            raise UsageError(f"expected to write {self.progress_file}; {exc}") from exc

    def progress(self) -> list[Row]:
        """What is in progress.csv."""
        if not self.progress_file.exists():
            return []
        with self.progress_file.open(encoding="utf-8", newline="") as file:
            return [_parsed(row) for row in csv.DictReader(file) if None not in row.values()]

    def _cut_progress(self, update: int) -> None:
        if not self.progress_file.exists():
            return
        lines = self.progress_file.read_text(encoding="utf-8").splitlines(keepends=True)
        kept = io.StringIO()
        for number, line in enumerate(lines):
            first = line.split(",", 1)[0]
            if line.endswith("\n") and (number == 0 or int(first) <= update):
                kept.write(line)
        write_whole(self.progress_file, kept.getvalue().encode())


def is_self_play(path: Path) -> bool:
    """Whether a folder is that of a self-play run."""
    try:
        return bool(_read_config(path).get("kind") == _KIND)
    except UsageError:
        return False


def parameters_of(policies: Iterable[Path]) -> dict[str, Scalar]:
    """Say in which game policies were trained: the scene's parameters.

    Args:
        policies: Runs, or their files of policies; a file elsewhere does not tell.

    Raises:
        UsageError: If they were not trained in the same one.
    """
    known = {str(path): run.game for path in policies if (run := _run_of(path))}
    first = next(iter(known.values()), {})
    if any(parameters != first for parameters in known.values()):
        raise UsageError(
            f"expected policies that were trained with the same parameters; got {known}"
        )
    return first


def _run_of(path: Path) -> Config | None:
    if path.is_dir():
        return Folder.open(path).config
    place = path.absolute().parent
    in_a_run = place.name == POLICIES and (place.parent / "config.json").exists()
    return Folder.open(place.parent).config if in_a_run else None


def _read_config(path: Path) -> dict[str, Any]:
    try:
        content = json.loads((path / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise UsageError(
            f"expected a folder that `pettingzoo-godot train --self-play` has made; {path} has no "
            "config.json that can be read"
        ) from exc
    return content if isinstance(content, dict) else {}


def _parsed(row: dict[str, str]) -> Row:
    return {name: _number(text) for name, text in row.items()}


def _number(text: str) -> float | int | None:
    if not text:
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)
