"""What a reset is given: seed, limit of steps, parameters; checked before anything is sent."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import numpy as np

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.messages import MAX_SEED, Parameter, Scalar

_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool, np.bool_),
    "int": (int, np.integer),
    "float": (int, float, np.integer, np.floating),
    "string": (str,),
}
_MAX_SECONDS = 1e6  # eleven days: as good as for ever, and a socket can wait so long
_BOOLS = {"true": True, "false": False}
_CONVERSIONS: dict[str, type] = {"bool": bool, "int": int, "float": float, "string": str}


def settle(
    declared: Iterable[Parameter], chosen: Mapping[str, Any], required: Iterable[str]
) -> dict[str, Scalar]:
    """Give every parameter its value for an episode.

    Args:
        declared: What the scene declares.
        chosen: Values by name; other names than the declared ones are ignored, unless required.
        required: Names that have to be declared.

    Returns:
        The value of each declared parameter by name: the chosen one, or its default.

    Raises:
        OptionError: If a value has the wrong type or is out of range, or a required name is not
            declared.
    """
    parameters = {parameter.name: parameter for parameter in declared}
    unknown = [name for name in required if name not in parameters]
    if unknown:
        raise OptionError(
            f"expected parameters that the scene declares, {list(parameters)}; got {unknown}"
        )
    values = {
        name: check_parameter(parameter, chosen.get(name, parameter.default))
        for name, parameter in parameters.items()
    }
    for name, value in values.items():
        if parameters[name].fixed and value != parameters[name].default:
            raise OptionError(
                f"parameter {name!r}: expected {parameters[name].default!r}, with which this "
                f"environment was made; got {value!r}. It shapes agents or spaces: make another "
                f"environment with parameters={{{name!r}: {value!r}}}"
            )
    return values


def fixed_values(declared: Iterable[Parameter], chosen: Mapping[str, Any]) -> dict[str, Scalar]:
    """Pick the values of fixed parameters that are not their defaults.

    Args:
        declared: What the scene declares.
        chosen: Values by name.

    Raises:
        OptionError: If such a value has the wrong type or is out of range.
    """
    fixed = {one.name: one for one in declared if one.fixed and one.name in chosen}
    values = {name: check_parameter(one, chosen[name]) for name, one in fixed.items()}
    return {name: value for name, value in values.items() if value != fixed[name].default}


def parse_assignments(texts: Iterable[str]) -> dict[str, Scalar]:
    """Read values as a command line has them.

    Args:
        texts: Each `NAME=VALUE`. `true` and `false` are bools, numbers are ints or floats; the
            rest is text, as is what stands in quotes.

    Returns:
        The values by name.

    Raises:
        OptionError: If a text has another form, or two have the same name.
    """
    return {name: _parse(value) for name, value in split_assignments(texts).items()}


def split_assignments(texts: Iterable[str]) -> dict[str, str]:
    """Read texts as a command line has them: as `parse_assignments`, but all values are text."""
    values: dict[str, str] = {}
    for text in texts:
        name, separator, value = (part.strip() for part in text.partition("="))
        if not name or not separator:
            raise OptionError(f"expected NAME=VALUE, such as walls=3; got {text!r}")
        if name in values:
            raise OptionError(f"expected one value for {name!r}; got a second one: {value!r}")
        values[name] = value
    return values


def check_parameter(parameter: Parameter, value: Any) -> Scalar:
    """Return a parameter's value as the wire has it, or say what is wrong with it."""
    is_right = isinstance(value, _TYPES[parameter.type])
    if parameter.type != "bool" and isinstance(value, bool):
        is_right = False
    low = -np.inf if parameter.minimum is None else parameter.minimum
    high = np.inf if parameter.maximum is None else parameter.maximum
    if is_right and parameter.type in ("int", "float"):
        is_right = low <= value <= high and _is_finite(value)
    if is_right and parameter.type == "int":
        is_right = abs(int(value)) <= MAX_SEED  # greater ones are not exact in a JSON number
    if is_right and parameter.choices:
        is_right = value in parameter.choices
    if not is_right:
        bounds = f" in [{low:g}, {high:g}]" if parameter.type in ("int", "float") else ""
        expected = " or ".join(map(repr, parameter.choices))
        expected = expected or f"a value of type {parameter.type}{bounds}"
        raise OptionError(
            f"parameter {parameter.name!r}: expected {expected}; got {value!r}. "
            f"{parameter.description}"
        )
    converted: Scalar = _CONVERSIONS[parameter.type](value)
    return converted


