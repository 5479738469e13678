import pytest
from peer import LONG, Peer, peers

from pettingzoo_godot.link import Listener


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
