import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

import pytest

from pettingzoo_godot import scene
from pettingzoo_godot.errors import EngineStartError, SceneNotFound
from pettingzoo_godot.install.godot import Godot
from pettingzoo_godot.paths import CACHE_VARIABLE
from pettingzoo_godot.scene import Scene, bundled_project, copy_folder, find_scene, list_scenes

LONG = 10.0  # seconds; for what must happen

SETTINGS = """config_version=5

[application]
config/name="Game"
run/main_scene="res://main.tscn"

[physics]
common/physics_ticks_per_second=120
"""


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv(CACHE_VARIABLE, str(folder))
    return folder


@pytest.fixture
def project(tmp_path):
    folder = tmp_path / "project"
    (folder / "levels").mkdir(parents=True)
    (folder / "project.godot").write_text(SETTINGS)
    (folder / "main.tscn").write_text("[gd_scene]")
    (folder / "levels" / "maze.tscn").write_text("[gd_scene]")
    (folder / "picture.png").write_bytes(b"picture")
    return folder


@pytest.fixture
def godot(tmp_path, monkeypatch):
    """A Godot that writes down its arguments, and does as `import.sh` says."""
    executable = tmp_path / "godot"
    executable.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\n. {tmp_path}/import.sh\n')
    executable.chmod(0o755)
    (tmp_path / "import.sh").write_text("exit 0\n")
    found = Godot(executable, "4.6.3.stable", "$GODOT")
    monkeypatch.setattr(scene, "find_godot", lambda: found)
    return executable


def calls(tmp_path):
    file = tmp_path / "calls"
    return file.read_text().splitlines() if file.exists() else []


def make_game(path, mode=0o755):
    path.write_text("#!/bin/sh\n")
    path.chmod(mode)
    return path


# ------------------------------------------------------------------ what the first argument means


def test_name_is_a_bundled_scene():
    found = find_scene("chase")
    assert found == Scene("chase", bundled_project(), "res://chase/chase.tscn")
    assert (found.project / "chase" / "chase.tscn").is_file()


def test_bundled_scenes_are_listed_with_a_line_each():
    scenes = list_scenes()
    assert scenes["chase"].startswith("A seeker chases a hider")
    for name, line in scenes.items():
        assert find_scene(name).name == name
        assert line and not line.startswith("#")


def test_name_of_a_bundled_scene_wins_over_a_folder_here(tmp_path, monkeypatch):
    (tmp_path / "chase").mkdir()
    monkeypatch.chdir(tmp_path)
    assert find_scene("chase").project == bundled_project()
    with pytest.raises(SceneNotFound, match=r"expected a project\.godot in"):
        find_scene("./chase/../chase")


@pytest.mark.parametrize("kind", [str, Path])
def test_folder_is_a_projects_main_scene(project, kind):
    assert find_scene(kind(project)) == Scene("project", project)


def test_folder_may_be_relative_or_at_home(project, monkeypatch):
    monkeypatch.chdir(project)
    assert find_scene(".") == Scene("project", project)
    monkeypatch.setenv("HOME", str(project.parent))
    assert find_scene("~/project") == Scene("project", project)


def test_scene_file_belongs_to_the_nearest_project_above(project, monkeypatch):
    maze = Scene("maze", project, "res://levels/maze.tscn")
    assert find_scene(project / "levels" / "maze.tscn") == maze
    monkeypatch.chdir(project / "levels")
    assert find_scene("maze.tscn") == maze
    (project / "levels" / "project.godot").write_text(SETTINGS)
    assert find_scene("maze.tscn") == Scene("maze", project / "levels", "res://maze.tscn")


def test_executable_is_an_exported_game(tmp_path):
    game = make_game(tmp_path / "tag.x86_64")
    found = find_scene(game)
    assert found == Scene("tag", game=game)
    assert found.command() == [str(game)]
    assert found.ticks_per_second() == 60


def test_exported_game_may_be_named_without_exe(tmp_path):
    game = make_game(tmp_path / "tag.exe")
    assert find_scene(tmp_path / "tag") == Scene("tag", game=game)


def test_app_folder_is_an_exported_game(tmp_path):
    inside = tmp_path / "Tag.app" / "Contents" / "MacOS"
    inside.mkdir(parents=True)
    game = make_game(inside / "Tag")
    assert find_scene(tmp_path / "Tag.app") == Scene("Tag", game=game)


def test_app_folder_without_a_program_is_an_error(tmp_path):
    (tmp_path / "Tag.app").mkdir()
    with pytest.raises(SceneNotFound, match=r"Tag\.app"):
        find_scene(tmp_path / "Tag.app")


