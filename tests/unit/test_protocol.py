import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from pettingzoo_godot.errors import LocalProtocolError, RemoteProtocolError, VersionMismatch
from pettingzoo_godot.layout import new_picture
from pettingzoo_godot.messages import (
    AgentSpec,
    Close,
    Configure,
    Fault,
    Hello,
    Picture,
    Render,
    Report,
    Reset,
    Step,
)
from pettingzoo_godot.protocol import SENDERS, TRANSITIONS, Protocol, Side, State

TABLE = json.loads((Path(__file__).parents[1] / "golden" / "transitions.json").read_text())
BOX = spaces.Box(-1.0, 1.0, (2,), np.float32)
AGENT = AgentSpec("runner_0", "runner", "Agent", BOX, BOX)
HELLO = Hello(1, "0.1.0", "4.6", "res://x.tscn", 1 / 60, 4, 0, 1, 0, (AGENT,))
KINDS = (Hello, Configure, Reset, Step, Report, Render, Picture, Close, Fault)
RESET = Reset((0,), (1,))


class Pair:
    """Both sides of one conversation, in memory."""

    def __init__(self):
        self.sides = {side: Protocol(side) for side in Side}
        self.trainer, self.engine = self.sides[Side.TRAINER], self.sides[Side.ENGINE]

    def say(self, side, message):
        """Let one side speak and the other listen."""
        other = Side.ENGINE if side is Side.TRAINER else Side.TRAINER
        packet = self.sides[side].send(message)
        packet = packet if isinstance(packet, str) else bytearray(packet)
        return self.sides[other].receive(packet)

    def message(self, kind):
        layout = self.trainer.layout
        return {
            Hello: HELLO,
            Configure: Configure(1.0),
            Reset: RESET,
            Step: layout and layout.new_step(),
            Report: layout and layout.new_report(),
            Render: Render("", (0,)),
            Picture: layout and new_picture(1, 2, 2),
            Close: Close(),
            Fault: Fault("scene", "broken"),
        }[kind]

    def lead_to(self, state):
        steps = {
            State.GREETING: [],
            State.IDLE: [(Side.ENGINE, Hello)],
            State.WAITING: [(Side.ENGINE, Hello), (Side.TRAINER, Reset)],
            State.DRAWING: [(Side.ENGINE, Hello), (Side.TRAINER, Render)],
            State.CLOSED: [(Side.ENGINE, Hello), (Side.TRAINER, Close)],
        }[state]
        for side, kind in steps:
            self.say(side, self.message(kind))
        assert self.trainer.state == self.engine.state == state


def test_transitions_are_those_of_the_golden_table():
    ours = [[state, kind.__name__.lower(), end] for (state, kind), end in TRANSITIONS.items()]
    assert ours == TABLE["transitions"]
    senders = {
        kind.__name__.lower(): "both" if len(sides) == 2 else next(iter(sides))
        for kind, sides in SENDERS.items()
    }
    assert senders == TABLE["senders"]


@pytest.mark.parametrize(
    ("state", "side", "kind"), [*itertools.product(State, Side, KINDS)], ids=lambda it: str(it)
)
def test_every_message_in_every_state(state, side, kind):
    pair = Pair()
    pair.lead_to(state)
    # What is legal according to the golden table, not to ours.
    name = kind.__name__.lower()
    ends = [
        end for start, message, end in TABLE["transitions"] if (start, message) == (state, name)
    ]
    message = pair.message(kind)
    if message is None:  # binary, before anybody can know the layout
        message = {
            Step: Step(bytearray(16), ()),
            Report: Report(bytearray(16), (), *[None] * 4),
            Picture: new_picture(1, 2, 2),
        }[kind]
    if ends and TABLE["senders"][name] in (side, "both"):
        received = pair.say(side, message)
        assert type(received) is kind
        assert pair.trainer.state == pair.engine.state == ends[0]
        return
    speaker, listener = pair.sides[side], pair.sides[next(s for s in Side if s is not side)]
    with pytest.raises(LocalProtocolError, match=f"got {name}"):
        speaker.send(message)
    speaker.state = State(
        next(start for start, message, _ in TABLE["transitions"] if message == name)
    )
    packet = packet_of(kind, pair)
    with pytest.raises(RemoteProtocolError):
        listener.receive(packet)
    assert listener.state == state


def packet_of(kind, pair):
    """Make a well-formed packet that is out of turn."""
    other = Pair()
    other.lead_to(State.IDLE)
    message = (pair if pair.trainer.layout else other).message(kind)
    if kind in (Step, Report, Picture):
        return message.packet
    from pettingzoo_godot.codec import encode

    return encode(message)


def test_refusal_names_what_was_expected():
    pair = Pair()
    with pytest.raises(LocalProtocolError) as error:
        pair.trainer.send(RESET)
    assert "expected fault or close from the trainer" in str(error.value)
    assert "conversation is greeting; got reset" in str(error.value)
    pair.lead_to(State.CLOSED)
    with pytest.raises(LocalProtocolError, match="expected nothing more from the trainer"):
        pair.trainer.send(RESET)


