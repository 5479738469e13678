import dataclasses
import json
import math
import struct
from types import MappingProxyType

import numpy as np
import pytest
from golden_scene import (
    CHASER,
    HELLO,
    LAYOUT,
    RUNNER,
    TEXTS,
    fill,
    golden_bytes,
    golden_json,
    good_report,
    picture_content,
    report_content,
    step_content,
)
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from pettingzoo_godot.codec import decode, encode
from pettingzoo_godot.errors import LocalProtocolError, RemoteProtocolError, VersionMismatch
from pettingzoo_godot.layout import Layout, new_picture
from pettingzoo_godot.messages import (
    MAX_TEXT_BYTES,
    AgentSpec,
    Close,
    Configure,
    Fault,
    Hello,
    Parameter,
    Reset,
)

# ------------------------------------------------------------------ golden packets


@pytest.mark.parametrize("name", TEXTS)
def test_golden_text_packet(name):
    packet = golden_bytes(name).decode()
    assert json.loads(packet) == golden_json(name)
    assert decode(packet, LAYOUT) == TEXTS[name]
    assert encode(TEXTS[name], LAYOUT) == packet


def test_golden_step():
    assert step_content(decode(golden_bytes("step"), LAYOUT)) == golden_json("step")
    step = LAYOUT.new_step()
    fill(step, golden_json("step"))
    assert encode(step, LAYOUT) == golden_bytes("step")
    assert LAYOUT.find_bad_action(step) is None


def test_golden_report():
    assert report_content(decode(golden_bytes("report"), LAYOUT)) == golden_json("report")
    report = good_report()
    assert encode(report, LAYOUT) == golden_bytes("report")
    assert LAYOUT.find_bad_report(report) is None


def test_golden_picture():
    content = golden_json("picture")
    assert picture_content(decode(golden_bytes("picture"), LAYOUT)) == content
    picture = new_picture(2, content["width"], content["height"])
    picture.packet[4:8] = content["sequence"].to_bytes(4, "little")
    picture.pixels[...] = content["arenas"]
    assert encode(picture, LAYOUT) == golden_bytes("picture")
    assert picture == decode(golden_bytes("picture"), LAYOUT)


@pytest.mark.parametrize(
    ("name", "content"),
    [("step", step_content), ("report", report_content), ("picture", picture_content)],
)
def test_every_byte_of_a_golden_packet_counts(name, content):
    packet = golden_bytes(name)
    expected = golden_json(name)
    for index in range(len(packet)):
        changed = bytearray(packet)
        changed[index] ^= 1
        try:
            assert content(decode(changed, LAYOUT)) != expected
        except RemoteProtocolError:
            assert index < 4 or (name in ("step", "picture") and 8 <= index < 16)


# ------------------------------------------------------------------ text packets

names = st.text(max_size=8)
finite = st.floats(allow_nan=False, allow_infinity=False)
int64 = st.integers(-(2**63) + 1, 2**63 - 1)
scalars = st.booleans() | int64 | finite | names


@st.composite
def resets(draw):
    arenas = draw(st.lists(st.integers(0, 99), unique=True, max_size=5))
    seeds = [draw(st.integers(0, 2**53 - 1)) for _ in arenas]
    options = draw(st.dictionaries(names, scalars, max_size=3))
    limit, sequence = draw(st.integers(0, 2**31)), draw(st.integers(0, 2**32 - 1))
    agents = draw(st.lists(names, max_size=3))
    people = draw(st.lists(names, max_size=3).map(tuple))
    return Reset(tuple(arenas), tuple(seeds), options, limit, tuple(agents), people, sequence)


parameters = st.one_of(
    st.builds(
        Parameter,
        names,
        st.just(kind),
        value,
        none_or,
        none_or,
        names,
        st.booleans(),
        st.lists(names, max_size=3).map(tuple),
    )
    for none_or in [st.none() | finite]
    for kind, value in [
        ("bool", st.booleans()),
        ("int", int64),
        ("float", finite),
        ("string", names),
    ]
)


@st.composite
def hellos(draw):
    groups = draw(st.lists(names, min_size=1, max_size=3, unique=True))
    ids = draw(st.lists(st.text(min_size=1, max_size=5), min_size=1, max_size=4, unique=True))
    kinds = {group: draw(st.sampled_from([RUNNER, CHASER])) for group in groups}
    agents = []
    for name in ids:
        group = draw(st.sampled_from(groups))
        agents.append(AgentSpec(name, group, draw(names), **kinds[group]))
    counts = (draw(st.integers(least, 9)) for least in (1, 0, 1, 0))
    return Hello(
        1,
        draw(names),
        draw(names),
        draw(names),
        draw(st.floats(1e-9, 1e9)),
        *counts,
        agents=tuple(agents),
        parameters=tuple(draw(st.lists(parameters, max_size=3))),
    )


