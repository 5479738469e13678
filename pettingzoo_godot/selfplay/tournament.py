"""Many matches, spread over several engines; which engine plays which changes nothing."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from queue import SimpleQueue

from pettingzoo_godot.messages import Scalar
from pettingzoo_godot.options import check_count
from pettingzoo_godot.selfplay.matches import Match, Stadium
from pettingzoo_godot.training.threads import one_thread


@dataclass(frozen=True)
class Pairing:
    """A match to be played.

    Attributes:
        players: By policy group, as for `Stadium.play`.
        episodes: How many.
    """

    players: Mapping[str, str]
    episodes: int


def play_all(
    scene: str | os.PathLike[str],
    pairings: Sequence[Pairing],
    *,
    seed: int,
    engines: int = 2,
    arenas: int = 16,
    parameters: Mapping[str, Scalar] | None = None,
    winner: str | None = None,
    deterministic: bool = False,
    watch: Callable[[int], None] = lambda episodes: None,
) -> list[Match]:
    """Play matches, as many at the same time as there are engines.

    Args:
        scene: As for `parallel_env`; with several policy groups.
        pairings: Who plays whom; all in the same episodes.
        seed: Of each match.
        engines: Godot processes; what is returned does not depend on it.
        arenas: Copies of the scene in each of them.
        parameters: Values for parameters that the scene declares.
        winner: Who wins, as in `Settings`; None: as in trainings of the scene.
        deterministic: As for `Stadium.play`.
        watch: Is told after each episode how many are played.

    Returns:
        The matches, in the order of the pairings.

    Raises:
        UsageError: If players do not fit the scene.
        PettingZooGodotError: If an engine ends, or the scene has a mistake.
    """
    check_count("engines", engines)
    free: SimpleQueue[Stadium] = SimpleQueue()
    stop, lock, played = threading.Event(), threading.Lock(), 0

    def check() -> None:
        if stop.is_set():
            raise _Stopped

    def count() -> None:
        nonlocal played
        with lock:
            played += 1
            watch(played)

    def play(pairing: Pairing) -> Match:
        stadium = free.get()
        try:
            return stadium.play(
                pairing.players,
                pairing.episodes,
                seed=seed,
                deterministic=deterministic,
                watch=count,
                check=check,
            )
        finally:
            free.put(stadium)

    with ExitStack() as stack:
        stack.enter_context(one_thread())
        for _ in range(min(engines, len(pairings))):
            stadium = Stadium(scene, arenas, parameters=parameters, winner=winner)
            free.put(stack.enter_context(stadium))
        workers = stack.enter_context(ThreadPoolExecutor(max(1, free.qsize())))
        try:
            futures = [workers.submit(play, pairing) for pairing in pairings]
            return [future.result() for future in futures]
        except BaseException:
            stop.set()
            workers.shutdown(cancel_futures=True)
            raise


class _Stopped(Exception):
    """Somebody has ended the matches, or one of them has failed."""
