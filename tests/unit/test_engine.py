import gc
import os
import signal
import sys
import time

import psutil
import pytest

from pettingzoo_godot.engine import Engine
from pettingzoo_godot.errors import EngineStartError

LONG = 10.0  # seconds; for what must happen
GRACE = 0.1  # seconds; for an engine that will not use it
READ = "read line; exit 0"  # ends with its input
HANG = 'trap \'\' TERM HUP INT; exec <&-; mkfifo "$0.fifo"; echo ready; cat "$0.fifo"'

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the engine is a shell script")


@pytest.fixture
def start(tmp_path):
    """Yield a function that starts a script as engine; none outlives the test."""
    started = []

    def start_engine(script, log_path=None, **environment):
        path = tmp_path / f"engine {len(started)}"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        engine = Engine([str(path)], environment, log_path)
        started.append(psutil.Process(engine.pid))
        return engine

    yield start_engine
    gc.collect()
    left = [process for process in started if is_alive(process)]
    for process in left:
        os.killpg(process.pid, signal.SIGKILL)
    assert not left


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def wait_until(condition):
    deadline = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < deadline, "this took too long"


def wait_for_end(engine):
    wait_until(lambda: not engine.is_running())


# ------------------------------------------------------------------ start


def test_engine_runs_with_its_environment_in_a_group_of_its_own(start):
    engine = start(f'echo "$COLOUR $HOME"; {READ}', COLOUR="red")
    assert engine.is_running()
    engine.check_start()
    assert os.getpgid(engine.pid) == engine.pid != os.getpgid(0)
    wait_until(engine.log_tail)
    assert engine.log_tail() == (f"red {os.environ['HOME']}",)
    engine.stop()
    assert not engine.is_running()


def test_arguments_reach_the_engine(start, tmp_path):
    script = tmp_path / "script"
    script.write_text('#!/bin/sh\nfor a in "$@"; do echo "<$a>"; done\n')
    script.chmod(0o755)
    engine = Engine([str(script), "a b", "", "$HOME"], {})
    wait_for_end(engine)
    assert engine.log_tail() == ("<a b>", "<>", "<$HOME>")
    engine.stop()


@pytest.mark.parametrize("kind", ["absent", "not executable", "no interpreter"])
def test_program_that_cannot_be_started_is_an_error(tmp_path, kind):
    path = tmp_path / "engine"
    if kind != "absent":
        path.write_text("#!/no/such/shell\n")
        path.chmod(0o755 if kind == "no interpreter" else 0o644)
    descriptors = psutil.Process().num_fds()
    with pytest.raises(EngineStartError, match=r"expected .*engine to start; "):
        Engine([str(path)], {})
    assert psutil.Process().num_fds() == descriptors


def test_engine_that_exits_early_is_an_error_with_its_log(start):
    engine = start("echo no display >&2; exit 3")
    wait_for_end(engine)
    with pytest.raises(EngineStartError, match="exited with code 3 before it said hello") as error:
        engine.check_start()
    assert error.value.log_tail == ("no display",)
    engine.stop()


# ------------------------------------------------------------------ how it ended


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 0", "exited with code 0"),
        ("exit 7", "exited with code 7"),
        ("kill -9 $$", "was killed by SIGKILL"),
        ("kill -SEGV $$", "was killed by SIGSEGV"),
        ("kill -40 $$", "was killed by signal 40"),
    ],
)
def test_end_has_a_reason(start, script, reason):
    engine = start(f"echo last words; {script}")
    wait_for_end(engine)
    assert engine.exit_reason() == reason
    died = engine.died("a step")
    assert str(died).startswith(f"the engine {reason} during a step; reset() starts another one")
    assert died.log_tail == ("last words",)
    engine.stop()


def test_living_engine_has_not_died(start):
    engine = start(READ)
    assert engine.exit_reason() == "is still running"
    started = time.monotonic()
    assert engine.died("a step") is None
    assert time.monotonic() - started < LONG / 2
    engine.stop()


def test_exit_code_is_waited_for_a_moment(start):
    engine = start("read line; exit 4")
    os.write(engine._stdin.fileno(), b"\n")
    assert "exited with code 4" in str(engine.died("a step"))
    engine.stop()


# ------------------------------------------------------------------ the log


def test_tail_is_the_last_twenty_lines_that_are_not_blank(start):
    engine = start("for i in $(seq 100); do echo; echo line $i; done")
    wait_for_end(engine)
    assert engine.log_tail() == tuple(f"line {i}" for i in range(81, 101))
    engine.stop()


def test_tail_of_a_great_log_is_read_only_at_its_end(start):
    engine = start("head -c 100000 /dev/zero | tr '\\0' x; echo; printf 'caf\\303\\251 \\377'")
    wait_for_end(engine)
    *_, long, last = engine.log_tail()
    assert last == "café \N{REPLACEMENT CHARACTER}"
    assert set(long) == {"x"}
    assert len(long) < 20_000
    engine.stop()


