import numpy as np

from pettingzoo_godot.selfplay.memory import Memory


def vectors(*values):
    return np.array([[value, value + 0.5] for value in values], np.float32)


def newest(stacked):
    """The first number of each vector, row by row."""
    return stacked[:, ::2].tolist()


def test_the_newest_one_is_first_and_an_episode_begins_with_copies():
    memory = Memory(2, 2, 3)
    assert newest(memory.push(vectors(1, 10))) == [[1, 1, 1], [10, 10, 10]]
    nobody = np.zeros(2, bool)
    assert newest(memory.push(vectors(2, 20), nobody)) == [[2, 1, 1], [20, 10, 10]]
    stacked = memory.push(vectors(3, 30), np.array([False, True]))
    assert stacked.tolist() == [[3, 3.5, 2, 2.5, 1, 1.5], [30, 30.5] * 3]


def test_a_look_changes_nothing():
    memory = Memory(1, 2, 3)
    memory.push(vectors(1))
    assert newest(memory.peek(vectors(9))) == [[9, 1, 1]]
    assert newest(memory.push(vectors(2), np.zeros(1, bool))) == [[2, 1, 1]]


def test_what_was_returned_does_not_change():
    memory = Memory(1, 2, 2)
    first = memory.push(vectors(1))
    memory.push(vectors(2), np.zeros(1, bool))
    assert newest(first) == [[1, 1]]


def test_without_a_past():
    memory = Memory(1, 2, 1)
    memory.push(vectors(1))
    assert newest(memory.push(vectors(2), np.zeros(1, bool))) == [[2]]
    assert newest(memory.peek(vectors(3))) == [[3]]
