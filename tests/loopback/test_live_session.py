import contextlib
import json
import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from peer import LONG, MS, SHORT
from processes import engines

from pettingzoo_godot import GodotParallelEnv
from pettingzoo_godot.errors import EngineStartError, LinkClosed, LinkTimeout, SceneError
from pettingzoo_godot.messages import Reset
from pettingzoo_godot.scene import find_scene
from pettingzoo_godot.session import Launch, Session

RESET = Reset((0,), (1,), {"offset": 0.0})


def wait_until(condition):
    deadline = time.monotonic() + LONG
    while not (result := condition()):
        assert time.monotonic() < deadline, "this took too long"
    return result


# ------------------------------------------------------------------ with an engine of its own


@pytest.fixture
def open_session(game, make_env, monkeypatch):
    opened = []

    def open_one(fault="", **arguments):
        monkeypatch.setenv("FAKE_ENGINE_FAULT", fault)
        arguments = {"timeout": LONG, "start_timeout": LONG} | arguments
        opened.append(Session(Launch(find_scene(game), **arguments)))
        return opened[-1]

    yield open_one
    for session in opened:
        session.close()


def test_session_resets_steps_and_closes(open_session):
    session = open_session(speedup=2.0)
    assert session.is_usable()
    process = psutil.Process(session.engine_pid)
    assert json.loads(session.packet_of_hello)["scene"] == "res://fake.tscn"
    assert session.reset(RESET).flags.tolist() == [4, 4]
    step = session.layout.new_step()
    step.actions[0][0][0] = [0.5, 0.25]
    first = session.step(step)
    assert first.rewards.tolist() == [0.75, 0]
    # One buffer for all: the same report, with what came last.
    assert session.step(step) is first
    assert first.observations[0][0][0, 4] == pytest.approx(0.2)
    timing = session.timing
    assert timing.requests == 3
    assert timing.engine_seconds == pytest.approx(3 * 7e-6)
    assert timing.link_seconds == pytest.approx(session.waited - timing.engine_seconds)
    session.close()
    assert not process.is_running()
    assert not session.is_usable()
    assert session.timing == timing
    session.close()
    for call in (lambda: session.step(step), lambda: session.reset(RESET)):
        with pytest.raises(LinkClosed, match="this session is over"):
            call()


def test_session_that_raised_is_over(open_session):
    session = open_session("hang_in_step", timeout=4 * SHORT)
    session.reset(RESET)
    step = session.layout.new_step()
    with pytest.raises(LinkTimeout):
        session.step(step)
    assert not session.is_usable()
    assert not engines()
    with pytest.raises(LinkClosed, match="this session is over"):
        session.step(step)


def test_report_out_of_bounds_is_the_scenes_mistake(open_session):
    session = open_session("nan_reward")
    session.reset(RESET)
    with pytest.raises(SceneError, match=r"expected reward in .* got nan") as error:
        session.step(session.layout.new_step())
    assert error.value.agent
    assert error.value.node
    assert error.value.log_tail == ("fake engine: fault 'nan_reward'",)
    assert not session.is_usable()
    assert not engines()


def test_start_timeout_covers_hello_and_connection(open_session):
    for fault in ("silent", "silent_before_connect"):
        started = time.monotonic()
        with pytest.raises((LinkTimeout, EngineStartError), match=r"within 0\.\d+ s") as error:
            open_session(fault, start_timeout=500 * MS)
        assert time.monotonic() - started < LONG
        assert fault in str(error.value)  # in the log's last lines
        assert not engines()


def test_abandoned_session_ends_nothing(open_session):
    session = open_session()
    child = os.fork()
    if child == 0:
        code = 1
        with contextlib.suppress(BaseException):  # it was abandoned by the fork itself
            code = 2 if session.is_usable() else 0
            session.abandon()
            session.close()
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert session.reset(RESET).flags.tolist() == [4, 4]


# ------------------------------------------------------------------ with the editor's scene


