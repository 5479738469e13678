"""Policies for the engine: a file of Godot's for each policy group, which plays without Python.

Only imported where it is used: needs the extra [train]. The file is a `ZooPolicy`, whose script
says what its parts mean and does the same arithmetic.
"""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from gymnasium import spaces
from torch import Tensor, nn

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.options import check_choice
from pettingzoo_godot.selfplay.checkpoint import write_whole
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import load_policies
from pettingzoo_godot.spaces import space_from_wire

_SCRIPT = "res://addons/pettingzoo_godot/zoo_policy.gd"


def export_policies(
    run: str | os.PathLike[str],
    out: str | os.PathLike[str],
    *,
    group: str = "",
    deterministic: bool = False,
) -> dict[str, Path]:
    """Write the policies of a self-play run for the engine.

    Args:
        run: Its folder: its last policies; or one of the files in its `policies/`.
        out: Folder to write `GROUP.tres` to, such as one in a Godot project.
        group: The policy group to write, if not all.
        deterministic: Whether they take their most probable actions there, instead of drawing them
            as they do in training; `ZooPolicy.draws` says so, and can be changed.

    Returns:
        The files, by policy group.

    Raises:
        UsageError: If there are no such policies, those to be written observe something else than
            floats, or the folder cannot be written to.
    """
    actors = load_policies(Path(run)).actors
    if group:
        check_choice(f"the policy group of {run}", group, actors)
        actors = {group: actors[group]}
    texts = {name: _describe(actor, name, not deterministic) for name, actor in actors.items()}
    files = {name: Path(out, f"{name}.tres") for name in texts}
    try:
        Path(out).mkdir(parents=True, exist_ok=True)
        for name, file in files.items():
            write_whole(file, texts[name].encode())
    except OSError as exc:
        raise UsageError(f"expected to write the folder {out}; {exc}") from exc
    return files


def _describe(actor: Actor, group: str, draws: bool) -> str:
    """The text of a Godot resource."""
    description: dict[str, Any] = actor.description
    observed = space_from_wire(description["observation"])
    action = description["action"]
    members = dict(observed.spaces) if isinstance(observed, spaces.Dict) else {"": observed}
    for key, member in members.items():
        if not isinstance(member, spaces.Box):
            raise UsageError(
                f"policy group {group!r}, key {key!r}: expected observations as a Box of float32, "
                f"for a policy in the engine; got {member}"
            )
    linears = [layer for layer in actor.body if isinstance(layer, nn.Linear)]
    parts: dict[str, Any] = {
        "draws": json.dumps(draws),
        "keys": _packed("String", map(json.dumps, members)),
        "widths": _packed("Int32", (int(np.prod(one.shape or ())) for one in members.values())),
        "stack": actor.stack,
        "pose": _packed("Int32", description["pose"] or ()),
        "action_type": json.dumps(action["type"]),
        "choices": _packed("Int32", actor.head.choices),
        "start": action.get("start", 0),
        "sizes": _packed("Int32", [actor.inputs, *(layer.out_features for layer in linears)]),
        "numbers": _bytes(
            [
                actor.moments.mean,
                actor.moments.std,
                *(part for layer in linears for part in (layer.weight, layer.bias)),
                *actor.head.constants(),
            ]
        ),
    }
    lines = [
        '[gd_resource type="Resource" script_class="ZooPolicy" load_steps=2 format=4]',
        "",
        f'[ext_resource type="Script" path="{_SCRIPT}" id="1"]',
        "",
        "[resource]",
        'script = ExtResource("1")',
        *(f"{name} = {value}" for name, value in parts.items()),
    ]
    return "\n".join(lines) + "\n"


def _packed(kind: str, values: Iterable[Any]) -> str:
    return f"Packed{kind}Array({', '.join(map(str, values))})"


def _bytes(tensors: Iterable[Tensor]) -> str:
    joined = torch.cat([tensor.detach().float().flatten() for tensor in tensors])
    encoded = base64.b64encode(joined.numpy().astype("<f4").tobytes()).decode()
    return f'PackedByteArray("{encoded}")'
