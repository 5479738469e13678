"""What a scene's engine says about it, kept between runs so that spaces need no engine.

A spec is the engine's hello, as text, in a file named after the scene's content.
"""

from __future__ import annotations

import contextlib
import os
import threading
from dataclasses import replace

from pettingzoo_godot.codec import decode
from pettingzoo_godot.errors import RemoteProtocolError
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Hello
from pettingzoo_godot.session import Launch, Session


def read_layout(spec: str) -> Layout:
    """Make the layout of a spec, with new space objects.

    Raises:
        RemoteProtocolError: If it is none.
    """
    hello = decode(spec)
    if not isinstance(hello, Hello):
        raise RemoteProtocolError(f"expected a hello as spec; got {type(hello).__name__}")
    return Layout(hello)


def load_layout(launch: Launch) -> tuple[str, Layout]:
    """Find the spec of a scene: kept from before, or asked of an engine that is closed again.

    Returns:
        The spec and its layout.

    Raises:
        PettingZooGodotError: If the engine does not start or the scene has a mistake.
    """
    assert launch.scene is not None  # noqa: S101 - the editor's scene has no spec before it runs
    with contextlib.suppress(OSError, UnicodeDecodeError, RemoteProtocolError):
        spec = launch.scene.spec_file.read_text(encoding="utf-8")
        return spec, read_layout(spec)
    session = Session(replace(launch, window=False))
    session.close()
    spec = session.packet_of_hello
    # Under the key of the content as it is now: the start may just have imported the project.
    file = launch.scene.spec_file
    unfinished = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.unfinished")
    with contextlib.suppress(OSError):  # a convenience: without it, the next one asks again
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(spec, encoding="utf-8")
        unfinished.replace(file)
    return spec, session.layout