@pytest.fixture
def connection_file(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "pettingzoo_godot" / "connection.json"


@pytest.fixture
def press_play():
    """Yield a function that starts the fake engine as the editor would, with url and token."""
    started = []

    def press(content):
        script = Path(__file__).with_name("fake_engine.py")
        connection = json.loads(content)
        process = subprocess.Popen(
            [sys.executable, str(script), "--", f"--zoo-url={connection['url']}"],
            env=os.environ | {"PETTINGZOO_GODOT_TOKEN": connection["token"]},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(process)
        return process

    yield press
    for process in started:
        process.kill()
        process.wait()


class Waiting(threading.Thread):
    """A session that waits in a thread for somebody to press Play."""

    def __init__(self, start_timeout=LONG):
        super().__init__()
        self.launch = Launch(None, timeout=LONG, start_timeout=start_timeout)
        self.session = self.error = None
        self.start()

    def run(self):
        try:
            self.session = Session(self.launch)
        except Exception as exc:
            self.error = exc

    def result(self):
        self.join(2 * LONG)
        assert self.error is None
        return self.session


def content_of(file, besides=""):
    """Wait for the connection file, with another content than before."""

    def content():
        with contextlib.suppress(OSError):
            return file.read_text() if file.read_text() != besides else ""
        return ""

    return wait_until(content)


def test_editors_scene_finds_us_by_the_connection_file(connection_file, press_play):
    waiting = Waiting()
    content = content_of(connection_file)
    assert json.loads(content).keys() == {"url", "token"}
    assert json.loads(content)["url"].startswith("ws://127.0.0.1:")
    assert stat.S_IMODE(connection_file.stat().st_mode) == 0o600
    assert list(connection_file.parent.iterdir()) == [connection_file]
    process = press_play(content)
    session = waiting.result()
    assert list(connection_file.parent.iterdir()) == []
    assert session.engine_pid is None
    assert session.reset(RESET).flags.tolist() == [4, 4]
    session.close()
    assert process.wait(LONG) == 0


def test_connection_file_is_removed_when_nobody_comes(connection_file):
    waiting = Waiting(start_timeout=4 * SHORT)
    content_of(connection_file)
    waiting.join(LONG)
    assert isinstance(waiting.error, LinkTimeout)
    assert "no scene connected within 0.2 s" in str(waiting.error)
    assert "press Play" in str(waiting.error)
    assert list(connection_file.parent.iterdir()) == []


def test_stale_connection_file_is_replaced(connection_file):
    connection_file.parent.mkdir()
    stale = '{"url": "ws://127.0.0.1:1", "token": "stale"}'
    connection_file.write_text(stale)
    connection_file.chmod(0o644)
    waiting = Waiting(start_timeout=4 * SHORT)
    assert json.loads(content_of(connection_file, besides=stale))["url"] != "ws://127.0.0.1:1"
    assert stat.S_IMODE(connection_file.stat().st_mode) == 0o600
    waiting.join(LONG)
    assert not connection_file.exists()


def test_last_to_wait_is_found_and_keeps_its_file(connection_file, press_play):
    """Two wait; the file is the second one's, whatever happens to the first."""
    waiting = Waiting()
    first = content_of(connection_file)
    script = (
        "from pettingzoo_godot.session import *\n"
        f"session = Session(Launch(None, start_timeout={2 * LONG}))\n"
        "print(session.layout.hello.scene)\n"
        "session.close()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as other:
        second = content_of(connection_file, besides=first)
        press_play(first)
        waiting.result().close()
        assert connection_file.read_text() == second
        press_play(second)
        assert other.communicate(timeout=2 * LONG)[0] == b"res://fake.tscn\n"
    assert not connection_file.exists()


def test_environment_waits_for_the_editor(connection_file, press_play):
    env = GodotParallelEnv(None, timeout=LONG, start_timeout=LONG)
    assert env.metadata["name"] == "editor"
    asking = threading.Thread(target=lambda: env.possible_agents)
    asking.start()
    process = press_play(content_of(connection_file))
    asking.join(2 * LONG)
    # The session that answered the question is the one that plays.
    assert env.possible_agents == ["runner_0", "chaser_0"]
    env.reset(seed=1)
    assert env.step(dict.fromkeys(env.agents, (0.5, 0)))[1] == {"runner_0": 0.5, "chaser_0": 0.5}
    assert env.engine_pid is None
    env.close()
    assert process.wait(LONG) == 0


def test_wrong_token_is_not_let_in(connection_file, press_play):
    waiting = Waiting()
    content = content_of(connection_file)
    stranger = press_play(json.dumps(json.loads(content) | {"token": "guessed"}))
    assert stranger.wait(LONG) != 0
    assert waiting.is_alive()
    press_play(content)
    waiting.result().close()


def test_speedup_is_told_to_the_editors_scene_as_well(connection_file, press_play):
    env = GodotParallelEnv(None, timeout=LONG, start_timeout=LONG, speedup=3.0)
    resetting = threading.Thread(target=env.reset)
    resetting.start()
    process = press_play(content_of(connection_file))
    resetting.join(2 * LONG)
    assert env.agents == ["runner_0", "chaser_0"]
    env.close()
    assert process.wait(LONG) == 0
