"""One conversation with one engine: process, link and protocol behind open, reset, step, close.

Rule: a session that raised is over. Its engine is stopped before the exception leaves, so no late
answer can be taken for the next one; the caller opens another session.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pettingzoo_godot.display import VirtualDisplay, find_display, need_display
from pettingzoo_godot.engine import Engine
from pettingzoo_godot.errors import (
    EngineStartError,
    LinkClosed,
    LinkTimeout,
    PettingZooGodotError,
    RemoteProtocolError,
    SceneError,
    VersionMismatch,
)
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.layout import Layout, Misfit
from pettingzoo_godot.link import Link, Listener
from pettingzoo_godot.messages import (
    HEADER_BYTES,
    Close,
    Configure,
    Fault,
    Hello,
    Message,
    Picture,
    Render,
    Report,
    Reset,
    Scalar,
    Step,
)
from pettingzoo_godot.paths import data_dir
from pettingzoo_godot.placement import Placement
from pettingzoo_godot.protocol import Protocol, Side
from pettingzoo_godot.scene import Scene
from pettingzoo_godot.spaces import Array

_log = logging.getLogger("pettingzoo_godot")
_TOKEN_VARIABLE = "PETTINGZOO_GODOT_TOKEN"
_START = "its start"
_MAX_FAILURES = 3  # in a row, before an episode has come to its end
_CLOSE_TIMEOUT = 0.3  # seconds; with the engine's own grace, close() stays below 2
_Answer = TypeVar("_Answer", bound=Message)


@dataclass(frozen=True, slots=True)
class Timing:
    """Where the time of a session's requests went; what a loop takes besides is Python's.

    Attributes:
        requests: Resets and steps so far.
        engine_seconds: Spent by the engine between request and report.
        link_seconds: Spent on the way to the engine and back.
        waited_seconds: Spent by Python in sending and waiting: the sum of both, unless it did
            something else while the engine worked.
    """

    requests: int = 0
    engine_seconds: float = 0.0
    link_seconds: float = 0.0
    waited_seconds: float = 0.0


@dataclass(frozen=True)
class Launch:
    """How to start an engine.

    Args:
        scene: What to start; None: wait for a scene that somebody starts from the editor.
        window: Show a window.
        speedup: Multiple of real time; 0: as fast as possible.
        timeout: Seconds to wait for each answer.
        start_timeout: Seconds from start to hello; for the editor, until somebody presses Play.
        log_path: File for the engine's output; None: only its end is kept, for error messages.
        wait: How the engine waits for packets, `"block"` or `"poll"`; None: what suits it.
        arenas: Copies of the scene to run side by side.
        placed: Keep the engine on one core, where that helps.
        parameters: Values of fixed parameters, by name; those left out are the scene's own.
        picture: Width and height [pixels] of the pictures that it is to draw of each arena when
            asked; None: it draws none.
    """

    scene: Scene | None
    window: bool = False
    speedup: float = 0.0
    timeout: float = 60.0
    start_timeout: float = 60.0
    log_path: Path | None = None
    wait: str | None = None
    arenas: int = 1
    placed: bool = True
    parameters: Mapping[str, Scalar] = field(default_factory=dict)
    picture: tuple[int, int] | None = None

    def command(self, url: str) -> list[str]:
        """Program and arguments for an engine that connects to `url`."""
        assert self.scene is not None  # noqa: S101 - the editor's scene is not started by us
        # A window must answer its window system: it cannot sleep until a packet comes.
        answers = self.window or (self.picture is not None and find_display() is not None)
        wait = self.wait or ("poll" if answers else "block")
        return [
            *self.scene.command(),
            *self._display_arguments(),
            # One physics tick per iteration of the engine's main loop, as fast as it can.
            "--fixed-fps",
            str(self.scene.ticks_per_second()),
            "--",
            f"--zoo-url={url}",
            f"--zoo-wait={wait}",
            f"--zoo-arenas={self.arenas}",
            f"--zoo-trainer-pid={os.getpid()}",
            *([f"--zoo-parameters={json.dumps(dict(self.parameters))}"] if self.parameters else []),
            *(["--zoo-picture={}x{}".format(*self.picture)] if self.picture else []),
        ]

    def _display_arguments(self) -> list[str]:
        if self.window:
            return ["--disable-vsync"]
        if self.picture is None:
            return ["--headless"]
        # Pictures are not drawn in the window, which has to be somewhere.
        shown = ["--disable-vsync", "--windowed", "--resolution", "64x64"]
        shown += ["--audio-driver", "Dummy"]
        if find_display() is None:  # a virtual one has no graphics card
            shown += ["--rendering-method", "gl_compatibility", "--rendering-driver", "opengl3"]
        return shown

    def environment(self, token: str) -> dict[str, str]:
        """Additions to the engine's environment."""
        variables = {_TOKEN_VARIABLE: token}
        shows = self.window or self.picture is not None
        if shows and self.scene is not None and self.scene.game is None:
            variables |= find_godot().windowed_environment()
        return variables


