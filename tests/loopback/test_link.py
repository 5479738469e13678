import contextlib
import itertools
import os
import socket
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from peer import LONG, SHORT, Peer
from websockets.frames import Close, Frame, Opcode
from websockets.utils import apply_mask

from pettingzoo_godot import link
from pettingzoo_godot.errors import LinkClosed, LinkTimeout
from pettingzoo_godot.link import Listener
from pettingzoo_godot.messages import MAX_TEXT_BYTES


@pytest.fixture(autouse=True)
def short_farewell(monkeypatch):
    """These peers do not answer a close."""
    monkeypatch.setattr(link, "LINGER_TIMEOUT", SHORT)


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


# ------------------------------------------------------------------ packets of the expected size

NO_MASK = bytes(4)
MASKS = [NO_MASK, b"\1\0\0\0", b"\xa5\x5a\xff\3"]
SIZES = [0, 1, 24, 125, 126, 1000, 65535, 65536, 70_000]
PROMPT = LONG / 2  # for what must not wait until the deadline


def serialize(opcode, data, mask=NO_MASK, fin=True):
    """Make a frame with a mask of one's own choice."""
    head = Frame(opcode, b"", fin).serialize(mask=False)[:1]
    if len(data) < 126:
        length = (0x80 | len(data)).to_bytes(1)
    elif len(data) < 2**16:
        length = b"\xfe" + len(data).to_bytes(2)
    else:
        length = b"\xff" + len(data).to_bytes(8)
    return head + length + mask + apply_mask(data, mask)


def numbered(size, start=0):
    """Make a packet in which every byte differs from its neighbours."""
    return (np.arange(start, start + size) % 251).astype(np.uint8).tobytes()


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("size", SIZES)
def test_expected_packets_arrive_in_one_buffer_past_the_protocol(pair, size, mask, monkeypatch):
    it, peer = pair
    it.expect(size)
    assert it.binary_size == size
    monkeypatch.setattr(it, "_feed", lambda data: pytest.fail(f"{len(data)} bytes for websockets"))
    packets = []
    for start in range(3):
        child = peer.send_from_child(serialize(Opcode.BINARY, numbered(size, start), mask))
        packets.append(it.receive(LONG))
        os.waitpid(child, 0)
        assert packets[-1] == numbered(size, start)
    assert packets[0] is packets[1] is packets[2]
    assert not packets[0].readonly


@pytest.mark.parametrize("size", [size for size in SIZES if size >= 24])
def test_expected_packets_are_aligned_for_the_arrays_laid_over_them(pair, size):
    it, peer = pair
    it.expect(size)
    child = peer.send_from_child(serialize(Opcode.BINARY, numbered(size)))
    packet = it.receive(LONG)
    os.waitpid(child, 0)
    for dtype in (np.int64, np.float32):
        view = np.frombuffer(packet, dtype, 1, offset=16)
        assert view.flags.aligned
        assert view.tobytes() == numbered(size)[16 : 16 + view.nbytes]


# What else may come while packets of 1000 bytes are expected: frames, and the packets they are.
OTHERS = {
    "shorter packet": ([serialize(Opcode.BINARY, b"short")], [b"short"]),
    "empty packet": ([serialize(Opcode.BINARY, b"")], [b""]),
    "shorter text": ([serialize(Opcode.TEXT, b"text")], ["text"]),
    "text of that size": ([serialize(Opcode.TEXT, b"t" * 1000)], ["t" * 1000]),
    "longer text": ([serialize(Opcode.TEXT, b"t" * 1500)], ["t" * 1500]),
    "ping": ([serialize(Opcode.PING, b"there?")], []),
    "empty ping": ([serialize(Opcode.PING, b"")], []),
    "pong": ([serialize(Opcode.PONG, b"")], []),
    "fragments": (
        [
            serialize(Opcode.BINARY, numbered(600), fin=False),
            serialize(Opcode.PING, b"?"),
            serialize(Opcode.CONT, numbered(400, 600)),
        ],
        [numbered(1000)],
    ),
    "fragments of that size": (
        [
            serialize(Opcode.TEXT, b"a" * 1000, fin=False),
            serialize(Opcode.CONT, b"b" * 1000, fin=False),
            serialize(Opcode.CONT, b""),
        ],
        ["a" * 1000 + "b" * 1000],
    ),
}


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("other", OTHERS)
def test_something_else_before_an_expected_packet_delays_nothing(pair, other, mask):
    it, peer = pair
    it.expect(1000)
    frames, packets = OTHERS[other]
    started = time.monotonic()
    for round_ in range(2):
        expected = numbered(1000, round_)
        peer.socket.sendall(b"".join(frames) + serialize(Opcode.BINARY, expected, mask))
        assert [it.receive(LONG) for _ in packets] == packets
        assert it.receive(LONG) == expected
        peer.socket.sendall(serialize(Opcode.BINARY, expected, mask))
        assert it.receive(LONG) == expected
    assert time.monotonic() - started < PROMPT


@pytest.mark.parametrize("part", range(1, 12))
def test_packet_whose_head_was_cut_behind_a_text_is_not_waited_for_twice(pair, part):
    it, peer = pair
    it.expect(1000)
    packet = serialize(Opcode.BINARY, numbered(1000))
    peer.socket.sendall(serialize(Opcode.TEXT, b"text") + packet[:part])
    assert it.receive(SHORT) == "text"
    peer.socket.sendall(packet[part:])
    started = time.monotonic()
    assert it.receive(LONG) == numbered(1000)
    assert time.monotonic() - started < PROMPT


