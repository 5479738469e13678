"""The scene of the golden packets, built without them; golden JSON from and to messages."""

import json
import math
from pathlib import Path

import numpy as np
from gymnasium import spaces

from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import (
    AgentSpec,
    Close,
    Configure,
    Fault,
    Hello,
    Parameter,
    Render,
    Report,
    Reset,
    Step,
)

GOLDEN = Path(__file__).parents[1] / "golden"
INF = np.inf
RUNNER = {
    "observation_space": spaces.Dict(
        [
            ("rays", spaces.Box(0.0, 1.0, (3,), np.float32)),
            ("camera", spaces.Box(0, 255, (2, 2, 1), np.uint8)),
            ("team", spaces.Discrete(3, start=-1)),
            ("action_mask", spaces.Box(0, 1, (4,), np.int8)),
        ]
    ),
    "action_space": spaces.Discrete(4),
    "info": ("distance", "hits"),
}
POSE = spaces.Box(np.array([-1, -INF], np.float32), np.array([1, INF], np.float32))
CHASER = {
    "observation_space": spaces.Dict(
        [
            ("pose", POSE),
            ("keys", spaces.MultiBinary(3)),
            ("gear", spaces.MultiDiscrete([3, 5])),
            ("speed", spaces.Box(-INF, INF, (1, 2), np.float32)),
        ]
    ),
    "action_space": spaces.Dict(
        [
            ("steer", spaces.Box(-1.0, 1.0, (2,), np.float32)),
            ("fire", spaces.MultiBinary(2)),
            ("ammo", spaces.MultiDiscrete([2, 3])),
            ("paint", spaces.Box(5, 250, (1,), np.uint8)),
        ]
    ),
}
HELLO = Hello(
    protocol=1,
    addon="0.1.0",
    engine="4.6.2-stable",
    scene="res://café/tag.tscn",
    tick_seconds=1 / 60,
    ticks_per_step=4,
    max_steps=500,
    arenas=2,
    state_size=2,
    agents=(
        AgentSpec("runner_0", "runner", "Runners/Runner0/Agent", **RUNNER),
        AgentSpec("chaser_0", "chaser", "Chaser/Agent", **CHASER),
        AgentSpec("runner_1", "runner", "Runners/Runner1/Agent", **RUNNER),
    ),
    parameters=(
        Parameter("walls", "int", 3, 0.0, 8.0, "Walls in the field."),
        Parameter("wind", "float", 0.5, None, 2.0, "Speed [m/s]."),
        Parameter("night", "bool", False),
        Parameter("map", "string", "field", None, None, "Which map.", False, ("field", "café")),
        Parameter("teams", "int", 2, 2.0, 4.0, fixed=True),
    ),
    window=(720, 480),
    cameras=("Camera3D", "FromAbove"),
)
LAYOUT = Layout(HELLO)
TEXTS = {
    "hello": HELLO,
    "configure": Configure(2.5),
    "reset": Reset(
        arenas=(1, 0),
        seeds=(2**53 - 1, 7),
        options={"walls": 5, "wind": 1.25, "night": True, "map": "café", "teams": 2},
        max_steps=200,
        heuristics=("runner_0",),
        people=("chaser_0",),
        sequence=2**32 - 1,
    ),
    "render": Render("café", (1, 0)),
    "close": Close(),
    "fault": Fault(
        "scene",
        "expected 3 values in \u201crays\u201d; got 2\nSee _observe().",
        "Runners/Runner1/Agent",
        "runner_1",
    ),
}


def golden_bytes(name):
    return (GOLDEN / f"{name}.packet").read_bytes()


def golden_json(name):
    return json.loads((GOLDEN / f"{name}.json").read_text())


def flatten(block):
    """List a block's slots, each as a flat list: the form of the golden JSON."""
    return block.reshape(block.shape[0], math.prod(block.shape[1:])).tolist()


def step_content(step, layout=LAYOUT):
    return {
        "type": "step",
        "sequence": step.sequence,
        "groups": [
            {
                "policy_group": group.name,
                "actions": {
                    leaf.key: flatten(block)
                    for leaf, block in zip(group.action_leaves, blocks, strict=True)
                },
            }
            for group, blocks in zip(layout.groups, step.actions, strict=True)
        ],
    }


def report_content(report, layout=LAYOUT):
    return {
        "type": "report",
        "sequence": report.sequence,
        "engine_usec": report.engine_usec,
        "tick": report.tick,
        "groups": [
            {
                "policy_group": group.name,
                "observations": {
                    leaf.key: flatten(block)
                    for leaf, block in zip(group.observation_leaves, blocks, strict=True)
                },
                "info": info.tolist(),
            }
            for group, blocks, info in zip(
                layout.groups, report.observations, report.info, strict=True
            )
        ],
        "rewards": report.rewards.tolist(),
        "states": report.states.tolist(),
        "flags": report.flags.tolist(),
    }


def picture_content(picture):
    _, height, width, _ = picture.pixels.shape
    return {
        "type": "picture",
        "sequence": picture.sequence,
        "width": width,
        "height": height,
        "arenas": picture.pixels.tolist(),
    }


def fill(window, content):
    """Write a golden JSON into a new step or report."""
    window.packet[4:8] = content["sequence"].to_bytes(4, "little")
    for group, blocks, what in zip(
        LAYOUT.groups,
        window.actions if isinstance(window, Step) else window.observations,
        content["groups"],
        strict=True,
    ):
        is_step = isinstance(window, Step)
        parts = group.action_leaves if is_step else group.observation_leaves
        for leaf, block in zip(parts, blocks, strict=True):
            values = what["actions" if is_step else "observations"][leaf.key]
            block[...] = np.reshape(values, block.shape)
    if isinstance(window, Report):
        for info, what in zip(window.info, content["groups"], strict=True):
            info[...] = what["info"]
        for name in ("rewards", "states", "flags"):
            getattr(window, name)[...] = content[name]


def report_from(content):
    report = LAYOUT.new_report(content["engine_usec"], content["tick"])
    fill(report, content)
    return report


def good_report():
    """Make the golden report, which is within all bounds."""
    return report_from(golden_json("report"))
