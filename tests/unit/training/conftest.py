import pytest


@pytest.fixture
def toy(monkeypatch):
    """Let trainings be of the toy; the environments made are in this list."""
    pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")
    from toy import ToyRows

    from pettingzoo_godot.training import rows

    monkeypatch.setitem(rows.VECTORIZERS, "sb3", ToyRows)
    monkeypatch.setattr(ToyRows, "made", [])
    return ToyRows.made
