"""What a network's outputs mean as actions: how to draw them, and how probable they are.

A *raw* action is what was drawn, (rows, entries) of float32; `to_env` makes of it what the
environment takes. Random numbers come from outside, so that a seed repeats them.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.spaces import Array

_START_LOG_STD = -0.5  # of a normal distribution in an action space scaled to -1 to 1
_LEAST_LOG_STD, _GREATEST_LOG_STD = -4.0, 0.5
_LOG_2PI = math.log(2.0 * math.pi)


class GaussianHead(nn.Module):
    """Normal distributions, one per element of a `Box`, with a spread that all states share.

    What is drawn outside of -1 to 1 is clipped, and then scaled to the bounds; probabilities are
    those of what was drawn. Clipping leaves the most extreme actions, such as full speed, as easy
    to reach as any; squashing by a tanh, the other way, never quite gets there.

    Args:
        space: A `Box` of float32; elements without bounds are neither clipped nor scaled.

    Attributes:
        outputs: Numbers that the network gives per row.
        entries: Numbers of a raw action.
        choices: How many each entry has: none.
    """

    def __init__(self, space: spaces.Box) -> None:
        super().__init__()
        self._shape = space.shape
        self._low = space.low.ravel()
        self._high = space.high.ravel()
        self._bounded = np.isfinite(self._low) & np.isfinite(self._high)
        with np.errstate(invalid="ignore", over="ignore"):
            self._middle = np.where(self._bounded, (self._low + self._high) / 2, 0.0)
            self._half = np.where(self._bounded, (self._high - self._low) / 2, 1.0)
        self.choices: list[int] = []
        self.outputs = self.entries = len(self._low)
        self.log_std = nn.Parameter(torch.full((self.entries,), _START_LOG_STD))

    def noise(self, rng: np.random.Generator, rows: int) -> Tensor:
        """Draw what `sample` needs for so many rows."""
        return torch.from_numpy(rng.standard_normal((rows, self.entries), np.float32))

    def sample(self, outputs: Tensor, noise: Tensor) -> Tensor:
        """Make raw actions of outputs and noise."""
        return outputs + noise * self._spread()

    def constants(self) -> list[Tensor]:
        """What makes actions of outputs: standard deviations, least and greatest values."""
        return [self._spread(), torch.from_numpy(self._low), torch.from_numpy(self._high)]

    def mode(self, outputs: Tensor) -> Tensor:
        """The most probable raw actions."""
        return outputs

    def random(self, rng: np.random.Generator, rows: int) -> Array:
        """Draw raw actions that are all equally probable: within the bounds, where there are."""
        drawn: Array = rng.uniform(-1.0, 1.0, (rows, self.entries)).astype(np.float32)
        return drawn

    def log_prob(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """Logarithms of raw actions' densities: (rows,)."""
        log_std = self._log_std()
        scaled = (raw - outputs) * (-log_std).exp()
        constant = log_std.sum() + 0.5 * self.entries * _LOG_2PI
        return -0.5 * scaled.square().sum(1) - constant

    def entropy(self, outputs: Tensor) -> Tensor:
        """Mean entropy over the rows."""
        return (self._log_std() + 0.5 * (1.0 + _LOG_2PI)).sum()

    def to_env(self, raw: Array) -> Array:
        """What the environment takes: (rows, ...), float32."""
        wanted = np.where(self._bounded, np.clip(raw, -1.0, 1.0), raw)
        scaled = np.clip(wanted * self._half + self._middle, self._low, self._high)
        actions: Array = scaled.astype(np.float32, copy=False).reshape(len(raw), *self._shape)
        return actions

    @torch.no_grad()
    def limit(self) -> None:
        """Take spreads back that went too far: beyond their limits, they have no gradient."""
        self.log_std.clamp_(_LEAST_LOG_STD, _GREATEST_LOG_STD)

    def _spread(self) -> Tensor:
        return self._log_std().exp()

    def _log_std(self) -> Tensor:
        return self.log_std.clamp(_LEAST_LOG_STD, _GREATEST_LOG_STD)


