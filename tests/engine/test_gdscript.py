"""The addon's own tests, in the engine: one pytest test for each of godot_plugin/tests/test_*.gd.

They run in a copy of the project, which is imported afresh.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "godot_plugin"
TEST_FILES = sorted(path.stem for path in PROJECT.glob("tests/test_*.gd"))
TIMEOUT = 100.0  # seconds for one start of the engine; all tests together take 4

pytestmark = pytest.mark.engine


@pytest.fixture(scope="module")
def engine_executable() -> Path:
    from pettingzoo_godot.install import find_godot

    return find_godot().executable


@pytest.fixture(scope="module")
def project(engine_executable, tmp_path_factory) -> Path:
    """An imported copy of the addon's project, the golden packets where its tests look for them."""
    home = tmp_path_factory.mktemp("addon")
    copy = home / PROJECT.name
    shutil.copytree(PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns(".godot"))
    shutil.copytree(ROOT / "tests" / "golden", home / "tests" / "golden")
    run(engine_executable, copy, "--import")
    return copy


def run(engine_executable: Path, project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run the engine to its end; script errors and its other complaints fail the test."""
    done = subprocess.run(
        [engine_executable, "--headless", "--path", project, *arguments],
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        stdin=subprocess.DEVNULL,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    # A fault that a test provokes shows in the console as well.
    for line in output.splitlines():
        expected = line.startswith("ERROR: pettingzoo_godot: ")
        assert expected or not line.startswith(("SCRIPT ERROR", "ERROR", "WARNING")), output
    return done


def run_tests(engine_executable: Path, project: Path, *arguments: str) -> None:
    script = "res://tests/run_tests.gd"
    done = run(
        engine_executable, project, "--fixed-fps", "60", "--script", script, "--", *arguments
    )
    assert done.stdout.rstrip().endswith(" passed, 0 failed"), done.stdout


@pytest.mark.parametrize("test_file", TEST_FILES)
def test_gdscript(engine_executable, project, test_file):
    run_tests(engine_executable, project, test_file + ".")


def test_launch_options_of_the_command_line(engine_executable, project):
    options = ["--zoo-url=ws://127.0.0.1:1/?a=b", "--zoo-wait=block"]
    options += ["--zoo-engine-only=7", "--zoo-trainer-pid=42", "--zoo-arenas=5"]
    run_tests(engine_executable, project, "test_launch_options.", *options)


def test_arenas_of_the_command_line(engine_executable, project):
    run_tests(engine_executable, project, "test_zoo_arenas.test_count", "--zoo-arenas=2")


def test_no_test_is_a_failure(engine_executable, project):
    with pytest.raises(AssertionError, match="0 passed, 0 failed"):
        run_tests(engine_executable, project, "no test is called this")


def test_scripts_have_no_warnings(engine_executable, project):
    script = ("--script", "res://tests/project_warnings.gd")
    done = run(engine_executable, project, *script, "--", "override")
    override = project / "override.cfg"
    override.write_text(done.stdout[done.stdout.index("[debug]") :])
    try:
        assert "failed: none" in run(engine_executable, project, *script).stdout
    finally:
        override.unlink()


def test_script_template_is_where_the_editor_looks(project):
    template = "ZooAgent/zoo_agent_template.gd"
    seen = project / "script_templates" / template
    shipped = project / "addons" / "pettingzoo_godot" / "script_templates" / template
    assert seen.read_text() == shipped.read_text()
