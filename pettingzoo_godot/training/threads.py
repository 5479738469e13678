"""How many threads PyTorch uses.

Only imported where it is used: needs the extra [train].
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Let PyTorch use one thread: faster for small networks, and cores are for the engines.

    It also makes a run the same on machines with more cores.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
