"""The addon's own tests, in the engine: one pytest test for each of godot_plugin/tests/test_*.gd.

They run in a copy of the project, which is imported afresh.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from watch import OUR_FAULTS, ROOT, complaints, run_engine

PROJECT = ROOT / "godot_plugin"
TEST_FILES = sorted(path.stem for path in PROJECT.glob("tests/test_*.gd"))

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """An imported copy of the addon's project, the golden packets where its tests look for them."""
    home = tmp_path_factory.mktemp("addon")
    copy = home / PROJECT.name
    shutil.copytree(PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns(".godot"))
    shutil.copytree(ROOT / "tests" / "golden", home / "tests" / "golden")
    run(copy, "--import")
    return copy


def run(project: Path, *arguments: str) -> str:
    """Run the engine to its end and return what it prints; complaints fail the test."""
    output = run_engine(project.parent, project, *arguments)
    # A fault that a test provokes shows in the console as well.
    assert complaints(output, expected=OUR_FAULTS) == [], output
    return output


def run_tests(project: Path, *arguments: str) -> None:
    script = ("--fixed-fps", "60", "--script", "res://tests/run_tests.gd")
    output = run(project, *script, "--", *arguments)
    assert re.search(r"^[1-9]\d* passed, 0 failed$", output, re.MULTILINE), output


@pytest.mark.parametrize("test_file", TEST_FILES)
def test_gdscript(project, test_file):
    run_tests(project, test_file + ".")


def test_launch_options_of_the_command_line(project):
    options = ["--zoo-url=ws://127.0.0.1:1/?a=b", "--zoo-wait=block"]
    options += ["--zoo-engine-only=7", "--zoo-trainer-pid=42", "--zoo-arenas=5"]
    options.append("--zoo-picture=640x360")
    run_tests(project, "test_launch_options.", *options)


def test_arenas_of_the_command_line(project):
    run_tests(project, "test_zoo_arenas.test_count", "--zoo-arenas=2")


def test_no_test_is_a_failure(project):
    with pytest.raises(AssertionError, match="0 passed, 0 failed"):
        run_tests(project, "no test is called this")


def test_scripts_have_no_warnings(project):
    script = ("--script", "res://tests/project_warnings.gd")
    output = run(project, *script, "--", "override")
    override = project / "override.cfg"
    override.write_text(output[output.index("[debug]") :])
    try:
        assert "failed: none" in run(project, *script)
    finally:
        override.unlink()


def test_script_template_is_where_the_editor_looks(project):
    template = "ZooAgent/zoo_agent_template.gd"
    seen = project / "script_templates" / template
    shipped = project / "addons" / "pettingzoo_godot" / "script_templates" / template
    assert seen.read_text() == shipped.read_text()
