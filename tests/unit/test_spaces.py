import json
import math

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from pettingzoo_godot.errors import SpaceError
from pettingzoo_godot.spaces import (
    check_action,
    leaves,
    space_from_wire,
    space_to_wire,
)

BOX = spaces.Box(-1.0, 1.0, (2,), np.float32)
ONE = spaces.Box(-1.0, 1.0, (1,), np.float32)
WIRE_BOX = {"type": "box", "shape": [2], "low": -1.0, "high": 1.0, "dtype": "float32"}


@st.composite
def boxes(draw):
    shape = draw(hnp.array_shapes(min_dims=0, max_dims=3, max_side=3))
    dtype = draw(st.sampled_from([np.float32, np.uint8, np.int8]))
    if dtype is np.float32:
        elements = st.floats(-1e6, 1e6, width=32) | st.sampled_from([-math.inf, math.inf])
    else:
        elements = st.integers(0, 127 if dtype is np.int8 else 255)
    one, two = (draw(hnp.arrays(dtype, shape, elements=elements)) for _ in range(2))
    low, high = np.minimum(one, two), np.maximum(one, two)
    if dtype is np.float32:  # a bound of the wrong infinity would leave nothing between
        low, high = np.where(low == np.inf, -np.inf, low), np.where(high == -np.inf, np.inf, high)
    return spaces.Box(low.astype(dtype), high.astype(dtype), shape, dtype)


def leaf_spaces():
    return st.one_of(
        boxes(),
        st.builds(
            lambda n, start: spaces.Discrete(n, start=start),
            st.integers(1, 2**40),
            st.integers(-(2**40), 2**40),
        ),
        st.builds(spaces.MultiDiscrete, st.lists(st.integers(1, 9), min_size=1, max_size=4)),
        st.builds(spaces.MultiBinary, st.integers(1, 5)),
    )


def any_space():
    keys = st.text(min_size=1, max_size=5)
    members = st.dictionaries(keys, leaf_spaces(), min_size=1, max_size=3)
    return leaf_spaces() | members.map(lambda it: spaces.Dict(list(it.items())))


# ------------------------------------------------------------------ description


@given(any_space())
def test_space_survives_the_wire(space):
    wire = json.loads(json.dumps(space_to_wire(space), allow_nan=False))
    again = space_from_wire(wire)
    assert again == space
    assert space_to_wire(again) == wire


def test_dict_keeps_the_order_of_the_wire():
    wire = {"type": "dict", "spaces": [["z", WIRE_BOX], ["a", WIRE_BOX]]}
    space = space_from_wire(wire)
    assert list(space.spaces) == ["z", "a"]
    assert [leaf.key for leaf in leaves(space)] == ["z", "a"]
    assert space_to_wire(space) == wire


@pytest.mark.parametrize(
    ("space", "section", "dtype", "shape", "low", "high"),
    [
        (BOX, "f32", np.float32, (2,), [-1, -1], [1, 1]),
        (spaces.Box(0, 255, (1, 2), np.uint8), "u8", np.uint8, (1, 2), [0, 0], [255, 255]),
        (spaces.Box(0, 1, (2,), np.int8), "u8", np.int8, (2,), [0, 0], [1, 1]),
        (spaces.Discrete(3, start=-1), "i64", np.int64, (), [-1], [1]),
        (spaces.MultiDiscrete([2, 5]), "i64", np.int64, (2,), [0, 0], [1, 4]),
        (spaces.MultiBinary(2), "u8", np.int8, (2,), [0, 0], [1, 1]),
    ],
)
def test_leaf_of_every_kind(space, section, dtype, shape, low, high):
    (leaf,) = leaves(space)
    assert (leaf.key, leaf.section, leaf.dtype, leaf.shape) == ("", section, np.dtype(dtype), shape)
    assert leaf.size == len(low)
    assert leaf.low.tolist() == low
    assert leaf.high.tolist() == high


