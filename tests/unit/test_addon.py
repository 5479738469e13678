from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from pettingzoo_godot import __version__, addon
from pettingzoo_godot.errors import UsageError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "game"
    folder.mkdir()
    (folder / "project.godot").write_text("config_version=5\n")
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def set_version(project: Path, version: str) -> None:
    settings = project / addon.PLACE / "plugin.cfg"
    settings.write_text(settings.read_text().replace(__version__, version))


def fail_to_copy(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_addon_has_the_version_of_the_package() -> None:
    assert addon.read_version(addon.addon_folder()) == __version__


def test_first_install_copies_addon_and_templates(project: Path) -> None:
    done = addon.install_addon(project)
    assert done == addon.Installed(project / addon.PLACE, __version__, None)
    here, there = content(done.folder), content(addon.addon_folder())
    assert here == {name: data for name, data in there.items() if "script_templates" not in name}
    assert "zoo_agent.gd.uid" in here  # scenes refer to scripts by these
    templates = project / "script_templates" / "ZooAgent"
    assert [file.name for file in templates.glob("*.gd")] == ["zoo_agent_template.gd"]
    assert (templates / ".gdignore").is_file()


def test_nothing_else_is_touched_and_nothing_is_left_over(project: Path) -> None:
    (project / "addons" / "other").mkdir(parents=True)
    (project / "addons" / "other" / "plugin.cfg").touch()
    (project / "script_templates").mkdir()
    (project / "script_templates" / "mine.gd").touch()
    addon.install_addon(project)
    assert sorted(os.listdir(project)) == ["addons", "project.godot", "script_templates"]
    assert sorted(os.listdir(project / "addons")) == ["other", "pettingzoo_godot"]
    assert sorted(os.listdir(project / "script_templates")) == ["ZooAgent", "mine.gd"]


def test_update_replaces_the_whole_folder_and_tells_the_versions(project: Path) -> None:
    addon.install_addon(project)
    set_version(project, "0.0.9")
    (project / addon.PLACE / "of_an_older_version.gd").touch()
    done = addon.install_addon(project)
    assert (done.before, done.version) == ("0.0.9", __version__)
    assert not (project / addon.PLACE / "of_an_older_version.gd").exists()


def test_same_version_is_copied_again(project: Path) -> None:
    addon.install_addon(project)
    (project / addon.PLACE / "zoo_agent.gd").write_text("changed by mistake")
    assert addon.install_addon(project).before == __version__
    assert "class_name ZooAgent" in (project / addon.PLACE / "zoo_agent.gd").read_text()


@pytest.mark.parametrize("newer", ["99.0.0", "0.1.10"])
def test_newer_addon_is_left_alone(project: Path, newer: str) -> None:
    addon.install_addon(project)
    set_version(project, newer)
    before = content(project)
    with pytest.raises(UsageError, match=rf"version {newer}, newer than .*{__version__}.*Upgrade"):
        addon.install_addon(project)
    assert content(project) == before


def test_folder_without_project_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no project\.godot in .*pettingzoo-godot new"):
        addon.install_addon(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_folder_of_that_name_that_is_no_addon_is_refused(project: Path) -> None:
    (project / addon.PLACE).mkdir(parents=True)
    with pytest.raises(UsageError, match=r"expected the addon's plugin\.cfg"):
        addon.install_addon(project)


@pytest.mark.parametrize("text", ["", "[plugin]\n", "no settings", "[plugin\nversion=1"])
def test_plugin_cfg_without_a_version_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "plugin.cfg").write_text(text)
    with pytest.raises(UsageError, match="with a version"):
        addon.read_version(tmp_path)


def test_link_to_an_addon_is_left_alone(project: Path) -> None:
    (project / addon.PLACE).parent.mkdir()
    (project / addon.PLACE).symlink_to(addon.addon_folder(), target_is_directory=True)
    with pytest.raises(UsageError, match="by a link"):
        addon.install_addon(project)
    assert (project / addon.PLACE).is_symlink()


def test_failure_while_copying_leaves_the_old_addon(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addon.install_addon(project)
    set_version(project, "0.0.9")
    before = content(project)
    copyfile = shutil.copyfile

    def fill_disk(source: Path, target: Path) -> object:
        if source.name == "zoo_box.gd":
            fail_to_copy()
        return copyfile(source, target)

    monkeypatch.setattr(shutil, "copyfile", fill_disk)
    with pytest.raises(UsageError, match=r"cannot be written: .*No space left"):
        addon.install_addon(project)
    assert content(project) == before


def test_failure_of_the_last_move_puts_the_old_addon_back(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    addon.install_addon(project)
    set_version(project, "0.0.9")
    before = content(project)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == ".pettingzoo_godot.unfinished":
            fail_to_copy()
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(UsageError):
        addon.install_addon(project)
    assert content(project) == before


def test_leftovers_of_a_killed_install_are_removed(project: Path) -> None:
    for name in (".pettingzoo_godot.unfinished", ".pettingzoo_godot.old"):
        (project / "addons" / name).mkdir(parents=True)
        (project / "addons" / name / "part.gd").touch()
    addon.install_addon(project)
    assert os.listdir(project / "addons") == ["pettingzoo_godot"]


def test_new_project_is_complete_and_has_its_name(tmp_path: Path) -> None:
    done = addon.create_project(tmp_path / 'my "game"')
    project = tmp_path / 'my "game"'
    assert done.folder == project / addon.PLACE
    assert r'config/name="my \"game\""' in (project / "project.godot").read_text()
    for name in ("main.tscn", "runner.gd"):
        assert (project / name).is_file()


def test_new_project_in_an_empty_folder(tmp_path: Path) -> None:
    assert addon.create_project(tmp_path).before is None


def test_new_project_where_something_is_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(UsageError, match="an empty folder"):
        addon.create_project(tmp_path)
    with pytest.raises(UsageError, match="an empty folder"):
        addon.create_project(tmp_path / "thesis.tex")
    assert os.listdir(tmp_path) == ["thesis.tex"]
