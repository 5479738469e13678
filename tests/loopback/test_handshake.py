import socket
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peer import LONG, MS, SHORT, Peer
from websockets.frames import Frame, Opcode

from pettingzoo_godot import handshake, link
from pettingzoo_godot.errors import LinkError, LinkTimeout, VersionMismatch
from pettingzoo_godot.link import Listener


def test_listener_is_on_the_loopback_interface_with_a_token_of_its_own(listener):
    assert listener.url.startswith("ws://127.0.0.1:")
    with Listener() as other:
        assert other.token != listener.token
        assert other.url != listener.url
    assert len(listener.token) > 40


def test_engine_with_token_is_let_in_and_nobody_after_it(listener):
    peer = Peer(listener).ask()
    second = Peer(listener).ask()  # still in the queue of the listening socket
    it = listener.accept(LONG)
    assert peer.answer() == 101
    assert b"Sec-WebSocket-Protocol: pettingzoo-godot.v1" in peer.head
    assert b"Extensions" not in peer.head
    with pytest.raises(OSError):
        Peer(listener)
    with pytest.raises(OSError):
        second.answer()
        raise ConnectionError("the second peer got the end of the stream")
    with pytest.raises(LinkError, match="let its engine in"):
        listener.accept(LONG)
    it.close(timeout=0)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer caf\xe9"}, 401),
        ({"leave_out": ["Authorization"]}, 401),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 403),
        ({"Host": "localhost:1"}, 403),
        ({"leave_out": ["Host"]}, 403),
        ({"leave_out": ["Upgrade"]}, 426),
        ({"leave_out": ["Sec-WebSocket-Key"]}, 400),
        ({"Sec_WebSocket_Version": "12"}, 400),
        ({"Sec_WebSocket_Protocol": "(("}, 400),
        ({"Long": "x" * 10_000}, 431),
    ],
)
def test_others_are_refused_and_the_engine_still_gets_in(listener, changes, status):
    intruder = Peer(listener).ask(**changes)
    engine = Peer(listener).ask()
    it = listener.accept(LONG)
    assert engine.answer() == 101
    assert intruder.answer() == status
    it.close(timeout=0)


def test_second_authorization_is_refused(listener):
    peer = Peer(listener).ask(Accept="x\r\nAuthorization: Bearer wrong")
    with pytest.raises(LinkTimeout):
        listener.accept(SHORT)
    assert peer.answer() == 401


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"Sec_WebSocket_Protocol": "pettingzoo-godot.v2"}, "speaks 2; upgrade the Python package"),
        ({"Sec_WebSocket_Protocol": "pettingzoo-godot.v0"}, "speaks 0; upgrade the scene's addon"),
        ({"Sec_WebSocket_Protocol": "chat"}, "speaks chat"),
        ({"leave_out": ["Sec-WebSocket-Protocol"]}, "speaks no subprotocol"),
    ],
)
def test_other_version_with_the_token_is_a_mismatch(listener, changes, words):
    peer = Peer(listener).ask(**changes)
    with pytest.raises(VersionMismatch) as error:
        listener.accept(LONG)
    assert words in str(error.value)
    assert "version 1" in str(error.value)
    assert peer.answer() == 400


def test_other_version_is_told_ours(listener):
    peer = Peer(listener).ask(Sec_WebSocket_Protocol="pettingzoo-godot.v2")
    with pytest.raises(VersionMismatch):
        listener.accept(LONG)
    assert "pettingzoo-godot.v1" in peer.body()


def test_our_version_may_be_one_of_several(listener):
    Peer(listener).ask(Sec_WebSocket_Protocol="pettingzoo-godot.v2, pettingzoo-godot.v1")
    listener.accept(LONG).close(timeout=0)


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01\x02\x00\x01\r\n", b"HELLO\r\n\r\n", b"\n", b"\0"]
)
def test_garbage_does_not_hold_up_the_engine(listener, garbage):
    intruders = [Peer(listener) for _ in range(5)]
    for peer in intruders:
        peer.socket.sendall(garbage)
    intruders[0].socket.close()
    intruders[1].reset()
    Peer(listener).ask()
    listener.accept(LONG).close(timeout=0)