texts = st.one_of(
    st.just(Close()),
    st.builds(Configure, st.floats(0, 1e9)),
    st.builds(Fault, st.sampled_from(["scene", "protocol", "version"]), names, names, names),
    resets(),
    hellos(),
)


@given(texts)
def test_text_message_survives(message):
    packet = encode(message)
    assert packet.isascii()
    assert decode(packet) == message


@given(st.text(max_size=50) | st.binary(max_size=300))
def test_random_packet_is_refused(packet):
    for layout in (None, LAYOUT):
        with pytest.raises(RemoteProtocolError):
            decode(packet, layout)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)


@given(st.sampled_from(list(TEXTS)), st.data())
def test_mistyped_packet_is_refused_or_read(name, data):
    """Replace any one value, however deep, by any JSON."""
    content = golden_json(name)
    inner = content
    while True:
        keys = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(inner[key], dict | list) and inner[key] and data.draw(st.booleans())):
            break
        inner = inner[key]
    inner[key] = data.draw(json_values)
    try:
        message = decode(json.dumps(content), LAYOUT)
        if isinstance(message, Hello):
            Layout(message)
    except RemoteProtocolError:
        pass


@pytest.mark.parametrize("name", TEXTS)
def test_truncated_text_packet_is_refused(name):
    packet = golden_bytes(name).decode()
    for length in range(0, len(packet), 7):
        with pytest.raises(RemoteProtocolError):
            decode(packet[:length], LAYOUT)


@pytest.mark.parametrize("name", TEXTS)
def test_missing_member_is_named(name):
    for member in golden_json(name):
        content = golden_json(name)
        del content[member]
        with pytest.raises(RemoteProtocolError, match=f"expected a member '{member}'"):
            decode(json.dumps(content), LAYOUT)


def test_unknown_member_is_ignored():
    assert decode('{"type":"close","why":[1]}') == Close()


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        ("[]", "expected a JSON object; got []"),
        ("[" * 100_000, "expected JSON"),
        ("1" * 5000, "expected JSON"),
        ('{"type":1}', "type: expected a string; got 1"),
        ('{"type":"stop"}', "got 'stop'"),
        ('{"type":"step"}', "got 'step'"),
        ('{"type":"configure","speedup":-1}', "speedup"),
        ('{"type":"configure","speedup":1e999}', "speedup"),
        ('{"type":"configure","speedup":NaN}', "speedup"),
        ('{"type":"configure","speedup":true}', "speedup"),
        ('{"type":"fault","kind":"x","message":"","node":"","agent":""}', "got 'x'"),
        (b"x", "expected a hello as first packet; got a binary packet of 1 bytes"),
    ],
)
def test_refusal_says_what_was_expected(packet, words):
    with pytest.raises(RemoteProtocolError) as error:
        decode(packet)
    assert words in str(error.value)
    assert len(str(error.value)) < 500


def changed_hello(member, value, inside=None):
    content = golden_json("hello")
    (content if inside is None else content[inside][0])[member] = value
    return json.dumps(content)


@pytest.mark.parametrize(
    ("member", "value", "inside", "words"),
    [
        ("tick_seconds", 0, None, "more than 0"),
        ("tick_seconds", "1", None, "tick_seconds"),
        ("ticks_per_step", 0, None, "ticks_per_step"),
        ("ticks_per_step", 4.0, None, "ticks_per_step"),
        ("arenas", 0, None, "arenas"),
        ("state_size", -1, None, "state_size"),
        ("agents", {}, None, "agents"),
        ("agents", [1], None, "agents"),
        ("id", "", "agents", "id"),
        ("info", ["x", "x"], "agents", "different names"),
        ("info", [1], "agents", "list of str"),
        ("observation_space", {"type": "x"}, "agents", "agent 'runner_0': observation_space"),
        ("type", "vector", "parameters", "bool, int, float or string"),
        ("default", 1.5, "parameters", "a value of type int"),
        ("default", True, "parameters", "a value of type int"),
        ("minimum", "0", "parameters", "minimum"),
    ],
)
def test_malformed_hello_is_refused(member, value, inside, words):
    with pytest.raises(RemoteProtocolError) as error:
        decode(changed_hello(member, value, inside))
    assert words in str(error.value)


