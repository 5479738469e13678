"""One policy group's networks, and how a rollout changes them."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from pettingzoo_godot.selfplay.networks import Actor, Critic
from pettingzoo_godot.selfplay.ppo import estimate_advantages, policy_loss
from pettingzoo_godot.selfplay.settings import Settings
from pettingzoo_godot.spaces import Array

_ADAM_EPSILON = 1e-5  # as in the reference implementation of PPO


@dataclass
class Rollout:
    """What happened to all rows of a policy group between two updates.

    Attributes:
        observations: (steps, rows, size), float32: before each step; for a centralised critic, each
            followed by its arena's state.
        raw: (steps, rows, entries), float32: what the head drew.
        rewards: (steps, rows), float32.
        terminated: (steps, rows), bool.
        truncated: (steps, rows), bool.
        counts: (steps, rows), bool: live, and played by the latest policy; the rest is not learned.
        last: (rows, size): after the last step.
        finals: Of rows that were truncated: step, rows (indices), their final observations.
    """

    observations: Array
    raw: Array
    rewards: Array
    terminated: Array
    truncated: Array
    counts: Array
    last: Array
    finals: list[tuple[int, Array, Array]] = field(default_factory=list)

    @classmethod
    def empty(cls, steps: int, rows: int, size: int, entries: int) -> Rollout:
        """Make room for a rollout."""
        return cls(
            observations=np.empty((steps, rows, size), np.float32),
            raw=np.empty((steps, rows, entries), np.float32),
            rewards=np.empty((steps, rows), np.float32),
            terminated=np.empty((steps, rows), bool),
            truncated=np.empty((steps, rows), bool),
            counts=np.empty((steps, rows), bool),
            last=np.empty((rows, size), np.float32),
        )


class Transitions(NamedTuple):
    """What is learned from, one row per transition; arrays as in `Rollout`, flattened."""

    vectors: Tensor
    normal: Tensor
    raw: Tensor
    log_probs: Tensor
    advantages: Tensor
    targets: Tensor


@dataclass(frozen=True)
class Lesson:
    """How an update went: means over its gradient steps.

    Attributes:
        transitions: How many it learned from.
        policy_loss: The clipped loss.
        value_loss: Mean squared error of normalised values.
        entropy: Of the policy.
        kl: Distance from the old policy.
        clipped: Part of the ratios that were clipped.
        explained: Part of the targets' variance that the critic had predicted.
    """

    transitions: int = 0
    policy_loss: float = 0.0
    value_loss: float = 0.0
    entropy: float = 0.0
    kl: float = 0.0
    clipped: float = 0.0
    explained: float = 0.0


class Learner:
    """Networks of a policy group with their optimiser.

    Args:
        observation_space: Of one agent.
        action_space: Of one agent.
        settings: How it learns.
        seed: Of the first weights.
        group: Name of the policy group, for messages.
        state_size: Numbers per state that the critic sees; 0: none.

    Attributes:
        actor: What plays while it learns.
        critic: What only learning needs.
        kept: The mean of what `actor` has been of late: what is kept, to play and to compare.
    """

    def __init__(
        self,
        observation_space: spaces.Space[Any],
        action_space: spaces.Space[Any],
        settings: Settings,
        seed: int,
        group: str = "",
        state_size: int = 0,
    ) -> None:
        hidden = [settings.hidden, settings.hidden]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.actor = Actor(
                observation_space,
                action_space,
                hidden,
                group,
                stack=settings.stack,
                pose=settings.pose.get(group),
            )
            self.critic = Critic(self.actor.inputs, hidden, state_size)
        self.kept = copy.deepcopy(self.actor).requires_grad_(False)
        self._updates = 0
        self._settings = settings
        self._weights = [*self.actor.parameters(), *self.critic.parameters()]
        self._optimizer = torch.optim.Adam(
            self._weights, settings.learning_rate, eps=_ADAM_EPSILON, foreach=True
        )

    def learn(self, rollout: Rollout, rng: np.random.Generator) -> Lesson:
        """Update the networks once.

        Args:
            rollout: Played with the actor as it is.
            rng: Shuffles the transitions.
        """
        batch, explained = self._prepare(rollout)
        count = len(batch.advantages)
        if count < 2:  # no deviation to normalise advantages by
            return Lesson()
        sums, steps = torch.zeros(5), 0
        for _ in range(self._settings.epochs):
            order = torch.from_numpy(rng.permutation(count))
            parts = -(-count // self._settings.minibatch)
            told = [
                self._descend(Transitions(*(x[part] for x in batch)))
                for part in order.tensor_split(parts)
            ]
            sums += torch.stack(told).sum(0)
            steps += parts
            if 0 < self._settings.target_kl < float(torch.stack(told)[:, 3].mean()):
                break
        self.actor.head.limit()
        # Not before: the policy that is learned has to be the one that has played.
        own = self.actor.inputs
        self.actor.moments.update(batch.vectors[:, :own])
        if self.critic.states is not None:
            self.critic.states.update(batch.vectors[:, own:])
        self._average()
        loss, value_loss, entropy, kl, clipped = (sums / steps).tolist()
        return Lesson(count, loss, value_loss, entropy, kl, clipped, explained)

    @torch.no_grad()
    def _average(self) -> None:
        """Let what is kept follow: gradient steps are noisy, their mean is less (Polyak 1992)."""
        self._updates += 1
        weight = 1.0 / max(1.0, self._settings.averaging * self._updates)
        now = self.actor.state_dict()
        for name, kept in self.kept.state_dict().items():
            kept.lerp_(now[name], weight)

    @torch.no_grad()
    def _prepare(self, rollout: Rollout) -> tuple[Transitions, float]:
        vectors = torch.from_numpy(rollout.observations)
        normal = self._normalised(vectors)
        values = self.critic.values(normal)
        next_values = torch.cat([values[1:], self._values_of(rollout.last).unsqueeze(0)])
        if rollout.finals:
            where = [(np.full(len(rows), step), rows) for step, rows, _ in rollout.finals]
            at, ended = (
                torch.from_numpy(np.concatenate(part)) for part in zip(*where, strict=True)
            )
            finals = np.concatenate([observations for _, _, observations in rollout.finals])
            next_values[at, ended] = self._values_of(finals)
        terminated = torch.from_numpy(rollout.terminated)
        next_values[terminated] = 0.0
        advantages = estimate_advantages(
            torch.from_numpy(rollout.rewards),
            values,
            next_values,
            terminated | torch.from_numpy(rollout.truncated),
            self._settings.gamma,
            self._settings.gae_lambda,
        )
        counts = torch.from_numpy(rollout.counts)
        targets = (advantages + values)[counts]
        kept, raw = normal[counts], torch.from_numpy(rollout.raw)[counts]
        explained = _explained(values[counts], targets)
        if len(targets):
            self.critic.rescale(targets)
        scaled = (targets - self.critic.moments.mean) / self.critic.moments.std
        log_probs = self.actor.head.log_prob(self._decide(kept), raw)
        batch = Transitions(vectors[counts], kept, raw, log_probs, advantages[counts], scaled)
        return batch, explained

    def _values_of(self, observations: Array) -> Tensor:
        return self.critic.values(self._normalised(torch.from_numpy(observations)))

    def _normalised(self, vectors: Tensor) -> Tensor:
        if self.critic.states is None:
            normal: Tensor = self.actor.moments(vectors)
            return normal
        own, states = vectors.tensor_split([self.actor.inputs], dim=-1)
        return torch.cat([self.actor.moments(own), self.critic.states(states)], dim=-1)

    def _decide(self, normal: Tensor) -> Tensor:
        """The actor's outputs: it does not see states."""
        outputs: Tensor = self.actor.body(normal[:, : self.actor.inputs])
        return outputs

    def _descend(self, batch: Transitions) -> Tensor:
        """Take one gradient step; returns the numbers of a `Lesson`, in their order."""
        outputs = self._decide(batch.normal)
        advantages = batch.advantages
        if len(advantages) > 1:
            advantages = (advantages - advantages.mean()) / (advantages.std() + 1e-8)
        log_probs = self.actor.head.log_prob(outputs, batch.raw)
        policy = policy_loss(log_probs, batch.log_probs, advantages, self._settings.clip_range)
        entropy = self.actor.head.entropy(outputs)
        value = (self.critic(batch.normal) - batch.targets).square().mean()
        loss = policy.loss - self._settings.entropy * entropy
        loss = loss + self._settings.value_weight * value
        self._optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self._weights, self._settings.max_gradient)
        self._optimizer.step()
        told = [policy.loss, value, entropy, policy.kl, policy.clipped]
        return torch.stack(told).detach()

    # ------------------------------------------------------------------ to be kept

    def begin_with(self, actor: Actor) -> None:
        """Take an actor's weights instead of random ones."""
        self.actor.load_state_dict(actor.state_dict())
        self.kept.load_state_dict(actor.state_dict())

    def state(self) -> dict[str, Any]:
        """All that a checkpoint has to keep."""
        return {
            "actor": self.actor.state_dict(),
            "critic": self.critic.state_dict(),
            "kept": self.kept.state_dict(),
            "updates": self._updates,
            "optimizer": self._optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from a `state`."""
        self.actor.load_state_dict(state["actor"])
        self.critic.load_state_dict(state["critic"])
        self.kept.load_state_dict(state["kept"])
        self._updates = state["updates"]
        # The optimiser would go on with the tensors that it is given.
        self._optimizer.load_state_dict(copy.deepcopy(state["optimizer"]))


def _explained(values: Tensor, targets: Tensor) -> float:
    if len(targets) < 2 or float(targets.var()) == 0.0:
        return 0.0
    return float(1.0 - (targets - values).var() / targets.var())
