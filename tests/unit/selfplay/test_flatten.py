import numpy as np
import pytest
from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.flatten import Flattener


def test_a_box_is_read_element_by_element():
    flatten = Flattener(spaces.Box(-1, 1, (2, 3)), "seeker")
    batch = np.arange(24, dtype=np.float32).reshape(4, 2, 3)
    assert flatten.size == 6
    assert flatten(batch).tolist() == batch.reshape(4, 6).tolist()


def test_a_vector_is_not_copied():
    batch = np.zeros((4, 3), np.float32)
    assert Flattener(spaces.Box(-1, 1, (3,)), "seeker")(batch).base is batch


def test_a_dict_is_its_members_in_their_order():
    space = spaces.Dict(
        {
            "b": spaces.Box(-1, 1, (2,)),
            "a": spaces.Discrete(3, start=5),
            "c": spaces.MultiBinary(2),
        }
    )
    flatten = Flattener(space, "seeker")
    batch = {
        "a": np.array([5, 7]),
        "b": np.array([[0.5, 1], [0, -1]], np.float32),
        "c": np.array([[0, 1], [1, 1]], np.int8),
    }
    members = {
        "a": [[1, 0, 0], [0, 0, 1]],
        "b": [[0.5, 1], [0, -1]],
        "c": [[0, 1], [1, 1]],
    }
    expected = [[n for key in space.spaces for n in members[key][row]] for row in range(2)]
    assert flatten.size == 7
    assert flatten(batch).tolist() == expected
    assert flatten(batch).dtype == np.float32


@pytest.mark.parametrize(
    ("space", "message"),
    [
        (spaces.Box(0, 255, (8, 8, 3), np.uint8), "group 'seeker': expected .*leave pictures out"),
        (spaces.Dict({"eye": spaces.MultiDiscrete([2])}), "group 'seeker', key 'eye': expected"),
    ],
)
def test_what_it_cannot_read(space, message):
    with pytest.raises(UsageError, match=message):
        Flattener(space, "seeker")
