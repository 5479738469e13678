import os
import socket
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peer import LONG, SHORT, Peer
from websockets.frames import Close, Frame, Opcode

from pettingzoo_godot import link
from pettingzoo_godot.errors import LinkClosed, LinkTimeout
from pettingzoo_godot.link import Listener
from pettingzoo_godot.messages import MAX_TEXT_BYTES


def test_nagle_is_off(pair):
    it, _ = pair
    with socket.socket(fileno=os.dup(it.fileno())) as copy:
        assert copy.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


# ------------------------------------------------------------------ packets


@pytest.mark.parametrize("size", [0, 1, 24, 125, 126, 127, 65535, 65536, 300_000])
def test_binary_packets_of_every_length_arrive(pair, size):
    it, peer = pair
    it.binary_size = size
    content = bytes(np.arange(size, dtype=np.uint8))
    child = peer.send_from_child(Frame(Opcode.BINARY, content).serialize(mask=True))
    packet = it.receive(LONG)
    os.waitpid(child, 0)
    assert packet == content
    assert isinstance(packet, bytearray)


@pytest.mark.parametrize("size", [0, 1, 168, 125, 126, 127, 65535, 65536])
@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_binary_packets_of_every_length_and_kind_leave(pair, size, kind):
    it, peer = pair
    content = bytes(np.arange(size, dtype=np.uint8))
    it.send(kind(content))
    (frame,) = peer.frames(1)
    assert (frame.opcode, frame.data, frame.fin) == (Opcode.BINARY, content, True)


def test_text_packets_arrive(pair):
    it, peer = pair
    peer.send(Opcode.TEXT, "café".encode())
    assert it.receive(LONG) == "café"
    it.send("thé")
    (frame,) = peer.frames(1)
    assert (frame.opcode, frame.data) == (Opcode.TEXT, "thé".encode())


def test_every_packet_has_a_buffer_of_its_own(pair):
    it, peer = pair
    peer.send(Opcode.BINARY, b"one")
    peer.send(Opcode.BINARY, b"two")
    one, two = it.receive(LONG), it.receive(LONG)
    one[0] = 0
    assert (bytes(one), bytes(two)) == (b"\0ne", b"two")


def test_buffer_may_be_reused_after_send(pair):
    it, peer = pair
    buffer = bytearray(b"one")
    it.send(buffer)
    buffer[:] = b"two"
    it.send(buffer)
    assert [bytes(frame.data) for frame in peer.frames(2)] == [b"one", b"two"]


