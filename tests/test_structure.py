"""What the folders promise: documents, tests and versions that go with the code."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

import pytest

import pettingzoo_godot

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "pettingzoo_godot"
MODULES = sorted(
    file.relative_to(PACKAGE).as_posix()
    for file in PACKAGE.rglob("*.py")
    if file.name != "__init__.py" and file.stat().st_size
)
# Modules without a test file of the same name, where they are tested instead, and why.
TESTED_ELSEWHERE = {
    "__main__.py": "tests/unit/test_cli.py",  # two lines, the same program
}


def _mirrors(module: str) -> list[Path]:
    """Where its test may be: what needs sockets or processes is in loopback."""
    path = Path(module)
    folders = [ROOT / "tests" / name / path.parent for name in ("unit", "loopback")]
    return [folder / f"test_{path.name}" for folder in folders]


def test_there_are_modules() -> None:
    assert "env.py" in MODULES


@pytest.mark.parametrize("module", MODULES)
def test_module_is_named_in_the_architecture_page(module: str) -> None:
    page = (ROOT / "docs" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    # A module of a folder may be named alone, below the folder's name.
    name = re.escape(Path(module).name)
    assert re.search(rf"(?<!\w){name}", page), f"docs/ARCHITECTURE.md has no line about {module}"


@pytest.mark.parametrize("module", MODULES)
def test_module_has_its_test(module: str) -> None:
    if module in TESTED_ELSEWHERE:
        assert (ROOT / TESTED_ELSEWHERE[module]).is_file()
        return
    mirrors = _mirrors(module)
    assert any(mirror.is_file() for mirror in mirrors), f"none of {mirrors} exists"


def test_changelog_package_and_addon_have_one_version() -> None:
    entry = re.search(
        r"^## \[(\d+\.\d+\.\d+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M
    )
    assert entry is not None
    addon = configparser.ConfigParser()
    addon.read(ROOT / "godot_plugin/addons/pettingzoo_godot/plugin.cfg", encoding="utf-8")
    assert entry[1] == pettingzoo_godot.__version__
    assert addon["plugin"]["version"].strip('"') == pettingzoo_godot.__version__


def test_every_layer_of_the_contract_is_a_module_and_every_module_has_a_layer() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    layers = settings["importlinter:contract:layers"]["layers"]
    named = set(re.findall(r"\w+", layers))
    top = {Path(module).parts[0].removesuffix(".py") for module in MODULES} - {"__main__"}
    assert named == top


def test_constraints_pin_everything_that_setup_installs() -> None:
    settings = configparser.ConfigParser()
    settings.read(ROOT / "setup.cfg", encoding="utf-8")
    wanted = settings["options"]["install_requires"] + settings["options.extras_require"]["dev"]
    names = set(re.findall(r"^([\w-]+)", wanted, re.M))
    pins = (ROOT / "constraints-dev.txt").read_text(encoding="utf-8")
    assert names - set(re.findall(r"^([\w-]+)==", pins, re.M)) == set()
