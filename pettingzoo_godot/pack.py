"""The packed project of an exported game: where it is, and the one setting that starting it needs.

A pack is a file `.pck` beside the executable, or the end of the executable itself, which then ends
with the pack's size and mark. The last file in it is `project.binary`, the project's settings: a
mark, then for each setting that is not at its default the length of its name, the name, the length
of its value, the value (Godot's `core/config/project_settings.cpp` and `core/io/marshalls.cpp`).
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path

DEFAULT_TICKS_PER_SECOND = 60  # Godot's own

_PACK_MARK = b"GDPC"
_END = struct.Struct("<Q4s")  # size of the pack and mark, at the end of an executable
_SETTINGS_MARK = b"ECFG"
_NAME = b"physics/common/physics_ticks_per_second"
_VALUE = struct.Struct("<II")  # length from the type on, and type
_TYPE_MASK, _INT = 0xFF, 2  # of a value's type; the bits above say whether it has 8 bytes


def find_pack(game: Path) -> tuple[Path, int] | None:
    """Find the pack of an exported game.

    Args:
        game: Its executable.

    Returns:
        The file that holds the pack, and where in it the pack begins [bytes]; None if the
        executable has none.

    Raises:
        OSError: If it cannot be read.
    """
    size = game.stat().st_size
    if size >= _END.size:
        with game.open("rb") as file:
            file.seek(size - _END.size)
            length, mark = _END.unpack(file.read(_END.size))
        start = size - _END.size - length
        if mark == _PACK_MARK and start >= 0:
            return game, start
    beside = game.with_suffix(".pck")  # Godot too looks there last
    return (beside, 0) if beside.is_file() else None


def read_ticks_per_second(game: Path) -> int:
    """Read an exported game's physics ticks per second of simulated time [1/s].

    Args:
        game: Its executable.

    Returns:
        The project's setting; 60, Godot's default, if it is not in a pack that can be read.
    """
    try:
        found = find_pack(game)
        if found is None:
            return DEFAULT_TICKS_PER_SECOND
        path, start = found
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as pack,
        ):
            return _read_setting(pack, start)
    except (OSError, ValueError, struct.error):  # unreadable, empty, or cut off
        return DEFAULT_TICKS_PER_SECOND


def _read_setting(pack: mmap.mmap, start: int) -> int:
    settings = pack.rfind(_SETTINGS_MARK, start)
    if settings < 0:  # an encrypted pack
        return DEFAULT_TICKS_PER_SECOND
    name = pack.find(struct.pack("<I", len(_NAME)) + _NAME, settings)
    if name < 0:
        return DEFAULT_TICKS_PER_SECOND
    place = name + 4 + len(_NAME)
    length, kind = _VALUE.unpack_from(pack, place)
    if kind & _TYPE_MASK != _INT:
        return DEFAULT_TICKS_PER_SECOND
    value = pack[place + _VALUE.size : place + 4 + length]
    return int.from_bytes(value, "little", signed=True)
