import os
import subprocess
import sys
from pathlib import Path

import pytest
from peer import LONG, SHORT

from pettingzoo_godot.errors import (
    LinkClosed,
    LinkTimeout,
    RemoteProtocolError,
    VersionMismatch,
)
from pettingzoo_godot.messages import Close, Configure, Fault, Reset
from pettingzoo_godot.protocol import Protocol, Side


def start_fake_engine(listener, fault=""):
    variables = {"PETTINGZOO_GODOT_TOKEN": listener.token, "FAKE_ENGINE_FAULT": fault}
    script = Path(__file__).with_name("fake_engine.py")
    return subprocess.Popen(
        [sys.executable, str(script), "--", f"--zoo-url={listener.url}", "--zoo-wait=block"],
        env=os.environ | variables,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_fake_engine_plays_an_episode(listener):
    with start_fake_engine(listener) as process:
        it = listener.accept(4 * LONG)
        conversation = Protocol(Side.TRAINER)
        conversation.receive(it.receive(LONG))
        layout = conversation.layout
        it.expect(layout.report_size)

        def ask(request):
            it.send(conversation.send(request))
            return conversation.receive(it.receive(LONG))

        it.send(conversation.send(Configure(0.0)))
        starts = []
        for seed in (1, 1, 2):
            report = ask(Reset((0,), (seed,), {"offset": 0.5}))
            starts.append(report.observations[0][0][0, 2:4].tolist())
            assert report.flags.tolist() == [4, 4]
            step = layout.new_step()
            step.actions[1][0][0] = [0.25, 0.5]
            for count in range(1, 12):
                report = ask(step)
                assert layout.find_bad_report(report) is None
                if count <= 10:
                    assert report.rewards.tolist() == [0.5, 1.25]
                    assert report.observations[1][0][0, :2].tolist() == [0.25, 0.5]
                assert report.flags.tolist() == [0 if count > 10 else 5 if count == 10 else 4] * 2
        assert starts[0] == starts[1] != starts[2]
        it.send(conversation.send(Close()))
        it.close()
        assert process.wait(LONG) == 0


def test_fake_engine_that_hangs_quits_at_the_end_of_its_input(listener):
    with start_fake_engine(listener, "silent") as process:
        it = listener.accept(4 * LONG)
        with pytest.raises(LinkTimeout):
            it.receive(SHORT)
        it.close(timeout=0)
        process.stdin.close()
        assert process.wait(LONG) == 0


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("exit_before_connect", LinkTimeout),
        ("silent_before_connect", LinkTimeout),
        ("wrong_subprotocol", VersionMismatch),
        ("exit_before_hello", LinkClosed),
        ("silent", LinkTimeout),
        ("wrong_version", VersionMismatch),
        ("garbage_hello", RemoteProtocolError),
        ("fault_before_hello", Fault),
        ("die_in_reset", LinkClosed),
        ("hang_in_reset", LinkTimeout),
        ("die_in_step", LinkClosed),
        ("close_in_step", LinkClosed),
        ("hang_in_step", LinkTimeout),
        ("garbage_report", RemoteProtocolError),
        ("garbage_text", RemoteProtocolError),
        ("wrong_size_report", RemoteProtocolError),
        ("oversize_report", LinkClosed),
        ("stale_sequence", RemoteProtocolError),
        ("nan_observation", "got nan"),
        ("nan_reward", "got nan"),
        ("out_of_bounds", "got 1.5"),
        ("fault_in_step", Fault),
        ("protocol_fault_in_step", Fault),
        ("fault_then_die", Fault),
        ("oversize_text", LinkClosed),
        ("hello_in_step", RemoteProtocolError),
        ("slow_step", None),
        ("noisy", None),
        ("ignore_close", None),
        ("ignore_end_of_file", None),
    ],
)
def test_fake_engine_does_what_is_asked_for(listener, fault, expected):
    with start_fake_engine(listener, fault) as process:
        try:
            outcome = first_step(listener, fault)
        finally:
            process.kill()
    if isinstance(expected, type):
        assert isinstance(outcome, expected), outcome
    elif expected is None:
        assert outcome is None
    else:
        assert expected in outcome.problem


def first_step(listener, fault):
    """Step once; return what went wrong."""
    conversation = Protocol(Side.TRAINER)
    patience = SHORT if fault.startswith(("silent", "hang", "exit_before_connect")) else LONG
    it = None
    try:
        is_absent = fault.endswith("before_connect")
        it = listener.accept(patience if is_absent else LONG)
        message = conversation.receive(it.receive(patience))
        if isinstance(message, Fault):
            return message
        it.binary_size = conversation.layout.report_size
        for request in (Reset((0,), (1,), {"offset": 0.0}), conversation.layout.new_step()):
            it.send(conversation.send(request))
            message = conversation.receive(it.receive(patience))
            if isinstance(message, Fault):
                return message
        return conversation.layout.find_bad_report(message)
    except (LinkTimeout, LinkClosed, RemoteProtocolError) as exc:
        return exc
    finally:
        if it is not None:
            it.close(timeout=0)