@pytest.mark.parametrize(
    "space",
    [
        spaces.Text(3),
        spaces.Box(-1, 1, (2,), np.float64),
        spaces.Box(-1, 1, (2,), np.int8),
        spaces.MultiDiscrete([[2, 3]]),
        spaces.MultiDiscrete([2, 3], start=[1, 0]),
        spaces.MultiBinary([2, 3]),
        spaces.Dict({"a": spaces.Dict({"b": BOX})}),
        spaces.Dict({"a": spaces.Text(3)}),
        spaces.Tuple([BOX]),
    ],
)
def test_unsupported_space_is_refused(space):
    with pytest.raises(SpaceError, match="expected"):
        space_to_wire(space)


def box(**changes):
    return WIRE_BOX | changes


@pytest.mark.parametrize(
    ("wire", "words"),
    [
        (None, "description"),
        ([], "description"),
        ({}, "None"),
        ({"type": "text"}, "'text'"),
        ({"type": "dict"}, "pairs"),
        ({"type": "dict", "spaces": []}, "pairs"),
        ({"type": "dict", "spaces": [["a"]]}, "pair"),
        ({"type": "dict", "spaces": [[1, WIRE_BOX]]}, "pair"),
        ({"type": "dict", "spaces": [["", WIRE_BOX]]}, "pair"),
        ({"type": "dict", "spaces": ["ab"]}, "pair"),
        ({"type": "dict", "spaces": [["a", WIRE_BOX], ["a", WIRE_BOX]]}, "twice"),
        ({"type": "dict", "spaces": [["a", {"type": "dict", "spaces": []}]]}, "inside another"),
        ({"type": "discrete", "n": 0, "start": 0}, "n to hold"),
        ({"type": "discrete", "n": 2}, "start"),
        ({"type": "discrete", "n": 2.0, "start": 0}, "2.0"),
        ({"type": "discrete", "n": True, "start": 0}, "True"),
        ({"type": "discrete", "n": 2**63 - 1, "start": 5}, "n to hold"),
        ({"type": "multi_discrete", "nvec": []}, "list"),
        ({"type": "multi_discrete", "nvec": 3}, "list"),
        ({"type": "multi_discrete", "nvec": [3, 0]}, "got 0"),
        ({"type": "multi_binary", "n": 2**24 + 1}, "n to hold"),
        (box(dtype="float64"), "float64"),
        (box(dtype=["float32"]), "float32"),
        (box(shape=None), "shape"),
        (box(shape=[0]), "got 0"),
        (box(shape=[1] * 9), "shape"),
        (box(shape=[2**12, 2**13]), "elements"),
        (box(low=[0.0]), "2 numbers"),
        (box(low="0"), "low"),
        (box(low=[0.0, "0"]), "low"),
        (box(low=True), "low"),
        (box(low=math.nan), "low"),
        (box(high=math.inf), "high"),
        (box(high=1e39), "high"),
        (box(low=2.0), "above"),
        (box(low=0.5, dtype="uint8"), "0.5"),
        (box(low=-1, dtype="uint8"), "-1"),
        (box(low=0, high=128, dtype="int8"), "128"),
    ],
)
def test_malformed_description_is_refused(wire, words):
    with pytest.raises(SpaceError) as error:
        space_from_wire(wire)
    assert words in str(error.value)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["type", "shape", "low", "high", "dtype", "n", "start", "nvec", "spaces"]
                ),
                inner
                | st.sampled_from(
                    ["box", "dict", "discrete", "multi_discrete", "multi_binary", "float32"]
                ),
            )
        ),
    )
)
def test_any_description_is_a_space_or_refused(wire):
    try:
        space_to_wire(space_from_wire(wire))
    except SpaceError:
        pass


def test_null_bounds_are_unbounded():
    wire = {"type": "box", "shape": [2], "low": [None, 0.0], "high": None, "dtype": "float32"}
    space = space_from_wire(wire)
    assert space.low.tolist() == [-math.inf, 0.0]
    assert space.high.tolist() == [math.inf, math.inf]
    assert space_to_wire(space) == wire


def test_null_bounds_of_bytes_are_the_least_and_greatest():
    wire = {"type": "box", "shape": [1], "low": None, "high": None, "dtype": "uint8"}
    assert space_from_wire(wire) == spaces.Box(0, 255, (1,), np.uint8)


