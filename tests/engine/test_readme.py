"""The documents, taken at their word: Python runs, and the scene of the README is built and played.

Blocks of one page share their names, from top to bottom, as a reader would have it. A block that
cannot run here has the line `<!-- not executed: reason -->` above it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test
from play import scene

import pettingzoo_godot as pzg
from pettingzoo_godot.errors import SceneError

pytestmark = pytest.mark.engine

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _blocks(page: Path) -> list[str]:
    """The Python of a page that can run, each with as many empty lines above it as in the page."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in re.finditer(
        r"^(<!-- not executed:[^\n]*-->\n)?```python\n(.*?)^```", text, re.M | re.S
    ):
        if match[1] is None:
            found.append("\n" * text[: match.start(2)].count("\n") + match[2])
    return found


@pytest.fixture
def race(tmp_path: Path) -> Path:
    """The project of the README, from its blocks of code, in a folder of that name."""
    project = tmp_path / "race"
    project.mkdir()
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name, content in re.findall(r"^<!-- file: (\S+) -->\n```\w+\n(.*?)^```", text, re.M | re.S):
        (project / name).write_text(content, encoding="utf-8")
    command = [sys.executable, "-m", "pettingzoo_godot", "install-addon", "race"]
    subprocess.run(command, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    return project


@pytest.mark.parametrize("page", [p for p in PAGES if _blocks(p)], ids=lambda page: page.stem)
def test_python_of_a_page(page: Path, race: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(race.parent)
    names: dict[str, Any] = {"__name__": "__main__"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for block in _blocks(page):
            exec(compile(block, str(page), "exec"), names)  # a traceback has the page's own lines


def test_the_scene_of_the_readme(race: Path) -> None:
    with pzg.parallel_env(race) as env, warnings.catch_warnings():
        warnings.simplefilter("error")
        assert env.possible_agents == ["runner_0", "runner_1"]
        parallel_api_test(env, num_cycles=1000)


def test_the_scene_of_the_readme_can_be_won(race: Path) -> None:
    with pzg.parallel_env(race) as env:
        observations, _ = env.reset(seed=1)
        total = 0.0
        while env.agents:  # the first two floats: the direction of the flag
            step = env.step(
                {agent: 3 * observations[agent][:2].clip(-1 / 3, 1 / 3) for agent in env.agents}
            )
            observations, rewards, terminations, _, infos = step
            total += max(info["reward/won"] for info in infos.values())
            assert rewards["runner_0"] == pytest.approx(
                sum(v for k, v in infos["runner_0"].items() if k.startswith("reward/")), abs=1e-6
            )
        assert total >= 1.0
        assert all(terminations.values())


# The scenes that make the mistakes of docs/SCENES.md, in the order of its table.
MISTAKES = [
    "error_in_act",
    "wrong_size",
    "wrong_type",
    "nan",
    "out_of_bounds",
    "no_observe",
    "no_action_space",
    "undeclared_component",
    "undeclared_info",
    "duplicate_ids",
    "different_spaces",
    "no_agent",
    "sensor_outside",
    "sensor_without_group",
    "sensor_without_floats",
    "reward_without_target",
    "two_environments",
]


def _documented_messages() -> list[str]:
    page = (ROOT / "docs" / "SCENES.md").read_text(encoding="utf-8")
    table = page.split("| mistake | message |\n|---|---|\n")[1].split("\n\n")[0]
    return [row.split(" | ")[1].removesuffix(" |") for row in table.splitlines()]


def test_every_documented_mistake_is_provoked() -> None:
    assert len(_documented_messages()) == len(MISTAKES)


@pytest.mark.parametrize("index", range(len(MISTAKES)), ids=MISTAKES)
def test_a_mistake_has_the_documented_message(index: int) -> None:
    documented = re.escape(_documented_messages()[index]).replace("…", ".*")
    documented = re.sub(r":\d+\\\)", r":\\d+\\)", documented)  # the line of the script may change
    with pzg.parallel_env(scene(f"mistakes/{MISTAKES[index]}")) as env:
        with pytest.raises(SceneError) as caught:
            env.reset(seed=1)
            for _ in range(3):
                env.step({agent: np.zeros(1) for agent in env.agents})
        assert re.match(documented, str(caught.value).splitlines()[0])
