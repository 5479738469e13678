import pytest

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.extras import needing_train, needing_video


def test_what_is_missing_and_how_to_get_it():
    with pytest.raises(UsageError, match=r"which flying needs.*no_such_package.*\[train\]"):
        with needing_train("flying"):
            import no_such_package  # noqa: F401


def test_each_extra_has_its_words():
    with pytest.raises(UsageError, match=r"imageio-ffmpeg, which a video needs.*\[video\]"):
        with needing_video("a video"):
            import no_such_package  # noqa: F401


def test_a_mistake_of_ours_is_shown_as_it_is():
    with pytest.raises(ModuleNotFoundError):
        with needing_train("flying"):
            import pettingzoo_godot.no_such_module  # noqa: F401


def test_nothing_is_said_when_nothing_is_missing():
    with needing_train("counting"):
        import numpy  # noqa: F401