@given(
    messages=st.lists(
        st.tuples(st.booleans(), st.lists(st.text(max_size=20), min_size=1, max_size=3)),
        min_size=1,
        max_size=4,
    ),
    cuts=st.lists(st.integers(1, 40), max_size=8),
    ping=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_packets_survive_any_fragmentation_and_any_pieces(messages, cuts, ping):
    with Listener() as listener:
        peer = Peer(listener).ask()
        it = listener.accept(LONG)
        it.binary_size = 1000
        stream = b""
        for is_text, parts in messages:
            for index, part in enumerate(parts):
                opcode = Opcode.CONT if index else Opcode.TEXT if is_text else Opcode.BINARY
                frame = Frame(opcode, part.encode(), fin=index == len(parts) - 1)
                stream += frame.serialize(mask=True)
                stream += Frame(Opcode.PING, b"?").serialize(mask=True) if ping else b""
        expected = ["".join(p) if t else "".join(p).encode() for t, p in messages]
        received = []
        for cut in [*cuts, len(stream)]:
            peer.socket.sendall(stream[:cut])
            stream = stream[cut:]
            try:
                while True:
                    received.append(it.receive(0))
            except LinkTimeout:
                pass
        while len(received) < len(expected):
            received.append(it.receive(LONG))
        assert received == expected
        it.close(timeout=0)
        peer.socket.close()


def test_ping_is_answered_and_pong_ignored(pair):
    it, peer = pair
    peer.send(Opcode.PING, b"there?")
    peer.send(Opcode.PONG, b"")
    peer.send(Opcode.BINARY, b"x")
    assert it.receive(LONG) == b"x"
    (frame,) = peer.frames(1)
    assert (frame.opcode, frame.data) == (Opcode.PONG, b"there?")


def test_wake_is_called_after_each_packet(listener):
    peer = Peer(listener).ask()
    calls = []
    it = listener.accept(LONG, wake=lambda: calls.append(1))
    it.send("a")
    it.send(b"b")
    assert len(calls) == 2
    peer.frames(0)
    it.close(timeout=0)
    assert len(calls) == 3


def test_broken_wake_is_a_closed_link(listener):
    def wake():
        raise BrokenPipeError("gone")

    Peer(listener).ask()
    it = listener.accept(LONG, wake=wake)
    with pytest.raises(LinkClosed, match="woken"):
        it.send("a")
    it.close(timeout=0)


# ------------------------------------------------------------------ deadlines


@pytest.mark.parametrize("part", [b"", b"\x82", b"\x82\x83abcd12"])
def test_receive_gives_up_in_time(pair, part):
    it, peer = pair
    peer.socket.sendall(part)
    started = time.monotonic()
    with pytest.raises(LinkTimeout, match=r"no whole packet within 0\.05 s"):
        it.receive(0.05)
    assert 0.04 < time.monotonic() - started < LONG


def test_timeout_does_not_lose_half_a_packet(pair):
    it, peer = pair
    frame = Frame(Opcode.BINARY, b"whole").serialize(mask=True)
    peer.socket.sendall(frame[:8])
    with pytest.raises(LinkTimeout):
        it.receive(SHORT)
    peer.socket.sendall(frame[8:])
    assert it.receive(LONG) == b"whole"


def test_deadline_is_absolute_over_pieces(pair, monkeypatch):
    it, peer = pair
    clock = iter(range(100))
    monkeypatch.setattr(link.time, "monotonic", lambda: next(clock))
    frame = Frame(Opcode.BINARY, bytes(100)).serialize(mask=True)
    sent = []
    plain_feed = it._feed

    def feed(data):  # a byte arrives after each byte: the wait itself never expires
        sent.append(data)
        peer.socket.sendall(frame[len(sent) : len(sent) + 1])
        plain_feed(data)

    monkeypatch.setattr(it, "_feed", feed)
    peer.socket.sendall(frame[:1])
    with pytest.raises(LinkTimeout):
        it.receive(10)
    assert 9 <= len(sent) <= 12


def test_receive_of_zero_seconds_takes_what_is_there(pair):
    it, peer = pair
    with pytest.raises(LinkTimeout):
        it.receive(0)
    peer.send(Opcode.BINARY, b"x")
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        try:
            assert it.receive(0) == b"x"
            return
        except LinkTimeout:
            continue
    pytest.fail("the packet did not arrive")


def test_engine_that_does_not_read_times_out(pair, monkeypatch):
    it, _ = pair
    it._send_timeouts = (SHORT, SHORT)
    with pytest.raises(LinkTimeout, match="did not read"):
        for _ in range(100):
            it.send(bytes(2**20))
    with pytest.raises(LinkClosed):
        it.send(b"")
    assert it.fileno() == -1


# ------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("opcode", "size"),
    [(Opcode.TEXT, MAX_TEXT_BYTES + 1), (Opcode.BINARY, 1001), (Opcode.BINARY, 2 * MAX_TEXT_BYTES)],
)
def test_oversize_packet_ends_the_link(pair, opcode, size):
    it, peer = pair
    child = peer.send_from_child(Frame(opcode, b"x" * size).serialize(mask=True))
    with pytest.raises(LinkClosed, match="1009"):
        it.receive(LONG)
    os.waitpid(child, 0)
    (frame,) = peer.frames(1)
    assert Close.parse(frame.data).code == 1009


def test_longest_packets_pass(pair):
    it, peer = pair
    peer.send(Opcode.BINARY, bytes(1000))
    assert it.receive(LONG) == bytes(1000)


def test_oversize_fragments_end_the_link(pair):
    it, peer = pair
    peer.send(Opcode.BINARY, bytes(600), fin=False)
    peer.send(Opcode.CONT, bytes(600))
    with pytest.raises(LinkClosed, match="expected at most 1000 bytes of binary; got 1200"):
        it.receive(LONG)


def test_binary_packet_before_the_hello_ends_the_link(pair):
    it, peer = pair
    it.binary_size = 0
    peer.send(Opcode.BINARY, b"x")
    with pytest.raises(LinkClosed, match="1009"):
        it.receive(LONG)


# ------------------------------------------------------------------ ends


def test_close_of_the_engine_has_code_and_reason(pair):
    it, peer = pair
    peer.send(Opcode.CLOSE, Close(4001, "enough").serialize())
    for _ in range(2):
        with pytest.raises(LinkClosed, match=r"the engine closed the link: 4001 .* enough"):
            it.receive(LONG)
        with pytest.raises(LinkClosed, match="4001"):
            it.send(b"x")
    (frame,) = peer.frames(1)
    assert Close.parse(frame.data).code == 4001


