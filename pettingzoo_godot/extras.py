"""Packages that only training needs: what to say where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pettingzoo_godot.errors import UsageError


@contextmanager
def needing_train(what: str) -> Iterator[None]:
    """Import modules that need the extra [train].

    Args:
        what: What needs them, for the message.

    Raises:
        UsageError: If a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise  # a mistake of ours
        raise UsageError(
            f"expected Stable-Baselines3 and its companions, which {what} needs; {exc}. "
            "Install the extra train: in the clone, pip install '.[train]'"
        ) from exc
