"""The examples run, and stay short enough to be read."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine

EXAMPLES = Path(__file__).parents[2] / "examples"
LEARNING = {
    "independent_ppo.py": ["--updates", "1"],
    "vector_ppo.py": ["--updates", "10", "--arenas", "4"],
}


@pytest.mark.parametrize("name", LEARNING)
def test_example_learns_for_a_moment(name):
    pytest.importorskip("torch")
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *LEARNING[name]]
    first, second = (
        subprocess.run(command, capture_output=True, text=True, timeout=100) for _ in range(2)
    )
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    assert lines
    assert all(re.match(r"update +\d+  caught +\d+%  [\d,]+ (agent-)?steps/s$", x) for x in lines)
    # The same seed learns the same; only the time differs.
    assert [x.rsplit("  ", 1)[0] for x in lines] == [
        x.rsplit("  ", 1)[0] for x in second.stdout.splitlines()
    ]


@pytest.mark.parametrize("name", LEARNING)
def test_example_fits_on_a_few_pages(name):
    assert len((EXAMPLES / name).read_text().splitlines()) <= 150
