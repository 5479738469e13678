"""The layout of binary packets, derived from a hello (docs/PROTOCOL.md 4).

Rule: a binary packet is one numpy record, so every block of slots is a view, never a copy. A step
costs one `pack_into`, a report one record and one look-up per block.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from pettingzoo_godot.errors import RemoteProtocolError
from pettingzoo_godot.messages import (
    HEADER_BYTES,
    LIVE,
    MAX_BINARY_BYTES,
    TERMINATED,
    TRUNCATED,
    AgentSpec,
    Hello,
    Picture,
    Report,
    Step,
)
from pettingzoo_godot.spaces import (
    WIRE_DTYPES,
    Array,
    Leaf,
    Section,
    Space,
    cure_of,
    leaves,
    space_to_wire,
)

HEADER = struct.Struct("<4I")  # type and three zeros, sequence, engine_usec, tick
SEQUENCE = struct.Struct("<I")
SEQUENCE_OFFSET = 4  # bytes
STEP, REPORT, PICTURE = 1, 2, 3  # types of binary packets
BinaryPacket: TypeAlias = bytes | bytearray | memoryview


@dataclass(frozen=True, eq=False)
class Group:
    """One policy group of the scene, as it lies in binary packets (docs/PROTOCOL.md 4.2).

    Args:
        name: The policy group.
        agents: Its agents' IDs in the scene's order.
        slots: How many slots it has: arenas x agents. Slot `s` is agent `s % len(agents)` in
            arena `s // len(agents)`.
        first_slot: Its first one in rewards and flags, which run over all groups.
        observation_space: Of each agent.
        action_space: Of each agent.
        observation_leaves: In wire order: as in `Report.observations`.
        action_leaves: In wire order: as in `Step.actions`.
        info: Names of the information columns.
    """

    name: str
    agents: tuple[str, ...]
    slots: int
    first_slot: int
    observation_space: Space
    action_space: Space
    observation_leaves: tuple[Leaf, ...]
    action_leaves: tuple[Leaf, ...]
    info: tuple[str, ...]


class Misfit(NamedTuple):
    """Who broke the bounds of a binary packet, and how."""

    agent: str
    arena: int
    problem: str


_UNCHECKED: Array = np.empty(0)


class _Block(NamedTuple):
    """One block of a section. Those with bounds are checked; they come first in a section."""

    name: str
    section: Section
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    low: Array = _UNCHECKED  # per element of a slot, dtype of the section
    high: Array = _UNCHECKED
    key: str = ""
    group: Group | None = None  # None: the slots of all groups

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def is_checked(self) -> bool:
        return self.low is not _UNCHECKED


class _Guard:
    """A vectorised test that the checked part of one section lies in its bounds.

    A NaN fails every comparison, so it fails this test as well.
    """

    def __init__(self, section: Section, offset: int, blocks: list[_Block]) -> None:
        self._low = np.concatenate([np.tile(block.low, block.shape[0]) for block in blocks])
        self._high = np.concatenate([np.tile(block.high, block.shape[0]) for block in blocks])
        self._dtype = WIRE_DTYPES[section]
        self._offset = offset
        self._scratch = np.empty((2, self._low.size), bool)
        self._above_low, self._below_high = self._scratch
        self._packet: BinaryPacket = b""
        self._part: Array = _UNCHECKED

    def holds(self, packet: BinaryPacket) -> bool:
        if packet is not self._packet:  # one buffer for all packets of a link
            self._packet = packet
            self._part = np.ndarray(self._low.shape, self._dtype, packet, self._offset)
        part = self._part
        np.greater_equal(part, self._low, self._above_low)
        np.less_equal(part, self._high, self._below_high)
        # A third of the time of `all()` at this size.
        return bool(np.count_nonzero(self._scratch) == self._scratch.size)


class _Record:
    """Offsets of one type of binary packet."""

    def __init__(self, blocks: list[_Block]) -> None:
        # The sort is stable: inside a section, the order is that of docs/PROTOCOL.md.
        self.blocks = sorted(blocks, key=lambda block: list(WIRE_DTYPES).index(block.section))
        offsets = []
        self.size = HEADER_BYTES
        for block in self.blocks:
            offsets.append(self.size)
            self.size += block.size * WIRE_DTYPES[block.section].itemsize
        if self.size > MAX_BINARY_BYTES:
            raise RemoteProtocolError(
                f"expected binary packets of at most {MAX_BINARY_BYTES} bytes; "
                f"the scene's agents and arenas need {self.size}"
            )
        self.dtype = np.dtype(
            {
                "names": [block.name for block in self.blocks],
                "formats": [(block.dtype, block.shape) for block in self.blocks],
                "offsets": offsets,
                "itemsize": self.size,
            }
        )
        self.guards = []
        for section in WIRE_DTYPES:
            checked = [b for b in self.blocks if b.section == section and b.is_checked]
            if checked:
                offset = offsets[self.blocks.index(checked[0])]
                self.guards.append(_Guard(section, offset, checked))

    def view(self, packet: BinaryPacket) -> Callable[[str], Array]:
        """Return the function from a block's name to its view."""
        record: Array = np.ndarray((), self.dtype, packet)
        return record.__getitem__

    def find_misfit(self, packet: BinaryPacket, layout: Layout) -> Misfit | None:
        for guard in self.guards:
            if not guard.holds(packet):
                return self._explain(packet, layout)
        return None

    def _explain(self, packet: BinaryPacket, layout: Layout) -> Misfit:
        view = self.view(packet)
        problems = (
            _explain_block(block, view(block.name), layout)
            for block in self.blocks
            if block.is_checked
        )
        return next(problem for problem in problems if problem is not None)


