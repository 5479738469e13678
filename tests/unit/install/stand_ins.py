"""Stand-ins: engines that are shell scripts, and a mirror on this machine."""

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pettingzoo_godot.install import official

DEADLINE = 30.0  # for anything that a test waits for, in seconds
VERSION = "4.6.3.stable.official.7d41c59c4"
ARCHIVE, EXECUTABLE = official.ARCHIVES["linux", "x86_64"]


def script(path: Path, body: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def fake_godot(path: Path, version: str = VERSION) -> Path:
    return script(path, f'echo "$*" >> {path}.calls\necho {version}')


def calls(path: Path) -> int:
    log = Path(f"{path}.calls")
    return len(log.read_text().splitlines()) if log.exists() else 0


def make_zip(name: str = EXECUTABLE, version: str = VERSION) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        member = zipfile.ZipInfo(name)
        member.external_attr = 0o100755 << 16
        archive.writestr(member, f"#!/bin/sh\necho {version}\n")
    return buffer.getvalue()


class Mirror:
    """A web server with some files, which keeps its answers back while `gate` is clear."""

    def __init__(self) -> None:
        self.files = {}
        self.asked = []
        self.gate = threading.Event()
        self.gate.set()
        self.archive_asked = threading.Event()
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.strip("/")
                mirror.asked.append(name)
                if name.endswith(".zip"):
                    mirror.archive_asked.set()
                    mirror.gate.wait(DEADLINE)
                body = mirror.files.get(name)
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Length", str(len(body or b"") + mirror.missing_bytes))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *args):
                pass

        self.missing_bytes = 0
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,)).start()

    def publish(self, content: bytes, digest: str | None = None) -> None:
        digest = digest or hashlib.sha512(content).hexdigest()
        self.files = {ARCHIVE: content, official.SUMS: f"{digest}  {ARCHIVE}\n".encode()}


def left_in(engines: Path) -> list[str]:
    """Names in the cache, without the lock, which is for ever."""
    return sorted(path.name for path in engines.glob("*") if path.name != ".lock")