@pytest.mark.parametrize("part", [1, 2, 5, 8, 500, 1007])
def test_timeout_does_not_lose_half_an_expected_packet(pair, part):
    it, peer = pair
    it.expect(1000)
    frame = serialize(Opcode.BINARY, numbered(1000))
    peer.socket.sendall(frame[:part])
    with pytest.raises(LinkTimeout, match="no whole packet"):
        it.receive(SHORT)
    peer.socket.sendall(frame[part:])
    started = time.monotonic()
    assert it.receive(LONG) == numbered(1000)
    assert time.monotonic() - started < PROMPT


def test_rest_of_a_frame_that_looks_like_an_expected_packet_is_none(pair):
    it, peer = pair
    it.expect(6)
    frame = serialize(Opcode.TEXT, b"8 bytes.", mask=b"\x82\x86\0\0")  # an expected packet's head
    peer.socket.sendall(frame[:2])
    with pytest.raises(LinkTimeout):
        it.receive(SHORT)
    peer.socket.sendall(frame[2:])
    assert it.receive(LONG) == "8 bytes."


@pytest.mark.parametrize("says_close", [True, False])
def test_last_words_arrive_at_once_though_a_packet_is_expected(pair, says_close):
    it, peer = pair
    it.expect(1000)
    peer.socket.sendall(serialize(Opcode.TEXT, b"my fault"))
    if says_close:
        peer.socket.sendall(serialize(Opcode.CLOSE, Close(1000, "").serialize()))
    peer.socket.shutdown(socket.SHUT_WR)
    started = time.monotonic()
    assert it.receive(LONG) == "my fault"
    with pytest.raises(LinkClosed, match="1000" if says_close else "1006"):
        it.receive(LONG)
    assert time.monotonic() - started < PROMPT


def test_end_without_a_word_is_noticed_at_once_though_a_packet_is_expected(pair):
    it, peer = pair
    it.expect(1000)
    peer.socket.sendall(serialize(Opcode.BINARY, numbered(1000))[:500])
    peer.socket.shutdown(socket.SHUT_WR)
    started = time.monotonic()
    with pytest.raises(LinkClosed, match="1006"):
        it.receive(LONG)
    assert time.monotonic() - started < PROMPT


def test_short_packet_and_then_nothing_arrives_at_the_deadline(pair):
    it, peer = pair
    it.expect(1000)
    peer.send(Opcode.BINARY, b"short")
    assert it.receive(SHORT) == b"short"
    with pytest.raises(LinkTimeout):
        it.receive(SHORT)
    peer.send(Opcode.BINARY, numbered(1000))
    assert it.receive(LONG) == numbered(1000)


def test_longer_binary_packet_than_expected_ends_the_link(pair):
    it, peer = pair
    it.expect(1000)
    peer.send(Opcode.BINARY, bytes(1001))
    with pytest.raises(LinkClosed, match="expected at most 1000 bytes of binary; got 1001"):
        it.receive(LONG)


@pytest.mark.parametrize("size", [300_000, 20_000_000])
def test_packet_beyond_the_buffers_of_the_system_arrives_at_once(pair, size):
    it, peer = pair
    it.expect(size)
    content = numbered(size)
    child = peer.send_from_child(serialize(Opcode.BINARY, content))
    started = time.monotonic()
    packet = it.receive(LONG)
    assert time.monotonic() - started < PROMPT
    assert packet == content
    os.waitpid(child, 0)


FRAMES = st.tuples(
    st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.BINARY, Opcode.PING]),
    st.one_of(st.just(b"exactly twenty bytes"), st.text(max_size=20).map(str.encode)),
    st.one_of(st.just(NO_MASK), st.binary(min_size=4, max_size=4)),
    st.integers(1, 3),  # fragments
)


def frames_of(opcode, data, mask, parts):
    if opcode is Opcode.PING:
        return serialize(opcode, data, mask)
    size = len(data) // parts
    ends = [size * part for part in range(parts)] + [len(data)]
    return b"".join(
        serialize(Opcode.CONT if part else opcode, data[first:last], mask, part == parts - 1)
        for part, (first, last) in enumerate(itertools.pairwise(ends))
    )


def receive_all(expected_size, pieces):
    """Send pieces and collect what arrives, until the end of the link."""
    with Listener() as listener:
        peer = Peer(listener).ask()
        it = listener.accept(LONG)
        if expected_size is None:
            it.binary_size = 1000
        else:
            it.expect(expected_size)
            it.binary_size = 1000
        received = []
        for piece in pieces:
            peer.socket.sendall(piece)
            with contextlib.suppress(LinkTimeout):
                while True:
                    received.append(_kept(it.receive(0)))
        peer.socket.shutdown(socket.SHUT_WR)
        with contextlib.suppress(LinkClosed):
            while True:
                received.append(_kept(it.receive(LONG)))
        it.close(timeout=0)
        peer.socket.close()
        return received


def _kept(packet):
    return packet if isinstance(packet, str) else bytes(packet)


@given(frames=st.lists(FRAMES, max_size=6), cuts=st.lists(st.integers(1, 40), max_size=8))
@settings(max_examples=60, deadline=None)
def test_same_frames_are_the_same_packets_whatever_is_expected(frames, cuts):
    stream = b"".join(itertools.starmap(frames_of, frames))
    ends = [0, *itertools.accumulate(cuts), len(stream)]
    pieces = [stream[first:last] for first, last in itertools.pairwise(ends)]
    meant = [d.decode() if o is Opcode.TEXT else d for o, d, *_ in frames if o is not Opcode.PING]
    assert receive_all(None, pieces) == meant
    assert receive_all(20, pieces) == meant


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
        (b"\x81\x81abcd\x9e", 1007),  # 0xff, masked, is no text
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
