from dataclasses import replace

import numpy as np
import pytest
from golden_scene import HELLO
from gymnasium import spaces

from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import AgentSpec
from pettingzoo_godot.states import read_states, state_space

MANY = spaces.Dict(
    {
        "place": spaces.Box(-2.0, 2.0, (2, 2), np.float32),
        "gear": spaces.Discrete(3, start=4),
        "action_mask": spaces.Box(0, 1, (3,), np.int8),
        "cards": spaces.MultiDiscrete([2, 3]),
        "keys": spaces.MultiBinary(2),
    }
)
FEW = spaces.Box(0.0, 1.0, (1,), np.float32)


def layout_of(state_size, arenas=2):
    action = spaces.Discrete(2)
    agents = [("a_0", "a", MANY), ("b_0", "b", FEW), ("a_1", "a", MANY)]
    specs = tuple(AgentSpec(name, group, name, space, action) for name, group, space in agents)
    return Layout(replace(HELLO, agents=specs, state_size=state_size, arenas=arenas))


def filled(layout):
    """A report, and what each agent observes in it, by arena."""
    report = layout.new_report()
    seen = [[] for _ in range(layout.arenas)]
    for agent in layout.hello.agents:
        index, position = layout.places[agent.id]
        space = agent.observation_space
        space.seed(len(agent.id) + position)
        for arena, observations in enumerate(seen):
            observations.append((space, space.sample()))
            parts = observations[-1][1]
            slot = arena * len(layout.groups[index].agents) + position
            members = parts.values() if isinstance(space, spaces.Dict) else [parts]
            for block, value in zip(report.observations[index], members, strict=True):
                block[slot] = value
    return report, seen


def test_what_the_scene_declares():
    layout = layout_of(state_size=4)
    reports = [layout.new_report() for _ in range(2)]
    for number, report in enumerate(reports):
        report.states[...] = np.arange(8).reshape(2, 4) + 10 * number
    states = read_states(layout, reports)
    assert states.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7], [10, 11, 12, 13], [14, 15, 16, 17]]
    assert states.dtype == np.float32
    assert state_space(layout).shape == (4,)
    reports[0].states[...] = 99.0  # the link's buffer is used again
    assert states.max() == 17.0


@pytest.mark.parametrize("arenas", [1, 3])
def test_else_all_observations_as_gymnasium_flattens_them(arenas):
    layout = layout_of(state_size=0, arenas=arenas)
    report, seen = filled(layout)
    states = read_states(layout, [report])
    expected = [
        np.concatenate([spaces.flatten(space, value) for space, value in observations])
        for observations in seen
    ]
    assert states.tolist() == np.array(expected, np.float32).tolist()
    space = state_space(layout)
    assert space.shape == states.shape[1:]
    assert states.dtype == space.dtype == np.float32
    assert all(state in space for state in states)