class FailureQuota:
    """How many failures of its engine an environment makes up for: not those of a loop."""

    def __init__(self) -> None:
        self._count = 0

    def renew(self) -> None:
        """An episode has come to its end."""
        self._count = 0

    def spend(self, failure: BaseException) -> None:
        """Tell of a failure that is made up for; raise it if it is the last one in a row."""
        self._count += 1
        if self._count >= _MAX_FAILURES:
            raise failure
        what = str(failure.args[0]).partition(";")[0]  # without what a reset would do
        _log.warning("%s. Its episodes are truncated where they were; another engine starts", what)


class Session:
    """A live engine that has said hello.

    Args:
        launch: How to start it.

    Attributes:
        layout: Of its packets, with its hello.
        packet_of_hello: The hello as it came, for the spec.
        picture: Width and height of its pictures, as in the launch.
        waited: Seconds spent waiting for answers so far.

    Raises:
        EngineNotFound: If there is no Godot.
        EngineStartError: If the engine ends before its hello.
        LinkTimeout: If it says nothing in time.
        SceneError: If the scene has a mistake.
        VersionMismatch: If the scene's addon speaks another protocol version.
    """

    def __init__(self, launch: Launch) -> None:
        self.waited = 0.0
        self._requests = 0
        self._engine_usec = 0
        self._during = ""  # what the last request was for, for messages
        self._kept: Report | None = None
        self._timeout = launch.timeout
        self._protocol = Protocol(Side.TRAINER)
        self.picture = launch.picture
        self._display: VirtualDisplay | None = None
        self._engine: Engine | None = None
        self._link: Link | None = None
        self._placement = Placement()
        _live.add(self)
        with self._guarded(_START):
            self._connect(launch)
            packet = self._need_link().receive(launch.start_timeout)
            self.packet_of_hello = str(packet)
            self._expect(self._protocol.receive(packet), Hello)
            layout = self._protocol.layout
            assert layout is not None  # noqa: S101 - the protocol has one after the hello
            self.layout: Layout = layout
            self._need_link().expect(layout.report_size, _picture_bytes(launch))
            if launch.speedup:
                self.configure(launch.speedup)
        # Pictures are drawn by many threads.
        draws = launch.window or launch.picture is not None
        if self._engine is not None and launch.placed and not draws:
            self._placement.settle(self._engine.pid)

    @property
    def engine_pid(self) -> int | None:
        """Process ID of the engine; None if it was started from the editor."""
        return self._engine.pid if self._engine is not None else None

    @property
    def timing(self) -> Timing:
        """Where the time of its requests went so far."""
        engine_seconds = self._engine_usec * 1e-6
        link_seconds = max(0.0, self.waited - engine_seconds)
        return Timing(self._requests, engine_seconds, link_seconds, self.waited)

    def is_usable(self) -> bool:
        """Whether it is open, and this process's own: a forked child's copy has no link."""
        return self._link is not None

    def configure(self, speedup: float) -> None:
        """Set the multiple of real time at which steps run; 0: as fast as possible."""
        with self._guarded("configure"):
            self._need_link().send(self._protocol.send(Configure(speedup)))

    def reset(self, request: Reset) -> Report:
        """Begin an episode and return the report of its start."""
        self.send(request)
        return self.receive()

    def step(self, step: Step) -> Report:
        """Let the agents act and return the report of what came of it."""
        self.send(step)
        return self.receive()

    def send(self, request: Reset | Step) -> None:
        """Ask without waiting for the answer: the engine works on it meanwhile."""
        self._during = "a step" if isinstance(request, Step) else "a reset"
        # Not `with self._guarded`: a context manager costs a microsecond.
        try:
            self._send(request)
        except BaseException as exc:
            raise self._explained(exc, self._during) from exc.__cause__

    def receive(self, waited: float = 0.0) -> Report:
        """Wait for the answer to what was sent.

        Args:
            waited: Seconds that have been waited for it already.
        """
        try:
            report = self._receive(waited)
        except BaseException as exc:
            raise self._explained(exc, self._during) from exc.__cause__
        if self._during == "a reset" and self._engine is not None:
            self._engine.trim_log()
        return report

    def render(self, camera: str, arenas: Sequence[int]) -> Array:
        """Ask for pictures of some arenas, as they are after the last reset or step.

        Args:
            camera: Name of a camera, ID of an agent to look at from behind, or "": the scene's own.
            arenas: Their indices.

        Returns:
            (arenas, height, width, 3), uint8, of the launch's size.
        """
        with self._guarded("a picture"):
            link = self._need_link()
            link.send(self._protocol.send(Render(camera, tuple(arenas))))
            packet = link.receive(self._timeout, keeps=True)
            pixels = self._expect(self._protocol.receive(packet), Picture).pixels
            width, height = self.picture or (0, 0)
            if pixels.shape != (len(arenas), height, width, 3):
                raise RemoteProtocolError(
                    f"expected {len(arenas)} pictures of {width} x {height} pixels; got an array "
                    f"of shape {pixels.shape}"
                )
        return pixels

    def keep(self, report: Report) -> Report:
        """Copy a report out of the link's buffer, which is used again; into one of our own."""
        if self._kept is None:
            self._kept = self.layout.new_report()
        self._kept.packet[:] = report.packet  # type: ignore[index] # ours is a bytearray
        return self._kept

    def fileno(self) -> int:
        """File descriptor that can be read when the answer comes; -1 once it is closed."""
        return -1 if self._link is None else self._link.fileno()

    def close(self) -> None:
        """End the conversation and the engine; may be called twice; takes at most 2 seconds."""
        link, self._link = self._link, None
        if link is not None:
            with contextlib.suppress(PettingZooGodotError):
                link.send(self._protocol.send(Close()))
            link.close(timeout=_CLOSE_TIMEOUT)
        if self._engine is not None:
            self._engine.stop()
        if self._display is not None:
            self._display.close()
        self._placement.leave()

    def abandon(self) -> None:
        """Let go of everything without ending anything: after a fork, it is the parent's."""
        if self._engine is not None:
            self._engine.abandon()
        if self._display is not None:
            self._display.abandon()
        if self._link is not None:
            self._link.abandon()
        self._link = None

    def _connect(self, launch: Launch) -> None:
        with Listener() as listener:
            if launch.scene is None:
                self._link = _accept_editor(listener, launch.start_timeout)
                return
            if launch.window:
                need_display(launch.scene.name)
            environment = launch.environment(listener.token)
            if launch.picture is not None and find_display() is None:
                self._display = VirtualDisplay()
                environment |= self._display.environment
            engine = Engine(launch.command(listener.url), environment, launch.log_path)
            self._engine = engine
            try:
                self._link = listener.accept(launch.start_timeout, engine.check_start)
            except LinkTimeout as exc:
                raise EngineStartError(
                    f"{exc}. Does the scene have a ZooEnvironment, and no endless loop in its "
                    "_ready() or _reset()? Otherwise give a longer start_timeout.",
                    engine.log_tail(),
                ) from None

    def _send(self, request: Reset | Step) -> None:
        link = self._link or self._need_link()
        packet = self._protocol.send(request)
        started = time.perf_counter()
        link.send(packet)
        self.waited += time.perf_counter() - started

    def _receive(self, waited: float) -> Report:
        link = self._link or self._need_link()
        started = time.perf_counter()
        answer = self._protocol.receive(link.receive(self._timeout, waited))
        now = time.perf_counter()
        self.waited += now - started
        if now > self._placement.next_look:
            self._placement.look()
        if not isinstance(answer, Report):
            return self._expect(answer, Report)
        self._requests += 1
        self._engine_usec += answer.engine_usec
        misfit = self.layout.find_bad_report(answer)
        if misfit is not None:
            raise self._mistake(misfit)
        return answer

    def _mistake(self, misfit: Misfit) -> SceneError:
        """What a scene is told whose observation or reward is out of bounds."""
        node = next(a.node for a in self.layout.hello.agents if a.id == misfit.agent)
        arena = f" of arena {misfit.arena}" if self.layout.arenas > 1 else ""
        node = node.replace("/Arena0/", f"/Arena{misfit.arena}/")  # the hello has the first one's
        return SceneError(
            f"agent {misfit.agent!r}{arena}: {node}: {misfit.problem}. Look at its _observe(), "
            "its sensors' bounds and its rewards; the engine is stopped, reset() starts another "
            "one.",
            node,
            misfit.agent,
            self._log_tail(),
        )

    def _expect(self, answer: Message, kind: type[_Answer]) -> _Answer:
        if isinstance(answer, kind):
            return answer
        if isinstance(answer, Fault):
            raise self._fault(answer)
        raise AssertionError(f"the protocol let {answer} through")

    def _fault(self, fault: Fault) -> PettingZooGodotError:
        if fault.kind == "scene":
            where = f"agent {fault.agent!r}: " if fault.agent else ""
            where += f"{fault.node}: " if fault.node else ""
            return SceneError(where + fault.message, fault.node, fault.agent, self._log_tail())
        if fault.kind == "version":
            return VersionMismatch(fault.message)
        return RemoteProtocolError(fault.message)

    @contextmanager
    def _guarded(self, during: str) -> Iterator[None]:
        try:
            yield
        except BaseException as exc:
            raise self._explained(exc, during) from exc.__cause__

    def _explained(self, exc: BaseException, during: str) -> BaseException:
        """End the session and return what to raise: the engine's death explains a closed link."""
        better: BaseException = exc
        if isinstance(exc, LinkClosed) and self._engine is not None and not exc.by_us:
            died = self._engine.died(during)
            if died is not None:
                is_start = during == _START
                better = EngineStartError(died.args[0], died.log_tail) if is_start else died
        elif isinstance(exc, LinkTimeout) and self._engine is not None:
            better = LinkTimeout(
                f"{exc} during {during}; the engine is stopped, reset() starts another one. Is "
                "there an endless loop in the scene? Otherwise give a longer timeout.",
                self._log_tail(),
            )
        if isinstance(exc, KeyboardInterrupt) and self._engine is not None:
            self._engine.stop(grace=0.0)
        self.close()
        return better

    def _log_tail(self) -> tuple[str, ...]:
        return self._engine.log_tail() if self._engine is not None else ()

    def _need_link(self) -> Link:
        if self._link is None:
            raise LinkClosed("this session is over", by_us=True)
        return self._link