def _explain_block(block: _Block, values: Array, layout: Layout) -> Misfit | None:
    # As wired, because that is what the bounds are for: int8 as u8.
    flat = values.view(WIRE_DTYPES[block.section]).reshape(block.shape[0], -1)
    is_right = (flat >= block.low) & (flat <= block.high)
    if is_right.all():
        return None
    slot, element = divmod(int(np.argmin(is_right)), flat.shape[1])
    agent, arena = layout.locate(slot, block.group)
    kind = block.name.split()[0]
    what = kind + (f" {block.key!r}" if block.key else "")
    shape = block.shape[1:]
    index = tuple(map(int, np.unravel_index(element, shape))) if shape else ()
    where = f" at element {index}" if flat.shape[1] > 1 else ""
    bounds = f"[{block.low[element]}, {block.high[element]}]"
    got = f"{flat[slot, element]}{where}"
    if kind == "action":
        got += f"; {cure_of(block.dtype)}"
    return Misfit(agent, arena, f"expected {what} in {bounds}; got {got}")


class Layout:
    """Where everything is in the binary packets of a conversation (docs/PROTOCOL.md 4).

    Args:
        hello: The engine's greeting.

    Attributes:
        hello: The same.
        groups: The policy groups, in the order of their first agents.
        arenas: How many there are.
        slots: Of all groups.
        step_size: Of a step packet [bytes].
        report_size: Of a report packet [bytes].
        places: For each agent's ID: index of its group, and its slot there in arena 0.

    Raises:
        RemoteProtocolError: If the hello contradicts itself.
    """

    def __init__(self, hello: Hello) -> None:
        self.hello = hello
        self.arenas = hello.arenas
        self.groups = _make_groups(hello)
        self.slots = sum(group.slots for group in self.groups)
        self.places = {
            agent: (index, position)
            for index, group in enumerate(self.groups)
            for position, agent in enumerate(group.agents)
        }
        actions = [_leaf_blocks("action", i, g, g.action_leaves) for i, g in enumerate(self.groups)]
        observations = [
            _leaf_blocks("observation", i, g, g.observation_leaves)
            for i, g in enumerate(self.groups)
        ]
        self._action_names = [[block.name for block in blocks] for blocks in actions]
        self._observation_names = [[block.name for block in blocks] for blocks in observations]
        self._info_names = [f"info {index}" for index in range(len(self.groups))]
        self._step = _Record(list(chain(*actions)))
        self._report = _Record([*chain(*observations), *self._slot_blocks()])
        self._last_report: Report | None = None
        self.step_size = self._step.size
        self.report_size = self._report.size

    def _slot_blocks(self) -> list[_Block]:
        f32, u8 = WIRE_DTYPES["f32"], WIRE_DTYPES["u8"]
        finite = np.full(1, np.finfo(np.float32).max, f32)
        return [
            _Block("reward", "f32", f32, (self.slots,), -finite, finite),
            *(
                _Block(name, "f32", f32, (group.slots, len(group.info)))
                for name, group in zip(self._info_names, self.groups, strict=True)
            ),
            _Block("states", "f32", f32, (self.arenas, self.hello.state_size)),
            _Block("flags", "u8", u8, (self.slots,)),
        ]

    def locate(self, slot: int, group: Group | None = None) -> tuple[str, int]:
        """Return the agent's ID and the arena of a slot: of a group, or of all groups."""
        if group is None:
            group = [group for group in self.groups if group.first_slot <= slot][-1]
            slot -= group.first_slot
        arena, position = divmod(slot, len(group.agents))
        return group.agents[position], arena

    def new_step(self) -> Step:
        """Make a step to fill in; it starts as zeros, or the nearest that the bounds allow."""
        packet = bytearray(self.step_size)
        HEADER.pack_into(packet, 0, STEP, 0, 0, 0)
        step = self.read_step(packet)
        for group, blocks in zip(self.groups, step.actions, strict=True):
            for leaf, block in zip(group.action_leaves, blocks, strict=True):
                block[...] = np.clip(0, leaf.low, leaf.high).reshape(leaf.shape)
        return step

    def new_report(self, engine_usec: int = 0, tick: int = 0) -> Report:
        """Make a report of zeros to fill in (the engine's side)."""
        packet = bytearray(self.report_size)
        HEADER.pack_into(packet, 0, REPORT, 0, min(engine_usec, 2**32 - 1), tick % 2**32)
        return self.read_report(packet)

    def read_step(self, packet: BinaryPacket) -> Step:
        """Lay views over a packet of `step_size` bytes."""
        view = self._step.view(packet)
        return Step(packet, tuple(tuple(map(view, names)) for names in self._action_names))

    def read_report(self, packet: BinaryPacket) -> Report:
        """Lay views over a packet of `report_size` bytes.

        A link receives all reports in one buffer: then the views of the last one show this one.
        """
        if self._last_report is not None and self._last_report.packet is packet:
            return self._last_report
        view = self._report.view(packet)
        self._last_report = Report(
            packet,
            tuple([tuple(map(view, names)) for names in self._observation_names]),
            view("reward"),
            tuple(map(view, self._info_names)),
            view("states"),
            view("flags"),
        )
        return self._last_report

    def find_bad_action(self, step: Step) -> Misfit | None:
        """Find an action out of its space's bounds (NaN included); about 1 us if there is none."""
        return self._step.find_misfit(step.packet, self)

    def find_bad_report(self, report: Report) -> Misfit | None:
        """Find an observation out of bounds, or a NaN in these or the rewards."""
        return self._report.find_misfit(report.packet, self)


