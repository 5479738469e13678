import dataclasses
import pickle

import pytest

from pettingzoo_godot import messages
from pettingzoo_godot.errors import VersionMismatch
from pettingzoo_godot.messages import Close, Configure, Fault, Report, Reset, Step, check_version


def test_subprotocol_names_the_version():
    assert messages.SUBPROTOCOL == "pettingzoo-godot.v1"


def test_messages_are_frozen_and_pickle():
    for message in (Close(), Configure(1.0), Reset((0,), (1,), {"a": 2}), Fault("scene", "x")):
        assert pickle.loads(pickle.dumps(message)) == message
        for item in dataclasses.fields(message):
            with pytest.raises(dataclasses.FrozenInstanceError):
                setattr(message, item.name, None)


@pytest.mark.parametrize("kind", [Step, Report])
def test_windows_are_equal_when_their_packets_are(kind):
    views = [()] * (len(dataclasses.fields(kind)) - 1)
    one, two = kind(bytearray(b"abc"), *views), kind(memoryview(b"abc"), *views)
    assert one == two
    assert one != kind(b"abd", *views)
    assert one != b"abc"


def test_windows_read_their_header():
    packet = bytes(range(16))
    report = Report(packet, (), None, (), None, None)
    assert report.sequence == 0x07060504
    assert report.engine_usec == 0x0B0A0908
    assert report.tick == 0x0F0E0D0C
    assert Step(packet, ()).sequence == 0x07060504


def test_our_version_passes():
    check_version(messages.PROTOCOL_VERSION)


@pytest.mark.parametrize(
    ("spoken", "remedy"),
    [(2, "upgrade the Python package"), (0, "upgrade the scene's addon"), ("x", "addon speaks x")],
)
def test_other_version_says_which_side_to_upgrade(spoken, remedy):
    with pytest.raises(VersionMismatch) as error:
        check_version(spoken)
    assert remedy in str(error.value)
    assert "version 1" in str(error.value)
    assert f"speaks {spoken}" in str(error.value)