def check_seed(seed: Any) -> int | None:
    """Return a seed as an int, or say what is wrong with it.

    Raises:
        OptionError: If it is neither None nor a whole number from 0 on.
    """
    return None if seed is None else _whole("a seed", seed)


def spread_seed(seed: int | None, count: int) -> list[int]:
    """Make seeds of one: different ones, and the first ones the same for any count.

    Args:
        seed: Any int from 0 on; None: others every time.
        count: How many.
    """
    words = np.random.SeedSequence(seed).generate_state(count, np.uint64)
    return [int(word) for word in words]


def draw_seed(stream: np.random.Generator) -> int:
    """Draw the seed of the next episode, as the engine takes it: 0 to `MAX_SEED`."""
    return int(stream.integers(MAX_SEED, endpoint=True))


def check_limit(limit: Any) -> int:
    """Return a limit of steps as an int, or say what is wrong with it.

    Raises:
        OptionError: If it is no whole number from 0 on.
    """
    return min(_whole("max_steps", limit), MAX_SEED)  # more is as good as no limit


def check_count(name: str, count: Any, *, least: int = 1, most: int = MAX_SEED) -> int:
    """Return a number of things as an int, or say what is wrong with it.

    Raises:
        OptionError: If it is no whole number from `least` to `most`.
    """
    number = isinstance(count, _TYPES["int"]) and not isinstance(count, bool)
    if not number or not least <= count <= most:
        bounds = f"from {least} " + ("on" if most == MAX_SEED else f"to {most}")
        raise OptionError(f"expected {name} to be an int {bounds}; got {count!r}")
    return int(count)


def check_choice(name: str, choice: str, choices: Collection[str]) -> str:
    """Return one of some words, or say which there are.

    Raises:
        OptionError: If it is none of them.
    """
    if choice not in choices:
        raise OptionError(f"expected {name} to be {' or '.join(choices)}; got {choice!r}")
    return choice


def check_speedup(speedup: Any) -> float:
    """Return a multiple of real time as a float, or say what is wrong with it.

    Raises:
        OptionError: If it is no finite number from 0 on.
    """
    is_number = isinstance(speedup, _TYPES["float"]) and not isinstance(speedup, bool)
    if not is_number or not _is_finite(speedup) or speedup < 0:
        raise OptionError(
            f"expected speedup to be a number from 0 on (0: as fast as possible); got {speedup!r}"
        )
    return float(speedup)


def check_seconds(name: str, seconds: Any) -> float:
    """Return a time to wait [s], or say what is wrong with it.

    Raises:
        OptionError: If it is no number above 0.
    """
    is_number = isinstance(seconds, _TYPES["float"]) and not isinstance(seconds, bool)
    if not is_number or not seconds > 0:
        raise OptionError(f"expected {name} to be a number of seconds above 0; got {seconds!r}")
    return min(float(seconds), _MAX_SECONDS)


def check_names(name: str, value: Any) -> tuple[str, ...]:
    """Return names as a tuple; a single text is one of them.

    Raises:
        OptionError: If it is neither a text nor several.
    """
    if isinstance(value, str):
        return (value,)
    names = tuple(value) if isinstance(value, Iterable) else (value,)
    if not all(isinstance(one, str) for one in names):
        raise OptionError(f"expected {name} to be names, such as ['seeker_0']; got {value!r}")
    return names


def check_mapping(name: str, value: Any) -> dict[str, Any]:
    """Return a mapping as a new dict; None is an empty one.

    Raises:
        OptionError: If it is none.
    """
    if value is not None and not isinstance(value, Mapping):
        raise OptionError(f"expected {name} to be a dict; got {value!r}")
    return dict(value or {})


def _parse(text: str) -> Scalar:
    if text.lower() in _BOOLS:
        return _BOOLS[text.lower()]
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
    return text[1:-1] if is_quoted else text


def _whole(what: str, value: Any) -> int:
    is_number = isinstance(value, _TYPES["float"]) and not isinstance(value, bool)
    if not is_number or not _is_finite(value) or int(value) != value or value < 0:
        raise OptionError(f"expected {what} to be an int from 0 on, or None; got {value!r}")
    return int(value)


def _is_finite(value: Any) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int that no float can hold
        return False