def test_hello_of_another_version_is_a_mismatch_whatever_else_it_has():
    with pytest.raises(VersionMismatch, match="speaks 2"):
        decode('{"type":"hello","protocol":2}')


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"arenas": (0, 0)}, "different indices"),
        ({"arenas": (0, 2)}, "below 2"),
        ({"arenas": (-1, 0)}, "arenas"),
        ({"seeds": (1,)}, "one integer"),
        ({"seeds": (1, 2**53)}, "one integer"),
        ({"seeds": (1, -1)}, "one integer"),
        ({"options": {"a": None}}, "options"),
        ({"options": {"a": math.nan}}, "Out of range"),
        ({"options": {"a": 2**70}}, "options"),
        ({"options": {"a": object()}}, "not JSON"),
        ({"options": [1]}, "options"),
        ({"max_steps": -1}, "max_steps"),
        ({"max_steps": np.int64(3)}, "not JSON"),
    ],
)
def test_reset_that_the_engine_would_refuse_is_not_sent(changes, words):
    with pytest.raises(LocalProtocolError) as error:
        encode(dataclasses.replace(TEXTS["reset"], **changes), LAYOUT)
    assert words in str(error.value)


def test_options_may_be_any_mapping():
    message = Reset((0,), (1,), MappingProxyType({"a": 1}))
    assert decode(encode(message)).options == {"a": 1}


def test_hello_with_an_unsupported_space_is_not_sent():
    agent = dataclasses.replace(HELLO.agents[0], action_space=spaces.Text(3))
    with pytest.raises(LocalProtocolError, match="Text"):
        encode(dataclasses.replace(HELLO, agents=(agent,)))


def test_too_long_text_is_not_sent():
    with pytest.raises(LocalProtocolError, match="fault of at most"):
        encode(Fault("scene", "x" * MAX_TEXT_BYTES))


# ------------------------------------------------------------------ binary packets


@given(st.binary(max_size=400))
def test_random_binary_packet_is_refused(packet):
    with pytest.raises(RemoteProtocolError):
        decode(packet, LAYOUT)


@pytest.mark.parametrize("name", ["step", "report"])
def test_binary_packet_of_another_size_is_refused(name):
    packet = golden_bytes(name)
    for wrong in [packet[:length] for length in range(len(packet))] + [packet + b"\0"]:
        with pytest.raises(RemoteProtocolError, match=f"got {len(wrong)} bytes"):
            decode(wrong, LAYOUT)


@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.binary(max_size=100))
def test_picture_is_whole_or_refused(width, height, content):
    packet = struct.pack("<4I", 3, 0, width, height) + content
    size = 3 * width * height
    if content and (size == 0 or len(content) % size):
        with pytest.raises(RemoteProtocolError, match=f"got {len(packet)} bytes"):
            decode(packet, LAYOUT)
    else:
        picture = decode(packet, LAYOUT)
        assert picture.pixels.tobytes() == content
        assert encode(picture, LAYOUT) == packet


def test_picture_without_its_pixels_is_not_sent():
    picture = dataclasses.replace(new_picture(1, 2, 2), packet=bytearray(16))
    with pytest.raises(LocalProtocolError, match="28 bytes; got 16"):
        encode(picture, LAYOUT)


@given(st.binary(min_size=LAYOUT.report_size, max_size=LAYOUT.report_size))
def test_report_of_any_content_is_read(packet):
    packet = b"\2\0\0\0" + packet[4:]
    report = decode(packet, LAYOUT)
    assert encode(report, LAYOUT) == packet
    assert decode(encode(report, LAYOUT), LAYOUT) == report
    misfit = LAYOUT.find_bad_report(report)
    assert misfit is None or "expected" in misfit.problem


@given(st.binary(min_size=LAYOUT.step_size - 16, max_size=LAYOUT.step_size - 16))
def test_step_of_any_content_is_read(content):
    packet = b"\1\0\0\0" + bytes(12) + content
    step = decode(packet, LAYOUT)
    assert decode(encode(step, LAYOUT), LAYOUT) == step
    misfit = LAYOUT.find_bad_action(step)
    assert misfit is None or "expected action" in misfit.problem


def test_step_of_another_layout_is_not_sent():
    other = Layout(dataclasses.replace(HELLO, arenas=1))
    with pytest.raises(LocalProtocolError, match=f"{LAYOUT.step_size} bytes"):
        encode(other.new_step(), LAYOUT)
    with pytest.raises(LocalProtocolError, match=f"{LAYOUT.report_size} bytes"):
        encode(other.new_report(), LAYOUT)
    with pytest.raises(LocalProtocolError, match="0 bytes"):
        encode(LAYOUT.new_step())
