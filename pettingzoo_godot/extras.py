"""Packages that not everybody needs: what to say where they are missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from pettingzoo_godot.errors import UsageError


def needing_train(what: str) -> AbstractContextManager[None]:
    """Import modules that need the extra [train].

    Args:
        what: What needs them, for the message.

    Raises:
        UsageError: If a package is not installed.
    """
    return _needing("train", "Stable-Baselines3 and its companions", what)


def needing_video(what: str) -> AbstractContextManager[None]:
    """Import modules that need the extra [video].

    Args:
        what: What needs them, for the message.

    Raises:
        UsageError: If a package is not installed.
    """
    return _needing("video", "imageio-ffmpeg", what)


@contextmanager
def _needing(extra: str, packages: str, what: str) -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as exc:
        if (exc.name or "").partition(".")[0] == __package__.partition(".")[0]:
            raise  # a mistake of ours
        raise UsageError(
            f"expected {packages}, which {what} needs; {exc}. "
            f"Install the extra {extra}: in the clone, pip install '.[{extra}]'"
        ) from exc
