"""A release export of a scene: one executable that `parallel_env` starts without Godot.

Rule: the user's project is only read. Godot exports a copy of it, whose presets are ours and whose
main scene is the chosen one; what it makes moves to its place when it is complete.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import sys
import tempfile
from itertools import pairwise
from pathlib import Path

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.headless import run_godot
from pettingzoo_godot.install import Progress, find_godot, install_template
from pettingzoo_godot.pack import find_pack
from pettingzoo_godot.scene import copy_folder, find_scene

_TIMEOUT = 1800.0  # seconds; it begins with an import, which compresses all textures

# (sys.platform, platform.machine()) -> what Godot calls it: export platform and architecture.
_PLATFORMS = {
    ("linux", "x86_64"): ("Linux", "x86_64"),
    ("linux", "aarch64"): ("Linux", "arm64"),
    ("win32", "AMD64"): ("Windows Desktop", "x86_64"),
    ("win32", "ARM64"): ("Windows Desktop", "arm64"),
}

_PRESET_NAME = "pettingzoo_godot"
_PRESETS = """\
[preset.0]

name="{name}"
platform="{platform}"
runnable=true
export_filter="all_resources"
include_filter="{included}"
exclude_filter=""
export_path=""

[preset.0.options]

custom_template/release="{template}"
binary_format/architecture="{architecture}"
binary_format/embed_pck=true
"""


def export_scene(
    source: str | os.PathLike[str],
    target: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
) -> Path:
    """Make a release export of a scene, for this machine's system.

    Args:
        source: Name of a bundled scene, a project folder, or a `.tscn` file inside one.
        target: Executable to write; its folder is made. Only an exported game is overwritten.
        progress: Where to tell what happens; None: standard error.

    Returns:
        Absolute path of the executable, for `parallel_env`. Libraries that the project's
        extensions need are beside it.

    Raises:
        SceneNotFound: If there is no such scene.
        UsageError: If the source is an exported game itself, the target is something else than
            one, its folder cannot be written, or this system is not supported.
        EngineNotFound: If there is no Godot.
        InstallError: If there is no export template for it, and none can be downloaded.
        EngineError: If Godot does not export it; with the end of its log.
    """
    progress = progress or Progress()
    scene = find_scene(source)
    if scene.project is None:
        raise UsageError(
            f"expected a scene of a project; {scene.game} is an exported game already. Give the "
            "project from which it was made"
        )
    name, architecture = _this_platform()
    try:
        executable = _check_target(Path(target).expanduser())
        godot = find_godot()
        template = install_template(godot, progress=progress)
        with tempfile.TemporaryDirectory(prefix=f"{_PRESET_NAME}-") as folder:
            project = Path(folder, "project")
            built = Path(folder, "built", f"game{executable.suffix}")
            built.parent.mkdir()
            copy_folder(scene.project, project, _is_unseen)
            _choose_main_scene(project, scene.path)
            presets = _PRESETS.format(
                name=_PRESET_NAME,
                platform=name,
                architecture=architecture,
                template=_escape(template.as_posix()),
                included=_find_included(scene.project),
            )
            (project / "export_presets.cfg").write_text(presets, encoding="utf-8")
            progress.say(f"Exporting {scene.name}; Godot imports a copy of its project first.")
            log = run_godot(
                godot.executable,
                project,
                ["--export-release", _PRESET_NAME, str(built)],
                task=f"export {scene.name} of {scene.project}",
                timeout=_TIMEOUT,
                makes=built,
            )
            _move(built, executable)
    except OSError as exc:
        raise UsageError(f"{scene.name} cannot be exported to {target}: {exc}") from exc
    # A script with a mistake does not stop Godot; the game would stop later, with less to read.
    for line, place in pairwise([*log, ""]):
        if line.startswith("SCRIPT ERROR"):
            progress.say(f"Godot: {line} {place.strip()}")
    return executable


def _this_platform() -> tuple[str, str]:
    machine = (sys.platform, platform.machine())
    if machine not in _PLATFORMS:
        known = ", ".join(" ".join(key) for key in sorted(_PLATFORMS))
        raise UsageError(
            f"expected one of {known}; this is {' '.join(machine)}. Export in the editor "
            "(Project > Export): parallel_env takes such a game too"
        )
    return _PLATFORMS[machine]


def _check_target(target: Path) -> Path:
    if sys.platform == "win32" and target.suffix != ".exe":
        target = target.with_name(f"{target.name}.exe")
    target = Path(os.path.abspath(target))
    if target.is_dir():
        raise UsageError(
            f"expected the path of an executable to write; {target} is a folder. Add a file name"
        )
    if target.exists() and find_pack(target) is None:
        raise UsageError(
            f"expected nothing or an exported game at {target}; it is something else, which would "
            "be lost. Remove it, or give another path"
        )
    return target


def _is_unseen(folder: Path) -> bool:
    """Whether Godot does not look into this folder of a project."""
    return folder.name.startswith(".") or (folder / ".gdignore").exists()


def _choose_main_scene(project: Path, path: str) -> None:
    if path:  # otherwise it is the project's own
        with (project / "project.godot").open("a", encoding="utf-8") as settings:
            # Of a setting that is there twice, the last one counts.
            settings.write(f'\n[application]\n\nrun/main_scene="{_escape(path)}"\n')


def _escape(text: str) -> str:
    """A text as it stands between quotes in Godot's settings."""
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _find_included(project: Path) -> str:
    """The files besides resources that the project's own presets put into an export."""
    try:
        presets = (project / "export_presets.cfg").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    filters = re.findall(r'^include_filter="((?:[^"\\]|\\.)+)"', presets, re.MULTILINE)
    return ",".join(dict.fromkeys(filters))


def _move(built: Path, executable: Path) -> None:
    """Move what Godot has built to its place; the executable last, and over an older one at once.

    A game that runs just now keeps its file: a new one takes the place.
    """
    executable.parent.mkdir(parents=True, exist_ok=True)
    names = {file: file.name for file in built.parent.iterdir() if file != built}
    for file, name in [*names.items(), (built, executable.name)]:
        unfinished = executable.with_name(f".{name}.unfinished")
        try:
            shutil.copy(file, unfinished)
            unfinished.replace(executable.with_name(name))
        finally:
            unfinished.unlink(missing_ok=True)
