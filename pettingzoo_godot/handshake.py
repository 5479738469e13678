"""The opening handshake: who is let in (docs/PROTOCOL.md 1.2 and 1.3)."""

from __future__ import annotations

import contextlib
import hmac
import re
import socket
import time
from http import HTTPStatus
from typing import NoReturn

from websockets.exceptions import NegotiationError
from websockets.http11 import Request
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.typing import Subprotocol

from pettingzoo_godot.errors import LinkClosed
from pettingzoo_godot.messages import MAX_TEXT_BYTES, SUBPROTOCOL, check_version

HANDSHAKE_TIMEOUT = 5.0  # [s] for one peer's request, so that slow ones do not pile up
_CHUNK = 2**16  # bytes for one read
_SUBPROTOCOL_VERSION = re.compile(r"pettingzoo-godot\.v(\d{1,9})")


class Peer:
    """Somebody who has connected and has not yet proved to be the engine.

    Args:
        sock: The connected socket.

    Attributes:
        protocol: The server's side of the WebSocket.
        deadline: When to give up on it [s, monotonic].
    """

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self.socket.setblocking(False)
        self.deadline = time.monotonic() + HANDSHAKE_TIMEOUT
        self.protocol = ServerProtocol(
            origins=[None], subprotocols=[Subprotocol(SUBPROTOCOL)], max_size=MAX_TEXT_BYTES
        )

    def fileno(self) -> int:
        """Return the socket's file descriptor, for a selector."""
        return self.socket.fileno()

    def advance(self, host: str, token: str) -> bool:
        """Read more of the request; answer it when it is complete.

        Args:
            host: Address and port that the engine has to name.
            token: What the engine has to know.

        Returns:
            Whether this is the engine: the WebSocket is open.

        Raises:
            LinkClosed: If it was refused, or is gone.
            VersionMismatch: If it is the engine, but speaks another protocol version.
        """
        request = self._read_request()
        if request is None:
            return False
        headers = request.headers
        if headers.get_all("Host") != [host]:
            self._refuse(HTTPStatus.FORBIDDEN, f"expected Host: {host}")
        if headers.get_all("Origin"):
            self._refuse(HTTPStatus.FORBIDDEN, "expected no Origin: browsers are not let in")
        got = headers.get_all("Authorization")
        proof = (got[0] if len(got) == 1 else "").encode(errors="surrogateescape")
        if not hmac.compare_digest(f"Bearer {token}".encode(), proof):
            self._refuse(HTTPStatus.UNAUTHORIZED, "expected Authorization: Bearer TOKEN")
        self.protocol.send_response(self.protocol.accept(request))
        self._flush()
        if isinstance(self.protocol.handshake_exc, NegotiationError):
            offered = ", ".join(headers.get_all("Sec-WebSocket-Protocol")) or "no subprotocol"
            versions = _SUBPROTOCOL_VERSION.findall(offered)
            check_version(int(versions[-1]) if versions else offered)
        if self.protocol.state is not State.OPEN:
            raise LinkClosed("not a WebSocket request")
        return True

    def _read_request(self) -> Request | None:
        """Read more of its request; None while that is incomplete.

        Raises:
            LinkClosed: If it is gone, or sends anything but one request.
        """
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return None
        except OSError as exc:
            raise LinkClosed(f"gone: {exc}") from exc
        if not data:
            raise LinkClosed("gone")
        self.protocol.receive_data(data)
        events = self.protocol.events_received()
        if not events and not self.protocol.close_expected():
            return None
        # Before our answer, nothing may follow the request.
        if len(events) == 1 and not self.protocol.reader.buffer and not self.protocol.eof_sent:
            request = events[0]
            if isinstance(request, Request):
                return request
        self._flush()
        raise LinkClosed("not a request")

    def _refuse(self, status: HTTPStatus, text: str) -> NoReturn:
        self.protocol.send_response(self.protocol.reject(status, text + "\n"))
        self._flush()
        raise LinkClosed(f"refused: {text}")

    def _flush(self) -> None:
        with contextlib.suppress(OSError):
            for data in self.protocol.data_to_send():
                if data:
                    self.socket.sendall(data)
                else:
                    self.socket.shutdown(socket.SHUT_WR)