def test_packets_before_a_close_are_delivered(pair):
    it, peer = pair
    peer.send(Opcode.TEXT, b"why")
    peer.send(Opcode.CLOSE, Close(1000, "").serialize())
    peer.socket.close()
    assert it.receive(LONG) == "why"
    with pytest.raises(LinkClosed, match="1000"):
        it.receive(LONG)


@pytest.mark.parametrize("end", ["close", "reset", "half"])
def test_engine_that_vanishes_closes_the_link(pair, end):
    it, peer = pair
    if end == "half":
        peer.socket.shutdown(socket.SHUT_WR)
    else:
        peer.reset() if end == "reset" else peer.socket.close()
    with pytest.raises(LinkClosed, match="without a close code"):
        it.receive(LONG)
    with pytest.raises(LinkClosed):
        it.send(b"x")
    it.close()
    it.close()


def test_vanished_engine_is_noticed_while_sending(pair):
    it, peer = pair
    peer.reset()
    with pytest.raises(LinkClosed):
        for _ in range(10_000):
            it.send(bytes(1000))


def test_last_words_survive_a_failed_send(pair):
    it, peer = pair
    peer.send(Opcode.TEXT, b"my fault")
    peer.send(Opcode.CLOSE, Close(1011, "broken").serialize())
    peer.socket.close()
    with pytest.raises(LinkClosed, match="1011"):
        for _ in range(10_000):
            it.send(bytes(1000))
    assert it.receive(0) == "my fault"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x82\x01x", 1002),  # not masked
        (b"\x8f\x80abcd", 1002),  # unknown opcode
        (b"\xc2\x80abcd", 1002),  # reserved bit
        (b"\x80\x80abcd", 1002),  # continuation of nothing
        (Frame(Opcode.TEXT, b"\xff").serialize(mask=True), 1007),
    ],
)
def test_malformed_frame_ends_the_link(pair, data, code):
    it, peer = pair
    peer.socket.sendall(data)
    with pytest.raises(LinkClosed, match=f"this side closed the link: {code}"):
        it.receive(LONG)
    (frame,) = peer.frames(1)
    assert Close.parse(frame.data).code == code


@given(garbage=st.binary(min_size=1, max_size=100))
@settings(max_examples=60, deadline=None)
def test_any_garbage_raises_only_link_errors(garbage):
    with Listener() as listener:
        peer = Peer(listener).ask()
        it = listener.accept(LONG)
        it.binary_size = 1000
        peer.socket.sendall(garbage)
        peer.socket.close()
        with pytest.raises(LinkClosed):
            while True:
                it.receive(LONG)


def test_close_tells_code_and_reason(pair):
    it, peer = pair
    peer.send(Opcode.CLOSE, Close(1000, "").serialize())  # what it answers, in advance
    started = time.monotonic()
    it.close(4002, "é" * 100, timeout=LONG)
    assert time.monotonic() - started < LONG / 2
    close = Close.parse(peer.frames(1)[0].data)
    assert (close.code, close.reason) == (4002, "é" * 61)
    it.close()
    assert it.fileno() == -1
    with pytest.raises(LinkClosed, match="this side closed the link: 4002"):
        it.send(b"x")
    with pytest.raises(LinkClosed):
        it.receive(LONG)


def test_close_does_not_wait_for_ever(pair):
    it, peer = pair
    peer.send(Opcode.BINARY, b"x")
    started = time.monotonic()
    it.close(timeout=0.05)
    assert time.monotonic() - started < LONG / 2


def test_close_of_a_link_that_is_full_does_not_wait_for_ever(pair):
    it, _ = pair
    it._socket.setblocking(False)
    with pytest.raises(BlockingIOError):
        while True:
            it._socket.send(bytes(2**16))
    it._timeout = 0.0
    started = time.monotonic()
    it.close(timeout=0.05)
    assert time.monotonic() - started < LONG / 2


def test_abandoned_link_leaves_the_other_process_alone(pair):
    it, peer = pair
    child = os.fork()
    if child == 0:
        it.abandon()
        os._exit(0 if it.fileno() == -1 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    peer.send(Opcode.BINARY, b"x")
    assert it.receive(LONG) == b"x"
    it.abandon()
    with pytest.raises(LinkClosed):
        it.receive(LONG)
