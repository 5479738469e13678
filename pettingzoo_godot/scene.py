"""What to start: a bundled scene, a project, a scene file, an exported game, or the editor's scene.

A project is imported once by Godot before it first runs, and again after its content changed;
what an engine said about its scene is kept (a *spec*) under a key of that same content, so that
spaces are known before any engine starts.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from pettingzoo_godot.errors import EngineStartError, SceneNotFound
from pettingzoo_godot.headless import godot_path, run_godot
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.pack import read_ticks_per_second
from pettingzoo_godot.paths import cache_dir

# Files whose content decides what a scene is; of others size and time of change are enough, and
# much faster for a project with gigabytes of pictures.
_TEXT_SUFFIXES = {".gd", ".tscn", ".tres", ".godot", ".cfg", ".cs", ".json", ".gdshader"}
_STAMP = ".godot/pettingzoo_godot_import"
_IMPORT_TIMEOUT = 600.0  # seconds; a project's first import compresses all its textures


@dataclass(frozen=True)
class Scene:
    """Something that an engine can be started with.

    Args:
        name: Short name, for `metadata` and messages.
        project: Folder with a `project.godot`; None for an exported game.
        path: The scene inside the project, `res://...`; "" for the project's main scene.
        game: Executable of an exported game; None otherwise.
    """

    name: str
    project: Path | None = None
    path: str = ""
    game: Path | None = None

    def command(self) -> list[str]:
        """Program and arguments that start this scene; a project is imported first if needed."""
        if self.game is not None:
            return [str(self.game)]
        assert self.project is not None  # noqa: S101 - one of the two, by construction
        godot = find_godot().executable
        self._import(godot)
        return [str(godot), "--path", godot_path(self.project), *([self.path] if self.path else [])]

    def ticks_per_second(self) -> int:
        """Physics ticks per second of simulated time, from the project's settings [1/s]."""
        if self.game is not None:
            return read_ticks_per_second(self.game)
        assert self.project is not None  # noqa: S101 - one of the two, by construction
        settings = (self.project / "project.godot").read_text(encoding="utf-8", errors="replace")
        match = re.search(r"^common/physics_ticks_per_second=(\d+)", settings, re.MULTILINE)
        return int(match[1]) if match else 60

    @property
    def content_key(self) -> str:
        """Digest of everything that decides what the engine will say about this scene."""
        return hashlib.sha256(f"{self.path}\0{self._files_key}".encode()).hexdigest()[:32]

    @cached_property
    def _files_key(self) -> str:
        """Digest of the project's or the game's files: the same for all scenes of a project."""
        digest = hashlib.sha256()
        for file in self._files():
            stat = file.stat()
            digest.update(f"\0{file}\0{stat.st_size}\0".encode())
            if file.suffix in _TEXT_SUFFIXES:
                digest.update(file.read_bytes())
            else:
                digest.update(str(stat.st_mtime_ns).encode())
        return digest.hexdigest()[:32]

    @property
    def spec_file(self) -> Path:
        """Where the spec of this scene, with its present content, is kept."""
        return cache_dir() / "specs" / f"{self.content_key}.json"

    def _files(self) -> list[Path]:
        if self.game is not None:
            pack = self.game.with_suffix(".pck")
            return [self.game, *([pack] if pack.exists() else [])]
        assert self.project is not None  # noqa: S101 - one of the two, by construction
        found = []
        for folder, folders, names in os.walk(self.project, followlinks=True):
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            found += [Path(folder, name) for name in sorted(names) if not name.startswith(".")]
        return [file for file in found if file.is_file()]

    def _import(self, godot: Path) -> None:
        assert self.project is not None  # noqa: S101 - only called for projects
        stamp = self.project / _STAMP
        if self._is_imported(stamp):
            return
        try:
            stamp.parent.mkdir(exist_ok=True)
            with FileLock(stamp.with_suffix(".lock")):
                if self._is_imported(stamp):
                    return
                run_godot(
                    godot,
                    self.project,
                    ["--import"],
                    task=f"import {self.project}",
                    timeout=_IMPORT_TIMEOUT,
                    error=EngineStartError,
                )
                # The import itself writes .import and .uid files: the key of what there is now.
                vars(self).pop("_files_key", None)
                stamp.write_text(self._files_key)
        except OSError as exc:
            raise EngineStartError(
                f"expected to import {self.project}, once after each change; {exc}. Make it "
                "writable, or copy it."
            ) from exc

    def _is_imported(self, stamp: Path) -> bool:
        try:
            return stamp.read_text() == self._files_key
        except OSError:
            return False


