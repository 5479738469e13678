"""A vector environment to play in without an engine: `GodotVectorEnv`'s interface, by numpy.

One hider and two seekers per arena. A seeker should choose the number that it sees, the hider
should move to where its first number points. `seeker_1` dies after its second step; the hider's
numbers say how the episode ends: in odd ones it is terminated, in even ones truncated. The state is
which episode of the arena it is, its time, and the numbers that the seekers see.
"""

import numpy as np
from gymnasium import spaces

from pettingzoo_godot.errors import EngineDied
from pettingzoo_godot.options import draw_seed, spread_seed
from pettingzoo_godot.slots import Slot

LENGTH = 5
DEATH = 2  # steps that seeker_1 lives
AGENTS = {"seeker": ["seeker_0", "seeker_1"], "hider": ["hider_0"]}
SPACES = {
    "seeker": (
        spaces.Dict({"number": spaces.Discrete(3), "noise": spaces.Box(-1.0, 1.0, (2,))}),
        spaces.MultiDiscrete([3, 2]),
    ),
    "hider": (spaces.Box(-1.0, 1.0, (3,)), spaces.Box(-2.0, 2.0, (2,))),
}


class Arena:
    def __init__(self, seed):
        self.seeds = np.random.default_rng(seed)
        self.episodes = 0
        self.begin()

    def begin(self):
        self.rng = np.random.default_rng(draw_seed(self.seeds))
        self.episodes += 1
        self.time = 0
        self.look()

    def look(self):
        self.number = self.rng.integers(3, size=2)
        self.noise = self.rng.uniform(-1, 1, (2, 2)).astype(np.float32)
        self.sign = self.rng.choice([-1.0, 1.0])

    def state(self):
        return np.array([[self.episodes, self.time, *self.number]], np.float32)

    def observe(self):
        hider = np.array([[self.sign, self.time / LENGTH, self.episodes % 2]], np.float32)
        return {
            "seeker": {"number": self.number.copy(), "noise": self.noise.copy()},
            "hider": hider,
        }

    def step(self, actions):
        """Rewards, live, terminated, truncated by group; final observations if it is over."""
        self.time += 1
        over = self.time == LENGTH
        live = {"seeker": np.array([True, self.time <= DEATH]), "hider": np.array([True])}
        found = (actions["seeker"][:, 0] == self.number) * live["seeker"]
        rewards = {
            "seeker": found.astype(np.float32),
            "hider": np.sign(actions["hider"][:, 0] * self.sign).astype(np.float32),
        }
        dies = self.time == DEATH
        is_term = over and self.episodes % 2 == 1
        terminated = {
            "seeker": np.array([is_term, dies or over]),  # a dead row ends once more
            "hider": np.array([is_term]),
        }
        truncated = {
            "seeker": np.array([over and not is_term, False]),
            "hider": np.array([over and not is_term]),
        }
        kept = (self.number[1], self.noise[1])
        self.look()
        if not live["seeker"][1]:  # the dead one's last observation stays
            self.number[1], self.noise[1] = kept
        final = self.observe()
        self.final_state = self.state()
        if over:
            self.begin()
        return rewards, live, terminated, truncated, final, self.observe()