def new_picture(arenas: int, width: int, height: int) -> Picture:
    """Make black pictures to fill in (the engine's side)."""
    packet = bytearray(HEADER.size + arenas * height * width * 3)
    HEADER.pack_into(packet, 0, PICTURE, 0, width, height)
    return read_picture(packet)


def read_picture(packet: BinaryPacket) -> Picture:
    """Lay a view over a packet of pictures.

    Raises:
        RemoteProtocolError: If its size is not that of whole pictures.
    """
    _, _, width, height = HEADER.unpack_from(packet)
    size = 3 * width * height
    arenas, rest = divmod(len(packet) - HEADER.size, size) if size else (0, len(packet))
    if rest != (0 if size else HEADER.size):
        raise RemoteProtocolError(
            f"expected a picture of 16 bytes and {size} for each arena; got {len(packet)} bytes"
        )
    shape = (arenas, height, width, 3) if arenas else (0, 0, 0, 3)
    return Picture(packet, np.ndarray(shape, np.uint8, packet, HEADER.size))


def living(report: Report) -> Array:
    """Tell which slots will take part in the next step: (all slots,), bool."""
    lives: Array = (report.flags & (LIVE | TERMINATED | TRUNCATED)) == LIVE
    return lives


def truncate_living(report: Report) -> Report:
    """Truncate every agent that this report says is going on; changes the report."""
    report.flags[living(report)] = LIVE | TRUNCATED
    return report


def truncate_after(report: Report) -> Report:
    """Make of a report the one of the next step, in which nothing happened but truncation."""
    report.flags[~living(report)] = 0
    report.rewards[...] = 0.0
    return truncate_living(report)


def _make_groups(hello: Hello) -> tuple[Group, ...]:
    members: dict[str, list[AgentSpec]] = {}
    for agent in hello.agents:
        members.setdefault(agent.policy_group, []).append(agent)
    ids = {agent.id for agent in hello.agents}
    if not ids or len(ids) != len(hello.agents):
        raise RemoteProtocolError(
            f"expected one agent or more, with different IDs; got {[a.id for a in hello.agents]}"
        )
    groups: list[Group] = []
    first_slot = 0
    for name, agents in members.items():
        groups.append(_make_group(name, agents, hello.arenas, first_slot))
        first_slot += groups[-1].slots
    return tuple(groups)


def _make_group(name: str, agents: list[AgentSpec], arenas: int, first_slot: int) -> Group:
    first = agents[0]
    for agent in agents[1:]:
        for what in ("observation_space", "action_space", "info"):
            ours, theirs = getattr(first, what), getattr(agent, what)
            if what != "info":  # compared as wired, because the order of keys counts
                ours, theirs = space_to_wire(ours), space_to_wire(theirs)
            if ours != theirs:
                raise RemoteProtocolError(
                    f"policy group {name!r}: expected agents of equal {what}; agent "
                    f"{first.id!r} has {ours}, agent {agent.id!r} has {theirs}; give one of them "
                    "a policy group of its own"
                )
    return Group(
        name,
        tuple(agent.id for agent in agents),
        arenas * len(agents),
        first_slot,
        first.observation_space,
        first.action_space,
        leaves(first.observation_space),
        leaves(first.action_space),
        first.info,
    )


def _leaf_blocks(what: str, index: int, group: Group, parts: tuple[Leaf, ...]) -> list[_Block]:
    return [
        _Block(
            f"{what} {index} {position}",
            leaf.section,
            leaf.dtype,
            (group.slots, *leaf.shape),
            leaf.low,
            leaf.high,
            leaf.key,
            group,
        )
        for position, leaf in enumerate(parts)
    ]
