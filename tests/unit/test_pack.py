from __future__ import annotations

import struct
from pathlib import Path

import pytest

from pettingzoo_godot.pack import find_pack, read_ticks_per_second
from pettingzoo_godot.scene import Scene

NAME = b"physics/common/physics_ticks_per_second"


def entry(name: bytes, value: bytes) -> bytes:
    return struct.pack("<I", len(name)) + name + struct.pack("<I", len(value)) + value


def settings(value: bytes) -> bytes:
    """A pack with the end of a project's settings in it, as Godot writes them."""
    others = entry(b"application/config/name", struct.pack("<II4s", 4, 4, b"race"))
    return b"GDPC" + b"\0" * 100 + b"ECFG" + struct.pack("<I", 2) + others + entry(NAME, value)


HUNDRED_AND_TWENTY = settings(struct.pack("<Ii", 2, 120))


def embedded(game: Path, pack: bytes) -> Path:
    # Godot's own executable holds the marks and the name too.
    game.write_bytes(b"\x7fELF ECFG " + NAME + pack + struct.pack("<Q4s", len(pack), b"GDPC"))
    return game


def test_pack_is_the_end_of_the_executable(tmp_path: Path) -> None:
    game = embedded(tmp_path / "race", HUNDRED_AND_TWENTY)
    assert find_pack(game) == (game, 10 + len(NAME))
    assert read_ticks_per_second(game) == 120


def test_pack_is_beside_the_executable(tmp_path: Path) -> None:
    game, pack = tmp_path / "race.x86_64", tmp_path / "race.pck"
    game.write_bytes(b"\x7fELF")
    pack.write_bytes(HUNDRED_AND_TWENTY)
    assert find_pack(game) == (pack, 0)
    assert read_ticks_per_second(game) == 120


def test_pack_in_the_executable_comes_first(tmp_path: Path) -> None:
    (tmp_path / "race.pck").write_bytes(settings(struct.pack("<Ii", 2, 30)))
    assert read_ticks_per_second(embedded(tmp_path / "race", HUNDRED_AND_TWENTY)) == 120


def test_moved_game_keeps_its_ticks(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    game = embedded(tmp_path / "race", HUNDRED_AND_TWENTY)
    moved = game.rename(tmp_path / "elsewhere" / "renamed")
    assert Scene("renamed", game=moved).ticks_per_second() == 120


def test_number_of_eight_bytes(tmp_path: Path) -> None:
    value = struct.pack("<Iq", 2 | 1 << 16, 240)
    assert read_ticks_per_second(embedded(tmp_path / "race", settings(value))) == 240


@pytest.mark.parametrize(
    "pack",
    [
        b"GDPC",  # no settings: an encrypted pack
        b"GDPC ECFG\0\0\0\0",  # all settings at their defaults
        settings(struct.pack("<If", 3, 120.0)),  # no int
        HUNDRED_AND_TWENTY[:-10],  # cut off
    ],
)
def test_what_is_not_there_is_godots_default(tmp_path: Path, pack: bytes) -> None:
    assert read_ticks_per_second(embedded(tmp_path / "race", pack)) == 60


@pytest.mark.parametrize("content", [b"", b"#!/bin/sh\n", b"\xff" * 8 + b"GDPC"])
def test_program_without_a_pack(tmp_path: Path, content: bytes) -> None:
    program = tmp_path / "program"
    program.write_bytes(content)
    assert find_pack(program) is None
    assert read_ticks_per_second(program) == 60


def test_missing_game_has_godots_default(tmp_path: Path) -> None:
    assert read_ticks_per_second(tmp_path / "missing") == 60
    with pytest.raises(FileNotFoundError):
        find_pack(tmp_path / "missing")
