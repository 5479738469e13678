"""The benchmarks run and write their fields; no number in them is looked at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pettingzoo_godot.bench import run_benchmarks

pytestmark = pytest.mark.engine

FOLDER = Path(__file__).parents[2] / "benchmarks"
NAMES = (
    "training",
    "self_play",
    "vectorizers",
    "throughput",
    "latency",
    "startup",
    "profile_step",
    "hide_and_seek",
    "chase_bound",
)
PROVENANCE = {"benchmark", "command", "commit", "machine", "godot", "table", "rows"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of all benchmarks, two at a time, which no measurement would allow."""
    place = tmp_path_factory.mktemp("results")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: run_benchmarks([name], place, quick=True), NAMES))
    return place


def results_of(name: str, folder: Path) -> list[dict[str, Any]]:
    """The rows of one benchmark."""
    content = json.loads((folder / f"{name}.json").read_text())
    assert set(content) == PROVENANCE
    assert content["benchmark"] == name
    assert str(folder) not in content["command"]
    rows: list[dict[str, Any]] = content["rows"]
    return rows


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("startup", {"start_s_p50", "waiting_engine_cpu_percent", "engine_memory_mb"}),
        ("latency", {"step_us_p50", "link_us_p50", "busy_core_link_per_tcp"}),
    ],
)
def test_one_row(name: str, fields: set[str], folder: Path) -> None:
    (row,) = results_of(name, folder)
    assert fields <= set(row)


def test_throughput_measures_each_cell_both_ways(folder: Path) -> None:
    rows = results_of("throughput", folder)
    cells = [(row["binary"], row["engines"], row["arenas"], row["slots"]) for row in rows]
    assert sorted(cells) == [
        ("editor", 1, 1, 4),
        ("editor", 1, 2, 8),
        ("editor", 2, 1, 8),
        ("editor", 2, 2, 16),
    ]
    for row in rows:
        assert row["link_agent_steps_per_s"] > 0
        assert row["engine_only_agent_steps_per_s"] > 0
        assert row["link_per_engine_only"] > 0
        assert row["engine_memory_mb"] > 0
        assert ("async_agent_steps_per_s" in row) == (row["engines"] == 2)
        assert ("per_one_engine" in row) == (row["engines"] == 2)
        assert ("memory_mb_per_extra_arena" in row) == (row["arenas"] == 2)


def test_vectorizers_have_the_agents_that_they_say(folder: Path) -> None:
    rows = {row["name"]: row for row in results_of("vectorizers", folder)}
    assert rows["vector_env"]["slots"] == 2 * 2 * 4
    for cpus in (0, 2):
        assert rows[f"SuperSuit, {cpus} processes"]["slots"] == 2 * 4
    assert rows["loop over parallel_env"]["slots"] == 2 * 4
    assert all(row["agent_steps_per_s"] > 0 for row in rows.values())


@pytest.mark.skipif(find_spec("stable_baselines3") is None, reason="needs the extra train")
def test_training_splits_its_time(folder: Path) -> None:
    (row,) = results_of("training", folder)
    shares = [row[f"{part}_share"] for part in ("engine", "link", "policy", "update")]
    assert sum(shares) == pytest.approx(1.0)
    assert row["agent_steps_per_s"] > 0


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra train")
def test_self_play_is_compared_with_its_rollout_and_splits_its_time(folder: Path) -> None:
    (row,) = results_of("self_play", folder)
    assert (row["scene"], row["slots"], row["horizon"]) == ("chase", 2 * 2, 16)
    ratio = row["training_agent_steps_per_s"] / row["rollout_agent_steps_per_s"]
    assert row["training_per_rollout"] == pytest.approx(ratio)  # of a single turn
    shares = [row[f"{part}_share"] for part in ("engine", "link", "policy", "update")]
    assert sum(shares) == pytest.approx(1.0)
    assert all(0 < share < 1 for share in [*shares, row["busy_share"]])
    assert row["longest_wait_s"] > 0


def test_nothing_in_a_step_of_python_grows_with_the_slots(folder: Path) -> None:
    rows = results_of("profile_step", folder)
    assert {"VectorEnv.step", "Batch.outcome", "Link.receive"} <= {row["function"] for row in rows}
    for row in rows:
        assert row["few_instructions"] == row["many_instructions"], row["function"]


def test_the_readmes_tables_are_written_from_the_results(folder: Path) -> None:
    measured = {file.stem for file in folder.glob("*.json")}
    readme = Path(shutil.copy(FOLDER / "README.md", folder))
    for _ in range(2):  # and again over what is there
        command = [sys.executable, str(FOLDER / "tables.py"), str(folder), "--readme", str(readme)]
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done.stderr
        assert done.stdout == "", "the README has no place for a benchmark"
    text = readme.read_text()
    for name in measured:
        assert text.count(f"`benchmarks/{name}.py --") == 1


def test_hide_and_seek_has_a_row_for_each_pair(folder: Path) -> None:
    (row,) = results_of("hide_and_seek", folder)
    assert (row["layout"], row["hiders"], row["seekers"]) == ("quadrant", "static", "patrol")
    assert row["low"] <= row["hidden"] <= row["high"]
    assert row["episodes"] == 20


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra train")
def test_chase_bound_has_a_row_for_each_pair(folder: Path) -> None:
    rows = {(row["seeker"], row["hider"]): row for row in results_of("chase_bound", folder)}
    assert len(rows) == 5
    assert rows["planned", "scripted"]["table_steps"] > 0
    for row in rows.values():
        assert row["walls"] == 2
        assert 1 <= row["steps"] <= 60
        assert 0 <= row["caught"] <= 100
