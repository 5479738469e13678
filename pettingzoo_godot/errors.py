"""Every exception that this package raises, in one tree.

PettingZooGodotError
├── EngineError                 the Godot process; carries `log_tail`
│   ├── EngineNotFound          no usable engine; lists the places searched, in order
│   ├── EngineStartError        exited or stayed silent before its hello
│   └── EngineDied              ended while it was needed; exit code or signal
├── InstallError                Godot could not be installed
├── LinkError                   the WebSocket
│   ├── LinkTimeout             also a TimeoutError; which wait, how many seconds
│   └── LinkClosed              a side closed the link; `by_us` says which
├── ProtocolError               never raised itself
│   ├── LocalProtocolError      our side: a bug in this package
│   └── RemoteProtocolError     the engine: a malformed packet, or one out of turn
│       └── VersionMismatch     addon and package speak different versions
├── SceneError                  the scene reported a fault: node path, message
├── SpaceError                  also a ValueError: expected shape, dtype, bounds; found; agent
└── UsageError
    ├── ResetNeeded             step before reset
    ├── UnknownAgent            also a LookupError: no such agent, or one is missing
    ├── EnvironmentClosed       used after close()
    ├── RenderModeError         also a TypeError: no such render mode
    ├── OptionError             also a ValueError: a reset option or parameter is wrong
    └── SceneNotFound           also a FileNotFoundError: the first argument of parallel_env

Every exception is built from one message and keeps its data in attributes, so that it pickles
and can be raised again as `type(error)(str(error))`, as worker processes of several trainers do.
"""

from __future__ import annotations

from collections.abc import Sequence


class PettingZooGodotError(Exception):
    """Root of the tree: catch this to catch everything that this package raises."""


class EngineError(PettingZooGodotError):
    """The Godot process is missing, does not start, or ended.

    Args:
        message: What happened, and what to do.
        log_tail: The engine's last log lines, oldest first; shown below the message.
    """

    def __init__(self, message: str = "", log_tail: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.log_tail = tuple(log_tail)

    def __str__(self) -> str:
        message = Exception.__str__(self)  # no super(): two other classes borrow this method
        if not self.log_tail:
            return message
        return "\n  | ".join([f"{message}\nLast lines of the engine's log:", *self.log_tail])


class EngineNotFound(EngineError):
    """No Godot of a supported version was found; the message lists the places searched."""


class EngineStartError(EngineError):
    """The engine exited or stayed silent before it said hello."""


class EngineDied(EngineError):
    """The engine ended while it was needed; the message has its exit code or signal."""


class InstallError(PettingZooGodotError):
    """Godot could not be installed; nothing half-installed is left behind."""


class LinkError(PettingZooGodotError):
    """The WebSocket between Python and the engine failed."""


class LinkTimeout(LinkError, TimeoutError):
    """The engine did not answer in time.

    Args:
        message: Which wait expired, after how many seconds.
        log_tail: The engine's last log lines, oldest first; shown below the message.
    """

    def __init__(self, message: str = "", log_tail: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.log_tail = tuple(log_tail)

    __str__ = EngineError.__str__


class LinkClosed(LinkError):
    """The link is closed; the message has the close code and the reason.

    Args:
        message: Which side closed it, and why.
        by_us: Whether this side closed it, because of what the engine sent.
    """

    def __init__(self, message: str = "", by_us: bool = False) -> None:
        super().__init__(message)
        self.by_us = by_us


class ProtocolError(PettingZooGodotError):
    """Somebody broke docs/PROTOCOL.md; its two children say who."""


class LocalProtocolError(ProtocolError):
    """This side broke the protocol: a bug in this package."""


class RemoteProtocolError(ProtocolError):
    """The engine sent a malformed packet, or one out of turn."""


class VersionMismatch(RemoteProtocolError):
    """Addon and package speak different protocol versions; the message says which to upgrade."""


class SceneError(PettingZooGodotError):
    """The scene reported a mistake of its own.

    Args:
        message: What was expected, what came, and what to do.
        node: Path of the node in the scene tree, or an empty string.
        agent: ID of the agent concerned, or an empty string.
        log_tail: The engine's last log lines, oldest first; shown below the message.
    """

    def __init__(
        self, message: str = "", node: str = "", agent: str = "", log_tail: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.node = node
        self.agent = agent
        self.log_tail = tuple(log_tail)

    __str__ = EngineError.__str__


class SpaceError(PettingZooGodotError, ValueError):
    """A value does not fit its space, or a space is not one of the supported kinds."""


class UsageError(PettingZooGodotError):
    """The environment was used in a way that it does not support."""


class ResetNeeded(UsageError):
    """`step` was called before `reset`, or after the episode was lost."""

    def __init__(
        self,
        message: str = "no episode is running: call reset() first, also after an engine failed",
    ) -> None:
        super().__init__(message)


class UnknownAgent(UsageError, LookupError):
    """An action for an agent that the scene does not have, or none for one that lives."""


class EnvironmentClosed(UsageError):
    """The environment was used after `close`, or its scene has changed since it was made."""

    def __init__(self, message: str = "this environment was closed; make another one") -> None:
        super().__init__(message)


class RenderModeError(UsageError, TypeError):
    """A render mode that there is not; a TypeError, which Stable-Baselines3 takes for that.

    Its `make_vec_env` asks for `rgb_array` first, and after a TypeError for none.
    """


class OptionError(UsageError, ValueError):
    """A reset option or parameter is unknown, of the wrong type, or out of range."""


class SceneNotFound(UsageError, FileNotFoundError):
    """The first argument names no bundled scene, project folder, scene file or exported game."""