def test_box_of_one_number_has_no_dimension():
    wire = {"type": "box", "shape": [], "low": 0.0, "high": 1.0, "dtype": "float32"}
    assert space_from_wire(wire) == spaces.Box(0.0, 1.0, (), np.float32)


# ------------------------------------------------------------------ values

MASK = spaces.Box(0, 1, (3,), np.int8)
DICT = spaces.Dict([("z", BOX), ("a", spaces.Discrete(3))])


@pytest.mark.parametrize(
    ("space", "value", "expected"),
    [
        (BOX, np.array([0.5, 1.0], np.float32), [0.5, 1.0]),
        (BOX, np.array([0.5, 1.0], np.float64), [0.5, 1.0]),
        (BOX, np.array([0.5, 1.0], np.float16), [0.5, 1.0]),
        (BOX, np.array([0, 1]), [0.0, 1.0]),
        (BOX, np.array([0, 1], np.uint8), [0.0, 1.0]),
        (BOX, [0.5, 1], [0.5, 1.0]),
        (BOX, (np.float64(0.5), 1), [0.5, 1.0]),
        (BOX, [1 + 1e-12, -1 - 1e-12], [1.0, -1.0]),  # in bounds once they are float32
        (ONE, 0.5, [0.5]),
        (ONE, 1, [1.0]),
        (ONE, np.float32(0.5), [0.5]),
        (ONE, np.array(0.5), [0.5]),
        (ONE, [0.5], [0.5]),
        (spaces.Box(0.0, 1.0, (), np.float32), 0.5, 0.5),
        (spaces.Discrete(3), 2, 2),
        (spaces.Discrete(3), np.int32(2), 2),
        (spaces.Discrete(3), np.int64(2), 2),
        (spaces.Discrete(3), np.uint64(2), 2),
        (spaces.Discrete(3), np.array(2), 2),
        (spaces.Discrete(3), 2.0, 2),
        (spaces.Discrete(3), np.float32(2), 2),
        (spaces.Discrete(3, start=-1), -1, -1),
        (spaces.Discrete(3, start=5), 7, 7),
        (spaces.MultiDiscrete([2, 5]), [1, 4], [1, 4]),
        (spaces.MultiDiscrete([2, 5]), np.array([1.0, 4.0]), [1, 4]),
        (spaces.MultiDiscrete([5]), 4, [4]),
        (spaces.MultiBinary(2), [True, False], [1, 0]),
        (spaces.MultiBinary(2), np.array([1, 0], np.int8), [1, 0]),
        (spaces.Box(0, 255, (2,), np.uint8), [255, 0.0], [255, 0]),
    ],
)
def test_what_clients_send_is_accepted(space, value, expected):
    action = check_action(space, value, "runner_0")
    assert space.contains(action)
    assert action.tolist() == expected