def test_requests_are_numbered_from_one():
    pair = Pair()
    pair.lead_to(State.IDLE)
    layout = pair.trainer.layout
    for sequence, request in enumerate([RESET, layout.new_step(), layout.new_step(), RESET], 1):
        assert pair.say(Side.TRAINER, request).sequence == sequence
        report = pair.say(Side.ENGINE, pair.engine.layout.new_report(engine_usec=3, tick=9))
        assert (report.sequence, report.engine_usec, report.tick) == (sequence, 3, 9)
        assert pair.trainer.sequence == pair.engine.sequence == sequence


def test_configure_is_not_numbered():
    pair = Pair()
    pair.lead_to(State.IDLE)
    pair.say(Side.TRAINER, Configure(0.0))
    assert pair.say(Side.TRAINER, RESET).sequence == 1


def test_numbers_wrap():
    pair = Pair()
    pair.lead_to(State.IDLE)
    pair.trainer.sequence = pair.engine.sequence = 2**32 - 1
    assert pair.say(Side.TRAINER, pair.trainer.layout.new_step()).sequence == 0


@pytest.mark.parametrize("kind", [Reset, Step])
def test_request_with_another_number_is_refused(kind):
    pair = Pair()
    pair.lead_to(State.IDLE)
    pair.trainer.sequence = 5
    with pytest.raises(RemoteProtocolError, match="expected sequence 1; got 6"):
        pair.say(Side.TRAINER, pair.message(kind))
    assert (pair.engine.state, pair.engine.sequence) == (State.IDLE, 0)


def test_stale_report_is_refused():
    pair = Pair()
    pair.lead_to(State.WAITING)
    pair.engine.sequence = 7
    with pytest.raises(RemoteProtocolError, match="expected sequence 1; got 7"):
        pair.say(Side.ENGINE, pair.engine.layout.new_report())
    assert pair.trainer.state is State.WAITING


def test_picture_is_of_the_last_request():
    pair = Pair()
    pair.lead_to(State.WAITING)
    pair.say(Side.ENGINE, pair.message(Report))
    pair.say(Side.TRAINER, Render("", (0,)))
    assert pair.say(Side.ENGINE, new_picture(1, 2, 2)).sequence == 1
    pair.say(Side.TRAINER, Render("", (0,)))
    pair.engine.sequence = 7
    with pytest.raises(RemoteProtocolError, match="expected sequence 1; got 7"):
        pair.say(Side.ENGINE, new_picture(1, 2, 2))
    assert pair.trainer.state is State.DRAWING


def test_step_goes_out_in_its_own_buffer():
    pair = Pair()
    pair.lead_to(State.IDLE)
    step = pair.trainer.layout.new_step()
    step.actions[0][0][0] = [0.25, -0.5]
    assert pair.trainer.send(step) is step.packet
    assert pair.engine.receive(bytes(step.packet)).actions[0][0].tolist() == [[0.25, -0.5]]


def test_step_that_cannot_be_numbered_is_refused():
    pair = Pair()
    pair.lead_to(State.IDLE)
    step = dataclasses.replace(pair.message(Step), packet=bytes(pair.trainer.layout.step_size))
    with pytest.raises(LocalProtocolError, match="writable"):
        pair.trainer.send(step)
    assert pair.trainer.state is State.IDLE
    assert pair.trainer.sequence == 0


def test_both_sides_have_a_layout_after_the_hello():
    pair = Pair()
    assert pair.trainer.layout is None
    pair.lead_to(State.IDLE)
    assert pair.trainer.layout.report_size == pair.engine.layout.report_size
    assert pair.trainer.layout.hello == HELLO


def test_contradictory_hello_is_refused_on_both_sides():
    twice = dataclasses.replace(HELLO, agents=(AGENT, AGENT))
    with pytest.raises(LocalProtocolError, match="different IDs"):
        Protocol(Side.ENGINE).send(twice)
    from pettingzoo_godot.codec import encode

    trainer = Protocol(Side.TRAINER)
    with pytest.raises(RemoteProtocolError, match="different IDs"):
        trainer.receive(encode(twice))
    assert trainer.state is State.GREETING


def test_other_version_is_a_mismatch_and_leaves_room_for_a_fault():
    packet = str(Protocol(Side.ENGINE).send(HELLO)).replace('"protocol":1', '"protocol":2')
    trainer = Protocol(Side.TRAINER)
    with pytest.raises(VersionMismatch, match="upgrade the Python package"):
        trainer.receive(packet)
    trainer.send(Fault("version", "expected 1; got 2"))
    assert trainer.state is State.CLOSED


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_garbage_raises_only_remote_protocol_errors(packet):
    for state in (State.GREETING, State.IDLE, State.WAITING):
        pair = Pair()
        pair.lead_to(state)
        for protocol in pair.sides.values():
            with pytest.raises(RemoteProtocolError):
                protocol.receive(packet)
