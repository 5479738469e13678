"""One WebSocket endpoint on a blocking socket: packets in, packets out, deadlines.

Python listens and the engine connects (docs/PROTOCOL.md 1). `Listener` lets one engine in, `Link`
is the WebSocket to it. No threads, no pings, no extensions. The WebSocket protocol itself is
`websockets.server.ServerProtocol`; only what every step repeats goes past it: a whole binary
packet in one frame, of the size that the hello implies. docs/DECISIONS.md has the figures.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import selectors
import socket
import struct
import sys
import time
import weakref
from collections import deque
from collections.abc import Callable
from types import TracebackType

from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

try:
    from websockets.speedups import apply_mask
except ImportError:  # a platform without its compiled part
    from websockets.utils import apply_mask

from pettingzoo_godot.errors import LinkClosed, LinkError, LinkTimeout
from pettingzoo_godot.handshake import Peer
from pettingzoo_godot.messages import MAX_TEXT_BYTES, Packet

CHECK_INTERVAL = 0.05  # [s] between two calls of the caller's `check` while waiting
MAX_PEERS = 32  # that are asking at the same time; one more pushes out the oldest
SEND_TIMEOUT = 10.0  # [s] for an engine that does not read; longer where `receive` waits longer
LINGER_TIMEOUT = 0.5  # [s] for an engine to read why we close the link on it
_CHUNK = 2**16  # bytes for one read; more are put together from pieces
_WHOLE_BINARY = 0x82  # first byte of an unfragmented binary frame (RFC 6455, 5.2)
_MASKED = 0x80
_MASK_SIZE = 4
_NO_MASK = bytes(_MASK_SIZE)


class Link:
    """A WebSocket to one engine, after the handshake.

    After any exception but LinkTimeout the link is of no more use, except that `receive` still
    returns the packets that had arrived before.

    Args:
        sock: The connected socket; the link owns it from now on.
        protocol: The server's side of the WebSocket, already open.

    Attributes:
        binary_size: Bytes of the longest binary packet to accept; 0 until `expect`.
    """

    def __init__(self, sock: socket.socket, protocol: ServerProtocol) -> None:
        with contextlib.suppress(OSError):  # gone already: the first `receive` will say so
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setblocking(True)
        self.binary_size = 0
        self._socket = sock
        # An environment that nobody closed: no ResourceWarning for its user.
        weakref.finalize(self, sock.close)
        self._protocol = protocol
        self._packets: deque[Packet] = deque()
        self._fragments: list[Frame] = []
        self._unread = 0  # bytes that the protocol was fed of a frame that is not whole yet
        self._timeout = -1.0  # [s] of the socket; remembered to save system calls
        self._send_timeouts = (SEND_TIMEOUT, math.inf)  # [s] between which to leave the former
        self._sent_head = (-1, b"")  # size of the last binary packet, and what went before it
        # For packets of the expected size: what goes before them (unmasked), and one buffer with
        # its parts: padding, then the frame, which ends with the packet.
        self._expected_head = b""
        self._buffer = bytearray()
        self._frame = self._packet = memoryview(self._buffer)

    def fileno(self) -> int:
        """Return the socket's file descriptor; -1 once it is closed."""
        return self._socket.fileno()

    # ------------------------------------------------------------------ sending

    def send(self, packet: Packet) -> None:
        """Send one packet.

        Args:
            packet: Text as str, binary as bytes-like; copied, so it may be changed afterwards.

        Raises:
            LinkClosed: If either side has closed the link.
            LinkTimeout: If the engine does not read; the link is closed then.
        """
        if self._protocol.state is not State.OPEN:
            raise self._why_closed()
        if isinstance(packet, str):
            self._protocol.send_text(packet.encode())
            self._flush()
            return
        size = len(packet)
        if size != self._sent_head[0]:
            self._sent_head = (size, _frame_head(size))
        self._transmit(b"".join((self._sent_head[1], packet)))

    def _set_timeout(self, timeout: float) -> None:
        if timeout == self._timeout:
            return
        self._timeout = timeout
        if sys.platform == "win32":
            self._socket.settimeout(timeout)
            return
        # The kernel's own timeouts: Python's cost a poll() before each read and write.
        seconds, fraction = divmod(max(timeout, 1e-6), 1)  # 0 would mean for ever
        interval = struct.pack("ll", int(seconds), int(fraction * 1e6))
        with contextlib.suppress(OSError):  # closed already: the next call will say so
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, interval)
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, interval)

    def _transmit(self, data: bytes) -> None:
        least, greatest = self._send_timeouts
        if not least <= self._timeout <= greatest:
            self._set_timeout(min(max(least, SEND_TIMEOUT), greatest))
        try:
            self._socket.sendall(data)
        except (TimeoutError, BlockingIOError):
            self.abandon()
            raise LinkTimeout(
                f"the engine did not read a packet within {self._timeout:g} s"
            ) from None
        except OSError as exc:
            self._salvage()
            raise self._why_closed() from exc

    def _flush(self) -> None:
        """Send what the protocol has to say: text, pongs, its half of a closing handshake."""
        for data in self._protocol.data_to_send():
            if data:
                self._transmit(data)
            else:  # SEND_EOF
                with contextlib.suppress(OSError):
                    self._socket.shutdown(socket.SHUT_WR)

    # ------------------------------------------------------------------ receiving

    def expect(self, size: int, limit: int = 0) -> None:
        """Say that from now on, most packets will be binary ones of this size [bytes].

        Args:
            size: Of those.
            limit: Of the others, if greater.
        """
        self.binary_size = max(size, limit)
        head = _frame_head(size, _MASKED)
        start = len(head) + _MASK_SIZE
        padding = -start % 8  # so that the packet is aligned for the arrays laid over it
        self._expected_head = head
        self._buffer = bytearray(padding + start + size)
        self._frame = memoryview(self._buffer)[padding:]
        self._packet = self._frame[start:]

    def receive(self, timeout: float, waited: float = 0.0, *, keeps: bool = False) -> Packet:
        """Wait for one packet.

        Args:
            timeout: Seconds for the whole packet, however many pieces it comes in; 0 takes what
                has come already.
            waited: Seconds of these that have passed.
            keeps: Whether the last binary packet is needed still, and a new one must not be put
                in its place.

        Returns:
            Text as str; binary as a writable bytes-like object, which the next call may overwrite.

        Raises:
            LinkTimeout: If no whole packet came in time; the link may still be used.
            LinkClosed: If either side has closed the link, or a packet broke its rules.
        """
        if self._packets:
            return self._packets.popleft()
        if self._protocol.state is not State.OPEN:
            raise self._why_closed()
        remaining = timeout - waited
        deadline = time.monotonic() + remaining
        while True:
            if not keeps and self._is_between_frames():
                size = self._fill(deadline, remaining, timeout)
                if size == len(self._frame) and self._unwrap():
                    return self._packet
                self._feed(bytes(self._frame[:size]))
            else:
                self._feed(self._read(remaining, timeout))
            if self._packets:
                return self._packets.popleft()
            if self._protocol.state is not State.OPEN:
                self._linger(LINGER_TIMEOUT)
                raise self._why_closed()
            remaining = deadline - time.monotonic()

    def _is_between_frames(self) -> bool:
        """Whether a packet of the expected size may be read past the protocol."""
        return bool(self._expected_head) and not self._unread and not self._fragments

    def _unwrap(self) -> bool:
        """Take the packet out of its frame, if that is a whole binary one of the expected size."""
        head = self._expected_head
        padding = len(self._buffer) - len(self._frame)
        # Our own engines mask with zeros, which changes nothing.
        if self._buffer.startswith(head + _NO_MASK, padding):
            return True
        if not self._buffer.startswith(head, padding):
            return False
        mask = bytes(self._frame[len(head) : len(head) + _MASK_SIZE])
        self._packet[:] = apply_mask(bytes(self._packet), mask)
        return True

    def _fill(self, deadline: float, remaining: float, timeout: float) -> int:
        """Read into the buffer until it holds a whole frame, or the beginning of something else.

        Returns:
            How many bytes of the frame's part are filled; 0 at the end of the stream.
        """
        filled = 0
        while True:
            self._set_timeout(max(remaining, 0.0))
            try:
                size = self._socket.recv_into(self._frame[filled:] if filled else self._frame)
            except (TimeoutError, BlockingIOError):
                if filled:
                    self._feed(bytes(self._frame[:filled]))
                raise LinkTimeout(f"the engine sent no whole packet within {timeout:g} s") from None
            except OSError:
                return filled  # a reset is one way of closing a link
            filled += size
            if size == 0 or filled == len(self._frame):
                return filled
            if not self._buffer.startswith(self._expected_head, -len(self._frame)):
                return filled
            remaining = deadline - time.monotonic()

    def _read(self, remaining: float, timeout: float) -> bytes:
        try:
            if remaining < 0:
                raise TimeoutError
            self._set_timeout(remaining)
            return self._socket.recv(_CHUNK)
        except (TimeoutError, BlockingIOError):  # the latter if `remaining` is 0
            raise LinkTimeout(f"the engine sent no whole packet within {timeout:g} s") from None
        except OSError:
            return b""  # a reset is one way of closing a link

    def _feed(self, data: bytes) -> None:
        """Let the protocol interpret what came; collect the packets."""
        # The exact limits are applied in `_collect`; this one bounds the memory of a packet.
        self._protocol.max_message_size = max(self.binary_size, MAX_TEXT_BYTES)
        self._unread += len(data)
        if data:
            self._protocol.receive_data(data)
        else:
            self._protocol.receive_eof()
        for event in self._protocol.events_received():
            if isinstance(event, Frame):
                size = len(event.data)
                self._unread -= len(_frame_head(size)) + _MASK_SIZE + size
                self._collect(event)
        with contextlib.suppress(LinkError):  # the answer to a close may find nobody
            self._flush()

    def _collect(self, frame: Frame) -> None:
        if frame.opcode not in (Opcode.TEXT, Opcode.BINARY, Opcode.CONT):
            return
        self._fragments.append(frame)
        if not frame.fin:
            return
        is_text = self._fragments[0].opcode is Opcode.TEXT
        packet = bytearray().join(fragment.data for fragment in self._fragments)
        self._fragments.clear()
        limit = MAX_TEXT_BYTES if is_text else self.binary_size
        if len(packet) > limit:
            kind = "text" if is_text else "binary"
            self._fail(1009, f"expected at most {limit} bytes of {kind}; got {len(packet)}")
            return
        try:
            self._packets.append(packet.decode() if is_text else packet)
        except UnicodeDecodeError:
            self._fail(1007, "expected UTF-8 in a text packet")

    def _fail(self, code: int, reason: str) -> None:
        if self._protocol.state is State.OPEN:
            self._protocol.fail(code, reason)

    # ------------------------------------------------------------------ closing

    def close(self, code: int = 1000, reason: str = "", timeout: float = 1.0) -> None:
        """Close the link: tell the engine, wait for it to agree, let the socket go.

        May be called twice, and whatever happened before; never raises.

        Args:
            code: Close code of RFC 6455, 7.4.
            reason: For a person; cut after 123 bytes.
            timeout: Seconds to wait for the engine's half of the handshake.
        """
        if self._socket.fileno() < 0:
            return
        with contextlib.suppress(LinkError, OSError):
            if self._protocol.state is State.OPEN:
                self._protocol.send_close(code, reason.encode()[:123].decode(errors="ignore"))
                self._send_timeouts = (timeout, timeout)
                self._flush()
            self._linger(timeout)
        self.abandon()

    def abandon(self) -> None:
        """Let the socket go without a word, as a forked child should: the parent still needs it."""
        self._socket.close()
        if self._protocol.state is State.OPEN:
            self._protocol.fail(1006)
            self._protocol.receive_eof()

    def _linger(self, timeout: float) -> None:
        """Read until the engine has ended its side too.

        Closing a socket with unread data resets it, and our reason would be lost with that.
        """
        deadline = time.monotonic() + timeout
        self._send_timeouts = (timeout, timeout)
        with contextlib.suppress(LinkTimeout):
            while self._protocol.state is not State.CLOSED and self._protocol.close_rcvd is None:
                self._feed(self._read(deadline - time.monotonic(), timeout))
        self.abandon()

    def _salvage(self) -> None:
        """Collect what the engine said last: a fault packet, a close code."""
        with contextlib.suppress(LinkTimeout):
            while self._protocol.state is State.OPEN:
                self._feed(self._read(CHECK_INTERVAL, CHECK_INTERVAL))
        self.abandon()

    def _why_closed(self) -> LinkClosed:
        received, sent = self._protocol.close_rcvd, self._protocol.close_sent
        if received is not None and self._protocol.close_rcvd_then_sent:
            return LinkClosed(f"the engine closed the link: {received}")
        if sent is not None:
            return LinkClosed(f"this side closed the link: {sent}", by_us=True)
        return LinkClosed("the link ended without a close code (1006)")


