"""Copying the addon into a Godot project, and making a project to start from.

Rule: a copy is made beside its place and then moved there, so that whatever is interrupted leaves
either the old addon or the new one, complete.
"""

from __future__ import annotations

import configparser
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.scene import bundled_project, copy_folder

PLACE = Path("addons", "pettingzoo_godot")
TEMPLATES = "script_templates"
_STARTER = Path(__file__).parent / "starter"
_SKIPPED = {TEMPLATES, "__pycache__"}  # a project has its templates in its own folder


@dataclass(frozen=True, slots=True)
class Installed:
    """What `install_addon` did.

    Attributes:
        folder: Where the addon is now.
        version: Of the addon that is there now.
        before: Version that was there before; None if there was none.
    """

    folder: Path
    version: str
    before: str | None


def addon_folder() -> Path:
    """Folder of the addon that belongs to this package."""
    return bundled_project() / PLACE


def read_version(folder: Path) -> str:
    """Read the version of the addon in a folder.

    Raises:
        UsageError: If the folder holds none.
    """
    settings = configparser.ConfigParser(interpolation=None)
    try:
        settings.read_string((folder / "plugin.cfg").read_text(encoding="utf-8"))
        return settings["plugin"]["version"].strip('"')
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError) as exc:
        raise UsageError(
            f"expected the addon's plugin.cfg, with a version, in {folder}; {exc}"
        ) from exc


def install_addon(project: Path) -> Installed:
    """Copy the addon and its script templates into a Godot project.

    An older addon is replaced as a whole, one of the same version too: changes made to its files
    are undone. A newer one is left alone.

    Args:
        project: Folder with a `project.godot`.

    Raises:
        UsageError: If it is no project, its addon is newer or a link, or it cannot be written.
    """
    if not (project / "project.godot").is_file():
        raise UsageError(
            f"expected a Godot project: there is no project.godot in {project.absolute()}. "
            "`pettingzoo-godot new FOLDER` makes a new project"
        )
    source, target = addon_folder(), project / PLACE
    if target.resolve() == source.resolve() or target.is_symlink():
        raise UsageError(
            f"{target} is {target.resolve()} itself, by a link: there is nothing to copy"
        )
    version = read_version(source)
    before = read_version(target) if target.exists() else None
    if before is not None and _is_newer(before, version):
        raise UsageError(
            f"{target} has version {before}, newer than the {version} of this package. Upgrade "
            "the package, or remove that folder to go back"
        )
    with _explained(project):
        for templates in sorted(p for p in (source / TEMPLATES).iterdir() if p.is_dir()):
            # Godot would read a template as a script of the project, and find mistakes in it.
            _replace(templates, project / TEMPLATES / templates.name, mark=".gdignore")
        _replace(source, target)
    return Installed(target, version, before)


def create_project(folder: Path) -> Installed:
    """Make a small Godot project with the addon and a scene with one agent.

    Args:
        folder: Its place; must not exist, or be empty.

    Raises:
        UsageError: If there is something already, or it cannot be written.
    """
    name = folder.absolute().name
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(f"expected a new or an empty folder; {folder.absolute()} is neither")
    with _explained(folder):
        copy_folder(_STARTER, folder)
        settings = folder / "project.godot"
        text = settings.read_text(encoding="utf-8")
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        settings.write_text(text.replace("STARTER", quoted), encoding="utf-8")
    return install_addon(folder)


def _is_newer(version: str, other: str) -> bool:
    def numbers(text: str) -> list[int]:
        return [int(part) for part in re.findall(r"\d+", text)]

    return numbers(version) > numbers(other)


def _replace(source: Path, target: Path, mark: str = "") -> None:
    """Put a copy of `source` in the place of `target`; on any failure, leave `target` as it was.

    Args:
        source: A folder.
        target: A folder, or nothing yet.
        mark: Name of an empty file to add.
    """
    # Godot does not look into folders whose names begin with a dot.
    unfinished = target.with_name(f".{target.name}.unfinished")
    old = target.with_name(f".{target.name}.old")
    for leftover in (unfinished, old):  # of a copy that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    try:
        copy_folder(source, unfinished, lambda folder: folder.name in _SKIPPED)
        if mark:
            (unfinished / mark).touch()
        if target.exists():
            target.rename(old)
        try:
            unfinished.rename(target)
        except BaseException:
            if old.exists():
                old.rename(target)
            raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise UsageError(f"{folder.absolute()} cannot be written: {exc}") from exc
