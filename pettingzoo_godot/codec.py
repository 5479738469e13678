"""Packets to messages and back (docs/PROTOCOL.md 2 and 4).

Rule 1: a packet from the peer either becomes a message or raises RemoteProtocolError, nothing else.

Rule 2: what we send is what we would accept: a message of our own is read back before it leaves.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Mapping
from typing import Any, cast

from gymnasium.spaces import Space as GymnasiumSpace

from pettingzoo_godot.errors import LocalProtocolError, RemoteProtocolError, SpaceError
from pettingzoo_godot.layout import (
    HEADER,
    PICTURE,
    REPORT,
    STEP,
    BinaryPacket,
    Layout,
    read_picture,
)
from pettingzoo_godot.messages import (
    MAX_SEED,
    MAX_TEXT_BYTES,
    AgentSpec,
    Close,
    Configure,
    Fault,
    Hello,
    Message,
    Packet,
    Parameter,
    Picture,
    Render,
    Report,
    Reset,
    Scalar,
    Step,
    check_version,
)
from pettingzoo_godot.spaces import Space, space_from_wire, space_to_wire

_UINT32_MAX = 2**32 - 1
_INT64_MAX = 2**63 - 1
_PARAMETER_TYPES: dict[str, type] = {"bool": bool, "int": int, "float": float, "string": str}


def encode(message: Message, layout: Layout | None = None) -> Packet:
    """Turn a message into a packet.

    Args:
        message: What to send.
        layout: Of the conversation; None before the hello.

    Returns:
        Compact JSON in ASCII for a text packet; for a binary one its own buffer, no copy.

    Raises:
        LocalProtocolError: If the peer could not accept it.
    """
    if isinstance(message, Step | Report | Picture):
        packet = message.packet
        wanted = 0
        if isinstance(message, Picture):
            wanted = HEADER.size + message.pixels.nbytes
        elif layout is not None:
            wanted = layout.step_size if isinstance(message, Step) else layout.report_size
        if len(packet) != wanted:
            raise LocalProtocolError(f"expected a packet of {wanted} bytes; got {len(packet)}")
        return packet
    content = {"type": type(message).__name__.lower()}
    try:
        content.update(_members(message))
        text = json.dumps(content, default=_to_json, separators=(",", ":"), allow_nan=False)
        _read_text(text, layout)
    except (TypeError, ValueError, RemoteProtocolError) as exc:
        raise LocalProtocolError(f"this message cannot be sent: {exc}; {message}") from exc
    if len(text) > MAX_TEXT_BYTES:
        raise LocalProtocolError(
            f"expected a {content['type']} of at most {MAX_TEXT_BYTES} bytes; got {len(text)}"
        )
    return text


def _members(message: Any) -> dict[str, Any]:
    return {item.name: getattr(message, item.name) for item in dataclasses.fields(message)}


def _to_json(value: object) -> object:
    if isinstance(value, GymnasiumSpace):
        return space_to_wire(value)
    if isinstance(value, AgentSpec | Parameter):
        return _members(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} {value!r} is not JSON")


def decode(packet: Packet, layout: Layout | None = None) -> Message:
    """Turn a packet into a message.

    Args:
        packet: From the peer; a binary message keeps it and is a set of views into it.
        layout: Of the conversation; None before the hello.

    Raises:
        RemoteProtocolError: If the packet is not one of docs/PROTOCOL.md.
        VersionMismatch: If it is a hello of another protocol version.
    """
    if isinstance(packet, str):
        return _read_text(packet, layout)
    if layout is None:
        raise RemoteProtocolError(
            f"expected a hello as first packet; got a binary packet of {len(packet)} bytes"
        )
    return _read_binary(packet, layout)


def _read_binary(packet: BinaryPacket, layout: Layout) -> Step | Report | Picture:
    size = len(packet)
    kind = 0
    if size >= HEADER.size:
        kind, _, engine_usec, tick = HEADER.unpack_from(packet)
    if kind == REPORT and size == layout.report_size:
        return layout.read_report(packet)
    if kind == STEP and size == layout.step_size and engine_usec == 0 and tick == 0:
        return layout.read_step(packet)
    if kind == PICTURE:
        return read_picture(packet)
    raise RemoteProtocolError(
        f"expected a step of {layout.step_size} bytes, beginning with 1 0 0 0 and zeros from byte "
        f"8 to 15, a report of {layout.report_size} bytes, beginning with 2 0 0 0, or a picture, "
        f"beginning with 3 0 0 0; got {size} bytes, beginning with "
        f"{' '.join(map(str, bytes(packet[:16])))}"
    )


# ------------------------------------------------------------------ text packets


def _read_text(packet: str, layout: Layout | None) -> Message:
    try:
        content = json.loads(packet)
    except (ValueError, RecursionError) as exc:
        raise RemoteProtocolError(f"expected JSON; got {packet[:60]!r}: {exc}") from None
    members = _Members(content, "packet")
    kind = members.text("type")
    members.where = kind
    if kind == "hello":
        return _read_hello(members)
    if kind == "configure":
        return Configure(members.number("speedup", least=0))
    if kind == "reset":
        return _read_reset(members, layout)
    if kind == "render":
        return Render(members.text("camera"), _read_arenas(members, layout))
    if kind == "close":
        return Close()
    if kind == "fault":
        fault = Fault(*(members.text(name) for name in ("kind", "message", "node", "agent")))
        if fault.kind in ("scene", "protocol", "version"):
            return fault
        raise members.error("kind", "scene, protocol or version", fault.kind)
    raise members.error("type", "hello, configure, reset, render, close or fault", kind)


def _read_hello(members: _Members) -> Hello:
    # First, because a hello of another version may have any other members.
    version = members.integer("protocol")
    check_version(version)
    tick_seconds = members.number("tick_seconds", least=0)
    if tick_seconds == 0:
        raise members.error("tick_seconds", "more than 0", tick_seconds)
    return Hello(
        protocol=version,
        addon=members.text("addon"),
        engine=members.text("engine"),
        scene=members.text("scene"),
        tick_seconds=tick_seconds,
        ticks_per_step=members.integer("ticks_per_step", 1),
        max_steps=members.integer("max_steps"),
        arenas=members.integer("arenas", 1),
        state_size=members.integer("state_size"),
        agents=tuple(_read_agent(agent) for agent in members.objects("agents")),
        parameters=tuple(_read_parameter(one) for one in members.objects("parameters")),
        window=_read_window(members),
        cameras=tuple(members.list_of("cameras", str)),
    )


def _read_window(members: _Members) -> tuple[int, int]:
    window = members.list_of("window", int)
    if len(window) != 2 or min(window) < 1:
        raise members.error("window", "a width and a height", window)
    return window[0], window[1]


def _read_agent(members: _Members) -> AgentSpec:
    name = members.text("id")
    members.where = f"agent {name!r}"
    if not name:
        raise members.error("id", "a name", name)
    info = tuple(members.list_of("info", str))
    if len(set(info)) != len(info):
        raise members.error("info", "different names", list(info))
    return AgentSpec(
        name,
        members.text("policy_group"),
        members.text("node"),
        members.space("observation_space"),
        members.space("action_space"),
        info,
    )


def _read_parameter(members: _Members) -> Parameter:
    name, kind = members.text("name"), members.text("type")
    members.where = f"parameter {name!r}"
    if kind not in _PARAMETER_TYPES:
        raise members.error("type", "bool, int, float or string", kind)
    default = members.get("default")
    if kind == "float":
        default = members.number("default")
    elif type(default) is not _PARAMETER_TYPES[kind]:
        raise members.error("default", f"a value of type {kind}", default)
    minimum, maximum = (
        None if members.get(bound) is None else members.number(bound)
        for bound in ("minimum", "maximum")
    )
    return Parameter(
        name,
        kind,
        default,
        minimum,
        maximum,
        members.text("description"),
        members.flag("fixed"),
        tuple(members.list_of("choices", str)),
    )


def _read_reset(members: _Members, layout: Layout | None) -> Reset:
    arenas = _read_arenas(members, layout)
    seeds = tuple(members.list_of("seeds", int))
    if len(seeds) != len(arenas) or not all(0 <= seed <= MAX_SEED for seed in seeds):
        expected = f"one integer in [0, {MAX_SEED}] for each of {len(arenas)} arenas"
        raise members.error("seeds", expected, list(seeds))
    options = members.get("options")
    if not isinstance(options, dict) or not all(map(_is_scalar, options.values())):
        raise members.error("options", "an object of numbers, strings, true and false", options)
    return Reset(
        arenas,
        seeds,
        cast(dict[str, Scalar], options),
        members.integer("max_steps"),
        tuple(members.list_of("heuristics", str)),
        tuple(members.list_of("people", str)),
        members.integer("sequence", 0, _UINT32_MAX),
    )


def _read_arenas(members: _Members, layout: Layout | None) -> tuple[int, ...]:
    arenas = tuple(members.list_of("arenas", int))
    limit = layout.arenas if layout is not None else _INT64_MAX
    if len(set(arenas)) != len(arenas) or not all(0 <= arena < limit for arena in arenas):
        raise members.error("arenas", f"different indices below {limit}", list(arenas))
    return arenas


def _is_scalar(value: object) -> bool:
    return isinstance(value, bool | str) or _is_number(value)


def _is_number(value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return type(value) is int and abs(value) <= _INT64_MAX


class _Members:
    """The members of a JSON object; every look-up says what it expects."""

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, dict):
            raise RemoteProtocolError(f"{where}: expected a JSON object; got {_short(content)}")
        self.where = where
        self._content: dict[str, Any] = content

    def error(self, name: str, expected: str, got: object) -> RemoteProtocolError:
        return RemoteProtocolError(f"{self.where}: {name}: expected {expected}; got {_short(got)}")

    def get(self, name: str) -> Any:
        if name not in self._content:
            raise RemoteProtocolError(
                f"{self.where}: expected a member {name!r}; got only {_short(list(self._content))}"
            )
        return self._content[name]

    def text(self, name: str) -> str:
        value = self.get(name)
        if not isinstance(value, str):
            raise self.error(name, "a string", value)
        return value

    def flag(self, name: str) -> bool:
        value = self.get(name)
        if not isinstance(value, bool):
            raise self.error(name, "true or false", value)
        return value

    def integer(self, name: str, least: int = 0, greatest: int = _INT64_MAX) -> int:
        value = self.get(name)
        if type(value) is not int or not least <= value <= greatest:
            raise self.error(name, f"an integer in [{least}, {greatest}]", value)
        return value

    def number(self, name: str, least: float = -math.inf) -> float:
        value = self.get(name)
        if not _is_number(value) or value < least:
            raise self.error(name, f"a finite number, {least} or more", value)
        return float(value)

    def list_of(self, name: str, kind: type) -> list[Any]:
        value = self.get(name)
        if not isinstance(value, list) or any(type(item) is not kind for item in value):
            raise self.error(name, f"a list of {kind.__name__}", value)
        return value

    def objects(self, name: str) -> list[_Members]:
        return [_Members(item, f"{self.where}: {name}") for item in self.list_of(name, dict)]

    def space(self, name: str) -> Space:
        try:
            return space_from_wire(self.get(name))
        except SpaceError as exc:
            raise RemoteProtocolError(f"{self.where}: {name}: {exc}") from exc


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 100 else text[:97] + "..."
