import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch

from pettingzoo_godot.training.threads import one_thread


def test_one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        with one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)
