"""PPO in one file: seekers and hiders learn `chase` against each other, in many arenas at once.

One network per policy group chooses for all its rows in one go. Needs PyTorch.

    python examples/vector_ppo.py [--updates 150] [--seed 0] [--engines 1] [--arenas 64]
"""

from __future__ import annotations

import argparse
import time

import numpy as np
import torch
from torch import Tensor, nn
from torch.distributions import Normal

import pettingzoo_godot as pzg

STEPS = 60  # of a rollout: an episode's limit
EPOCHS, MINIBATCHES = 4, 4
GAMMA, LAMBDA = 0.99, 0.95  # discount, and of generalised advantages (arXiv 1506.02438)
CLIP, ENTROPY, VALUE = 0.2, 0.003, 0.5  # PPO (arXiv 1707.06347)
LEARNING_RATE = 1e-3


class ActorCritic(nn.Module):
    """A Gaussian policy and a value function for actions in a Box of floats."""

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

    def policy(self, observations: Tensor) -> Normal:
        """The distribution of actions, before they are clipped to their bounds."""
        return Normal(self.actor(observations), self.log_std.exp())

    def value(self, observations: Tensor) -> Tensor:
        """Expected returns: the shape of the observations without its last axis."""
        return self.critic(observations)[..., 0]


def advantages(errors: Tensor, ended: Tensor) -> Tensor:
    """Generalised advantages, from temporal differences: (steps, rows)."""
    found = torch.zeros_like(errors)
    last = torch.zeros_like(errors[0])
    for t in reversed(range(len(errors))):
        last = errors[t] + GAMMA * LAMBDA * ~ended[t] * last
        found[t] = last
    return found


def learn(net: ActorCritic, steps: dict[str, Tensor]) -> None:
    """Some epochs of PPO on a rollout of (steps, rows, ...)."""
    with torch.no_grad():
        old = net.policy(steps["observations"]).log_prob(steps["actions"]).sum(-1).flatten()
        values = net.value(steps["observations"])
        # What follows a truncation still counts, what follows a termination does not exist.
        nexts = net.value(steps["afters"]) * ~steps["terminated"]
    gains = advantages(steps["rewards"] + GAMMA * nexts - values, steps["ended"])
    targets = (values + gains).flatten()
    gains = gains.flatten()
    observations, actions = steps["observations"].flatten(0, 1), steps["actions"].flatten(0, 1)
    for _ in range(EPOCHS):
        for some in torch.randperm(len(gains)).chunk(MINIBATCHES):
            policy = net.policy(observations[some])
            ratio = (policy.log_prob(actions[some]).sum(1) - old[some]).exp()
            gain = (gains[some] - gains[some].mean()) / (gains[some].std() + 1e-8)
            actor = torch.min(ratio * gain, ratio.clamp(1 - CLIP, 1 + CLIP) * gain).mean()
            critic = (net.value(observations[some]) - targets[some]).square().mean()
            loss = VALUE * critic - actor - ENTROPY * policy.entropy().sum(1).mean()
            net.optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 0.5)
            net.optimiser.step()


def roll_out(
    env: pzg.GodotVectorEnv, nets: dict[str, ActorCritic], seen: dict[str, np.ndarray]
) -> tuple[dict[str, dict[str, Tensor]], dict[str, np.ndarray]]:
    """Play STEPS steps in every arena: what happened, by group, and the last observations."""
    steps: dict[str, list[dict[str, np.ndarray]]] = {name: [] for name in nets}
    for _ in range(STEPS):
        with torch.no_grad():
            actions = {
                name: net.policy(torch.from_numpy(seen[name])).sample().numpy()
                for name, net in nets.items()
            }
        observations, rewards, terminations, truncations, infos = env.step(
            {name: action.clip(-1, 1) for name, action in actions.items()}
        )
        for name in nets:
            ended = terminations[name] | truncations[name]
            after = observations[name].copy()
            if ended.any():  # these observations are the next episodes' first ones already
                after[ended] = np.stack(infos[name]["final_obs"][ended])
            steps[name].append(
                {
                    "observations": seen[name],
                    "actions": actions[name],
                    "rewards": rewards[name],
                    "afters": after,
                    "terminated": terminations[name],
                    "ended": ended,
                }
            )
        seen = observations
    stacked = {
        name: {key: torch.from_numpy(np.stack([s[key] for s in many])) for key in many[0]}
        for name, many in steps.items()
    }
    return stacked, seen


def main() -> None:
    """Train both sides."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("updates", 150), ("seed", 0), ("engines", 1), ("arenas", 64)):
        parser.add_argument(f"--{name}", type=int, default=default)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)  # small networks: threads would only wait for each other

    with pzg.vector_env("chase", arguments.engines, arguments.arenas) as env:
        spaces = env.single_observation_space, env.single_action_space
        nets = {g: ActorCritic(*(space[g].shape[0] for space in spaces)) for g in env.policy_groups}
        seen, _ = env.reset(seed=arguments.seed)
        started = time.perf_counter()
        for number in range(1, arguments.updates + 1):
            rollouts, seen = roll_out(env, nets, seen)
            for name, net in nets.items():
                learn(net, rollouts[name])
            if number % 10 == 0:
                steps = rollouts["seeker"]
                caught = (steps["rewards"] == 1.0).sum() / steps["ended"].sum()
                rate = number * STEPS * env.num_envs / (time.perf_counter() - started)
                print(f"update {number:4}  caught {caught:4.0%}  {rate:,.0f} agent-steps/s")


if __name__ == "__main__":
    main()