def bundled_project() -> Path:
    """Folder of the project that holds the bundled scenes; a copy where we may not write."""
    package = Path(__file__).resolve().parent
    # Inside the package when installed from a wheel, beside it in a checkout.
    inside, beside = package / "envs", package.parent / "envs"
    project = inside if inside.is_dir() else beside
    if os.access(project, os.W_OK):
        return project
    copy = cache_dir() / "envs" / version("pettingzoo_godot")
    with FileLock(f"{copy}.lock"):
        if not copy.is_dir():
            unfinished = copy.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            copy_folder(project, unfinished)
            unfinished.rename(copy)
    return copy


def copy_folder(
    source: Path, target: Path, skips: Callable[[Path], bool] = lambda folder: False
) -> None:
    """Copy a folder with fresh permissions: where the package lies, all may be read-only.

    Args:
        source: The folder; links in it are followed, those that lead nowhere stay behind.
        target: Its copy; may exist.
        skips: Whether a folder inside it stays behind, besides what Godot keeps in `.godot`.

    Raises:
        OSError: If something cannot be read or written.
    """
    for folder, folders, names in os.walk(source, followlinks=True):
        folders[:] = [f for f in folders if f != ".godot" and not skips(Path(folder, f))]
        place = target / Path(folder).relative_to(source)
        place.mkdir(parents=True, exist_ok=True)
        for name in names:
            if Path(folder, name).is_file():  # no link to nothing, no pipe
                shutil.copyfile(Path(folder, name), place / name)


def list_scenes() -> dict[str, str]:
    """Name the bundled scenes, with one line each: `{"chase": "Two agents ..."}`."""
    found = {}
    for folder in sorted(bundled_project().iterdir()):
        if (folder / f"{folder.name}.tscn").is_file():
            lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
            found[folder.name] = next(
                line for line in lines if line.strip() and not line.startswith("#")
            )
    return found


def is_bundled(source: str | os.PathLike[str]) -> bool:
    """Whether this is the name of a bundled scene rather than a path."""
    return str(source).isidentifier() and (bundled_project() / str(source)).is_dir()


def find_scene(source: str | os.PathLike[str]) -> Scene:
    """Find what the first argument of `parallel_env` means.

    Args:
        source: Name of a bundled scene, a project folder, a `.tscn` file inside a project, or an
            exported game.

    Raises:
        SceneNotFound: If it is none of these; the message says what was tried.
    """
    path = Path(source).expanduser()
    if is_bundled(source):
        return Scene(str(source), bundled_project(), f"res://{source}/{source}.tscn")
    if path.is_dir() and path.suffix != ".app":
        return _project_scene(path)
    if path.suffix in (".tscn", ".scn") and path.is_file():
        return _file_scene(path.resolve())
    game = _executable(path)
    if game is not None:
        return Scene(path.stem, game=game)
    raise SceneNotFound(
        f"expected the name of a bundled scene ({', '.join(list_scenes())}), a folder with a "
        f"project.godot, a .tscn file in such a folder, or an exported game; got {str(source)!r}, "
        f"and {path.absolute()} {'is no program' if path.exists() else 'does not exist'}"
    )


def _project_scene(folder: Path) -> Scene:
    settings = folder / "project.godot"
    if not settings.is_file():
        raise SceneNotFound(f"expected a project.godot in {folder.absolute()}; there is none")
    if "run/main_scene" not in settings.read_text(encoding="utf-8", errors="replace"):
        raise SceneNotFound(
            f"{settings.absolute()} names no main scene; set one in the project settings "
            "(Application > Run), or give the path of a .tscn file"
        )
    return Scene(folder.resolve().name, folder.resolve())


def _file_scene(file: Path) -> Scene:
    for folder in file.parents:
        if (folder / "project.godot").is_file():
            return Scene(file.stem, folder, f"res://{file.relative_to(folder).as_posix()}")
    raise SceneNotFound(
        f"expected {file} to be inside a project; no folder above it has a project.godot"
    )


def _executable(path: Path) -> Path | None:
    if path.suffix == ".app" and path.is_dir():  # macOS: a folder with the program inside
        return next(iter(sorted((path / "Contents" / "MacOS").glob("*"))), None)
    for candidate in (path, path.with_name(path.name + ".exe")):
        runnable = sys.platform == "win32" or os.access(candidate, os.X_OK)
        if candidate.is_file() and runnable:
            return candidate.resolve()
    return None
