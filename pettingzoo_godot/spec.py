"""What a scene's engine says about it, kept between runs so that spaces need no engine.

A spec is the engine's hello, as text, in a file named after the scene's content.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pettingzoo_godot.codec import decode
from pettingzoo_godot.errors import RemoteProtocolError
from pettingzoo_godot.layout import Layout
from pettingzoo_godot.messages import Hello
from pettingzoo_godot.options import fixed_values
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


def load_layout(launch: Launch, parameters: Mapping[str, Any] | None = None) -> tuple[str, Layout]:
    """Find the spec of a scene: kept from before, or asked of an engine that is closed again.

    Args:
        launch: How to start the engine.
        parameters: Values by name, of which those of fixed parameters shape agents and spaces.

    Returns:
        The spec and its layout.

    Raises:
        OptionError: If the value of a fixed parameter is wrong.
        PettingZooGodotError: If the engine does not start or the scene has a mistake.
    """
    spec, layout = _load(launch)
    fixed = fixed_values(layout.hello.parameters, parameters or {})
    return _load(replace(launch, parameters=fixed)) if fixed else (spec, layout)


def fix_parameters(launch: Launch, layout: Layout) -> Launch:
    """Make the engines of a launch such as the one that said this layout's hello."""
    fixed = {one.name: one.default for one in layout.hello.parameters if one.fixed}
    return replace(launch, parameters=fixed)


def _load(launch: Launch) -> tuple[str, Layout]:
    assert launch.scene is not None  # noqa: S101 - the editor's scene has no spec before it runs
    with contextlib.suppress(OSError, UnicodeDecodeError, RemoteProtocolError):
        spec = _file_of(launch).read_text(encoding="utf-8")
        return spec, read_layout(spec)
    session = Session(replace(launch, window=False, picture=None))
    session.close()
    spec = session.packet_of_hello
    # Under the key of the content as it is now: the start may just have imported the project.
    file = _file_of(launch)
    unfinished = file.with_suffix(f".{os.getpid()}.{threading.get_ident()}.unfinished")
    with contextlib.suppress(OSError):  # a convenience: without it, the next one asks again
        file.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(spec, encoding="utf-8")
        unfinished.replace(file)
    return spec, session.layout


def _file_of(launch: Launch) -> Path:
    """Where the spec is kept: one file per scene, and per set of fixed parameters' values."""
    assert launch.scene is not None  # noqa: S101 - as above
    file = launch.scene.spec_file
    if not launch.parameters:
        return file
    values = json.dumps(launch.parameters, sort_keys=True).encode()
    return file.with_stem(f"{file.stem}-{hashlib.sha256(values).hexdigest()[:8]}")
