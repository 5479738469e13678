"""Sizes and tiles of pictures; pictures themselves: tests/loopback and tests/engine."""

from dataclasses import replace

import numpy as np
import pytest
from golden_scene import HELLO
from hypothesis import given
from hypothesis import strategies as st

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.pictures import (
    frames_per_second,
    settle_size,
    tile,
    warn_of_no_pictures,
)
from pettingzoo_godot.session import Launch


@pytest.mark.parametrize(
    ("chosen", "size"),
    [((0, 0), (720, 480)), ((64, 0), (64, 480)), ((0, 64), (720, 64)), ((8192, 8), (8192, 8))],
)
def test_sides_that_nobody_chose_are_those_of_the_window(chosen, size):
    assert settle_size(Launch(None, picture=chosen), HELLO).picture == size


def test_without_pictures_there_is_no_size():
    launch = Launch(None)
    assert settle_size(launch, HELLO) is launch


@pytest.mark.parametrize(
    ("picture", "arenas", "words"),
    [((8193, 0), 1, "8193 x 480 pixels of 1 arenas"), ((0, 0), 259, "256 MiB.* of 259 arenas")],
)
def test_too_large(picture, arenas, words):
    with pytest.raises(OptionError, match=words):
        settle_size(Launch(None, picture=picture, arenas=arenas), HELLO)


@pytest.mark.parametrize(("ticks", "expected"), [(1, 60), (4, 15), (7, 9), (60, 1), (600, 1)])
def test_frames_per_second_are_steps_of_simulated_time(ticks, expected):
    hello = replace(HELLO, tick_seconds=1 / 60, ticks_per_step=ticks)
    assert frames_per_second(hello) == expected


@pytest.mark.parametrize(
    ("count", "rows", "columns"),
    [(1, 1, 1), (2, 1, 2), (3, 2, 2), (4, 2, 2), (5, 2, 3), (16, 4, 4)],
)
def test_tiles(count, rows, columns):
    pictures = [np.full((2, 3, 3), 10 + i, np.uint8) for i in range(count)]
    tiled = tile(pictures)
    assert (tiled.shape, tiled.dtype) == ((2 * rows, 3 * columns, 3), np.uint8)
    expected = [10 + i for i in range(count)] + [0] * (rows * columns - count)
    assert tiled[::2, ::3, 0].ravel().tolist() == expected


@given(st.integers(1, 30), st.integers(1, 4), st.integers(1, 4))
def test_every_pixel_is_in_its_tile(count, height, width):
    generator = np.random.default_rng(count)
    pictures = generator.integers(1, 256, (count, height, width, 3), np.uint8)
    tiled = tile(list(pictures))
    columns = tiled.shape[1] // width
    for i, picture in enumerate(pictures):
        y, x = i // columns * height, i % columns * width
        assert (tiled[y : y + height, x : x + width] == picture).all()
    assert np.count_nonzero(tiled) == pictures.size


def test_a_picture_without_a_render_mode_is_warned_of():
    with pytest.warns(UserWarning, match='without specifying.*render_mode="rgb_array"'):
        warn_of_no_pictures(None)
    warn_of_no_pictures("human")  # a window shows it
