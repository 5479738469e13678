"""Gymnasium spaces and their description on the wire; what fits a space, and what does not.

Rule 1: the order of a `Dict` is the order of the wire (docs/PROTOCOL.md 3). Such a space is
therefore built from pairs: from a mapping, Gymnasium would sort the keys.

Rule 2: what this module accepts as an action always satisfies `space.contains` afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, cast

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from pettingzoo_godot.errors import SpaceError

Space: TypeAlias = spaces.Space[Any]
Array: TypeAlias = NDArray[Any]
Section = Literal["i64", "f32", "u8"]

# Little-endian, as docs/PROTOCOL.md 4.1 has it, whatever the machine's own order is.
WIRE_DTYPES: dict[Section, np.dtype[Any]] = {
    "i64": np.dtype("<i8"),
    "f32": np.dtype("<f4"),
    "u8": np.dtype("u1"),
}
# Data types of a `box`: section on the wire, least and greatest finite value. `int8` travels as
# u8, so its negative half has no place there; it exists for action masks.
_BOX_DTYPES: dict[str, tuple[Section, float, float]] = {
    "float32": ("f32", -float(np.finfo(np.float32).max), float(np.finfo(np.float32).max)),
    "uint8": ("u8", 0, 255),
    "int8": ("u8", 0, 127),
}
# What helps against an action out of bounds, by the data type that the user sees.
_CURES = {
    "float32": "clip it, or widen the space",
    "uint8": "clip it, or widen the space",
    "int8": "give whole numbers in these bounds, as MultiBinary's 0 and 1",
    "int64": "choose a whole number in these bounds, or give the space more choices",
}
_MAX_DIMENSIONS = 8
_MAX_ELEMENTS = 2**24  # elements of one leaf: a picture of 2048 x 2048 RGB and some room
_INT64 = np.iinfo(np.int64)


@dataclass(frozen=True, eq=False)
class Leaf:
    """One space that is not a `Dict`, as it travels (docs/PROTOCOL.md 4.2).

    Args:
        key: Its key in the `Dict`, or "" when it is the whole space.
        section: The section of a binary packet that holds it.
        dtype: What the user sees, e.g. int8 for a mask that travels as u8.
        shape: Of one value; () for `Discrete`.
        low: Least values, shape (size,), dtype of the section; -inf where unbounded.
        high: Greatest values, the same; inf where unbounded.
    """

    key: str
    section: Section
    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    low: Array
    high: Array

    @property
    def size(self) -> int:
        """How many elements one value has."""
        return math.prod(self.shape)

    @property
    def expected(self) -> str:
        """Shape, dtype and bounds, for messages."""
        return f"shape {self.shape}, {self.dtype}, in {_interval(self.low, self.high)}"


def leaves(space: Space) -> tuple[Leaf, ...]:
    """List the leaves of a space in wire order.

    Raises:
        SpaceError: If the space is not one of docs/PROTOCOL.md 3.
    """
    if isinstance(space, spaces.Dict):
        return tuple(_leaf(key, member) for key, member in space.spaces.items())
    return (_leaf("", space),)


def _leaf(key: str, space: Space) -> Leaf:
    if isinstance(space, spaces.Box) and space.dtype is not None:
        if space.dtype.name not in _BOX_DTYPES:
            raise SpaceError(f"expected a Box of {' or '.join(_BOX_DTYPES)}; got {space}")
        section = _BOX_DTYPES[space.dtype.name][0]
        bounds = (space.low, space.high)
        if space.dtype.name == "int8" and int(space.low.min()) < 0:
            raise SpaceError(f"int8 travels as u8: expected bounds in [0, 127]; got {space}")
        return _make_leaf(key, section, space.dtype, space.shape, *bounds)
    if isinstance(space, spaces.Discrete):
        last = int(space.start) + int(space.n) - 1
        return _make_leaf(key, "i64", np.dtype(np.int64), (), space.start, last)
    if isinstance(space, spaces.MultiDiscrete) and space.nvec.ndim == 1 and not space.start.any():
        high = space.nvec.astype(np.int64) - 1
        return _make_leaf(key, "i64", np.dtype(np.int64), high.shape, 0, high)
    if isinstance(space, spaces.MultiBinary) and len(space.shape) == 1:
        return _make_leaf(key, "u8", np.dtype(np.int8), space.shape, 0, 1)
    where = f"key {key!r}: " if key else ""
    raise SpaceError(
        f"{where}expected a Box, Discrete, MultiDiscrete (of one dimension, from 0), "
        f"MultiBinary (of one dimension) or one Dict of these; got {space}"
    )


def _make_leaf(
    key: str, section: Section, dtype: np.dtype[Any], shape: tuple[int, ...], low: Any, high: Any
) -> Leaf:
    def per_element(bound: Any) -> Array:
        array = np.asarray(bound, WIRE_DTYPES[section])
        return np.ascontiguousarray(np.broadcast_to(array, shape).reshape(-1))

    return Leaf(key, section, dtype, shape, per_element(low), per_element(high))


# ------------------------------------------------------------------ the description on the wire


def space_to_wire(space: Space) -> dict[str, Any]:
    """Describe a space as docs/PROTOCOL.md 3 has it, ready for JSON.

    Raises:
        SpaceError: If the space is not one of that section.
    """
    checked = leaves(space)
    if isinstance(space, spaces.Dict):
        members = [[key, space_to_wire(member)] for key, member in space.spaces.items()]
        return {"type": "dict", "spaces": members}
    if isinstance(space, spaces.Discrete):
        return {"type": "discrete", "n": int(space.n), "start": int(space.start)}
    if isinstance(space, spaces.MultiDiscrete):
        return {"type": "multi_discrete", "nvec": space.nvec.tolist()}
    if isinstance(space, spaces.MultiBinary):
        return {"type": "multi_binary", "n": space.shape[0]}
    leaf = checked[0]
    low, high = _bound_to_wire(leaf.low), _bound_to_wire(leaf.high)
    shape = list(leaf.shape)
    return {"type": "box", "shape": shape, "low": low, "high": high, "dtype": leaf.dtype.name}


def _bound_to_wire(bound: Array) -> Any:
    values = [value if math.isfinite(value) else None for value in bound.tolist()]
    return values[0] if all(value == values[0] for value in values) else values


def space_from_wire(wire: object) -> Space:
    """Build the space that a description of docs/PROTOCOL.md 3 means.

    Raises:
        SpaceError: If the description is not one of that section.
    """
    if isinstance(wire, dict) and wire.get("type") == "dict":
        return _dict_from_wire(wire)
    return _leaf_from_wire(wire)


def _dict_from_wire(wire: dict[str, Any]) -> Space:
    pairs = wire.get("spaces")
    if not isinstance(pairs, list) or not pairs:
        raise SpaceError(f"dict: expected a list of [key, space] pairs; got {pairs!r}")
    members: dict[str, Space] = {}
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], str) and pair[0]):
            raise SpaceError(f"dict: expected a pair [key, space]; got {pair!r}")
        if pair[0] in members:
            raise SpaceError(f"dict: expected different keys; got {pair[0]!r} twice")
        members[pair[0]] = _leaf_from_wire(pair[1])
    return spaces.Dict(list(members.items()))


def _leaf_from_wire(wire: object) -> Space:
    if not isinstance(wire, dict):
        raise SpaceError(f"expected a description of a space; got {wire!r}")
    kind = wire.get("type")
    if kind == "box":
        return _box_from_wire(wire)
    if kind == "discrete":
        start = _integer(wire, "start", wire.get("start"), int(_INT64.min), int(_INT64.max))
        n = _integer(wire, "n", wire.get("n"), 1, int(_INT64.max) - max(start, 0))
        return spaces.Discrete(n, start=start)
    if kind == "multi_discrete":
        return spaces.MultiDiscrete(_integers(wire, "nvec", int(_INT64.max), _MAX_ELEMENTS))
    if kind == "multi_binary":
        return spaces.MultiBinary(_integer(wire, "n", wire.get("n"), 1, _MAX_ELEMENTS))
    raise SpaceError(
        "expected a space of type box, discrete, multi_discrete, multi_binary, or dict "
        f"(not inside another); got {kind!r}"
    )


def _box_from_wire(wire: dict[str, Any]) -> Space:
    dtype = wire.get("dtype")
    if not isinstance(dtype, str) or dtype not in _BOX_DTYPES:
        raise SpaceError(f"box: expected dtype {' or '.join(_BOX_DTYPES)}; got {dtype!r}")
    shape = wire.get("shape")
    if shape != []:
        shape = _integers(wire, "shape", _MAX_ELEMENTS, _MAX_DIMENSIONS)
    if math.prod(shape) > _MAX_ELEMENTS:
        raise SpaceError(f"box: expected at most {_MAX_ELEMENTS} elements; got shape {shape}")
    low = _bound_from_wire(wire, "low", dtype, shape)
    high = _bound_from_wire(wire, "high", dtype, shape)
    if not (low <= high).all():
        raise SpaceError("box: expected no element of low above that of high")
    return spaces.Box(low, high, tuple(shape), low.dtype.type)


def _bound_from_wire(wire: dict[str, Any], name: str, dtype: str, shape: list[int]) -> Array:
    _, least, greatest = _BOX_DTYPES[dtype]
    unbounded = least if name == "low" else greatest
    if dtype == "float32":
        unbounded = math.copysign(math.inf, unbounded)
    wanted = wire.get(name)
    values = wanted if isinstance(wanted, list) else [wanted] * math.prod(shape)
    if len(values) != math.prod(shape):
        raise SpaceError(f"box: expected {math.prod(shape)} numbers in {name}; got {len(values)}")
    for value in values:
        is_right = value is None or (_is_number(value) and least <= value <= greatest)
        if not is_right or (value is not None and dtype != "float32" and value != int(value)):
            raise SpaceError(f"box: expected null or {dtype} numbers in {name}; got {value!r}")
    return np.array([unbounded if v is None else v for v in values], dtype).reshape(shape)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _integer(wire: dict[str, Any], name: str, value: object, least: int, greatest: int) -> int:
    if type(value) is not int or not least <= value <= greatest:
        raise SpaceError(
            f"{wire['type']}: expected {name} to hold integers in [{least}, {greatest}]; "
            f"got {value!r}"
        )
    return value


def _integers(wire: dict[str, Any], name: str, greatest: int, length: int) -> list[int]:
    values = wire.get(name)
    if not isinstance(values, list) or not 1 <= len(values) <= length:
        raise SpaceError(
            f"{wire['type']}: expected {name} to be a list of 1 to {length} integers; "
            f"got {values!r}"
        )
    return [_integer(wire, name, value, 1, greatest) for value in values]


# ------------------------------------------------------------------ values


def check_action(space: Space, value: object, agent: str) -> Any:
    """Turn what a client sent into an action of the space, or say why it is none.

    This is the patient way, for values that are not arrays of the right dtype and shape. It takes
    integers of any width, whole floats where integers are due, floats and integers of any width
    for a float Box, lists and tuples of numbers, and a scalar where the only element is due.

    Args:
        space: The agent's action space.
        value: The action as it was given to `step`.
        agent: The agent's ID, for the message.

    Returns:
        An ndarray of the space's shape and dtype, an np.int64 for `Discrete`, or for `Dict` a
        dict of these in wire order.

    Raises:
        SpaceError: If the value is not such an action.
    """
    members = _members(space, value)
    if isinstance(members, str):
        raise SpaceError(f"agent {agent!r}: expected an action {members}")
    result = {}
    for leaf, member in members:
        array = _fit(leaf, member)
        if isinstance(array, str):
            where = f"agent {agent!r}, key {leaf.key!r}" if leaf.key else f"agent {agent!r}"
            raise SpaceError(f"{where}: expected an action of {leaf.expected}; got {array}")
        result[leaf.key] = array[()] if leaf.shape == () and leaf.section == "i64" else array
    return result if isinstance(space, spaces.Dict) else result[""]


def cure_of(dtype: np.dtype[Any]) -> str:
    """Say what to do about an action of this dtype that is out of its space's bounds."""
    return _CURES[dtype.name]