def _picture_bytes(launch: Launch) -> int:
    """Size of the largest packet of pictures [bytes]."""
    width, height = launch.picture or (0, 0)
    return HEADER_BYTES + launch.arenas * width * height * 3


def _accept_editor(listener: Listener, timeout: float) -> Link:
    with _connection_file(listener):
        try:
            return listener.accept(timeout)
        except LinkTimeout:
            raise LinkTimeout(
                f"no scene connected within {timeout:g} s: open its project in the editor and "
                "press Play, before or while Python waits; start_timeout=... waits longer"
            ) from None


@contextmanager
def _connection_file(listener: Listener) -> Iterator[None]:
    """Tell a scene from the editor where we listen (docs/PROTOCOL.md 1.5)."""
    path = data_dir() / "pettingzoo_godot" / "connection.json"
    content = json.dumps({"url": listener.url, "token": listener.token})
    unfinished = path.with_name(f"connection.{os.getpid()}.{threading.get_ident()}.unfinished")
    opener: Callable[[str, int], int] = lambda name, flags: os.open(name, flags, 0o600)  # noqa: E731
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(unfinished, "w", opener=opener) as file:
            file.write(content)
        unfinished.replace(path)
    except OSError as exc:
        raise EngineStartError(
            f"expected to write {path}, where a scene from the editor looks for us; {exc}"
        ) from exc
    try:
        yield
    finally:
        # Another process may wait by now: its file stays.
        with contextlib.suppress(OSError):
            if path.read_text() == content:
                path.unlink()


_live: weakref.WeakSet[Session] = weakref.WeakSet()


def _abandon_all() -> None:
    for session in list(_live):
        session.abandon()


# A forked child holds copies of the pipes and sockets: as long as it does, the parent's engines
# would not notice the parent's end.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_abandon_all)
