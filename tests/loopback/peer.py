"""The other end of a link, byte by byte; units of time for tests."""

import os
import socket

from websockets.frames import Frame
from websockets.protocol import CLIENT, Protocol, State

MS = 0.001 * float(os.environ.get("PETTINGZOO_GODOT_TEST_SLOWNESS", "1"))  # seconds
LONG = 5000 * MS  # for what must happen
SHORT = 50 * MS  # for what must not happen


peers = []  # of the test that runs


class Peer:
    """The other end of a link, byte by byte."""

    def __init__(self, listener):
        self.listener = listener
        self.socket = socket.create_connection(address_of(listener), timeout=LONG)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peers.append(self)
        self.protocol = Protocol(CLIENT, state=State.OPEN, max_size=None)
        self.head = b""

    def ask(self, leave_out=(), end="\r\n", **changes):
        headers = {
            "Host": self.listener.url.removeprefix("ws://"),
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Protocol": "pettingzoo-godot.v1",
            "Authorization": f"Bearer {self.listener.token}",
        }
        headers |= {name.replace("_", "-"): value for name, value in changes.items()}
        lines = [f"{name}: {text}\r\n" for name, text in headers.items() if name not in leave_out]
        self.socket.sendall(("GET / HTTP/1.1\r\n" + "".join(lines) + end).encode("latin-1"))
        return self

    def answer(self):
        """Read the response, up to its body or the end of the stream."""
        while b"\r\n\r\n" not in self.head and (data := self.socket.recv(1)):
            self.head += data
        return int(self.head.split()[1]) if self.head else None

    def body(self):
        self.answer()
        text = b""
        while data := self.socket.recv(4096):
            text += data
        return text.decode()

    def send(self, opcode, data, fin=True):
        self.socket.sendall(Frame(opcode, data, fin).serialize(mask=True))

    def send_from_child(self, data):
        """Send more than the sockets hold, while this process reads; return the child's PID."""
        child = os.fork()
        if child == 0:
            self.socket.settimeout(None)
            try:
                self.socket.sendall(data)
            finally:
                os._exit(0)
        return child

    def frames(self, count):
        """Wait for so many frames from the link."""
        frames = []
        while len(frames) < count:
            self.protocol.receive_data(self.socket.recv(2**16))
            frames += self.protocol.events_received()
        return frames

    def reset(self):
        """End as a killed process does: with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.socket.close()


def address_of(listener):
    host, port = listener.url.removeprefix("ws://").split(":")
    return host, int(port)
