"""The arithmetic of PPO (Schulman 2017): advantages and losses. No environment, no network."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor


def estimate_advantages(
    rewards: Tensor,
    values: Tensor,
    next_values: Tensor,
    ends: Tensor,
    gamma: float,
    gae_lambda: float,
) -> Tensor:
    """Generalised advantage estimation (Schulman 2015).

    Args:
        rewards: (steps, rows).
        values: (steps, rows), of what was observed before each step.
        next_values: (steps, rows), of what was observed after it in the same episode: 0 where the
            agent was terminated, the value of its final observation where it was truncated.
        ends: (steps, rows), bool: whether the next step belongs to another episode.
        gamma: Discount per step.
        gae_lambda: 0: one step of rewards, then the critic; 1: all rewards.

    Returns:
        (steps, rows).
    """
    errors = rewards + gamma * next_values - values
    carry = gamma * gae_lambda * (~ends).to(errors.dtype)
    advantages = torch.empty_like(errors)
    following = torch.zeros_like(errors[0])
    for step in range(len(errors) - 1, -1, -1):
        following = errors[step] + carry[step] * following
        advantages[step] = following
    return advantages


class PolicyLoss(NamedTuple):
    """The clipped loss, and what to watch.

    Attributes:
        loss: To be made small.
        kl: How far the policy is from the one that played, approximately (Schulman's k3).
        clipped: Part of the rows in which the ratio is clipped.
    """

    loss: Tensor
    kl: Tensor
    clipped: Tensor


def policy_loss(
    log_probs: Tensor, old_log_probs: Tensor, advantages: Tensor, clip_range: float
) -> PolicyLoss:
    """The clipped surrogate loss of PPO; all arguments (rows,)."""
    logs = log_probs - old_log_probs
    ratios = logs.exp()
    bounded = ratios.clamp(1.0 - clip_range, 1.0 + clip_range)
    loss = -torch.minimum(ratios * advantages, bounded * advantages).mean()
    with torch.no_grad():
        kl = (ratios - 1.0 - logs).mean()
        clipped = ((ratios - 1.0).abs() > clip_range).float().mean()
    return PolicyLoss(loss, kl, clipped)
