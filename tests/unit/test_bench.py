from __future__ import annotations

from pathlib import Path

import pytest

from pettingzoo_godot import bench
from pettingzoo_godot.errors import UsageError

ROOT = Path(__file__).parents[2]
# A benchmark that only says how it was called.
CALLED = """
import sys
from pathlib import Path
with Path(__file__).with_name("calls").open("a") as file:
    print(Path(__file__).stem, *sys.argv[1:], file=file)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in bench._QUICK:
        (tmp_path / f"{name}.py").write_text(CALLED)
    monkeypatch.setattr(bench, "_FOLDER", tmp_path)
    return tmp_path


def calls(folder: Path) -> list[str]:
    return (folder / "calls").read_text().splitlines()


def test_every_benchmark_of_the_checkout_is_run() -> None:
    helpers = {"common", "tables", "chase_game", "chase_plan"}
    scripts = {file.stem for file in (ROOT / "benchmarks").glob("*.py")} - helpers
    assert set(bench._QUICK) == scripts
    assert ROOT / "benchmarks" == bench._FOLDER


def test_all_run_in_order_and_are_announced(folder: Path) -> None:
    announced: list[str] = []
    assert bench.run_benchmarks(announce=announced.append) == []
    assert calls(folder) == announced == list(bench._QUICK)


def test_only_those_named_run(folder: Path) -> None:
    assert bench.run_benchmarks(["training", "startup"]) == []
    assert calls(folder) == ["training", "startup"]


def test_each_writes_a_file_of_its_name(folder: Path) -> None:
    bench.run_benchmarks(["startup"], folder / "new")
    assert calls(folder) == [f"startup --json {folder / 'new' / 'startup.json'}"]


def test_quick_makes_them_short(folder: Path) -> None:
    bench.run_benchmarks(["latency"], quick=True)
    assert calls(folder) == ["latency --steps 20 --turns 1"]


def test_one_that_fails_does_not_stop_the_others(folder: Path) -> None:
    (folder / "latency.py").write_text("raise SystemExit(3)")
    assert bench.run_benchmarks(["latency", "startup"]) == ["latency"]
    assert calls(folder) == ["startup"]


def test_an_unknown_name_is_an_error_before_anything_runs(folder: Path) -> None:
    with pytest.raises(UsageError, match=r"expected benchmarks of startup.*; got speed"):
        bench.run_benchmarks(["startup", "speed"])
    assert not (folder / "calls").exists()


def test_an_installed_package_says_that_it_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "_FOLDER", tmp_path / "benchmarks")
    with pytest.raises(UsageError, match=r"clone of the repository.*make setup"):
        bench.run_benchmarks()
