#!/usr/bin/env python3
"""Plays an engine with a scene of two agents, and misbehaves on demand.

Started like Godot: `fake_engine.py ... -- --zoo-url=ws://127.0.0.1:PORT [--zoo-wait=block]`, with
the token in PETTINGZOO_GODOT_TOKEN. What it does wrong is in FAKE_ENGINE_FAULT (one of `FAULTS`);
`FAKE_ENGINE_FAULT_STEP` says in which step, counted over all episodes from 1 (default 1).

The scene: an observation is (last action x, last action y, start x, start y, steps / 10); the
start depends on the seed, the reward is the sum of the action, and after 10 steps both agents are
terminated; FAKE_ENGINE_LIFETIMES may be other numbers of steps than "10,10". The parameter `offset`
is added to every reward. A heuristic's action is (0.5, 0). Each pixel of a picture is (steps,
arena, length of the camera's name).
Unlike Godot, this engine notices Python's end by its standard input, so that it can hang and yet be
got rid of.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import NoReturn

# As it may be started by any Python with any working directory.
sys.path.insert(0, str(Path(__file__).parents[2]))

import numpy as np
from gymnasium.spaces import Box
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from pettingzoo_godot.layout import new_picture
from pettingzoo_godot.messages import (
    LIVE,
    MAX_TEXT_BYTES,
    SUBPROTOCOL,
    TERMINATED,
    TRUNCATED,
    AgentSpec,
    Close,
    Fault,
    Hello,
    Parameter,
    Render,
    Report,
    Reset,
    Step,
)
from pettingzoo_godot.protocol import Protocol, Side, State

FAULTS = """
exit_before_connect silent_before_connect
exit_before_hello silent wrong_subprotocol wrong_version garbage_hello fault_before_hello
die_in_step die_in_reset close_in_step hang_in_step hang_in_reset slow_step
garbage_report garbage_text wrong_size_report oversize_report stale_sequence
nan_observation nan_reward out_of_bounds
die_in_picture hang_in_picture fault_in_picture small_picture
fault_in_step protocol_fault_in_step fault_then_die oversize_text hello_in_step
ignore_close ignore_end_of_file noisy
""".split()
AGENTS = ("runner_0", "chaser_0")
SLOW_SECONDS = 0.3


class Scene:
    """One arena."""

    def __init__(self) -> None:
        self.start = (0.0, 0.0)
        self.steps = 0
        self.max_steps = 0
        self.offset = 0.0
        self.heuristics: tuple[str, ...] = ()
        self.lifetimes = [
            int(n) for n in os.environ.get("FAKE_ENGINE_LIFETIMES", "10,10").split(",")
        ]

    def reset(self, seed: int, max_steps: int, offset: float) -> None:
        random = Random(seed)
        self.start = (random.random(), random.random())
        self.steps = 0
        self.max_steps = max_steps
        self.offset = offset

    def flags(self, agent: int) -> int:
        terminated = TERMINATED * (self.steps >= self.lifetimes[agent])
        truncated = TRUNCATED * (0 < self.max_steps <= self.steps)
        return LIVE | terminated | truncated

    @property
    def lives(self) -> list[bool]:
        return [self.flags(agent) == LIVE for agent in range(len(AGENTS))]


class FakeEngine:
    """One conversation, in which everything is done as docs/PROTOCOL.md says, but for a fault."""

    def __init__(
        self, websocket: ClientConnection, fault: str, arenas: int, size: tuple[int, ...]
    ) -> None:
        self.websocket = websocket
        self.fault = fault
        self.fault_step = int(os.environ.get("FAKE_ENGINE_FAULT_STEP", "1"))
        self.protocol = Protocol(Side.ENGINE)
        self.scenes = [Scene() for _ in range(arenas)]
        self.size = size  # of pictures
        self.tick = 0
        self.steps = 0
        self.report: Report | None = None

    def run(self) -> None:
        if self.fault == "exit_before_hello":
            sys.exit(3)
        if self.fault == "silent":
            hang()
        if self.fault == "fault_before_hello":
            self.send_fault()
            return
        self.greet()
        while self.protocol.state is not State.CLOSED:
            self.answer()

    def greet(self) -> None:
        observation = Box(-1.0, 1.0, (5,), np.float32)
        action = Box(-1.0, 1.0, (2,), np.float32)
        hello = Hello(
            protocol=1,
            addon="0.1.0",
            engine="fake",
            scene="res://fake.tscn",
            tick_seconds=1 / 60,
            ticks_per_step=4,
            max_steps=0,
            arenas=len(self.scenes),
            state_size=1,
            agents=tuple(
                AgentSpec(name, name[:-2], f"{name}/Agent", observation, action, ("steps",))
                for name in AGENTS
            ),
            parameters=(Parameter("offset", "float", 0.0, -1.0, 1.0, "Added to rewards."),),
            window=(8, 6),
            cameras=("Near", "Far"),
        )
        packet = self.protocol.send(hello)
        if self.fault == "wrong_version":
            packet = str(packet).replace('"protocol":1', '"protocol":2')
        if self.fault == "garbage_hello":
            packet = '{"type":"hello","protocol":1,"agents":"none"'
        self.websocket.send(packet)

    def answer(self) -> None:
        message = self.protocol.receive(self.websocket.recv())
        if isinstance(message, Reset):
            self.misbehave("reset")
            for arena, seed in zip(message.arenas, message.seeds, strict=True):
                offset = message.options.get("offset", 0.0)
                self.scenes[arena].reset(seed, message.max_steps, float(offset))
                self.scenes[arena].heuristics = message.heuristics
            self.send_report(None, [[True] * len(AGENTS) for _ in self.scenes])
        elif isinstance(message, Step):
            self.steps += 1
            if self.steps == self.fault_step and self.misbehave("step"):
                return
            was_live = [scene.lives for scene in self.scenes]
            for scene, lives in zip(self.scenes, was_live, strict=True):
                scene.steps += any(lives)
            self.tick += 4 * any(map(any, was_live))
            self.send_report(message, was_live)
        elif isinstance(message, Render):
            if not self.misbehave("picture"):
                self.send_picture(message)
        elif isinstance(message, Close) and self.fault == "ignore_close":
            hang()

    def send_report(self, step: Step | None, was_live: list[list[bool]]) -> None:
        assert self.protocol.layout is not None
        previous = self.report
        self.report = report = self.protocol.layout.new_report(engine_usec=7, tick=self.tick)
        for arena, scene in enumerate(self.scenes):
            report.states[arena] = scene.steps
            for agent in range(len(AGENTS)):
                slot = agent * len(self.scenes) + arena  # each agent is a group of its own
                row = report.observations[agent][0][arena]
                row[2:4] = scene.start
                row[4] = scene.steps / 10
                report.info[agent][arena] = scene.steps
                if was_live[arena][agent]:
                    report.flags[slot] = scene.flags(agent) if step is not None else LIVE
                    if step is not None:
                        is_scripted = AGENTS[agent] in scene.heuristics
                        action = step.actions[agent][0][arena]
                        row[:2] = (0.5, 0.0) if is_scripted else action
                        report.rewards[slot] = row[:2].sum() + scene.offset
                elif previous is not None:
                    row[:] = previous.observations[agent][0][arena]
        is_faulty = step is not None and self.steps == self.fault_step
        self.websocket.send(self.spoil(report) if is_faulty else self.protocol.send(report))

    def send_picture(self, render: Render) -> None:
        width, height = self.size
        picture = new_picture(len(render.arenas), width - (self.fault == "small_picture"), height)
        for pixels, arena in zip(picture.pixels, render.arenas, strict=True):
            pixels[...] = self.scenes[arena].steps, arena, len(render.camera)
        self.websocket.send(self.protocol.send(picture))

    def spoil(self, report: Report) -> bytes | bytearray | str:
        """Break a report in the way that was asked for."""
        if self.fault == "nan_observation":
            report.observations[1][0][0, 3] = np.nan
        if self.fault == "out_of_bounds":
            report.observations[1][0][0, 3] = 1.5
        if self.fault == "nan_reward":
            report.rewards[0] = np.nan
        packet = bytes(self.protocol.send(report))  # type: ignore[arg-type]
        broken: dict[str, bytes | str] = {
            "garbage_report": b"\xff" * len(packet),
            "garbage_text": "{]",
            "wrong_size_report": packet[:-1],
            "oversize_report": packet + b"\0",
            "stale_sequence": packet[:4] + b"\0\0\0\0" + packet[8:],
            "oversize_text": " " * (MAX_TEXT_BYTES + 1),
            "hello_in_step": '{"type":"configure","speedup":1}',
        }
        return broken.get(self.fault, packet)

    def misbehave(self, during: str) -> bool:
        """Do what was asked for instead of answering; return whether that was all."""
        if self.fault == f"die_in_{during}":
            os._exit(7)
        if self.fault == f"hang_in_{during}":
            hang()
        if self.fault == f"fault_in_{during}":
            self.send_fault()
            return True
        if during != "step":
            return False
        if self.fault == "slow_step":
            time.sleep(SLOW_SECONDS)
        if self.fault == "noisy":
            sys.stdout.write("a line of the log\n" * 10_000)
            sys.stdout.flush()
        if self.fault == "close_in_step":
            self.websocket.close(4000, "enough")
            self.protocol.state = State.CLOSED
            return True
        if self.fault in ("protocol_fault_in_step", "fault_then_die"):
            self.send_fault()
            return True
        return False

    def send_fault(self) -> None:
        kind = "protocol" if self.fault.startswith("protocol") else "scene"
        fault = Fault(kind, "expected 5 values; got 4", "runner_0/Agent", "runner_0")
        self.websocket.send(self.protocol.send(fault))
        if self.fault == "fault_then_die":
            os._exit(7)


def hang() -> NoReturn:
    """Do nothing until Python is gone."""
    while True:
        time.sleep(3600)


def quit_at_end_of_file() -> None:
    """Quit when Python, which holds our standard input, is gone (docs/PROTOCOL.md 1.4)."""
    while os.read(0, 4096):
        pass
    os._exit(0)


def main(arguments: list[str]) -> None:
    options = dict(
        argument.split("=", 1)
        for argument in arguments
        if argument.startswith("--zoo-") and "=" in argument
    )
    fault = os.environ.get("FAKE_ENGINE_FAULT", "")
    if fault and fault not in FAULTS:
        sys.exit(f"FAKE_ENGINE_FAULT: expected one of {FAULTS}; got {fault!r}")
    if fault != "ignore_end_of_file" and "--zoo-wait" in options:
        threading.Thread(target=quit_at_end_of_file, daemon=True).start()
    sys.stderr.write(f"fake engine: fault {fault!r}\n")
    sys.stderr.flush()
    if fault == "exit_before_connect":
        sys.exit(3)
    if fault == "silent_before_connect":
        hang()
    subprotocol = "pettingzoo-godot.v2" if fault == "wrong_subprotocol" else SUBPROTOCOL
    arenas = int(options.get("--zoo-arenas", "1"))
    size = tuple(map(int, options.get("--zoo-picture", "0x0").split("x")))
    play: Callable[[ClientConnection], None] = lambda it: FakeEngine(it, fault, arenas, size).run()  # noqa: E731
    try:
        with connect(
            options["--zoo-url"],
            subprotocols=[subprotocol],  # type: ignore[list-item]
            additional_headers={"Authorization": f"Bearer {os.environ['PETTINGZOO_GODOT_TOKEN']}"},
            compression=None,
            ping_interval=None,
            proxy=None,
            max_size=None,
        ) as websocket:
            play(websocket)
    except ConnectionClosed as exc:
        sys.stderr.write(f"fake engine: the link is closed: {exc}\n")
    if fault == "ignore_end_of_file":
        hang()


if __name__ == "__main__":
    main(sys.argv)
