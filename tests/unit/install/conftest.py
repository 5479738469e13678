"""A machine with nothing on it."""

import io
import sys

import pytest
from rich.console import Console
from stand_ins import Mirror, make_zip

from pettingzoo_godot.install.progress import Progress

# The engines here are shell scripts.
collect_ignore_glob = ["test_*.py"] if sys.platform == "win32" else []


@pytest.fixture
def mirror():
    mirror = Mirror()
    mirror.publish(make_zip())
    yield mirror
    mirror.gate.set()
    mirror.server.shutdown()
    mirror.server.server_close()


@pytest.fixture(autouse=True)
def machine(monkeypatch, tmp_path):
    """An x86-64 Linux machine: empty PATH, empty cache, no proxy."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    for name in ("GODOT", "PETTINGZOO_GODOT_MIRROR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("PETTINGZOO_GODOT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "bin").mkdir()
    return tmp_path


@pytest.fixture
def engines(machine):
    return machine / "cache" / "godot"


@pytest.fixture
def said():
    return io.StringIO()


@pytest.fixture
def progress(said):
    return Progress(Console(file=said, width=500))
