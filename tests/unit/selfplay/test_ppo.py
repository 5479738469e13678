import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch

from pettingzoo_godot.selfplay.ppo import estimate_advantages, policy_loss


def test_advantages_of_one_episode_by_hand():
    """gamma 0.5, lambda 0.5: each error counts for a quarter of itself one step earlier."""
    rewards = torch.tensor([[1.0], [2.0], [4.0]])
    values = torch.tensor([[2.0], [4.0], [6.0]])
    next_values = torch.tensor([[4.0], [6.0], [8.0]])
    ends = torch.zeros(3, 1, dtype=torch.bool)
    # errors: 1 + 2 - 2 = 1; 2 + 3 - 4 = 1; 4 + 4 - 6 = 2
    advantages = estimate_advantages(rewards, values, next_values, ends, 0.5, 0.5)
    assert advantages.tolist() == [[1 + 0.25 * 1.5], [1 + 0.25 * 2], [2.0]]


def test_nothing_is_carried_over_an_end():
    """Row 0 is terminated after step 0, row 1 truncated with a final value of 10."""
    rewards = torch.tensor([[1.0, 1.0], [5.0, 5.0]])
    values = torch.tensor([[3.0, 3.0], [0.0, 0.0]])
    next_values = torch.tensor([[0.0, 10.0], [2.0, 2.0]])
    ends = torch.tensor([[True, True], [False, False]])
    advantages = estimate_advantages(rewards, values, next_values, ends, 0.5, 1.0)
    assert advantages.tolist() == [[1 + 0 - 3, 1 + 5 - 3], [6.0, 6.0]]


def test_lambda_one_is_all_rewards_and_lambda_zero_is_one_step():
    rewards = torch.rand(6, 2)
    values = torch.rand(6, 2)
    next_values = torch.cat([values[1:], torch.rand(1, 2)])
    ends = torch.zeros(6, 2, dtype=torch.bool)
    all_rewards = estimate_advantages(rewards, values, next_values, ends, 0.9, 1.0)
    discounted = next_values[-1]
    for reward in rewards.flip(0):
        discounted = reward + 0.9 * discounted
    assert torch.allclose(all_rewards[0], discounted - values[0])
    one_step = estimate_advantages(rewards, values, next_values, ends, 0.9, 0.0)
    assert torch.allclose(one_step, rewards + 0.9 * next_values - values)


@pytest.mark.parametrize(
    ("ratio", "advantage", "expected"),
    [
        (1.0, 2.0, -2.0),
        (1.5, 2.0, -2.4),  # no more to gain than up to the clip
        (0.5, 2.0, -1.0),  # but all to lose
        (1.5, -2.0, 3.0),
        (0.5, -2.0, 1.6),
    ],
)
def test_clipped_loss_by_hand(ratio, advantage, expected):
    old = torch.tensor([-1.0])
    told = policy_loss(old + torch.tensor([ratio]).log(), old, torch.tensor([advantage]), 0.2)
    assert float(told.loss) == pytest.approx(expected, rel=1e-5)
    assert float(told.clipped) == float(ratio != 1.0)
    assert float(told.kl) >= 0.0


def test_nothing_is_learned_beyond_the_clip():
    logs = torch.tensor([0.5], requires_grad=True)
    policy_loss(logs, torch.tensor([0.0]), torch.tensor([1.0]), 0.2).loss.backward()
    assert float(logs.grad) == 0.0