def test_log_is_appended_to_a_file_of_ones_own(start, tmp_path):
    log = tmp_path / "engine.log"
    log.write_text("before\n")
    engine = start("echo one; read line; echo two", log)
    wait_until(lambda: "one" in log.read_text())
    assert engine.log_tail() == ("before", "one")
    # Reading moves no position that the engine shares.
    os.write(engine._stdin.fileno(), b"\n")
    wait_for_end(engine)
    assert log.read_text() == "before\none\ntwo\n"
    engine.stop()
    other = start("echo three", log)
    wait_for_end(other)
    other.stop()
    assert log.read_text() == "before\none\ntwo\nthree\n"


def test_log_in_a_folder_that_does_not_exist_is_an_error(start, tmp_path):
    with pytest.raises(EngineStartError, match=r"nowhere.engine\.log"):
        start(READ, tmp_path / "nowhere" / "engine.log")


def test_log_after_the_end_is_empty_and_no_file_is_left(start, tmp_path, monkeypatch):
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    engine = start("echo words")
    wait_for_end(engine)
    assert engine.log_tail() == ("words",)
    engine.stop()
    assert engine.log_tail() == ()
    assert list(folder.iterdir()) == []


# ------------------------------------------------------------------ stop


def test_stop_lets_the_engine_quit_by_itself(start, tmp_path):
    log = tmp_path / "log"
    engine = start("read line; echo saved", log)
    started = time.monotonic()
    engine.stop(grace=LONG)
    assert time.monotonic() - started < LONG / 2
    assert engine.exit_reason() == "exited with code 0"
    assert log.read_text() == "saved\n"
    engine.stop()


def test_stop_kills_an_engine_that_hangs(start):
    engine = start(HANG)
    wait_until(engine.log_tail)
    started = time.monotonic()
    engine.stop(grace=GRACE)
    assert GRACE <= time.monotonic() - started < LONG / 2
    assert engine.exit_reason() == "was killed by SIGKILL"


def test_stop_takes_all_processes_of_the_engine_along(start):
    """A wrapper script is not the engine itself."""
    engine = start(f"({HANG}) & echo $!; wait")
    wait_until(lambda: len(engine.log_tail()) == 2)
    child = psutil.Process(int(min(engine.log_tail())))
    engine.stop(grace=GRACE)
    try:
        wait_until(lambda: not is_alive(child))
    finally:
        if is_alive(child):
            os.killpg(engine.pid, signal.SIGKILL)


def test_stop_of_an_engine_that_is_gone(start):
    engine = start("exit 5")
    wait_for_end(engine)
    engine.stop()
    engine.stop()
    assert engine.exit_reason() == "exited with code 5"


@pytest.mark.parametrize("script", [READ, HANG])
def test_forgotten_engine_ends_and_leaves_nothing_open(start, script):
    descriptors = psutil.Process().num_fds()
    engine = start(f"echo ready; {script}")
    wait_until(engine.log_tail)
    process = psutil.Process(engine.pid)
    del engine
    gc.collect()
    assert not is_alive(process)
    assert psutil.Process().num_fds() == descriptors


# ------------------------------------------------------------------ forks


def in_child(function):
    """Return the exit code of a forked child that runs a function."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            function()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_childs_copy_does_not_stop_the_engine(start):
    engine = start(READ)
    assert in_child(lambda: engine.stop(grace=0.0)) == 0
    assert in_child(lambda: engine._finalizer()) == 0
    assert engine.is_running()
    engine.stop()


def test_abandoned_copy_keeps_nothing_open(start):
    engine = start(READ)

    def abandon():
        before = psutil.Process().num_fds()
        engine.abandon()
        assert psutil.Process().num_fds() == before - 2
        engine.stop()
        assert engine.log_tail() == ()

    assert in_child(abandon) == 0
    assert engine.is_running()
    engine.stop(grace=LONG)
    assert engine.exit_reason() == "exited with code 0"


def test_engine_ends_with_its_trainer(start, tmp_path):
    """Whoever reads its standard input, as this script does, sees the end of Python there."""
    pid = tmp_path / "pid"

    def trainer():
        script = tmp_path / "orphan"
        script.write_text(f"#!/bin/sh\necho $$ > {pid}.new; mv {pid}.new {pid}; {READ}\n")
        script.chmod(0o755)
        engine = Engine([str(script)], {})
        wait_until(pid.exists)
        os.kill(os.getpid(), signal.SIGKILL)
        engine.stop()

    assert in_child(trainer) == -signal.SIGKILL
    engine = int(pid.read_text())
    wait_until(lambda: not psutil.pid_exists(engine) or not is_alive(psutil.Process(engine)))
