"""The world as a body sees it, and actions as the body means them: forward, and to its right.

A network that sees by rays from a body, but knows its place and moves in directions of the world,
has to learn to turn by its heading first; that takes longer than the rest of the game. So it may
see and decide in the body's own frame. The game stays the same, and so does what can be done in it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.spaces import Array

_REACH = np.float32(math.sqrt(2.0))


class Pose:
    """Where in an observation a body's heading and place are.

    The y axis points down, angles go clockwise from the right (0) over down (0.5).

    Args:
        indices: Of the heading / pi, of x, and of y; the place's origin is worth knowing the way
            to, such as an arena's centre.
        size: Numbers per observation.
        group: Name of the policy group, for messages.

    Attributes:
        size: Numbers that `see` makes of an observation.

    Raises:
        UsageError: If the observation has no such numbers.
    """

    def __init__(self, indices: Sequence[int], size: int, group: str) -> None:
        if len(set(indices)) != 3 or not all(0 <= index < size for index in indices):
            raise UsageError(
                f"policy group {group!r}: expected a pose: the indices of a heading, x and y, each "
                f"below {size}; got {indices}"
            )
        self._heading, self._x, self._y = indices
        self._rest = [index for index in range(size) if index not in indices]
        self.size = size + 1

    def see(self, observed: Array) -> Array:
        """Turn observations into the body's frame.

        Args:
            observed: (rows, numbers), float32.

        Returns:
            (rows, size), float32: the heading's cosine and sine, how far forward and to the right
            the origin is, and all else as it was.
        """
        angles = observed[:, self._heading] * np.float32(math.pi)
        cos, sin = np.cos(angles), np.sin(angles)
        x, y = observed[:, self._x], observed[:, self._y]
        seen = np.empty((len(observed), self.size), np.float32)
        seen[:, 0] = cos
        seen[:, 1] = sin
        seen[:, 2] = -cos * x - sin * y
        seen[:, 3] = sin * x - cos * y
        seen[:, 4:] = observed[:, self._rest]
        return seen

    def act(self, raw: Array, seen: Array) -> Array:
        """Turn actions into the world's frame.

        Args:
            raw: (rows, 2), in -1 to 1: forward, and to the right of it.
            seen: (rows, at least 2): as `see` has made it.

        Returns:
            (rows, 2), float32: to the right and down. A square, turned by 45 degrees, lies within
            the same square times the square root of 2: by so much they are longer, that all of it
            can be reached; what is outside is to be clipped.
        """
        cos, sin = seen[:, 0], seen[:, 1]
        forward, right = raw[:, 0], raw[:, 1]
        turned: Array = _REACH * np.stack(
            [cos * forward - sin * right, sin * forward + cos * right], axis=1
        )
        return turned