def _members(space: Space, value: object) -> list[tuple[Leaf, object]] | str:
    """Pair the leaves with their values, or say what is wrong with the keys."""
    if not isinstance(space, spaces.Dict):
        return [(leaf, value) for leaf in leaves(space)]
    keys = list(space.spaces)
    if not isinstance(value, Mapping):
        return f"with the keys {keys}; got {_short(value)}"
    if set(value) != set(keys):
        return f"with the keys {keys}; got the keys {list(value)}"
    return [(leaf, value[leaf.key]) for leaf in leaves(space)]


def _fit(leaf: Leaf, value: object) -> Array | str:
    """Convert a value to the leaf's dtype and shape, or say what was got instead."""
    try:
        array = np.asarray(value)
    except (TypeError, ValueError, RuntimeError):  # ragged lists; tensors on another device
        return f"{_short(value)}, which is not an array of numbers"
    is_binary = leaf.dtype == np.int8 and array.dtype.kind == "b"
    if array.dtype.kind not in "iuf" and not is_binary:
        return f"{_short(value)}, which is not numeric"
    if array.shape != leaf.shape:
        if array.ndim != 0 or leaf.size != 1:
            return f"shape {array.shape}"
        array = array.reshape(leaf.shape)
    if leaf.section == "f32":
        with np.errstate(over="ignore"):  # a float64 beyond float32 becomes inf; refused below
            array = array.astype(leaf.dtype, copy=False)
        is_right = np.isfinite(array)
    elif array.dtype.kind == "f":
        is_right = (array == np.floor(array)) & (np.abs(array) <= 2.0**53)  # exact integers only
    else:
        array = array.astype(np.int8) if is_binary else array
        is_right = np.ones(leaf.shape, bool)
    low, high = leaf.low.reshape(leaf.shape), leaf.high.reshape(leaf.shape)
    # Before the cast to integers, which would wrap a value that is too great.
    is_right = is_right & (array >= low) & (array <= high)
    if not is_right.all():
        index = np.unravel_index(int(np.argmin(is_right)), leaf.shape)
        got = _element(np.asarray(value).reshape(leaf.shape), cast(tuple[int, ...], index))
        return f"{got}; {cure_of(leaf.dtype)}"
    return array.astype(leaf.dtype, copy=False)


def _element(array: Array, index: tuple[int, ...]) -> str:
    where = f" at element {tuple(map(int, index))}" if array.size > 1 else ""
    return f"{array[index]}{where}"


def _short(value: object) -> str:
    text = repr(value)
    return f"{type(value).__name__} {text if len(text) <= 60 else text[:57] + '...'}"


def _interval(low: Array, high: Array) -> str:
    if (low == low[0]).all() and (high == high[0]).all():
        return f"[{low[0]:g}, {high[0]:g}]" if low.dtype.kind == "f" else f"[{low[0]}, {high[0]}]"
    return f"[{low.min()}, {high.max()}] (bounds differ by element)"
