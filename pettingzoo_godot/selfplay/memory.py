"""What rows have observed lately, for policies that need more than one look."""

from __future__ import annotations

import numpy as np

from pettingzoo_godot.spaces import Array


class Memory:
    """The last vectors of each row, the newest one first.

    At the beginning of an episode, all of them are its first one.

    Args:
        rows: How many rows.
        size: Numbers per vector.
        depth: Vectors that are kept.
    """

    def __init__(self, rows: int, size: int, depth: int) -> None:
        self._kept = np.zeros((rows, depth, size), np.float32)
        self._depth = depth

    def push(self, vectors: Array, begins: Array | None = None) -> Array:
        """Take in what was observed.

        Args:
            vectors: (rows, size), float32.
            begins: (rows,), bool: whose episode begins with it; None: everybody's.

        Returns:
            A copy of all that is kept: (rows, depth * size), float32.
        """
        if begins is None:
            self._kept[:] = vectors[:, None]
        else:
            self._kept[:, 1:] = self._kept[:, :-1].copy()
            self._kept[:, 0] = vectors
            if begins.any():
                self._kept[begins] = vectors[begins, None]
        return self._kept.reshape(len(vectors), -1).copy()

    def peek(self, vectors: Array) -> Array:
        """What `push` would return if nobody's episode began, changing nothing."""
        joined: Array = np.concatenate([vectors[:, None], self._kept[:, : self._depth - 1]], axis=1)
        return joined.reshape(len(vectors), -1)
