import dataclasses

import numpy as np
import pytest
from golden_scene import CHASER, HELLO, LAYOUT, RUNNER, good_report
from gymnasium import spaces

from pettingzoo_godot.errors import SpaceError
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import LIVE, TERMINATED, TRUNCATED
from pettingzoo_godot.port import FLAGS, Port

BOX = spaces.Box(-1.0, 1.0, (2,), np.float32)


def make_port(agent, layout=LAYOUT):
    step = layout.new_step()
    space = next(one.action_space for one in layout.hello.agents if one.id == agent)
    return Port(layout, agent, step, space), step


def port_of_space(action_space):
    """Make the port of an agent with that action space, and the block that it writes into."""
    agent = dataclasses.replace(HELLO.agents[0], action_space=action_space)
    port, step = make_port(agent.id, Layout(dataclasses.replace(HELLO, agents=(agent,))))
    return port, step.actions[0][0][0:1]


def test_port_knows_its_slot():
    assert [make_port(agent)[0].slot for agent in ("runner_0", "runner_1", "chaser_0")] == [0, 1, 4]


def test_flags_are_python_bools():
    assert FLAGS[LIVE] == (False, False, False)
    assert FLAGS[LIVE | TERMINATED] == (True, False, False)
    assert FLAGS[LIVE | TRUNCATED] == (False, True, True)
    assert FLAGS[LIVE | TERMINATED | TRUNCATED] == (True, True, False)
    assert {type(value) for flags in FLAGS for value in flags} == {bool}


# ------------------------------------------------------------------ actions


@pytest.mark.parametrize("action", [2, np.int64(2), np.int32(2), np.uint8(2), 2.0, np.array(2)])
def test_choice_is_written_into_the_agents_place_only(action):
    port, step = make_port("runner_1")
    port.act(action)
    assert step.actions[0][0].tolist() == [0, 2, 0, 0]
    assert not step.actions[1][0].any()


@pytest.mark.parametrize("action", [-1, 4, 2**70, 1.5, "left", None, [1, 2], np.nan])
def test_wrong_choice_is_refused_and_writes_nothing(action):
    port, step = make_port("runner_1")
    with pytest.raises(SpaceError, match="'runner_1'"):
        port.act(action)
    assert step.actions[0][0].tolist() == [0, 0, 0, 0]


def test_choice_that_starts_elsewhere():
    port, block = port_of_space(spaces.Discrete(3, start=-1))
    for action in (-1, 0, 1, np.int64(-1)):
        port.act(action)
        assert block.tolist() == [action]
    for action in (-2, 2, np.int64(2)):
        with pytest.raises(SpaceError):
            port.act(action)


@pytest.mark.parametrize(
    "action",
    [
        np.array([0.25, -1], np.float32),
        np.array([0.25, -1]),
        [0.25, -1],
        (0.25, np.float32(-1)),
        np.array([0.25, 9, -1], np.float32)[::2],
        np.array([0.25, -1], ">f4"),
    ],
)
def test_array_is_copied(action):
    port, block = port_of_space(BOX)
    port.act(action)
    assert block.tolist() == [[0.25, -1]]
    if isinstance(action, np.ndarray):
        action[0] = 9
        assert block.tolist() == [[0.25, -1]]


@pytest.mark.parametrize("action", [[1], [[1, 1]], 1.0, "ab", None, [0, 1.5], [0, np.nan], {}])
def test_wrong_array_is_refused(action):
    port, block = port_of_space(BOX)
    with pytest.raises(SpaceError, match="'runner_0'"):
        port.act(action)
    assert block.tolist() == [[0, 0]]


@pytest.mark.parametrize("action", [0.5, np.float64(0.5), np.array(0.5), [0.5]])
def test_only_element_may_be_a_scalar(action):
    port, block = port_of_space(spaces.Box(-1.0, 1.0, (1,), np.float32))
    port.act(action)
    assert block.tolist() == [[0.5]]


def test_other_spaces_are_written_too():
    for space, action in [
        (spaces.MultiDiscrete([3, 5]), [2, 4]),
        (spaces.MultiBinary(3), [1, 0, 1]),
        (spaces.Box(0, 255, (2,), np.uint8), [0, 255]),
    ]:
        for kind in (list, np.array, lambda values, it=space: np.array(values, it.dtype)):
            port, block = port_of_space(space)
            port.act(kind(action))
            assert block.tolist() == [action]


ACTION = {"steer": [0.5, -1], "fire": [True, False], "ammo": [1, 2], "paint": 250}


@pytest.mark.parametrize("keys", [list(ACTION), list(reversed(ACTION))])
def test_members_are_written_in_any_order(keys):
    port, step = make_port("chaser_0")
    port.act({key: ACTION[key] for key in keys})
    written = [block.tolist() for block in step.actions[1]]
    assert [block[0] for block in written] == [[0.5, -1], [1, 0], [1, 2], [250]]
    assert written[0][1] == [0, 0]  # the other arena's


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steer": [0.5, 2]}, "key 'steer'.*got 2"),
        ({"ammo": [2, 0]}, "key 'ammo'.*got 2"),
        ({"paint": 4}, "key 'paint'.*got 4"),
        ({"horn": 1}, r"the keys \['steer', 'fire', 'ammo', 'paint'\]"),
    ],
)
def test_wrong_member_is_refused_and_none_is_written(change, words):
    port, step = make_port("chaser_0")
    before = bytes(step.packet)
    with pytest.raises(SpaceError, match=f"'chaser_0'.*{words}"):
        port.act(ACTION | change)
    assert bytes(step.packet) == before


# ------------------------------------------------------------------ observations and infos


def test_members_are_copies_in_the_order_and_types_of_the_space():
    report = good_report()
    port, _ = make_port("runner_1")
    seen = port.observe(report)
    space = RUNNER["observation_space"]
    assert list(seen) == list(space.spaces)
    assert space.contains(seen)
    for block, value in zip(report.observations[0], seen.values(), strict=True):
        np.testing.assert_equal(value, block[1])
        assert value.dtype == block.dtype
        assert not np.shares_memory(value, block)
    rays = seen["rays"].copy()
    report.observations[0][0][...] = 0.125
    np.testing.assert_equal(seen["rays"], rays)
    seen["rays"][:] = 7
    assert report.observations[0][0][1].tolist() == [0.125] * 3
    assert CHASER["observation_space"].contains(make_port("chaser_0")[0].observe(report))


def test_observation_of_a_single_space_is_a_copy():
    agent = dataclasses.replace(HELLO.agents[0], observation_space=BOX)
    layout = Layout(dataclasses.replace(HELLO, agents=(agent,)))
    port, _ = make_port(agent.id, layout)
    report = layout.new_report()
    report.observations[0][0][0] = [0.25, 0.5]
    seen = port.observe(report)
    report.observations[0][0][0] = 0
    assert (seen.tolist(), seen.dtype, seen.flags.writeable) == ([0.25, 0.5], np.float32, True)


def test_infos_are_fresh_dicts_of_floats():
    report = good_report()
    port, _ = make_port("runner_1")
    one, other = port.info(report), port.info(report)
    assert one == other == dict(zip(("distance", "hits"), report.info[0][1].tolist(), strict=True))
    assert one is not other
    assert {type(value) for value in one.values()} == {float}
    chaser, _ = make_port("chaser_0")
    assert chaser.info(report) == {}
    assert chaser.info(report) is not chaser.info(report)
