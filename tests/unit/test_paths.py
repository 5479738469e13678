import sys
from pathlib import Path

import pytest

from pettingzoo_godot import paths


def test_cache_dir_is_the_variables_folder_made_absolute(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PETTINGZOO_GODOT_CACHE", "here")
    assert paths.cache_dir() == tmp_path / "here"


def test_cache_dir_expands_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.setenv("PETTINGZOO_GODOT_CACHE", "~/c")
    assert paths.cache_dir() == tmp_path / "c"


def test_cache_dir_without_variable_is_the_users(monkeypatch):
    monkeypatch.delenv("PETTINGZOO_GODOT_CACHE", raising=False)
    assert "pettingzoo_godot" in paths.cache_dir().parts
    assert paths.cache_dir().is_absolute()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data"),
        ("linux", {"XDG_DATA_HOME": "relative"}, "/home/u/.local/share"),
        ("linux", {}, "/home/u/.local/share"),
        ("darwin", {}, "/home/u/Library/Application Support"),
        ("win32", {"APPDATA": "/roaming"}, "/roaming"),
        ("win32", {}, "/home/u/AppData/Roaming"),
    ],
)
def test_data_dir_is_godots(monkeypatch, platform, variables, expected):
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: Path("/home/u"))
    for name in ("XDG_DATA_HOME", "APPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert paths.data_dir() == Path(expected)
