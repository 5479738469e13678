"""Independent PPO in one file: each agent of `chase` learns for itself, in an ordinary loop.

The loop is PettingZoo's; nothing in it knows of Godot. Needs PyTorch.

    python examples/independent_ppo.py [--updates 40] [--seed 0]
"""

from __future__ import annotations

import argparse
import time
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Normal

import pettingzoo_godot as pzg

STEPS = 1024  # of a rollout, over several episodes
EPOCHS, MINIBATCH = 4, 256
GAMMA, LAMBDA = 0.99, 0.95  # discount, and of generalised advantages (arXiv 1506.02438)
CLIP, ENTROPY, VALUE = 0.2, 0.003, 0.5  # PPO (arXiv 1707.06347)
LEARNING_RATE = 1e-3


class Learner(nn.Module):
    """One agent: a Gaussian policy, a value function, and its steps since the last update."""

    def __init__(self, inputs: int, actions: int) -> None:
        super().__init__()
        self.actor = nn.Sequential(
            nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, actions)
        )
        self.critic = nn.Sequential(
            nn.Linear(inputs, 64), nn.Tanh(), nn.Linear(64, 64), nn.Tanh(), nn.Linear(64, 1)
        )
        self.log_std = nn.Parameter(torch.full((actions,), -0.5))
        self.optimiser = torch.optim.Adam(self.parameters(), LEARNING_RATE, eps=1e-5)
        self.seen: list[dict[str, Any]] = []

    def policy(self, observations: Tensor) -> Normal:
        """The distribution of actions, before they are clipped to their bounds."""
        return Normal(self.actor(observations), self.log_std.exp())

    def act(self, observation: np.ndarray) -> np.ndarray:
        """Choose an action."""
        with torch.no_grad():
            return self.policy(torch.as_tensor(observation)).sample().numpy()

    def learn(self) -> None:
        """Some epochs of PPO on what was seen."""
        steps = {key: torch.tensor(np.array([s[key] for s in self.seen])) for key in self.seen[0]}
        self.seen.clear()
        with torch.no_grad():
            old = self.policy(steps["observations"]).log_prob(steps["actions"]).sum(1)
            values = self.critic(steps["observations"])[:, 0]
            # What follows a truncation still counts, what follows a termination does not exist.
            nexts = self.critic(steps["afters"])[:, 0] * ~steps["terminated"]
        gains = advantages(steps["rewards"] + GAMMA * nexts - values, steps["ended"])
        targets = values + gains
        for _ in range(EPOCHS):
            for some in torch.randperm(len(gains)).split(MINIBATCH):
                policy = self.policy(steps["observations"][some])
                ratio = (policy.log_prob(steps["actions"][some]).sum(1) - old[some]).exp()
                gain = (gains[some] - gains[some].mean()) / (gains[some].std() + 1e-8)
                actor = torch.min(ratio * gain, ratio.clamp(1 - CLIP, 1 + CLIP) * gain).mean()
                critic = (self.critic(steps["observations"][some])[:, 0] - targets[some]).square()
                entropy = policy.entropy().sum(1).mean()
                loss = VALUE * critic.mean() - actor - ENTROPY * entropy
                self.optimiser.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.parameters(), 0.5)
                self.optimiser.step()


def advantages(errors: Tensor, ended: Tensor) -> Tensor:
    """Generalised advantages of consecutive steps, from their temporal differences: (steps,)."""
    found = torch.zeros_like(errors)
    last = torch.tensor(0.0)
    for t in reversed(range(len(errors))):
        last = errors[t] + GAMMA * LAMBDA * ~ended[t] * last
        found[t] = last
    return found


def play(env: pzg.GodotParallelEnv, learners: dict[str, Learner], observations: Any) -> Any:
    """Play STEPS steps, episode by episode; returns their lengths and the last observations."""
    lengths, length = [], 0
    for _ in range(STEPS):
        actions = {agent: learners[agent].act(observations[agent]) for agent in env.agents}
        inside = {agent: np.clip(action, -1, 1) for agent, action in actions.items()}
        afters, rewards, terminations, truncations, _ = env.step(inside)
        length += 1
        for agent, after in afters.items():
            learners[agent].seen.append(
                {
                    "observations": observations[agent],
                    "actions": actions[agent],
                    "rewards": np.float32(rewards[agent]),
                    "afters": after,
                    "terminated": terminations[agent],
                    "ended": terminations[agent] or truncations[agent],
                }
            )
        observations = afters
        if not env.agents:
            observations, _ = env.reset()
            lengths, length = [*lengths, length], 0
    return lengths, observations


def main() -> None:
    """Train all agents."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("updates", 40), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)  # small networks: threads would only wait for each other

    with pzg.parallel_env("chase") as env:
        learners = {}
        for agent in env.possible_agents:
            spaces = env.observation_space(agent), env.action_space(agent)
            learners[agent] = Learner(*(space.shape[0] for space in spaces))
        observations, _ = env.reset(seed=arguments.seed)
        started = time.perf_counter()
        for number in range(1, arguments.updates + 1):
            lengths, observations = play(env, learners, observations)
            for learner in learners.values():
                learner.learn()
            rate = number * STEPS / (time.perf_counter() - started)
            caught = np.mean(np.array(lengths) < 60)  # steps: an episode's limit
            print(f"update {number:3}  caught {caught:4.0%}  {rate:,.0f} steps/s")


if __name__ == "__main__":
    main()
