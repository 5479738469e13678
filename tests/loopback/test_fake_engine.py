"""The fake engine without faults; what its faults do is in test_live_env.py."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from peer import LONG, SHORT

from pettingzoo_godot.errors import LinkTimeout
from pettingzoo_godot.messages import Close, Configure, Reset
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
