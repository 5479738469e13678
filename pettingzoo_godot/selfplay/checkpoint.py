"""Files that are never half written, and what a training has to find in them.

A checkpoint is made where an update ends and all arenas begin new episodes: engines cannot be saved
in the middle of one. There is no state of a random generator in it, because every update draws from
generators made of the run's seed and the update's number.
"""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import Any

import torch

from pettingzoo_godot.errors import UsageError

_UNFINISHED = ".unfinished"


def write_whole(file: Path, content: bytes) -> None:
    """Replace a file in one go: whoever looks, and whatever is killed, it is old or new.

    The content is on the disk before the name is, and the name before this returns.

    Raises:
        UsageError: If it cannot be written, as on a full disk; the file is the old one then.
    """
    unfinished = file.with_name(file.name + _UNFINISHED)
    try:
        with unfinished.open("wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.replace(unfinished, file)
        _flush_folder(file.parent)
    except OSError as exc:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)
        raise UsageError(f"expected to write {file}; {exc}") from exc


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # Windows opens no folders
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def save(file: Path, state: dict[str, Any]) -> None:
    """Write tensors, numbers, texts, lists and dicts to a file, which is whole or not there."""
    buffer = io.BytesIO()
    torch.save(state, buffer)
    write_whole(file, buffer.getvalue())


def load(file: Path) -> dict[str, Any]:
    """Read what `save` wrote. No code in the file is run, so it may come from anybody.

    Raises:
        UsageError: If it is no such file.
    """
    try:
        state: dict[str, Any] = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as exc:  # torch raises what its parts raise
        raise UsageError(
            f"expected a file that a self-play training has written; got {file}: {exc}"
        ) from exc
    return state


def numbered(folder: Path) -> list[Path]:
    """The files of a folder named by the number of an update, the last one last."""
    files = [file for file in folder.glob("*.pt") if file.stem.isdecimal()]
    return sorted(files, key=lambda file: int(file.stem))
