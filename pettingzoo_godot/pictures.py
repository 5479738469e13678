"""Pictures of arenas: how large they are, who is looking, and many of them as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import gymnasium
import numpy as np

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.messages import MAX_BINARY_BYTES, Hello
from pettingzoo_godot.session import Launch, Session
from pettingzoo_godot.spaces import Array

MIN_SIDE = 2  # pixels; a SubViewport is never smaller
MAX_SIDE = 8192  # pixels; software OpenGL draws up to 16384


def settle_size(launch: Launch, hello: Hello) -> Launch:
    """Complete the size of a launch's pictures with that of the project's window.

    Args:
        launch: With 0 for a side that nobody has chosen; or without pictures.
        hello: Of its scene.

    Raises:
        OptionError: If they are too large.
    """
    if launch.picture is None:
        return launch
    width, height = (
        chosen or usual for chosen, usual in zip(launch.picture, hello.window, strict=True)
    )
    if max(width, height) > MAX_SIDE or launch.arenas * width * height * 3 > MAX_BINARY_BYTES:
        raise OptionError(
            f"expected pictures of at most {MAX_SIDE} pixels a side, and {MAX_BINARY_BYTES >> 20} "
            f"MiB for all arenas of an engine; got {width} x {height} pixels of {launch.arenas} "
            "arenas. Choose a smaller width and height"
        )
    return replace(launch, picture=(width, height))


def frames_per_second(hello: Hello) -> int:
    """How many steps a second of simulated time has, rounded, at least 1: `render_fps`."""
    return max(1, round(1 / (hello.tick_seconds * hello.ticks_per_step)))


def warn_of_no_pictures(render_mode: str | None) -> None:
    """Warn, as Gymnasium's own environments do, who asks for a picture without a render mode."""
    if render_mode is None:
        gymnasium.logger.warn(
            "You are calling render method without specifying any render mode. You can specify the "
            'render_mode at initialization, e.g. render_mode="rgb_array"'
        )


def take_pictures(session: Session, camera: str | None) -> Array:
    """Draw all arenas of an engine as they are.

    Args:
        session: With the engine.
        camera: Name of one of the scene's cameras, ID of an agent to look at from behind, or None:
            the scene's own camera.

    Returns:
        (arenas, height, width, 3), uint8.

    Raises:
        OptionError: If there is no such camera. Nothing was asked then.
        PettingZooGodotError: If the engine ends or the scene has a mistake.
    """
    hello = session.layout.hello
    agents = [agent.id for agent in hello.agents]
    if camera is not None and camera not in agents and camera not in hello.cameras:
        raise OptionError(
            f"expected camera_name None, one of the scene's cameras {list(hello.cameras)} or an "
            f"agent to look at from behind, {agents}; got {camera!r}"
        )
    return session.render(camera or "", range(hello.arenas))


def black_pictures(session: Session) -> Array:
    """What stands for pictures that an engine will not draw any more: of their shape, black."""
    width, height = session.picture or (0, 0)
    return np.zeros((session.layout.arenas, height, width, 3), np.uint8)


def tile(pictures: Sequence[Array]) -> Array:
    """Put pictures of one size side by side, row by row, as near to a square as can be.

    Args:
        pictures: (height, width, 3) each, uint8; at least one.

    Returns:
        (rows x height, columns x width, 3), uint8, black where there is no picture: columns are the
        square root of their number, rounded up.
    """
    columns = math.ceil(math.sqrt(len(pictures)))
    rows = math.ceil(len(pictures) / columns)
    height, width, _ = pictures[0].shape
    tiled = np.zeros((rows, height, columns, width, 3), np.uint8)
    for index, picture in enumerate(pictures):
        tiled[index // columns, :, index % columns] = picture
    return tiled.reshape(rows * height, columns * width, 3)
