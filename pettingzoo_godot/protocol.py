"""The conversation: whose turn it is, and what may be said (docs/PROTOCOL.md 5).

Rule: every legal transition is in TRANSITIONS, and nowhere else.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

from pettingzoo_godot.codec import decode, encode
from pettingzoo_godot.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from pettingzoo_godot.layout import SEQUENCE, SEQUENCE_OFFSET, BinaryPacket, Layout
from pettingzoo_godot.messages import (
    Close,
    Configure,
    Fault,
    Hello,
    Message,
    Packet,
    Picture,
    Render,
    Report,
    Reset,
    Step,
)


# StrEnum rather than Enum: its hash is computed in C, and every packet needs one.
class Side(StrEnum):
    """Whose conversation it is."""

    TRAINER = "trainer"
    ENGINE = "engine"


class State(StrEnum):
    """Where a conversation is."""

    GREETING = "greeting"
    IDLE = "idle"
    WAITING = "waiting"
    DRAWING = "drawing"
    CLOSED = "closed"


TRANSITIONS: dict[tuple[State, type[Message]], State] = {
    (State.GREETING, Hello): State.IDLE,
    (State.IDLE, Configure): State.IDLE,
    (State.IDLE, Reset): State.WAITING,
    (State.IDLE, Step): State.WAITING,
    (State.IDLE, Render): State.DRAWING,
    (State.WAITING, Report): State.IDLE,
    (State.DRAWING, Picture): State.IDLE,
    (State.GREETING, Fault): State.CLOSED,
    (State.IDLE, Fault): State.CLOSED,
    (State.WAITING, Fault): State.CLOSED,
    (State.DRAWING, Fault): State.CLOSED,
    (State.GREETING, Close): State.CLOSED,
    (State.IDLE, Close): State.CLOSED,
    (State.WAITING, Close): State.CLOSED,
    (State.DRAWING, Close): State.CLOSED,
}
SENDERS: dict[type[Message], frozenset[Side]] = {
    Hello: frozenset({Side.ENGINE}),
    Configure: frozenset({Side.TRAINER}),
    Reset: frozenset({Side.TRAINER}),
    Step: frozenset({Side.TRAINER}),
    Report: frozenset({Side.ENGINE}),
    Render: frozenset({Side.TRAINER}),
    Picture: frozenset({Side.ENGINE}),
    Close: frozenset({Side.TRAINER}),
    Fault: frozenset({Side.TRAINER, Side.ENGINE}),
}


class Protocol:
    """Sans-I/O implementation of one conversation between a trainer and an engine.

    `send` turns a message into a packet for the caller to deliver; `receive` turns a delivered
    packet into a message. Both check that the message is legal now, and number it (5.2). Neither
    changes anything when it raises, so that a fault can still be sent afterwards.

    Args:
        side: Whose conversation this is.

    Attributes:
        state: Where the conversation is.
        layout: Of the binary packets; None before the hello.
        sequence: Number of the last request; 0 before the first.
    """

    def __init__(self, side: Side) -> None:
        self.side = side
        self.state = State.GREETING
        self.layout: Layout | None = None
        self.sequence = 0
        self._peer = Side.ENGINE if side is Side.TRAINER else Side.TRAINER

    def send(self, message: Message) -> Packet:
        """Turn a message into a packet for the peer.

        Args:
            message: What to say. A request or its answer is numbered here; binary packets are
                numbered in place, and their own buffer is returned.

        Raises:
            LocalProtocolError: If our side may not say this now, or not this way.
        """
        kind = type(message)
        state = self._next_state(self.side, kind, LocalProtocolError)
        sequence = self.sequence
        if kind is Step or kind is Reset:
            sequence = (sequence + 1) % 2**32
        if isinstance(message, Reset):
            message = replace(message, sequence=sequence)
        packet = encode(message, self.layout)
        if isinstance(message, Hello):
            self.layout = self._greet(message)
        elif not isinstance(packet, str):
            self._write_sequence(packet, sequence)
        self.state, self.sequence = state, sequence
        return packet

    def receive(self, packet: Packet) -> Message:
        """Turn a packet from the peer into a message.

        Raises:
            RemoteProtocolError: If the peer may not say this now, or says it wrongly.
            VersionMismatch: If it greets with another protocol version.
        """
        message = decode(packet, self.layout)
        state = self._next_state(self._peer, type(message), RemoteProtocolError)
        if isinstance(message, Report | Picture):
            self._check_sequence(message.sequence, self.sequence)
        elif isinstance(message, Hello):
            self.layout = Layout(message)
        elif isinstance(message, Step) or isinstance(message, Reset):
            self._check_sequence(message.sequence, (self.sequence + 1) % 2**32)
            self.sequence = message.sequence
        self.state = state
        return message

    def _next_state(self, sender: Side, kind: type[Message], error: type[ProtocolError]) -> State:
        state = TRANSITIONS.get((self.state, kind))
        if state is not None and sender in SENDERS[kind]:
            return state
        legal = [
            legal.__name__.lower()
            for state, legal in TRANSITIONS
            if state == self.state and sender in SENDERS[legal]
        ]
        raise error(
            f"expected {' or '.join(legal) or 'nothing more'} from the {sender}, because the "
            f"conversation is {self.state}; got {kind.__name__.lower()}"
        )

    @staticmethod
    def _write_sequence(packet: BinaryPacket, sequence: int) -> None:
        try:
            SEQUENCE.pack_into(packet, SEQUENCE_OFFSET, sequence)
        except TypeError as exc:
            raise LocalProtocolError("expected a writable packet") from exc

    @staticmethod
    def _greet(hello: Hello) -> Layout:
        try:
            return Layout(hello)
        except RemoteProtocolError as exc:
            raise LocalProtocolError(str(exc)) from exc

    @staticmethod
    def _check_sequence(got: int, expected: int) -> None:
        if got != expected:
            raise RemoteProtocolError(f"expected sequence {expected}; got {got}")
