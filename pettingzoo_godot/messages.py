"""What the two sides say to each other (docs/PROTOCOL.md), as plain frozen data."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from pettingzoo_godot.errors import VersionMismatch
from pettingzoo_godot.spaces import Array, Space

# History (docs/PROTOCOL.md 6):
#   1 (0.1.0): first version.
PROTOCOL_VERSION = 1
SUBPROTOCOL = f"pettingzoo-godot.v{PROTOCOL_VERSION}"

MAX_TEXT_BYTES = 2**20  # docs/PROTOCOL.md 1.6
MAX_BINARY_BYTES = 2**28  # our own bound on what a hello may demand
MAX_SEED = 2**53 - 1  # greater ones are not exact in a JSON number
_U32 = struct.Struct("<I")
HEADER_BYTES = 16  # docs/PROTOCOL.md 4.3

Packet: TypeAlias = str | bytes | bytearray | memoryview
"""One WebSocket message: text as str, binary as one of the others."""

Scalar: TypeAlias = bool | int | float | str


@dataclass(frozen=True, slots=True)
class AgentSpec:
    """One agent of the scene (docs/PROTOCOL.md 2.1).

    Args:
        id: Its name for Python's users.
        policy_group: Agents of one group have equal spaces and equal columns.
        node: Its path in the scene tree.
        observation_space: A `Dict` keeps the wire's order of keys.
        action_space: The same.
        info: Names of the information columns.
    """

    id: str
    policy_group: str
    node: str
    observation_space: Space
    action_space: Space
    info: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of the scene (docs/PROTOCOL.md 2.2).

    Args:
        name: Its key in the options of a reset.
        type: `bool`, `int`, `float` or `string`.
        default: Of that type.
        minimum: Least value, or None.
        maximum: Greatest value, or None.
        description: One line for a person.
        fixed: Whether it shapes agents or spaces: set when the environment is made, not by a reset.
        choices: What a string may be; empty: anything.
    """

    name: str
    type: str
    default: Scalar
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""
    fixed: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Hello:
    """The engine greets: what the scene is made of.

    Args:
        protocol: Version of docs/PROTOCOL.md that the addon speaks.
        addon: The addon's own version.
        engine: Godot's version.
        scene: Path of the scene, `res://...`.
        tick_seconds: Length of one physics tick [s].
        ticks_per_step: Physics ticks between a step and its report.
        max_steps: The scene's own limit of an episode [steps]; 0: none.
        arenas: Copies of the scene in this engine.
        state_size: Elements of one arena's state; 0: none.
        agents: Of one arena, in the scene's order.
        parameters: What a reset's options may set.
        window: Width and height of the project's window [pixels].
        cameras: Names of the scene's cameras.
    """

    protocol: int
    addon: str
    engine: str
    scene: str
    tick_seconds: float
    ticks_per_step: int
    max_steps: int
    arenas: int
    state_size: int
    agents: tuple[AgentSpec, ...]
    parameters: tuple[Parameter, ...] = ()
    window: tuple[int, int] = (1152, 648)  # Godot's own default
    cameras: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Configure:
    """Python sets what is not part of the episode.

    Args:
        speedup: Multiple of real time; 0: as fast as possible.
    """

    speedup: float


@dataclass(frozen=True, slots=True)
class Reset:
    """Python asks for a new episode in some arenas.

    Args:
        arenas: Their indices.
        seeds: One per index, 0 to 2**53 - 1.
        options: Every parameter of the hello with its value.
        max_steps: Limit of the episode [steps]; 0: none.
        heuristics: IDs of agents that the scene's own heuristics decide for.
        people: IDs of agents that a person plays, by their input maps.
        sequence: The protocol numbers what it sends; whatever is set here is replaced.
    """

    arenas: tuple[int, ...]
    seeds: tuple[int, ...]
    options: Mapping[str, Scalar] = field(default_factory=dict)
    max_steps: int = 0
    heuristics: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    sequence: int = 0


