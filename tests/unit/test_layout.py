import dataclasses

import numpy as np
import pytest
from golden_scene import HELLO, LAYOUT, RUNNER, golden_bytes, good_report
from gymnasium import spaces

from pettingzoo_godot.codec import decode
from pettingzoo_godot.errors import RemoteProtocolError
from pettingzoo_godot.layout import HEADER, Layout


def test_views_have_the_shapes_and_types_of_the_spaces():
    report = LAYOUT.new_report()
    assert [[(b.shape, b.dtype.name) for b in blocks] for blocks in report.observations] == [
        [((4, 3), "float32"), ((4, 2, 2, 1), "uint8"), ((4,), "int64"), ((4, 4), "int8")],
        [((2, 2), "float32"), ((2, 3), "int8"), ((2, 2), "int64"), ((2, 1, 2), "float32")],
    ]
    assert [info.shape for info in report.info] == [(4, 2), (2, 0)]
    assert (report.rewards.shape, report.flags.shape, report.states.shape) == ((6,), (6,), (2, 2))


def test_new_report_limits_its_clocks():
    report = LAYOUT.new_report(engine_usec=2**40, tick=2**32 + 5)
    assert (report.engine_usec, report.tick) == (2**32 - 1, 5)


def test_report_shares_the_memory_of_its_packet():
    packet = bytearray(golden_bytes("report"))
    report = decode(packet, LAYOUT)
    report.observations[0][0][0, 0] = 0.875
    report.flags[-1] = 3
    assert bytes(packet) != golden_bytes("report")
    assert decode(packet, LAYOUT).observations[0][0][0, 0] == 0.875
    assert packet[-1] == 3


def test_layout_orders_groups_and_slots():
    runner, chaser = LAYOUT.groups
    assert (runner.name, runner.agents, runner.slots, runner.first_slot) == (
        "runner",
        ("runner_0", "runner_1"),
        4,
        0,
    )
    assert (chaser.agents, chaser.slots, chaser.first_slot) == (("chaser_0",), 2, 4)
    assert LAYOUT.places == {"runner_0": (0, 0), "runner_1": (0, 1), "chaser_0": (1, 0)}
    assert LAYOUT.slots == 6
    assert [LAYOUT.locate(slot) for slot in range(6)] == [
        ("runner_0", 0),
        ("runner_1", 0),
        ("runner_0", 1),
        ("runner_1", 1),
        ("chaser_0", 0),
        ("chaser_0", 1),
    ]
    assert LAYOUT.locate(1, chaser) == ("chaser_0", 1)


def with_second_runner(**changes):
    agents = (*HELLO.agents[:2], dataclasses.replace(HELLO.agents[2], **changes))
    return dataclasses.replace(HELLO, agents=agents)


@pytest.mark.parametrize(
    ("hello", "words"),
    [
        (dataclasses.replace(HELLO, agents=()), "one agent or more"),
        (with_second_runner(id="runner_0"), "different IDs"),
        (with_second_runner(info=("hits", "distance")), "equal info"),
        (with_second_runner(action_space=spaces.Discrete(5)), "equal action_space"),
        (
            with_second_runner(
                observation_space=spaces.Dict(
                    list(RUNNER["observation_space"].spaces.items())[::-1]
                )
            ),
            "equal observation_space",
        ),
        (dataclasses.replace(HELLO, state_size=2**40), "at most"),
        (dataclasses.replace(HELLO, arenas=2**40), "at most"),
    ],
)
def test_contradictory_hello_is_refused(hello, words):
    with pytest.raises(RemoteProtocolError) as error:
        Layout(hello)
    assert words in str(error.value)


def test_new_step_is_within_the_bounds():
    step = LAYOUT.new_step()
    assert LAYOUT.find_bad_action(step) is None
    paint = step.actions[1][3]
    assert paint.tolist() == [[5], [5]]  # 0 would be out of [5, 250]
    assert not step.actions[0][0].any()


