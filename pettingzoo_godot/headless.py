"""Godot at work on a project without anybody: an import, an export."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from pettingzoo_godot.errors import EngineError

_TAIL_LINES = 20


def run_godot(
    godot: Path,
    project: Path,
    arguments: Sequence[str],
    *,
    task: str,
    timeout: float,
    makes: Path | None = None,
    error: type[EngineError] = EngineError,
) -> list[str]:
    """Run Godot on a project until it ends by itself.

    Args:
        godot: Its executable.
        project: The project's folder.
        arguments: What it is to do, as `--import`.
        task: The same for a person, after "expected Godot to".
        timeout: How long it may take [s].
        makes: File that there has to be afterwards; None: none.
        error: What is raised if it fails.

    Returns:
        The lines of its log, without colours and progress.

    Raises:
        EngineError: `error`, with the end of the log, if it did not end in time, ended with
            another exit code than 0, or has not made the file.
        OSError: If it cannot be started.
    """
    command = [str(godot), "--headless", "--path", godot_path(project), *arguments]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
        log, ending = _read_log(done.stdout), f"ended with exit code {done.returncode}"
        if makes is not None and not makes.is_file():
            ending += f" and wrote no {makes.name}"
        elif done.returncode == 0:
            return log
    except subprocess.TimeoutExpired as exc:
        log, ending = _read_log(exc.stdout), f"did not end within {timeout:g} s"
    raise error(
        f"expected Godot to {task}; it {ending}. Open the project in the editor to see why.",
        log[-_TAIL_LINES:],
    )


def godot_path(path: Path) -> str:
    """A path for `--path`, which Godot decodes like an address."""
    return str(path).replace("%", "%25")


def _read_log(output: bytes | None) -> list[str]:
    text = re.sub(r"\x1b\[[\d;]*m", "", (output or b"").decode(errors="replace"))  # colours
    lines = text.splitlines()
    return [line for line in lines if line.strip() and not line.startswith("[")]  # progress
