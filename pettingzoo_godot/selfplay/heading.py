"""Actions in a body's own frame: forward and to its right, where the scene wants directions.

A network that sees by rays from a body, and moves by directions of the world, has to learn to turn
by its heading first; that takes longer than the rest of the game. So it may decide in the frame in
which it sees. The game stays the same, and so does what can be done in it.
"""

from __future__ import annotations

import math

import numpy as np

from pettingzoo_godot.spaces import Array


def turn_by_heading(raw: Array, headings: Array) -> Array:
    """Turn actions from bodies' frames into the world's.

    Args:
        raw: (rows, 2), in -1 to 1: forward, and to the right of it (y points down).
        headings: (rows,): the angles of forward / pi, clockwise from the right (0) over down (0.5).

    Returns:
        (rows, 2), float32: to the right and down. A square, turned by 45 degrees, lies within the
        same square times the square root of 2: by so much they are longer, that all of it can be
        reached; what is outside is to be clipped.
    """
    angles = headings * np.float32(math.pi)
    cos, sin = np.cos(angles), np.sin(angles)
    forward, right = raw[:, 0], raw[:, 1]
    turned = np.stack([cos * forward - sin * right, sin * forward + cos * right], axis=1)
    longer: Array = np.float32(math.sqrt(2.0)) * turned
    return longer