def _frame_head(size: int, masked: int = 0) -> bytes:
    """What goes before a whole binary frame's mask and payload (RFC 6455, 5.2)."""
    if size < 126:
        return struct.pack("!BB", _WHOLE_BINARY, masked | size)
    if size < 2**16:
        return struct.pack("!BBH", _WHOLE_BINARY, masked | 126, size)
    return struct.pack("!BBQ", _WHOLE_BINARY, masked | 127, size)


class Listener:
    """Waits on the loopback interface for the one engine that knows the token.

    Attributes:
        url: Where the engine connects: `ws://127.0.0.1:PORT`.
        token: What it proves itself with: random, new for every listener.

    Raises:
        LinkError: If no port can be had.
    """

    def __init__(self) -> None:
        self.token = secrets.token_urlsafe()
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):  # Windows lets others share a port
                self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            self._socket.bind(("127.0.0.1", 0))
            self._socket.listen(MAX_PEERS)
            self._socket.setblocking(False)
        except OSError as exc:
            self._socket.close()
            raise LinkError(f"cannot listen on 127.0.0.1: {exc}") from exc
        self._host = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.url = f"ws://{self._host}"

    def __enter__(self) -> Listener:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening; may be called twice."""
        self._socket.close()

    def accept(self, timeout: float, check: Callable[[], None] | None = None) -> Link:
        """Wait for the engine; then stop listening.

        Everybody else is refused, and cannot hold up the engine by being slow or silent.

        Args:
            timeout: Seconds to wait.
            check: Called every `CHECK_INTERVAL` seconds; raises to end the wait.

        Raises:
            LinkTimeout: If the engine did not come in time; one may call again.
            LinkError: If the listener is closed.
            VersionMismatch: If the engine came, but speaks another protocol version.
        """
        if self._socket.fileno() < 0:
            raise LinkError("this listener has let its engine in, or was closed")
        deadline = time.monotonic() + timeout
        peers: deque[Peer] = deque()
        try:
            while True:
                if check is not None:
                    check()
                now = time.monotonic()
                if now >= deadline:
                    raise LinkTimeout(f"the engine did not connect within {timeout:g} s")
                while peers and (len(peers) > MAX_PEERS or peers[0].deadline < now):
                    peers.popleft().socket.close()
                engine = self._serve(peers, min(CHECK_INTERVAL, deadline - now))
                if engine is not None:
                    peers.remove(engine)
                    self.close()
                    return Link(engine.socket, engine.protocol)
        finally:
            for peer in peers:
                peer.socket.close()

    def _serve(self, peers: deque[Peer], timeout: float) -> Peer | None:
        """Wait once for anybody to come or to say something; return the engine."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._socket, selectors.EVENT_READ)
            for known in peers:
                selector.register(known, selectors.EVENT_READ, known)
            ready: list[Peer | None] = [key.data for key, _ in selector.select(timeout)]
        for peer in ready:
            if peer is None:
                with contextlib.suppress(OSError):  # gone already
                    peers.append(Peer(self._socket.accept()[0]))
                continue
            try:
                if peer.advance(self._host, self.token):
                    return peer
            except LinkClosed:
                peers.remove(peer)
                peer.socket.close()
        return None
