import os
import pickle
from pathlib import Path

import pytest
from stand_ins import calls, fake_godot, script

from pettingzoo_godot.install import godot
from pettingzoo_godot.install.godot import Godot


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4.6.3.stable.debian4.6.3+ds-2", (4, 6, 3)),
        ("4.6.3.stable.official.abcdef", (4, 6, 3)),
        ("4.4.stable.official", (4, 4, 0)),
        ("4.10.beta1", (4, 10, 0)),
        ("4.6.3", (4, 6, 3)),
    ],
)
def test_parse_version_reads_the_numbers(text, expected):
    assert godot.parse_version(text) == expected


@pytest.mark.parametrize("text", ["", "four", "4", "4.x"])
def test_parse_version_of_something_else_raises(text):
    with pytest.raises(ValueError, match="is no version of Godot"):
        godot.parse_version(text)


@pytest.mark.parametrize(
    ("version", "expected"),
    [("3.6.stable", False), ("4.3.1.stable", False), ("4.4.stable", True), ("5.0.dev", True)],
)
def test_is_supported_from_4_4(version, expected):
    assert godot.is_supported(version) is expected


def test_read_version_asks_each_file_once(machine):
    executable = fake_godot(machine / "godot")
    for _ in range(3):
        assert godot.read_version(executable).startswith("4.6.3")
    assert calls(executable) == 1
    fake_godot(executable, "4.7.stable.official.x")
    os.utime(executable, (1, 1))
    assert godot.read_version(executable).startswith("4.7")


def test_read_version_ignores_noise_and_exit_code(machine):
    executable = script(machine / "godot", "echo WARNING; echo 3.2.3.stable.debian; exit 255")
    assert godot.read_version(executable) == "3.2.3.stable.debian"


def test_read_version_of_another_program_says_what_it_answered(machine):
    executable = script(machine / "godot", "echo hello >&2; exit 3")
    with pytest.raises(ValueError, match="is no Godot: to --version it said 'hello', exit code 3"):
        godot.read_version(executable)


def test_read_version_of_a_silent_program_ends_it(machine, monkeypatch):
    monkeypatch.setattr(godot, "VERSION_TIMEOUT", 0.05)
    executable = script(machine / "godot", "exec /bin/sleep 60")
    with pytest.raises(ValueError, match=r"did not answer --version within 0\.05 s"):
        godot.read_version(executable)


def test_read_version_of_a_broken_file_says_why(machine):
    executable = machine / "godot"
    executable.write_bytes(b"\x7fELF nothing")
    executable.chmod(0o755)
    with pytest.raises(ValueError, match="does not start"):
        godot.read_version(executable)
    with pytest.raises(ValueError, match="cannot be read"):
        godot.read_version(machine / "missing")


def test_find_template_looks_beside_the_engine_in_godots_folder_and_in_ours(machine):
    executable = machine / "godot"
    version = "4.6.3.stable.official.x"
    assert godot.find_template(executable, version) is None
    installed = machine / "data/godot/export_templates/4.6.3.stable/linux_release.x86_64"
    installed.parent.mkdir(parents=True)
    installed.touch()
    assert godot.find_template(executable, version) == installed
    assert godot.find_template(executable, "4.6.2.stable.official.x") is None
    ours = machine / "cache/export_templates/4.6.2.stable/linux_release.x86_64"
    ours.parent.mkdir(parents=True)
    ours.touch()
    assert godot.find_template(executable, "4.6.2.stable.official.x") == ours
    beside = machine / "godot-template-release"
    beside.touch()
    assert godot.find_template(executable, version) == beside


def test_godot_is_a_value_that_pickles():
    value = Godot(Path("/g"), "4.6.3.stable", "cache", None, (("A", "1"),))
    assert pickle.loads(pickle.dumps(value)) == value
    assert value.version_info == (4, 6, 3)
    value.windowed_environment()["B"] = "2"
    assert value.windowed_environment() == {"A": "1"}