def test_unknown_name_is_an_error_with_what_was_tried(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SceneNotFound) as error:
        find_scene("chess")
    message = str(error.value)
    assert message.startswith("expected the name of a bundled scene (")
    assert "chase" in message
    assert message.endswith(f"got 'chess', and {tmp_path / 'chess'} does not exist")


def test_file_that_is_no_program_is_an_error(tmp_path):
    file = make_game(tmp_path / "notes.txt", mode=0o644)
    with pytest.raises(SceneNotFound, match=r"notes\.txt is no program"):
        find_scene(file)


def test_folder_without_a_project_is_an_error(tmp_path):
    with pytest.raises(SceneNotFound, match=r"expected a project\.godot in .*; there is none"):
        find_scene(tmp_path)


def test_project_without_a_main_scene_is_an_error(project):
    (project / "project.godot").write_text("config_version=5\n")
    with pytest.raises(SceneNotFound, match=r"names no main scene; set one .* \.tscn file"):
        find_scene(project)
    assert find_scene(project / "main.tscn").path == "res://main.tscn"


def test_scene_file_outside_of_projects_is_an_error(tmp_path):
    file = tmp_path / "lost.tscn"
    file.write_text("[gd_scene]")
    with pytest.raises(SceneNotFound, match=r"lost\.tscn to be inside a project"):
        find_scene(file)
    with pytest.raises(SceneNotFound, match=r"absent\.tscn does not exist"):
        find_scene(tmp_path / "absent.tscn")


def test_ticks_per_second_are_the_projects(project):
    assert find_scene(project).ticks_per_second() == 120
    (project / "project.godot").write_text(SETTINGS.replace("common/physics_ticks", "ticks"))
    assert find_scene(project).ticks_per_second() == 60


# ------------------------------------------------------------------ the key of the content


def key(project):
    return find_scene(project).content_key


def touch(file, seconds):
    status = file.stat()
    os.utime(file, (status.st_atime + seconds, status.st_mtime + seconds))


@pytest.mark.parametrize(
    "change",
    [
        lambda p: (p / "main.tscn").write_text("[gd_scenE]"),
        lambda p: (p / "project.godot").write_text(SETTINGS.replace("120", "130")),
        lambda p: (p / "new.gd").write_text(""),
        lambda p: (p / "levels" / "maze.tscn").rename(p / "levels" / "mace.tscn"),
        lambda p: (p / "picture.png").unlink(),
        lambda p: (p / "picture.png").write_bytes(b"other picture"),
        lambda p: touch(p / "picture.png", 1),
    ],
)
def test_key_changes_with_the_content(project, change):
    before = key(project)
    change(project)
    assert key(project) != before


@pytest.mark.parametrize(
    "change",
    [
        lambda p: None,
        lambda p: touch(p / "main.tscn", 1),
        lambda p: (p / ".godot").mkdir() or (p / ".godot" / "uid_cache.bin").write_text("x"),
        lambda p: (p / ".git").mkdir() or (p / ".git" / "HEAD").write_text("x"),
        lambda p: (p / ".hidden").write_text("x"),
        lambda p: (p / "levels" / "empty").mkdir(),
        lambda p: (p / "dangling").symlink_to("nowhere"),
    ],
)
def test_key_does_not_change_otherwise(project, change):
    before = key(project)
    change(project)
    assert key(project) == before


def test_key_changes_with_a_linked_addon(project, tmp_path):
    addon = tmp_path / "addon"
    addon.mkdir()
    (addon / "agent.gd").write_text("one")
    (project / "addons").symlink_to(addon)
    before = key(project)
    (addon / "agent.gd").write_text("two")
    assert key(project) != before


def test_scenes_of_a_project_have_keys_and_specs_of_their_own(project, cache):
    scenes = [find_scene(project), find_scene(project / "main.tscn")]
    assert scenes[0].content_key != scenes[1].content_key
    for one in scenes:
        assert one.spec_file == cache / "specs" / f"{one.content_key}.json"


def test_key_of_a_game_changes_with_program_and_pack(tmp_path):
    game = make_game(tmp_path / "tag.x86_64")
    keys = [key(game)]
    make_game(tmp_path / "tag.pck")
    keys.append(key(game))
    touch(tmp_path / "tag.pck", 1)
    keys.append(key(game))
    touch(game, 1)
    keys.append(key(game))
    assert len(set(keys)) == 4
    assert key(game) == keys[-1]


# ------------------------------------------------------------------ the import


def test_project_is_imported_once(project, godot, tmp_path):
    for _ in range(2):
        command = find_scene(project).command()
        assert command == [str(godot), "--path", str(project)]
    assert calls(tmp_path) == [f"--headless --path {project} --import"]
    # Nor for another of its scenes.
    command = find_scene(project / "levels" / "maze.tscn").command()
    assert command == [str(godot), "--path", str(project), "res://levels/maze.tscn"]
    assert len(calls(tmp_path)) == 1


