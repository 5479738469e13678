from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pettingzoo_godot.errors import EngineError, EngineStartError
from pettingzoo_godot.headless import godot_path, run_godot

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the engine is a shell script")


def run(folder: Path, body: str, **arguments: object) -> list[str]:
    godot = folder / "godot"
    godot.write_text(f"#!/bin/sh\n{body}\n")
    godot.chmod(0o755)
    given = {"task": "work", "timeout": 30.0, **arguments}
    return run_godot(godot, folder / "50%", ["--import"], **given)  # type: ignore[arg-type]


def test_log_is_without_colours_progress_and_empty_lines(tmp_path: Path) -> None:
    body = "echo '[  5% ] scan'; echo; printf '\\033[91mERROR: no\\033[0m\\n' >&2; echo \"$@\""
    arguments = f"--headless --path {tmp_path}/50%25 --import"
    assert run(tmp_path, body) == ["ERROR: no", arguments]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("exit 3", "expected Godot to work; it ended with exit code 3 and wrote no game. Open"),
        ("exit 0", "exit code 0 and wrote no game. Open"),
        ('touch "$(dirname "$0")/game"; exit 3', "exit code 3. Open"),
    ],
)
def test_failure_has_the_end_of_the_log(tmp_path: Path, body: str, message: str) -> None:
    count = "for i in $(seq 30); do echo line $i; done"
    with pytest.raises(EngineStartError, match=message) as caught:
        run(tmp_path, f"{count}; {body}", makes=tmp_path / "game", error=EngineStartError)
    assert caught.value.log_tail == tuple(f"line {i}" for i in range(11, 31))


def test_what_was_to_be_made_is_there(tmp_path: Path) -> None:
    assert run(tmp_path, 'touch "$(dirname "$0")/game"', makes=tmp_path / "game") == []


def test_what_does_not_end_is_ended(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match=r"it did not end within 0\.5 s") as caught:
        run(tmp_path, "echo $$; exec sleep 60", timeout=0.5)
    (process,) = caught.value.log_tail
    assert subprocess.run(["kill", "-0", process], capture_output=True).returncode != 0


def test_paths_are_encoded() -> None:
    assert godot_path(Path("/a 50%/b")) == "/a 50%25/b"