@dataclass(frozen=True, slots=True)
class Render:
    """Python asks for pictures of some arenas.

    Args:
        camera: Name of a camera, ID of an agent to look at from behind, or "": the scene's own.
        arenas: Their indices.
    """

    camera: str
    arenas: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Close:
    """Python is done; the engine quits."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One side ends the conversation and says why.

    Args:
        kind: `scene`, `protocol` or `version`.
        message: Expected, got, what to do.
        node: Path of the node concerned, or "".
        agent: ID of the agent concerned, or "".
    """

    kind: str
    message: str
    node: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """The actions of all slots: a window on a binary packet (docs/PROTOCOL.md 4.4).

    On Python's side there is one, made once by `Layout.new_step`, filled anew for each step.

    Args:
        packet: The bytes that travel.
        actions: Views into it, by group and leaf: (slots, *shape), dtype of the leaf.
    """

    packet: bytes | bytearray | memoryview
    actions: tuple[tuple[Array, ...], ...]

    @property
    def sequence(self) -> int:
        """Number of the request; written when it is sent."""
        return int(_U32.unpack_from(self.packet, 4)[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Step) and self.packet == other.packet


@dataclass(frozen=True, slots=True, eq=False)
class Report:
    """The state of all slots: a window on a binary packet (docs/PROTOCOL.md 4.5).

    Args:
        packet: The bytes that travel.
        observations: Views into it, by group and leaf: (slots, *shape), dtype of the leaf.
        rewards: (all slots,), float32, summed over the ticks of the step.
        info: By group: (slots, columns), float32.
        states: (arenas, state_size), float32.
        flags: (all slots,), uint8; the bits are `TERMINATED`, `TRUNCATED` and `LIVE`.
    """

    packet: bytes | bytearray | memoryview
    observations: tuple[tuple[Array, ...], ...]
    rewards: Array
    info: tuple[Array, ...]
    states: Array
    flags: Array

    @property
    def sequence(self) -> int:
        """Number of the request that this answers."""
        return int(_U32.unpack_from(self.packet, 4)[0])

    @property
    def engine_usec(self) -> int:
        """Microseconds between that request's arrival and this report."""
        return int(_U32.unpack_from(self.packet, 8)[0])

    @property
    def tick(self) -> int:
        """Physics ticks that the engine has run, modulo 2**32."""
        return int(_U32.unpack_from(self.packet, 12)[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Report) and self.packet == other.packet


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pictures of some arenas: a window on a binary packet (docs/PROTOCOL.md 4.8).

    Args:
        packet: The bytes that travel.
        pixels: View into it: (arenas, height, width, 3), uint8.
    """

    packet: bytes | bytearray | memoryview
    pixels: Array

    @property
    def sequence(self) -> int:
        """Number of the last reset or step: what was drawn is the state after it."""
        return int(_U32.unpack_from(self.packet, 4)[0])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Picture) and self.packet == other.packet


# Bits of a slot's flags (docs/PROTOCOL.md 4.6).
TERMINATED = 1
TRUNCATED = 2
LIVE = 4

Message: TypeAlias = Hello | Configure | Reset | Step | Report | Render | Picture | Close | Fault


def check_version(spoken: int | str) -> None:
    """Compare the peer's protocol version with ours.

    Args:
        spoken: A version, or the subprotocol that the peer asked for instead of one.

    Raises:
        VersionMismatch: If they differ; it names both, and which side to upgrade.
    """
    if spoken == PROTOCOL_VERSION:
        return
    if isinstance(spoken, int) and spoken > PROTOCOL_VERSION:
        remedy = "upgrade the Python package: pip install --upgrade pettingzoo-godot"
    else:
        remedy = "upgrade the scene's addon: pettingzoo-godot install-addon"
    raise VersionMismatch(
        f"expected protocol version {PROTOCOL_VERSION}, which this Python package speaks; "
        f"the scene's addon speaks {spoken}; {remedy}"
    )