def test_project_is_imported_again_after_a_change(project, godot, tmp_path):
    find_scene(project).command()
    (project / "main.tscn").write_text("[gd_scene load_steps=2]")
    for _ in range(2):
        find_scene(project).command()
    assert len(calls(tmp_path)) == 2


def test_files_that_the_import_writes_are_no_change(project, godot, tmp_path):
    (tmp_path / "import.sh").write_text(f"echo x > {project}/picture.png.import\n")
    one = find_scene(project)
    before = one.content_key
    one.command()
    assert one.content_key != before
    assert one.content_key == find_scene(project).content_key
    find_scene(project).command()
    assert len(calls(tmp_path)) == 1


def test_failed_import_is_an_error_with_its_log_and_is_tried_again(project, godot, tmp_path):
    (tmp_path / "import.sh").write_text(
        "for i in $(seq 30); do echo line $i; done; echo broken texture >&2; exit 5\n"
    )
    with pytest.raises(EngineStartError) as error:
        find_scene(project).command()
    assert f"expected Godot to import {project}" in str(error.value)
    assert "exit code 5" in str(error.value)
    assert error.value.log_tail == (*(f"line {i}" for i in range(12, 31)), "broken texture")
    (tmp_path / "import.sh").write_text("exit 0\n")
    find_scene(project).command()
    find_scene(project).command()
    assert len(calls(tmp_path)) == 2


def test_import_that_never_ends_is_an_error(project, godot, tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "import.sh").write_text(f"echo begun; exec cat {tmp_path}/fifo\n")
    monkeypatch.setattr(scene, "_IMPORT_TIMEOUT", 0.1)
    with pytest.raises(EngineStartError, match="import"):
        find_scene(project).command()


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_two_processes_at_once_import_once(project, godot, tmp_path):
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    (tmp_path / "import.sh").write_text(f"read line < {fifo}\n")
    children = []
    for number in range(2):
        child = os.fork()
        if child == 0:
            code = 1
            try:
                (tmp_path / f"ready {number}").touch()
                find_scene(project).command()
                code = 0
            finally:
                os._exit(code)
        children.append(child)
    wait_until(lambda: len(list(tmp_path.glob("ready *"))) == 2 and calls(tmp_path))
    # Both are at work, one of them imports; it may end when both lines are there to be read.
    with open(os.open(fifo, os.O_RDWR), "w") as gate:
        gate.write("go\ngo\n")
        gate.flush()
        codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
    assert codes == [0, 0]
    assert len(calls(tmp_path)) == 1


def wait_until(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "this took too long"


# ------------------------------------------------------------------ the bundled project


def test_bundled_project_is_copied_where_we_may_not_write(cache, monkeypatch):
    original = bundled_project()
    access = os.access
    monkeypatch.setattr(
        scene.os, "access", lambda path, mode: path != original and access(path, mode)
    )
    copy = bundled_project()
    assert copy == cache / "envs" / version("pettingzoo_godot")
    assert (copy / "chase" / "chase.tscn").is_file()
    assert (copy / "addons" / "pettingzoo_godot" / "plugin.cfg").is_file()
    assert not (copy / "addons").is_symlink()
    assert not (copy / ".godot").exists()
    (copy / "marker").touch()
    assert bundled_project() == copy
    assert (copy / "marker").exists()  # not copied again
    assert find_scene("chase").project == copy


def test_copy_that_was_interrupted_is_made_anew(cache, monkeypatch):
    original = bundled_project()
    unfinished = (cache / "envs" / version("pettingzoo_godot")).with_suffix(".unfinished")
    unfinished.mkdir(parents=True)
    (unfinished / "half").touch()
    monkeypatch.setattr(scene.os, "access", lambda path, mode: path != original)
    copy = bundled_project()
    assert not (copy / "half").exists()
    assert (copy / "project.godot").is_file()
    assert not unfinished.exists()


def test_copy_has_permissions_of_its_own(tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "inner").mkdir(parents=True)
    (source / "left").mkdir()
    (source / "left" / "file").touch()
    (source / "inner" / "file").write_text("content")
    (source / "inner" / "file").chmod(0o444)
    (source / "inner").chmod(0o555)
    try:
        copy_folder(source, target, lambda folder: folder.name == "left")
    finally:
        (source / "inner").chmod(0o755)
    assert not (target / "left").exists()
    assert (target / "inner" / "file").read_text() == "content"
    assert (target / "inner").stat().st_mode & 0o200
    assert (target / "inner" / "file").stat().st_mode & 0o200
