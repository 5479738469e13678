"""What one step costs, and how much of it is the link.

By turns, in one run, on a quiet machine and with one busy core: a step of the scene through
`env.step`, the same scene driven inside the engine with nothing sent (its own tick, observations
gathered), and two links for comparison between two Python processes with packets of the same
sizes: raw TCP with a length prefix, and JSON over TCP, as other systems do it.

The link's share of a step is `step - engine_only`. All processes stay on one core, and the busy
one on another, so that the links are compared and not the scheduler's choices; `--any-core` leaves
them free.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from common import busy_core, engine_only, median_us, show, stay_on_one_core
from rich.progress import Progress

import pettingzoo_godot as pzg
from pettingzoo_godot.session import Launch

LINES = {
    "step_us_p50": "a step of `{scene}`",
    "engine_only_us_p50": "the engine's own tick",
    "link_us_p50": "**the link's share**",
    "tcp_us_p50": "raw TCP",
    "json_tcp_us_p50": "JSON over TCP",
    "polling_step_us_p50": "a step, the engine polling",
    "link_per_tcp": "link's share / raw TCP",
    "link_per_json_tcp": "link's share / JSON over TCP",
}
PREFIXES = {"": "quiet", "busy_core_": "one busy core"}


class PollingEnv(pzg.GodotParallelEnv):
    """The same environment, its engine polling instead of sleeping until a packet comes."""

    def _launch(self) -> Launch:
        return replace(super()._launch(), wait="poll")


def time_steps(env: pzg.GodotParallelEnv, steps: int) -> list[float]:
    """Seconds of each of so many steps; resets are not counted."""
    durations: list[float] = []
    env.reset()
    actions = {a: env.action_space(a).sample() for a in env.possible_agents}
    while len(durations) < steps:
        if not env.agents:
            env.reset()
        live = {agent: actions[agent] for agent in env.agents}
        started = time.perf_counter()
        env.step(live)
        durations.append(time.perf_counter() - started)
    return durations


def time_polling(scene: str, steps: int) -> list[float]:
    """The same with an engine that polls; it must not live while others are measured."""
    with PollingEnv(scene) as env:
        return time_steps(env, steps)


def time_engine(scene: str, steps: int) -> list[float]:
    """Seconds of each step of the same scene inside the engine, nothing sent."""
    return [usec / 1e6 for usec in engine_only(scene, steps)["engine_only_usec"]]


def read_exactly(sock: socket.socket, size: int) -> bytes:
    """Read so many bytes, blocking."""
    data = b""
    while len(data) < size:
        piece = sock.recv(size - len(data))
        if not piece:
            raise ConnectionError("the echo process is gone")
        data += piece
    return data


def read_packet(sock: socket.socket) -> bytes:
    """Read one packet behind its four bytes of length."""
    return read_exactly(sock, struct.unpack("<I", read_exactly(sock, 4))[0])


def send_packet(sock: socket.socket, data: bytes) -> None:
    """Send one packet behind its four bytes of length."""
    sock.sendall(struct.pack("<I", len(data)) + data)


def answer(port: int, values: int, as_json: bool) -> None:
    """The other process: reads a step, answers with a report of so many floats."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        report = np.random.default_rng(0).random(values, np.float32)
        while True:
            try:
                packet = read_packet(sock)
            except ConnectionError:
                return
            if as_json:
                json.loads(packet)
                send_packet(sock, json.dumps({"observation": report.tolist()}).encode())
            else:
                send_packet(sock, report.tobytes())


class TcpLink:
    """A link between two Python processes, for comparison."""

    def __init__(self, values_out: int, values_in: int, as_json: bool) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            context = multiprocessing.get_context("spawn")
            arguments = (server.getsockname()[1], values_in, as_json)
            context.Process(target=answer, args=arguments, daemon=True).start()
            self.sock, _ = server.accept()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.actions = np.random.default_rng(0).random(values_out, np.float32)
        self.as_json = as_json

    def exchange(self) -> Any:
        """One round trip: actions out, an array of observations back."""
        if self.as_json:
            send_packet(self.sock, json.dumps({"action": self.actions.tolist()}).encode())
            return np.array(json.loads(read_packet(self.sock))["observation"], np.float32)
        send_packet(self.sock, self.actions.tobytes())
        return np.frombuffer(read_packet(self.sock), np.float32)

    def time(self, steps: int) -> list[float]:
        """Seconds of each of so many round trips."""
        durations = []
        for _ in range(steps):
            started = time.perf_counter()
            self.exchange()
            durations.append(time.perf_counter() - started)
        return durations


def main() -> None:
    """Measure by turns and print one table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scene", default="chase", help="scene to step (default: %(default)s)")
    parser.add_argument("--steps", type=int, default=1000, help="per turn (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=7, help="of each kind (default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the fields there too")
    parser.add_argument(
        "--any-core", action="store_true", help="let the scheduler place the processes"
    )
    args = parser.parse_args()

    if not args.any_core:
        stay_on_one_core()
    with pzg.parallel_env(args.scene) as env:
        env.reset(seed=0)
        layout = env._layout  # the sizes of the packets, for the links to compare with
        sizes = ((layout.step_size - 16) // 4, (layout.report_size - 16) // 4)
        tcp, json_tcp = TcpLink(*sizes, as_json=False), TcpLink(*sizes, as_json=True)
        kinds: dict[str, Callable[[], list[float]]] = {
            "step": lambda: time_steps(env, args.steps),
            "engine_only": lambda: time_engine(args.scene, args.steps),
            "tcp": lambda: tcp.time(args.steps),
            "json_tcp": lambda: json_tcp.time(args.steps),
            "polling_step": lambda: time_polling(args.scene, args.steps),
        }
        rows: dict[str, float | str] = {"scene": args.scene}
        with Progress() as progress:
            task = progress.add_task("turns", total=2 * args.turns * len(kinds))
            for prefix in ("", "busy_core_"):
                times: dict[str, list[float]] = {kind: [] for kind in kinds}
                with busy_core(prefix != ""):
                    for _ in range(args.turns):
                        for kind, measure in kinds.items():
                            times[kind] += measure()
                            progress.advance(task)
                for kind, durations in times.items():
                    rows[f"{prefix}{kind}_us_p50"] = median_us(durations)
                link = float(rows[f"{prefix}step_us_p50"]) - float(
                    rows[f"{prefix}engine_only_us_p50"]
                )
                rows[f"{prefix}link_us_p50"] = link
                rows[f"{prefix}link_per_tcp"] = link / float(rows[f"{prefix}tcp_us_p50"])
                rows[f"{prefix}link_per_json_tcp"] = link / float(rows[f"{prefix}json_tcp_us_p50"])
    show(f"One step of {args.scene} [µs, medians]", rows, LINES, args.json, PREFIXES)


if __name__ == "__main__":
    main()