class Duel:
    """The environment; `order` picks which of the waiting engines answers first."""

    made = []  # noqa: RUF012 - of a test, which clears it
    steps_allowed = float("inf")
    agents = AGENTS

    def __init__(self, scene="duel", num_engines=1, num_arenas=2, **arguments):
        self.metadata = {"name": "duel"}
        self.num_engines, self.num_arenas = num_engines, num_arenas
        self.arguments = arguments
        self.heuristic_agents = arguments.get("heuristic_agents", [])
        self.heuristics = {}  # by arena, of its next episode
        self.begun = []  # arena, and which heuristics play there
        self.policy_groups = list(self.agents)
        self.slots = {
            group: [
                Slot(engine, arena, agent)
                for engine in range(num_engines)
                for arena in range(num_arenas)
                for agent in agents
            ]
            for group, agents in self.agents.items()
        }
        self.num_envs = sum(map(len, self.slots.values()))
        self.state_space = spaces.Box(-np.inf, np.inf, (4,))
        self.answered = None  # the engine that was received last
        self.single_observation_space = spaces.Dict({g: s[0] for g, s in SPACES.items()})
        self.single_action_space = spaces.Dict({g: s[1] for g, s in SPACES.items()})
        self.order = 0
        self.waiting = []
        self.sent = []
        self.seeds = []
        self.steps_left = Duel.steps_allowed
        self.error = EngineDied
        self.is_closed = False
        self.is_started = False
        Duel.made.append(self)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.is_closed = True

    def set_heuristic_agents(self, names, arenas):
        self.heuristics.update({arena: list(names) for arena in arenas})

    def start(self):
        self.is_started = True

    def async_reset(self, seed=None):
        self.seeds.append(seed)
        seeds = spread_seed(seed, self.num_engines * self.num_arenas)
        arenas = [Arena(one) for one in seeds]
        count = self.num_arenas
        self.engines = [arenas[i * count : (i + 1) * count] for i in range(self.num_engines)]
        self.begun = [(place, self.heuristics.get(place, [])) for place in range(len(arenas))]
        self.waiting = [(i, None) for i in range(self.num_engines)]

    def reset(self, seed=None):
        self.async_reset(seed)
        return self.recv()[0], {}

    def send(self, actions, env_ids=None):
        engine = 0
        if env_ids is not None:
            engine = int(env_ids["hider"][0]) // self.num_arenas
            for group, ids in env_ids.items():
                rows = self.num_arenas * len(AGENTS[group])
                assert ids.tolist() == list(range(engine * rows, (engine + 1) * rows))
        for group, (_, space) in SPACES.items():
            assert len(actions[group]) == self.num_arenas * len(AGENTS[group])
            assert all(space.contains(action) for action in actions[group])
        self.sent.append((engine, actions))
        self.waiting.append((engine, actions))

    def step(self, actions):
        self.send(actions)
        return self.recv()

    def state(self):
        return np.concatenate([arena.state() for arena in self.answered])

    def final_state(self):
        return np.concatenate([arena.final_state for arena in self.answered])

    def recv(self):
        self.steps_left -= 1
        if self.steps_left < 0:
            raise self.error("the engine died")
        engine, actions = self.waiting.pop(self.order if len(self.waiting) > 1 else 0)
        self.answered = self.engines[engine]
        infos = {group: {} for group in AGENTS}
        if self.num_engines > 1:
            for group, agents in AGENTS.items():
                rows = self.num_arenas * len(agents)
                infos[group]["env_id"] = np.arange(engine * rows, (engine + 1) * rows)
        arenas = self.engines[engine]
        if actions is None:
            return joined([arena.observe() for arena in arenas]), {}, {}, {}, infos
        results = []
        for index, arena in enumerate(arenas):
            mine = {
                group: part.reshape(self.num_arenas, -1, *part.shape[1:])[index]
                for group, part in actions.items()
            }
            results.append(arena.step(mine))
            if arena.time == 0:
                place = engine * self.num_arenas + index
                self.begun.append((place, self.heuristics.get(place, [])))
        rewards, live, terminated, truncated, final, observed = (
            joined(list(part)) for part in zip(*results, strict=True)
        )
        for group in AGENTS:
            infos[group]["live"] = live[group]
            infos[group]["time"] = np.repeat(
                [float(arena.time) for arena in arenas], len(AGENTS[group])
            )
            ends = terminated[group] | truncated[group]
            infos[group]["_time"] = ~ends
            if ends.any():
                infos[group] |= {"final_obs": final[group], "_final_obs": ends}
                times = [float(arena.time or LENGTH) for arena in arenas]  # 0: it has begun anew
                infos[group]["final_info"] = {
                    "time": np.repeat(times, len(AGENTS[group])),
                    "_time": ends & live[group],
                }
        return observed, rewards, terminated, truncated, infos


def joined(parts):
    if isinstance(parts[0], dict):
        return {key: joined([part[key] for part in parts]) for key in parts[0]}
    return np.concatenate(parts)
