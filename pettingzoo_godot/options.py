"""The values of a scene's parameters in an episode: checked before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.messages import Parameter, Scalar

_TYPES: dict[str, tuple[type, ...]] = {
    "bool": (bool, np.bool_),
    "int": (int, np.integer),
    "float": (int, float, np.integer, np.floating),
    "string": (str,),
}
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
    return {
        name: check_parameter(parameter, chosen.get(name, parameter.default))
        for name, parameter in parameters.items()
    }


def check_parameter(parameter: Parameter, value: Any) -> Scalar:
    """Return a parameter's value as the wire has it, or say what is wrong with it."""
    is_right = isinstance(value, _TYPES[parameter.type])
    if parameter.type != "bool" and isinstance(value, bool):
        is_right = False
    low = -np.inf if parameter.minimum is None else parameter.minimum
    high = np.inf if parameter.maximum is None else parameter.maximum
    if is_right and parameter.type in ("int", "float"):
        is_right = low <= value <= high and bool(np.isfinite(value))
    if not is_right:
        bounds = f" in [{low:g}, {high:g}]" if parameter.type in ("int", "float") else ""
        raise OptionError(
            f"parameter {parameter.name!r}: expected a value of type {parameter.type}{bounds}; "
            f"got {value!r}. {parameter.description}"
        )
    converted: Scalar = _CONVERSIONS[parameter.type](value)
    return converted
