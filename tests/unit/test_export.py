from __future__ import annotations

import io
import os
import struct
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pettingzoo_godot import export
from pettingzoo_godot.errors import EngineError, InstallError, SceneNotFound, UsageError
from pettingzoo_godot.install import Progress
from pettingzoo_godot.scene import find_scene

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine is a shell script")

PACK = b"GDPC" + struct.pack("<Q4s", 4, b"GDPC")
SETTINGS = """\
config_version=5

[application]

run/main_scene="res://main.tscn"
"""
# Keeps a copy of the project that it was to export, and "exports" it.
BUILD = (
    'cp -r "$3" "$SEEN/project" && '
    'printf "GDPC\\4\\0\\0\\0\\0\\0\\0\\0GDPC" > "$6" && chmod +x "$6"'
)


@pytest.fixture
def seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the stand-in engine keeps what it was given."""
    folder = tmp_path / "seen"
    folder.mkdir()
    monkeypatch.setenv("SEEN", str(folder))
    use_godot(folder, BUILD, monkeypatch)
    return folder


def use_godot(folder: Path, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    godot = folder / "godot"
    godot.write_text(
        "#!/bin/sh\n"
        'if [ "$1" = --version ]; then echo 4.6.3.stable.official.x; exit; fi\n'
        f'echo "$@" > "$SEEN/arguments"\n{body}\n'
    )
    godot.chmod(0o755)
    godot.with_name("godot-template-release").touch()
    monkeypatch.setenv("GODOT", str(godot))
    os.utime(godot, ns=(1, hash(body) % 10**15))  # its version is asked for once for each time


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "game 50%"
    for name in ("addons", "levels", ".godot", ".git", "unused"):
        (folder / name).mkdir(parents=True)
        (folder / name / "file.gd").write_text("# kept\n")
    (folder / "unused" / ".gdignore").touch()
    (folder / "link").symlink_to(folder / "levels", target_is_directory=True)
    (folder / "dangling").symlink_to("nowhere")
    (folder / "main.tscn").touch()
    (folder / "levels" / 'a "maze".tscn').touch()
    (folder / "project.godot").write_text(SETTINGS)
    return folder


@pytest.fixture
def said() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def progress(said: io.StringIO) -> Progress:
    return Progress(Console(file=said, width=500))


def list_files(folder: Path) -> dict[str, bytes]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def test_game_is_written_and_nothing_else(
    tmp_path: Path, project: Path, seen: Path, progress: Progress, said: io.StringIO
) -> None:
    before = list_files(project)
    game = export.export_scene(project, tmp_path / "build" / "deep" / "race", progress=progress)
    assert game == tmp_path / "build" / "deep" / "race"
    assert find_scene(game).game == game
    assert list_files(tmp_path / "build") == {"deep/race": PACK}
    assert list_files(project) == before
    assert "Exporting game 50%" in said.getvalue()
    arguments = (seen / "arguments").read_text().split()
    assert arguments[:2] == ["--headless", "--path"]
    assert arguments[3:5] == ["--export-release", "pettingzoo_godot"]
    assert not Path(arguments[2]).exists()


def test_copy_has_what_godot_looks_at(
    tmp_path: Path, project: Path, seen: Path, progress: Progress
) -> None:
    export.export_scene(project, tmp_path / "race", progress=progress)
    assert sorted(list_files(seen / "project")) == [
        "addons/file.gd",
        "export_presets.cfg",
        'levels/a "maze".tscn',
        "levels/file.gd",
        'link/a "maze".tscn',
        "link/file.gd",
        "main.tscn",
        "project.godot",
    ]
    assert (seen / "project" / "project.godot").read_text() == SETTINGS


def test_chosen_scene_becomes_the_main_scene(
    tmp_path: Path, project: Path, seen: Path, progress: Progress
) -> None:
    export.export_scene(project / "levels" / 'a "maze".tscn', tmp_path / "race", progress=progress)
    settings = (seen / "project" / "project.godot").read_text()
    assert settings.startswith(SETTINGS)
    added = '\n[application]\n\nrun/main_scene="res://levels/a \\"maze\\".tscn"\n'
    assert settings.removeprefix(SETTINGS) == added


def test_presets_name_the_template_and_keep_the_projects_filters(
    tmp_path: Path, project: Path, seen: Path, progress: Progress
) -> None:
    own = 'name="Web"\ninclude_filter="*.json, data/*"\n[preset.1]\ninclude_filter=""\n'
    (project / "export_presets.cfg").write_text(own)
    export.export_scene(project, tmp_path / "race", progress=progress)
    presets = (seen / "project" / "export_presets.cfg").read_text()
    assert f'custom_template/release="{seen / "godot-template-release"}"' in presets
    assert 'include_filter="*.json, data/*"' in presets
    assert 'platform="Linux"' in presets
    assert "Web" not in presets
    assert (project / "export_presets.cfg").read_text() == own


def test_game_takes_the_place_of_an_older_one(
    tmp_path: Path, project: Path, seen: Path, progress: Progress
) -> None:
    game = tmp_path / "race"
    game.write_bytes(b"old" + PACK)
    with game.open("rb") as running:
        export.export_scene(project, game, progress=progress)
        assert running.read() == b"old" + PACK
    assert game.read_bytes() == PACK


def test_libraries_of_extensions_come_along(
    tmp_path: Path,
    project: Path,
    seen: Path,
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    use_godot(seen, f'{BUILD} && touch "$(dirname "$6")/libfast.so"', monkeypatch)
    export.export_scene(project, tmp_path / "build" / "race", progress=progress)
    assert sorted(list_files(tmp_path / "build")) == ["libfast.so", "race"]


def test_exported_game_cannot_be_exported(tmp_path: Path, progress: Progress) -> None:
    game = tmp_path / "race"
    game.write_bytes(PACK)
    game.chmod(0o755)
    with pytest.raises(UsageError, match="is an exported game already"):
        export.export_scene(game, tmp_path / "again", progress=progress)


def test_no_such_scene(tmp_path: Path, progress: Progress) -> None:
    with pytest.raises(SceneNotFound):
        export.export_scene("nowhere/at_all", tmp_path / "race", progress=progress)


@pytest.mark.usefixtures("seen")
def test_folder_and_other_files_are_not_overwritten(
    tmp_path: Path, project: Path, progress: Progress
) -> None:
    with pytest.raises(UsageError, match="is a folder"):
        export.export_scene(project, tmp_path, progress=progress)
    with pytest.raises(UsageError, match="something else, which would be lost"):
        export.export_scene(project, project / "project.godot", progress=progress)
    assert (project / "project.godot").read_text() == SETTINGS


@pytest.mark.usefixtures("seen")
def test_folder_that_cannot_be_made(tmp_path: Path, project: Path, progress: Progress) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot be exported to .*file/race: "):
        export.export_scene(project, tmp_path / "file" / "race", progress=progress)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo '[  5% ] savepack'; echo ERROR: no; exit 1", "exit code 1 and wrote no game"),
        ("echo ERROR: no", "exit code 0 and wrote no game"),
        (f"{BUILD}; echo '\033[91mERROR: no\033[0m'; exit 3", "exit code 3. Open"),
    ],
)
def test_export_that_fails_shows_why_and_leaves_nothing(
    tmp_path: Path,
    project: Path,
    seen: Path,
    progress: Progress,
    monkeypatch: pytest.MonkeyPatch,
    body: str,
    message: str,
) -> None:
    use_godot(seen, body, monkeypatch)
    with pytest.raises(EngineError, match=message) as caught:
        export.export_scene(project, tmp_path / "build" / "race", progress=progress)
    assert caught.value.log_tail == ("ERROR: no",)
    assert not (tmp_path / "build").exists()


def test_export_that_does_not_end(
    tmp_path: Path, project: Path, seen: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_godot(seen, "echo at work; exec sleep 60", monkeypatch)
    monkeypatch.setattr(export, "_TIMEOUT", 0.5)
    message = r"export game 50% of .*; it did not end within 0\.5 s"
    with pytest.raises(EngineError, match=message) as caught:
        export.export_scene(project, tmp_path / "race", progress=progress)
    assert caught.value.log_tail == ("at work",)


def test_mistakes_in_scripts_are_told(
    tmp_path: Path,
    project: Path,
    seen: Path,
    progress: Progress,
    said: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mistake = 'echo "SCRIPT ERROR: Parse Error: what?"; echo "   at: GDScript::reload (a.gd:7)"'
    use_godot(seen, f"{mistake}; {BUILD}", monkeypatch)
    assert export.export_scene(project, tmp_path / "race", progress=progress).is_file()
    assert "Godot: SCRIPT ERROR: Parse Error: what? at: GDScript::reload (a.gd:7)" in (
        said.getvalue()
    )


def test_template_that_cannot_be_had(
    tmp_path: Path, project: Path, seen: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InstallError("no template")

    monkeypatch.setattr(export, "install_template", fail)
    with pytest.raises(InstallError, match="no template"):
        export.export_scene(project, tmp_path / "race", progress=progress)
    assert not (seen / "arguments").exists()


def test_windows_gets_an_exe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert export._check_target(tmp_path / "race").name == "race.exe"
    assert export._check_target(tmp_path / "race.exe").name == "race.exe"


def test_other_systems_export_in_the_editor(
    tmp_path: Path, project: Path, progress: Progress, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "sunos5")
    with pytest.raises(UsageError, match=r"this is sunos5 .*Project > Export"):
        export.export_scene(project, tmp_path / "race", progress=progress)
