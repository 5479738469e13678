import pytest


@pytest.fixture
def duels(monkeypatch):
    """Let trainings and matches be duels; the environments made are in this list."""
    pytest.importorskip("torch", reason="the extra [train] is not installed")
    from duel import Duel

    from pettingzoo_godot.selfplay import matches, start

    monkeypatch.setattr(start, "GodotVectorEnv", Duel)
    monkeypatch.setattr(matches, "GodotVectorEnv", Duel)
    monkeypatch.setattr(Duel, "made", [])
    return Duel.made


@pytest.fixture(autouse=True)
def seeded_torch():
    """The same weights every time, and one thread: small networks are faster."""
    try:
        import torch
    except ModuleNotFoundError:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(before)
