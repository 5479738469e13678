"""What users install: a wheel that works without the repository, also where nobody may write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LARGEST = 1_000_000  # bytes
_NOT_NEEDED = shutil.ignore_patterns(
    ".git", ".venv", "build", "*.egg-info", "*_cache", "__pycache__", "tests", "shared"
)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # In a copy: a build leaves a folder behind, whose files would get into the next wheel.
    source = tmp_path_factory.mktemp("source") / "repository"
    shutil.copytree(ROOT, source, symlinks=True, ignore=_NOT_NEEDED)
    imported = source / "envs" / ".godot" / "imported"
    imported.mkdir(parents=True, exist_ok=True)
    (imported / "icon.ctex").touch()  # as after a run, which must not be shipped
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run(
        [*command, "--disable-pip-version-check", "--quiet", "--wheel-dir", folder, source],
        check=True,
        stdin=subprocess.DEVNULL,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "site-packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_wheel_holds_addon_scene_starter_and_type_marker(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    addon = "pettingzoo_godot/envs/addons/pettingzoo_godot"
    expected = {
        "pettingzoo_godot/py.typed",
        "pettingzoo_godot/starter/main.tscn",
        "pettingzoo_godot/starter/project.godot",
        "pettingzoo_godot/starter/runner.gd",
        "pettingzoo_godot/envs/project.godot",
        "pettingzoo_godot/envs/chase/chase.tscn",
        "pettingzoo_godot/envs/chase/README.md",
        f"{addon}/plugin.cfg",
        f"{addon}/zoo_agent.gd",
        f"{addon}/script_templates/.gdignore",
        f"{addon}/script_templates/ZooAgent/zoo_agent_template.gd",
    }
    assert expected - names == set()


def test_wheel_holds_every_file_of_the_addon(wheel: Path) -> None:
    addon = ROOT / "godot_plugin" / "addons"
    names = set(zipfile.ZipFile(wheel).namelist())
    for file in addon.rglob("*"):
        if file.is_file():
            place = f"pettingzoo_godot/envs/addons/{file.relative_to(addon).as_posix()}"
            assert place in names


def test_wheel_holds_nothing_imported_and_nothing_large(wheel: Path) -> None:
    entries = zipfile.ZipFile(wheel).infolist()
    assert [e.filename for e in entries if "/.godot/" in e.filename] == []
    assert [e.filename for e in entries if e.file_size > LARGEST] == []
    assert [e.filename for e in entries if e.filename.startswith("tests")] == []


def test_wheel_holds_every_module(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    modules = {m.relative_to(ROOT).as_posix() for m in (ROOT / "pettingzoo_godot").rglob("*.py")}
    assert modules - names == set()


def test_bundled_project_is_the_wheels_own(installed: Path, tmp_path: Path) -> None:
    project = _ask_for_project(installed, tmp_path / "cache")
    assert project == installed / "pettingzoo_godot" / "envs"


def test_bundled_project_is_a_copy_where_nobody_may_write(installed: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    _set_writable(installed, False)
    try:
        project = _ask_for_project(installed, cache, unprivileged=True)
    finally:
        _set_writable(installed, True)
    assert project.is_relative_to(cache)
    assert (project / "chase" / "chase.tscn").is_file()
    assert (project / "addons" / "pettingzoo_godot" / "plugin.cfg").is_file()


def test_the_copy_can_be_imported_by_godot(installed: Path, tmp_path: Path) -> None:
    _set_writable(installed, False)
    try:
        project = _ask_for_project(installed, tmp_path / "cache", unprivileged=True)
    finally:
        _set_writable(installed, True)
    # Godot makes its folder .godot in the project, and .uid files beside scripts.
    assert os.stat(project).st_mode & 0o200
    assert os.stat(project / "chase").st_mode & 0o200


def _ask_for_project(site_packages: Path, cache: Path, unprivileged: bool = False) -> Path:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "import pettingzoo_godot\n"
        "assert pettingzoo_godot.__file__.startswith(sys.argv[1]), pettingzoo_godot.__file__\n"
        "from pettingzoo_godot.scene import bundled_project, list_scenes\n"
        "assert 'chase' in list_scenes()\n"
        "print(bundled_project())"
    )
    command = [sys.executable, "-c", program, str(site_packages)]
    if unprivileged and os.geteuid() == 0:
        # Permissions mean nothing to root, unless it lets go of its capabilities.
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("run as root, and setpriv is missing")
        command = [setpriv, "--bounding-set=-all", *command]
    done = subprocess.run(
        command,
        env={**os.environ, "PETTINGZOO_GODOT_CACHE": str(cache)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


def _set_writable(folder: Path, writable: bool) -> None:
    for path in (folder, *folder.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode | 0o200 if writable else mode & ~0o222)
