from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from pettingzoo_godot import display as displays
from pettingzoo_godot import play
from pettingzoo_godot.errors import EngineDied, EngineStartError, SceneNotFound, UsageError

posix = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


@pytest.fixture
def display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":7")


def game(folder: Path, script: str) -> Path:
    """An exported game, played by a shell script."""
    path = folder / "game.x86_64"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


@posix
def test_no_display_is_an_error_before_anything_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(displays, "find_display", lambda: None)
    with pytest.raises(UsageError, match=r"neither DISPLAY nor WAYLAND_DISPLAY.*xvfb-run"):
        play.play(game(tmp_path, f"touch {tmp_path}/started"))
    assert not (tmp_path / "started").exists()


def test_no_such_scene_is_an_error_even_without_a_display(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(displays, "find_display", lambda: None)
    with pytest.raises(SceneNotFound):
        play.play("nowhere/at_all")


@posix
@pytest.mark.usefixtures("display")
def test_closed_window_ends_cleanly(tmp_path: Path) -> None:
    play.play(game(tmp_path, "exit 0"))


@posix
@pytest.mark.usefixtures("display")
@pytest.mark.parametrize(
    ("script", "reason"), [("exit 3", "exited with code 3"), ("kill -9 $$", "by signal 9")]
)
def test_other_ends_are_errors(tmp_path: Path, script: str, reason: str) -> None:
    with pytest.raises(EngineDied, match=reason):
        play.play(game(tmp_path, script))


@posix
@pytest.mark.usefixtures("display")
def test_game_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    path = game(tmp_path, "")
    path.write_text("#!/no/such/shell\n")
    with pytest.raises(EngineStartError, match="to start"):
        play.play(path)


@posix
@pytest.mark.usefixtures("display")
@pytest.mark.parametrize("trap", ["", "trap '' TERM"])
def test_ctrl_c_ends_the_engine(tmp_path: Path, trap: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(play, "_GRACE", 0.2)
    running = tmp_path / "pid"
    os.mkfifo(running)
    script = f"{trap}\necho $$ > {running}\nwhile :; do read line < {running}; done"
    pids = []
    waiting = threading.Event()
    wait = subprocess.Popen.wait

    def tell_and_wait(process: subprocess.Popen[bytes], timeout: float | None = None) -> int:
        waiting.set()
        return wait(process, timeout)

    def press_ctrl_c() -> None:
        pids.append(int(running.read_text()))  # waits until the game runs
        assert waiting.wait(10.0)
        signal.pthread_kill(main, signal.SIGINT)

    monkeypatch.setattr(subprocess.Popen, "wait", tell_and_wait)
    main = threading.get_ident()
    presser = threading.Thread(target=press_ctrl_c)
    presser.start()
    play.play(game(tmp_path, script))
    presser.join()
    with pytest.raises(ProcessLookupError):
        os.kill(pids[0], 0)


@posix
@pytest.mark.usefixtures("display")
def test_the_persons_agent_is_told_to_the_engine(tmp_path: Path) -> None:
    play.play(game(tmp_path, f'echo "$@" > {tmp_path}/arguments'), "seeker_0")
    assert (tmp_path / "arguments").read_text() == "-- --zoo-player=seeker_0\n"
    play.play(game(tmp_path, f'echo "$@" > {tmp_path}/arguments'))
    assert (tmp_path / "arguments").read_text() == "\n"


@posix
@pytest.mark.usefixtures("display")
def test_policies_and_parameters_are_told_to_the_engine(tmp_path: Path) -> None:
    policies = {"hider": tmp_path / "of hiders.tres"}
    parameters = {"actions": "box", "speed": 2.0}
    script = f'echo "$3" > {tmp_path}/policies; echo "$4" > {tmp_path}/parameters'
    play.play(game(tmp_path, script), "seeker_0", policies, parameters)
    for name, told in (("policies", {"hider": str(policies["hider"])}), ("parameters", parameters)):
        option, _, value = (tmp_path / name).read_text().partition("=")
        assert (option, json.loads(value)) == (f"--zoo-{name}", told)