@pytest.mark.parametrize(
    ("space", "value", "got"),
    [
        (BOX, None, "got NoneType None"),
        (BOX, "ab", "got str 'ab'"),
        (BOX, {"x": 1}, "got dict {'x': 1}"),
        (BOX, object, "not numeric"),
        (BOX, [0.5], "got shape (1,)"),
        (BOX, 0.5, "got shape ()"),
        (BOX, [[0.5, 0.5]], "got shape (1, 2)"),
        (BOX, [[1, 2], [3]], "not an array of numbers"),
        (BOX, [1 + 1j, 0], "not numeric"),
        (BOX, [True, False], "not numeric"),
        (BOX, [0.5, math.nan], "got nan at element (1,)"),
        (BOX, [math.inf, 0], "got inf at element (0,)"),
        (BOX, [0, 1e300], "got 1e+300 at element (1,)"),
        (BOX, [0, -1.5], "got -1.5 at element (1,)"),
        (BOX, ["x" * 100], "..., which is not numeric"),
        (spaces.Box(-np.inf, np.inf, (1,), np.float32), math.inf, "got inf"),
        (spaces.Discrete(3), 3, "got 3"),
        (spaces.Discrete(3), -1, "got -1"),
        (spaces.Discrete(3), 1.5, "got 1.5"),
        (spaces.Discrete(3), math.nan, "got nan"),
        (spaces.Discrete(3), 1e30, "got 1e+30"),
        (spaces.Discrete(2**63 - 1), 2.0**63, "got 9.223"),
        (spaces.Discrete(3), 2**70, "not numeric"),
        (spaces.Discrete(3), True, "got bool True"),
        (spaces.Discrete(3), [1], "got shape (1,)"),
        (spaces.Discrete(3), np.uint64(2**63), "got 9223372036854775808"),
        (spaces.Discrete(3, start=5), 2, "got 2"),
        (spaces.MultiDiscrete([2, 5]), [2, 0], "got 2 at element (0,)"),
        (spaces.MultiBinary(2), [0, 2], "got 2 at element (1,)"),
        (spaces.Box(0, 255, (2,), np.uint8), [0, 256], "got 256 at element (1,)"),
        (spaces.Box(0, 255, (2,), np.uint8), [0, 0.5], "got 0.5 at element (1,)"),
        (DICT, [0, 1], "got list [0, 1]"),
        (DICT, {"z": [0, 1]}, "got the keys ['z']"),
        (DICT, {"z": [0, 1], "a": 0, "b": 0}, "got the keys ['z', 'a', 'b']"),
        (DICT, {"z": [0, 1], "a": 3}, "got 3"),
    ],
)
def test_what_is_no_action_is_refused(space, value, got):
    with pytest.raises(SpaceError) as error:
        check_action(space, value, "runner_0")
    assert str(error.value).startswith("agent 'runner_0'")
    assert got in str(error.value)


def test_refusal_names_key_and_what_was_expected():
    with pytest.raises(SpaceError) as error:
        check_action(DICT, {"z": [0, 2], "a": 0}, "runner_0")
    assert str(error.value) == (
        "agent 'runner_0', key 'z': expected an action of shape (2,), float32, in [-1, 1]; "
        "got 2 at element (1,); clip it, or widen the space"
    )


@pytest.mark.parametrize(
    ("space", "value", "cure"),
    [
        (spaces.Discrete(3), 3, "; choose a whole number in these bounds, or give the space"),
        (spaces.MultiDiscrete([3, 2]), [0, 2], "got 2 at element (1,); choose a whole number"),
        (spaces.MultiBinary(2), [0, 2], "; give whole numbers in these bounds"),
        (spaces.Box(0, 9, (1,), np.uint8), [10], "; clip it, or widen the space"),
    ],
)
def test_refusal_says_what_helps(space, value, cure):
    with pytest.raises(SpaceError) as error:
        check_action(space, value, "runner_0")
    assert cure in str(error.value)


def test_refusal_sums_up_bounds_that_differ():
    space = spaces.Box(np.array([-1, -2], np.float32), np.array([1, 3], np.float32))
    with pytest.raises(SpaceError, match=r"in \[-2.0, 3.0\] \(bounds differ by element\)"):
        check_action(space, [0, 4], "runner_0")


def test_dict_action_comes_in_wire_order():
    action = check_action(DICT, {"a": 2, "z": [0, 1]}, "runner_0")
    assert list(action) == ["z", "a"]
    assert DICT.contains(action)


def test_tensor_that_cannot_become_an_array_is_refused():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("on another device")

    with pytest.raises(SpaceError, match="not an array of numbers"):
        check_action(BOX, Tensor(), "runner_0")


@given(any_space(), st.integers(0, 2**31))
def test_every_sample_is_accepted_unchanged(space, seed):
    space.seed(seed)
    sample = space.sample()
    action = check_action(space, sample, "runner_0")
    assert space.contains(action)
    np.testing.assert_equal(action, sample)


@given(leaf_spaces(), st.one_of(st.integers(), st.floats(), st.lists(st.integers() | st.floats())))
def test_what_is_accepted_is_contained(space, value):
    try:
        action = check_action(space, value, "runner_0")
    except SpaceError:
        return
    assert space.contains(action)
