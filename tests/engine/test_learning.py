"""That policies learn what there is to learn."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("stable_baselines3", reason="the extra [train] is not installed")

from pettingzoo_godot.training.evaluate import evaluate
from pettingzoo_godot.training.train import train

pytestmark = [pytest.mark.engine, pytest.mark.slow]


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "how",
    [{"vectorizer": "sb3"}, {"vectorizer": "supersuit", "engines": 8}],
    ids=["sb3", "supersuit"],
)
def test_cart_pole_is_learned(how: dict[str, Any], tmp_path: Path) -> None:
    run = train("cart_pole", tmp_path / "run", steps=100_000, seed=0, **how)
    found = evaluate(run.folder, 100)
    assert len(found.returns) == 100
    assert found.summary()["return"]["mean"] >= 245.0  # of 250
