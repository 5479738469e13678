import inspect
import pickle
import re

import pytest

from pettingzoo_godot import errors

CLASSES = [
    item
    for _, item in inspect.getmembers(errors, inspect.isclass)
    if item.__module__ == errors.__name__
]


@pytest.mark.parametrize("error", CLASSES)
def test_class_is_in_the_tree_of_the_docstring(error):
    parents = {}
    path = []
    for line in errors.__doc__.splitlines():
        found = re.match(r"^((?:│   |    )*)(?:[├└]── )?([A-Z]\w+Error|[A-Z]\w+)(?:  |$)", line)
        if found and hasattr(errors, found[2]):
            depth = len(found[1]) // 4 + ("── " in line)
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if depth else "Exception"
    assert parents[error.__name__] == error.__bases__[0].__name__


@pytest.mark.parametrize("error", CLASSES)
def test_error_pickles(error):
    original = error("what happened")
    if hasattr(original, "log_tail"):
        original.log_tail = ("one", "two")
    copy = pickle.loads(pickle.dumps(original))
    assert type(copy) is error
    assert str(copy) == str(original)
    assert vars(copy) == vars(original)


@pytest.mark.parametrize("error", CLASSES)
def test_error_can_be_raised_again_from_its_text(error):
    original = error("what happened")
    assert str(original) == "what happened"
    assert str(type(original)(str(original))) == str(original)


@pytest.mark.parametrize(
    "error", [error for error in CLASSES if hasattr(error("what"), "log_tail")]
)
def test_error_shows_the_log(error):
    text = str(error("it broke", log_tail=["first", "last"]))
    assert text == "it broke\nLast lines of the engine's log:\n  | first\n  | last"


def test_scene_error_keeps_node_and_agent():
    error = errors.SceneError("what", "Runner/Agent", "runner_0")
    assert (error.node, error.agent) == ("Runner/Agent", "runner_0")


@pytest.mark.parametrize(
    ("error", "builtin"),
    [
        (errors.LinkTimeout, TimeoutError),
        (errors.SpaceError, ValueError),
        (errors.UnknownAgent, LookupError),
        (errors.OptionError, ValueError),
        (errors.SceneNotFound, FileNotFoundError),
    ],
)
def test_error_is_also_builtin(error, builtin):
    assert issubclass(error, builtin)