class CategoricalHead(nn.Module):
    """Independent choices, one per entry of a `Discrete`, `MultiDiscrete` or `MultiBinary`.

    Args:
        space: Which.

    Attributes:
        outputs: As for `GaussianHead`.
        entries: As for `GaussianHead`.
        choices: How many each entry has, (entries,).
    """

    def __init__(
        self, space: spaces.Discrete[Any] | spaces.MultiDiscrete[Any] | spaces.MultiBinary
    ) -> None:
        super().__init__()
        self._shape = space.shape or ()
        self._dtype = space.dtype
        if isinstance(space, spaces.Discrete):
            choices, first = np.array([space.n]), np.array([space.start])
        elif isinstance(space, spaces.MultiDiscrete):
            choices, first = space.nvec.ravel(), space.start.ravel()
        else:
            choices = np.full(int(np.prod(space.shape)), 2)
            first = np.zeros_like(choices)
        self._first = first
        self.choices: list[int] = choices.tolist()
        self.entries = len(choices)
        self._width = int(choices.max())
        self.outputs = self.entries * self._width
        missing = np.arange(self._width) >= choices[:, None]
        mask = torch.zeros(self.entries, self._width).masked_fill(torch.from_numpy(missing), -1e9)
        self._mask: Tensor
        self.register_buffer("_mask", mask, persistent=False)

    def noise(self, rng: np.random.Generator, rows: int) -> Tensor:
        """Draw what `sample` needs for so many rows: Gumbel's distribution."""
        drawn = rng.gumbel(size=(rows, self.entries, self._width))
        return torch.from_numpy(drawn.astype(np.float32))

    def sample(self, outputs: Tensor, noise: Tensor) -> Tensor:
        """Make raw actions of outputs and noise; the greatest sum is a draw by probability."""
        return (self._logits(outputs) + noise).argmax(2).float()

    def mode(self, outputs: Tensor) -> Tensor:
        """The most probable raw actions."""
        return self._logits(outputs).argmax(2).float()

    def random(self, rng: np.random.Generator, rows: int) -> Array:
        """Draw raw actions that are all equally probable."""
        drawn: Array = rng.integers(self.choices, size=(rows, self.entries)).astype(np.float32)
        return drawn

    def log_prob(self, outputs: Tensor, raw: Tensor) -> Tensor:
        """Logarithms of raw actions' probabilities: (rows,)."""
        logs = self._logits(outputs).log_softmax(2)
        return logs.gather(2, raw.long().unsqueeze(2)).squeeze(2).sum(1)

    def entropy(self, outputs: Tensor) -> Tensor:
        """Mean entropy over the rows, summed over the entries."""
        logs = self._logits(outputs).log_softmax(2)
        return -(logs.exp() * logs).sum((1, 2)).mean()

    def to_env(self, raw: Array) -> Array:
        """What the environment takes: (rows, ...), of the space's dtype."""
        chosen = (raw + self._first).astype(self._dtype)
        actions: Array = chosen.reshape(len(raw), *self._shape)
        return actions

    def constants(self) -> list[Tensor]:
        """What makes actions of outputs: nothing else."""
        return []

    def limit(self) -> None:
        """There is nothing that could go too far."""

    def _logits(self, outputs: Tensor) -> Tensor:
        return outputs.view(-1, self.entries, self._width) + self._mask


Head = GaussianHead | CategoricalHead


def head_for(space: spaces.Space[Any]) -> Head:
    """Make the head for an action space.

    Raises:
        UsageError: If it is a `Dict`, or a `Box` of integers.
    """
    if isinstance(space, spaces.Box) and space.dtype == np.float32:
        return GaussianHead(space)
    if isinstance(space, spaces.Discrete | spaces.MultiDiscrete | spaces.MultiBinary):
        return CategoricalHead(space)
    raise UsageError(
        "expected an action space that is a Box of float32, Discrete, MultiDiscrete or "
        f"MultiBinary; got {space}"
    )