@pytest.mark.parametrize(
    ("group", "leaf", "index", "value", "expected"),
    [
        (0, 0, (3, 2), 1.5, ("runner_1", 1, "expected observation 'rays' in [0.0, 1.0]; got 1.5")),
        (
            0,
            0,
            (1, 0),
            np.nan,
            ("runner_1", 0, "expected observation 'rays' in [0.0, 1.0]; got nan"),
        ),
        (0, 2, (2,), 7, ("runner_0", 1, "expected observation 'team' in [-1, 1]; got 7")),
        (
            0,
            3,
            (0, 1),
            -1,
            ("runner_0", 0, "expected observation 'action_mask' in [0, 1]; got 255"),
        ),
        (
            1,
            0,
            (1, 1),
            np.nan,
            ("chaser_0", 1, "expected observation 'pose' in [-inf, inf]; got nan"),
        ),
        (1, 1, (0, 2), 2, ("chaser_0", 0, "expected observation 'keys' in [0, 1]; got 2")),
    ],
)
def test_bad_observation_is_found(group, leaf, index, value, expected):
    report = good_report()
    report.observations[group][leaf][index] = value
    where = f" at element {index[1:]}" if len(index) > 1 else ""
    assert LAYOUT.find_bad_report(report) == (*expected[:2], expected[2] + where)


def test_infinity_in_an_unbounded_observation_passes():
    report = good_report()
    report.observations[1][0][0, 1] = np.inf
    assert LAYOUT.find_bad_report(report) is None


def test_bad_reward_is_found():
    report = good_report()
    report.rewards[3] = np.nan
    assert LAYOUT.find_bad_report(report) == (
        "runner_1",
        1,
        "expected reward in [-3.4028234663852886e+38, 3.4028234663852886e+38]; got nan",
    )


def test_reports_in_one_buffer_are_one_report_with_the_last_content():
    layout = Layout(HELLO)
    packet = bytearray(golden_bytes("report"))
    first = layout.read_report(packet)
    assert layout.find_bad_report(first) is None
    first_reward = first.rewards[0]
    packet[:] = bytes(layout.new_report(tick=7).packet)
    other = layout.read_report(bytearray(golden_bytes("report")))
    assert other is not first
    again = layout.read_report(packet)
    assert again.packet is packet
    assert (again.tick, again.rewards[0]) == (7, 0)
    assert other.rewards[0] == first_reward != 0
    assert layout.read_report(packet) is again


def test_every_look_at_one_buffer_checks_what_it_holds_now():
    layout = Layout(HELLO)
    packet = bytearray(golden_bytes("report"))
    report = layout.read_report(packet)
    assert layout.find_bad_report(report) is None
    report.observations[0][0][0, 0] = np.nan
    assert layout.find_bad_report(layout.read_report(packet)).agent == "runner_0"
    fine = layout.read_report(bytearray(golden_bytes("report")))
    assert layout.find_bad_report(fine) is None
    assert layout.find_bad_report(report).agent == "runner_0"


def test_nan_in_info_and_state_passes():
    report = good_report()
    report.info[0][...] = np.nan
    report.states[...] = np.nan
    assert LAYOUT.find_bad_report(report) is None


@pytest.mark.parametrize(
    ("group", "leaf", "index", "value", "agent", "arena", "got"),
    [
        (0, 0, 2, 4, "runner_0", 1, "expected action in [0, 3]; got 4"),
        (1, 0, (1, 0), np.nan, "chaser_0", 1, "got nan at element (0,)"),
        (1, 0, (0, 1), -1.01, "chaser_0", 0, "'steer' in [-1.0, 1.0]; got -1.0"),
        (1, 3, (0, 0), 4, "chaser_0", 0, "'paint' in [5, 250]; got 4"),
    ],
)
def test_bad_action_is_found(group, leaf, index, value, agent, arena, got):
    step = LAYOUT.new_step()
    step.actions[group][leaf][index] = value
    misfit = LAYOUT.find_bad_action(step)
    assert (misfit.agent, misfit.arena) == (agent, arena)
    assert got in misfit.problem


def test_header_is_that_of_the_protocol():
    assert HEADER.size == 16
