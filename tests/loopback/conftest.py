import sys
from pathlib import Path

import pytest
from peer import LONG, Peer, peers
from processes import engines, expect_none

from pettingzoo_godot import GodotParallelEnv
from pettingzoo_godot.link import Listener
from pettingzoo_godot.paths import CACHE_VARIABLE


@pytest.fixture(autouse=True)
def close_peers():
    yield
    while peers:
        peers.pop().socket.close()


@pytest.fixture
def listener():
    with Listener() as it:
        yield it


@pytest.fixture
def pair(listener):
    """Yield a link and the peer at its other end."""
    peer = Peer(listener).ask()
    it = listener.accept(LONG)
    it.binary_size = 1000
    assert peer.answer() == 101
    yield it, peer
    it.close(timeout=0)
    peer.socket.close()


@pytest.fixture(scope="session")
def game(tmp_path_factory):
    """Make an exported game, played by `fake_engine.py`."""
    path = tmp_path_factory.mktemp("game") / "fake.x86_64"
    script = Path(__file__).with_name("fake_engine.py")
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    path.chmod(0o755)
    return path


@pytest.fixture(scope="session")
def cache_with_spec(game, tmp_path_factory):
    """Make a cache that has the game's spec, so that a test starts no engine for it."""
    cache = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(CACHE_VARIABLE, str(cache))
        assert GodotParallelEnv(game).possible_agents == ["runner_0", "chaser_0"]
    return cache


@pytest.fixture
def make_env(game, cache_with_spec, monkeypatch):
    """Yield a function that makes environments of the fake engine; no engine outlives them."""
    monkeypatch.setenv(CACHE_VARIABLE, str(cache_with_spec))
    made = []

    def make(fault="", **arguments):
        monkeypatch.setenv("FAKE_ENGINE_FAULT", fault)
        env = GodotParallelEnv(game, **({"timeout": LONG, "start_timeout": LONG} | arguments))
        made.append(env)
        return env

    yield make
    for env in made:
        env.close()
    expect_none(engines())
