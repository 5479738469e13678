"""Godot scenes with named agents as PettingZoo environments.

import pettingzoo_godot as pzg

env = pzg.parallel_env("chase")
observations, infos = env.reset(seed=42)
"""

from __future__ import annotations

__version__ = "0.1.0"

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.factory import (
    env,
    gymnasium_env,
    parallel_env,
    sb3_vec_env,
    supersuit_vec_env,
    vector_env,
)
from pettingzoo_godot.registry import register_scenes
from pettingzoo_godot.scene import list_scenes
from pettingzoo_godot.vector import GodotVectorEnv

__all__ = [
    "parallel_env",
    "env",
    "gymnasium_env",
    "vector_env",
    "sb3_vec_env",
    "supersuit_vec_env",
    "GodotParallelEnv",
    "GodotVectorEnv",
    "list_scenes",
]

register_scenes()
