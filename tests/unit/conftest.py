import pytest
from golden_scene import HELLO

from pettingzoo_godot.codec import encode
from pettingzoo_godot.engine import Engine
from pettingzoo_godot.link import Listener
from pettingzoo_godot.paths import CACHE_VARIABLE
from pettingzoo_godot.scene import find_scene


@pytest.fixture
def no_engine(monkeypatch):
    """Let a test fail that starts an engine, or waits for one."""

    def start(*_, **__):
        pytest.fail("an engine was started, or waited for")

    monkeypatch.setattr(Engine, "__init__", start)
    monkeypatch.setattr(Listener, "__init__", start)


@pytest.fixture
def make_game(tmp_path, monkeypatch):
    """Make an exported game whose spec is known, so that no engine is asked for it."""
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))

    def make(hello=HELLO):
        path = tmp_path / "tag.x86_64"
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
        spec = find_scene(path).spec_file
        spec.parent.mkdir(parents=True)
        spec.write_text(encode(hello))
        return path

    return make


@pytest.fixture
def game(make_game):
    """A game whose spec is that of the golden packets."""
    return make_game()
