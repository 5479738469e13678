"""Godot scenes with named agents as PettingZoo environments.

import pettingzoo_godot as pzg

env = pzg.parallel_env("chase")
observations, infos = env.reset(seed=42)
"""

from __future__ import annotations

__version__ = "0.1.0"

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.factory import env, parallel_env
from pettingzoo_godot.scene import list_scenes

__all__ = [
    "parallel_env",
    "env",
    "GodotParallelEnv",
    "list_scenes",
]
