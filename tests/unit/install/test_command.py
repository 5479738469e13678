import errno
import os
import threading
import time

import pytest
from stand_ins import DEADLINE, script

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.command import run_command


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    # A zombie whose parent is gone waits for init, which containers may lack.
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0] != "Z"


def wait_for(condition):
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert time.monotonic() < deadline
        threading.Event().wait(0.01)


def test_run_returns_both_outputs_and_hands_over_status_lines(machine):
    seen = []
    command = script(machine / "c", "echo out; echo err >&2; echo s:1")

    def is_status(line):
        seen.append(line)
        return line.startswith("s:")

    assert run_command([str(command)], DEADLINE, is_status) == "out\nerr"
    assert seen == ["out", "err", "s:1"]


def test_run_of_a_failing_command_shows_its_code_and_last_lines(machine):
    command = script(machine / "c", "echo first; echo the reason >&2; exit 7")
    with pytest.raises(InstallError, match=r"^c failed with exit code 7:\nfirst\nthe reason$"):
        run_command([str(command)], DEADLINE)


def test_run_of_a_missing_command_raises():
    with pytest.raises(InstallError, match="/no/such does not start: No such file"):
        run_command(["/no/such"], DEADLINE)


@pytest.mark.parametrize(
    "said",
    [
        "dpkg-deb: error: No space left on device",
        "E: You don't have enough free space in /x",
    ],
)
def test_run_of_a_command_with_a_full_disk_raises_what_python_would(machine, said):
    command = script(machine / "c", f'echo "{said}"; exit 2')
    with pytest.raises(OSError, match="c says: ") as caught:
        run_command([str(command)], DEADLINE)
    assert caught.value.errno == errno.ENOSPC


def test_run_beyond_its_time_ends_the_whole_group(machine):
    pids = machine / "pids"
    command = script(machine / "c", f"/bin/sleep 600 & echo $! $$ > {pids}; wait")
    with pytest.raises(InstallError, match=r"c was not done after 0\.5 s and was ended"):
        run_command([str(command)], 0.5)
    wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))


def test_run_interrupted_ends_the_whole_group(machine):
    pids = machine / "pids"
    command = script(machine / "c", f"/bin/sleep 600 & echo $! $$ > {pids}; echo go; wait")

    def interrupt(line):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_command([str(command)], DEADLINE, interrupt)
    wait_for(lambda: not any(is_alive(int(pid)) for pid in pids.read_text().split()))