@given(garbage=st.binary(min_size=1, max_size=200))
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_garbage_leaves_the_listener_usable(listener, garbage):
    peer = Peer(listener)
    peer.socket.sendall(garbage)
    peer.socket.shutdown(socket.SHUT_WR)
    with pytest.raises(LinkTimeout):
        listener.accept(2 * MS)
    peer.socket.close()


def test_frame_before_the_answer_is_refused(listener):
    early = Frame(Opcode.BINARY, b"early").serialize(mask=True).decode("latin-1")
    for end in ["\r\n" + early, "\r\n" + early[:1], "\r\n\xff\xff\xff"]:
        peer = Peer(listener).ask(end=end)
        with pytest.raises(LinkTimeout):
            listener.accept(SHORT)
        with pytest.raises(OSError):
            assert peer.answer() is None
            raise ConnectionError


def test_slow_and_silent_peers_do_not_hold_up_the_engine(listener):
    slow = [Peer(listener) for _ in range(3)]
    for peer in slow:
        peer.socket.sendall(b"GET / HTTP/1.1\r\nHost: ")
    Peer(listener).ask()
    started = time.monotonic()
    listener.accept(LONG).close(timeout=0)
    assert time.monotonic() - started < LONG / 2


def test_request_in_pieces_is_understood(listener):
    peer = Peer(listener)
    seen = []

    def drip():  # a byte whenever the listener checks on the world
        text = request_text(listener)
        peer.socket.sendall(text[: len(text) // 2] if not seen else text[len(text) // 2 :])
        seen.append(text)

    listener.accept(LONG, check=lambda: None if len(seen) > 1 else drip()).close(timeout=0)
    assert len(seen) == 2


def request_text(listener):
    sent = []

    class Recorder(Peer):
        def __init__(self, listener):
            self.listener = listener
            self.socket = self

        def sendall(self, data):
            sent.append(data)

    Recorder(listener).ask()
    return sent[0]


def test_peers_that_only_wait_are_dropped(listener, monkeypatch):
    monkeypatch.setattr(handshake, "HANDSHAKE_TIMEOUT", 0.0)
    peer = Peer(listener)
    with pytest.raises(LinkTimeout):
        listener.accept(3 * link.CHECK_INTERVAL)
    assert peer.socket.recv(1) == b""


def test_too_many_peers_push_out_the_oldest(listener, monkeypatch):
    monkeypatch.setattr(link, "MAX_PEERS", 2)
    oldest, *_ = [Peer(listener) for _ in range(4)]
    oldest.socket.settimeout(0)

    def check():
        try:
            if oldest.socket.recv(1) == b"":
                raise StopIteration  # dropped: what the test waits for
        except BlockingIOError:
            pass

    with pytest.raises(StopIteration):
        listener.accept(LONG, check)


def test_accept_gives_up_in_time_and_can_be_called_again(listener):
    started = time.monotonic()
    with pytest.raises(LinkTimeout, match=r"did not connect within 0\.05 s"):
        listener.accept(0.05)
    assert 0.04 < time.monotonic() - started < LONG
    Peer(listener).ask()
    listener.accept(LONG).close(timeout=0)


def test_check_may_end_the_wait(listener):
    calls = []

    def check():
        calls.append(time.monotonic())
        if len(calls) == 4:
            raise RuntimeError("the engine died")

    with pytest.raises(RuntimeError, match="died"):
        listener.accept(LONG, check)
    assert calls[-1] - calls[0] < 3 * link.CHECK_INTERVAL + LONG / 10


def test_closed_listener_accepts_nobody(listener):
    listener.close()
    listener.close()
    with pytest.raises(LinkError):
        listener.accept(LONG)


def test_no_port_is_a_link_error(monkeypatch):
    def bind(self, address):
        raise PermissionError("no")

    monkeypatch.setattr(socket.socket, "bind", bind)
    with pytest.raises(LinkError, match="cannot listen"):
        Listener()
