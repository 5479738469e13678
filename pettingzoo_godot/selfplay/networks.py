"""The networks of a policy group: an actor that plays, and a critic that only training needs."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, cast

import torch
from gymnasium import spaces
from torch import Tensor, nn

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.flatten import Flattener
from pettingzoo_godot.selfplay.heads import GaussianHead, head_for
from pettingzoo_godot.selfplay.pose import Pose
from pettingzoo_godot.spaces import Array, space_from_wire, space_to_wire

_CLIP = 10.0  # standard deviations; what is further off is as good as that
_LEAST_STD = 1e-4


class Moments(nn.Module):
    """Running mean and standard deviation of vectors, saved with the network that uses them.

    Args:
        size: Numbers per vector.
    """

    def __init__(self, size: int) -> None:
        super().__init__()
        self.mean: Tensor
        self.std: Tensor
        self.count: Tensor
        self.register_buffer("mean", torch.zeros(size))
        self.register_buffer("std", torch.ones(size))
        self.register_buffer("count", torch.zeros((), dtype=torch.float64))

    def update(self, batch: Tensor) -> None:
        """Take vectors in, (rows, size): pooled mean and variance of before and now."""
        if not len(batch):
            return
        rows, before = len(batch), float(self.count)
        total = before + rows
        var, mean = torch.var_mean(batch.double(), dim=0, correction=0)
        old_mean, old_var = self.mean.double(), self.std.double().square()
        gap = mean - old_mean
        weight = rows / total
        if before == 0:
            pooled = var
        else:
            pooled = (1 - weight) * old_var + weight * var + weight * (1 - weight) * gap.square()
        self.mean.copy_(old_mean + weight * gap)
        self.std.copy_(pooled.sqrt().clamp(min=_LEAST_STD))
        self.count.fill_(total)

    def forward(self, vectors: Tensor) -> Tensor:
        """Scale vectors to mean 0 and standard deviation 1."""
        return ((vectors - self.mean) / self.std).clamp(-_CLIP, _CLIP)


class Actor(nn.Module):
    """What plays: from an observation to the outputs of a head.

    Args:
        observation_space: Of one agent.
        action_space: Of one agent.
        hidden: Sizes of the hidden layers.
        group: Name of the policy group, for messages.
        stack: Observations that it sees: this one and those before it.
        pose: Indices of the observed heading / pi, x and y, if it is to see and act in its body's
            frame, see `pose.py`.

    Attributes:
        size: Numbers per vector.
        stack: As given.
        inputs: Numbers that it takes per row: `stack` vectors.
        head: What the outputs mean.
        moments: What observations are normalised by.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        hidden: Sequence[int],
        group: str = "",
        stack: int = 1,
        pose: Sequence[int] | None = None,
    ) -> None:
        super().__init__()
        self.description = {
            "observation": space_to_wire(observation_space),
            "action": space_to_wire(action_space),
            "hidden": list(hidden),
            "stack": stack,
            "pose": None if pose is None else list(pose),
        }
        self._flatten = Flattener(observation_space, group)
        self.size = self._flatten.size
        self.head = head_for(action_space)
        self._pose = None
        if pose is not None:
            if not isinstance(self.head, GaussianHead) or self.head.entries != 2:
                raise UsageError(
                    f"policy group {group!r}: expected an action space of two numbers, for a pose; "
                    f"got {action_space}"
                )
            self._pose = Pose(pose, self.size, group)
            self.size = self._pose.size
        self.stack = stack
        self.inputs = stack * self.size
        self.moments = Moments(self.inputs)
        # Small last weights: at first, all actions are about as probable.
        self.body = _layers([self.inputs, *hidden, self.head.outputs], last_gain=0.01)

    @classmethod
    def from_description(cls, description: dict[str, Any]) -> Actor:
        """Make an actor of what another one's `description` says, with other weights."""
        return cls(
            space_from_wire(description["observation"]),
            space_from_wire(description["action"]),
            description["hidden"],
            stack=description["stack"],
            pose=description["pose"],
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Outputs for the head: (rows, outputs)."""
        outputs: Tensor = self.body(self.moments(vectors))
        return outputs

    def from_env(self, observations: Any) -> Array:
        """Vectors of a batch of observations: (rows, size), float32."""
        vectors = self._flatten(observations)
        return vectors if self._pose is None else self._pose.see(vectors)

    def to_env(self, raw: Array, vectors: Array) -> Array:
        """What the environment takes.

        Args:
            raw: (rows, entries), as the head has drawn it.
            vectors: (rows, inputs), of which it was drawn.
        """
        if self._pose is not None:
            raw = self._pose.act(raw, vectors)
        return self.head.to_env(raw)

    def fingerprint(self) -> str:
        """A hash of all that decides what it does."""
        digest = hashlib.sha256(repr(self.description).encode())
        for name, tensor in self.state_dict().items():
            digest.update(name.encode())
            digest.update(tensor.contiguous().numpy().tobytes())
        return digest.hexdigest()


class Critic(nn.Module):
    """What observations are worth: the discounted rewards to come.

    A centralised one sees its arena's state as well.

    Its last layer predicts values of mean 0 and standard deviation 1. As the true ones' mean and
    deviation change, the layer is corrected so that predictions stay what they are (PopArt, van
    Hasselt 2016). So rewards may be of any size.

    Args:
        size: Numbers per observation.
        hidden: Sizes of the hidden layers.
        state_size: Numbers per state; 0: it sees none.

    Attributes:
        moments: Of values.
        states: What states are normalised by; None if it sees none.
    """

    def __init__(self, size: int, hidden: Sequence[int], state_size: int = 0) -> None:
        super().__init__()
        self.moments = Moments(1)
        self.states = Moments(state_size) if state_size else None
        self.body = _layers([size + state_size, *hidden, 1], last_gain=1.0)

    def forward(self, normal: Tensor) -> Tensor:
        """Normalised values of normalised observations, each followed by its state: (rows,)."""
        values: Tensor = self.body(normal)
        return values.squeeze(-1)

    def values(self, normal: Tensor) -> Tensor:
        """Values of normalised observations, in units of the rewards."""
        scaled: Tensor = self(normal) * self.moments.std + self.moments.mean
        return scaled

    @torch.no_grad()
    def rescale(self, targets: Tensor) -> None:
        """Take true values in, (rows,), and keep all predictions as they are."""
        mean, std = self.moments.mean.clone(), self.moments.std.clone()
        self.moments.update(targets.unsqueeze(1))
        last = cast(nn.Linear, self.body[-1])
        last.weight.mul_(std / self.moments.std)
        last.bias.copy_((last.bias * std + mean - self.moments.mean) / self.moments.std)


def _layers(sizes: Sequence[int], last_gain: float) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        linear = nn.Linear(inputs, outputs)
        nn.init.orthogonal_(linear.weight, 2.0**0.5)
        nn.init.zeros_(linear.bias)
        layers += [linear, nn.Tanh()]
    layers.pop()
    nn.init.orthogonal_(cast(nn.Linear, layers[-1]).weight, last_gain)
    return nn.Sequential(*layers)
