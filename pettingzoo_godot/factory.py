"""The functions that make environments, under the names that PettingZoo's users expect."""

from __future__ import annotations

import os
from typing import Any

from pettingzoo.utils.conversions import parallel_to_aec
from pettingzoo.utils.env import AECEnv

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.scene import find_scene


def parallel_env(scene: str | os.PathLike[str] | None, **arguments: Any) -> GodotParallelEnv:
    """Make a PettingZoo `ParallelEnv` of a Godot scene.

    Args:
        scene: Name of a bundled scene (`list_scenes()`), a project folder, a `.tscn` file inside
            one, an exported game, or None: wait for a scene that somebody starts from the editor.
        **arguments: Those of `GodotParallelEnv`.

    Raises:
        SceneNotFound: If there is no such scene.
    """
    if scene is not None:
        find_scene(scene)  # a misspelt name is an error here, not at the first reset
    return GodotParallelEnv(scene, **arguments)


def env(scene: str | os.PathLike[str] | None, **arguments: Any) -> AECEnv[str, Any, Any]:
    """Make the same as a PettingZoo `AECEnv`: agents act in turn, the scene moves after the last.

    Args:
        scene: As for `parallel_env`.
        **arguments: Those of `GodotParallelEnv`.

    Raises:
        SceneNotFound: If there is no such scene.
    """
    return parallel_to_aec(parallel_env(scene, **arguments))
