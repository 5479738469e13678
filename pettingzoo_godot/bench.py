"""The benchmarks of a checkout, one after another, each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from pettingzoo_godot.errors import UsageError

_FOLDER = Path(__file__).resolve().parents[1] / "benchmarks"

# Each benchmark, in the order in which they run, and what makes it short: then it shows that the
# benchmark works, and no number that anybody should read.
_QUICK = {
    "startup": "--starts 1 --wait 0.2",
    "latency": "--steps 20 --turns 1",
    "throughput": "--engines 1 2 --arenas 1 2 --steps 20 --turns 1",
    "vectorizers": "--arenas 2 --steps 20 --turns 1",
    "training": "--scenes cart_pole --engines 1 --arenas 2 --steps 16 --rollouts 1",
    "self_play": "--scenes chase --engines 1 --arenas 2 --horizon 16 --updates 1 --turns 1",
    "profile_step": "--arenas 1 4 --steps 20",
    "hide_and_seek": "--rounds 1 --hiders static --seekers patrol",
    "chase_bound": "--walls 2 --starts 2 --side 8",
}


def run_benchmarks(
    names: Sequence[str] = (),
    json_dir: Path | None = None,
    *,
    quick: bool = False,
    announce: Callable[[str], None] = lambda name: None,
) -> list[str]:
    """Run benchmarks; each prints its table.

    Args:
        names: Which; none: all of them, in order.
        json_dir: Folder for a `NAME.json` of each; made if needed. None: no files.
        quick: Run each for seconds only, to see that it works.
        announce: Told the name of each before it runs.

    Returns:
        Names of those that failed; what they say about it is on standard error.

    Raises:
        UsageError: If there is no such benchmark, or this is no checkout.
    """
    if not _FOLDER.is_dir():
        raise UsageError(
            f"expected the benchmarks in {_FOLDER}; an installed package is without them. Run "
            "this in a clone of the repository, where `make setup` prepares what they need"
        )
    unknown = [name for name in names if name not in _QUICK]
    if unknown:
        raise UsageError(f"expected benchmarks of {', '.join(_QUICK)}; got {', '.join(unknown)}")
    failed = []
    for name in names or _QUICK:
        announce(name)
        command = [sys.executable, str(_FOLDER / f"{name}.py")]
        command += _QUICK[name].split() if quick else []
        command += ["--json", str(json_dir / f"{name}.json")] if json_dir is not None else []
        if subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode != 0:
            failed.append(name)
    return failed
