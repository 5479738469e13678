"""What the documents promise without an engine: links, commands, the size of the README's scene."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import typer.main

from pettingzoo_godot import errors
from pettingzoo_godot.cli import app

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").rglob("*.md")), ROOT / "CONTRIBUTING.md"]
SCENE_LINES = 60  # of GDScript, in all

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def _prose(page: Path) -> str:
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def _anchors(page: Path) -> set[str]:
    """The names that GitHub gives to the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", _prose(page), re.M)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings]
    return {heading.replace(" ", "-") for heading in plain}


@every_page
def test_links_resolve(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", _prose(page)):
        if target.startswith("https://"):
            continue
        name, _, anchor = target.partition("#")
        file = (page.parent / name).resolve() if name else page
        assert file.is_file(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in _anchors(file), f"{page.name} links to {target}"


@every_page
def test_commands_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.M))
    called = re.findall(r"(?:`|\$ )make ((?:[a-z-]+ ?)+)", text)
    assert {target for targets_ in called for target in targets_.split()} <= targets
    verbs = set(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert set(re.findall(r"(?:`|\$ )pettingzoo-godot (?:--debug )?([a-z][a-z-]*)", text)) <= verbs


def test_the_readme_names_what_a_newcomer_needs() -> None:
    text = README.read_text(encoding="utf-8")
    for command in ("make demo", "make test", "make test-slow", "install-godot", "doctor"):
        assert command in text


def test_the_readmes_scene_is_small() -> None:
    scripts = re.findall(
        r"^```gdscript\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S
    )
    lines = sum(len(script.splitlines()) for script in scripts)
    assert len(scripts) == 2
    assert lines <= SCENE_LINES
    assert f"{lines} lines of GDScript" in README.read_text(encoding="utf-8")


def test_the_readmes_loop_is_short() -> None:
    loop = re.search(r"^```python\n(.*?)^```", README.read_text(encoding="utf-8"), re.M | re.S)
    assert loop is not None
    assert len(loop[1].splitlines()) <= 20


def test_python_blocks_are_executed_or_say_why_not() -> None:
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for mark in re.findall(r"<!-- not executed(.*?)-->", text):
            assert re.fullmatch(r": \w.+ ", mark), f"{page.name}: a block is skipped for no reason"
        for block in re.findall(r"^```python\n(.*?)^```", text, re.M | re.S):
            ast.parse(block)


@pytest.mark.parametrize("name", ["SCENES", "PYTHON", "TROUBLESHOOTING"])
def test_every_exception_that_a_page_names_exists(name: str) -> None:
    text = (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")
    ours = set(vars(errors))
    foreign = {"TimeoutError", "ValueError", "LookupError", "FileNotFoundError", "TypeError"}
    foreign |= {"AssertionError"}
    assert set(re.findall(r"\b[A-Z]\w+Error\b", text)) <= ours | foreign


def test_every_exception_is_in_the_table_of_the_python_page() -> None:
    text = (ROOT / "docs" / "PYTHON.md").read_text(encoding="utf-8")
    groups = {"EngineError", "LinkError", "ProtocolError", "UsageError", "LocalProtocolError"}
    classes = {name for name, value in vars(errors).items() if isinstance(value, type)} - groups
    for name in classes & set(re.findall(r"[├└]── (\w+)", errors.__doc__ or "")):
        assert f"`{name}`" in text
