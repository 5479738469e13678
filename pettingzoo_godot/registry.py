"""The bundled scenes in the registries of Gymnasium and PettingZoo, as `godot/NAME-v0`.

They are registered when this package is imported: entry points are text, so that nothing else is.
"""

from __future__ import annotations

import gymnasium

# The bundled scenes, and how many agents each has: Gymnasium's environments have one. It is
# written down here because an import must not start an engine; a test asks the engine.
BUNDLED = {
    "arena_bench": 4,
    "cart_pole": 1,
    "chase": 2,
    "hide_and_seek": 4,
}


def register_scenes() -> None:
    """Register the bundled scenes; again is no mistake."""
    for scene, num_agents in BUNDLED.items():
        name = f"godot/{scene}-v0"
        _register_parallel(name, scene)
        if num_agents == 1 and name not in gymnasium.registry:
            gymnasium.register(
                name,
                "pettingzoo_godot.single:GodotEnv",
                vector_entry_point="pettingzoo_godot.factory:make_vec",
                kwargs={"scene": scene},
            )


def _register_parallel(name: str, scene: str) -> None:
    try:
        from pettingzoo import aec_registry, parallel_registry, register
    except ImportError:  # PettingZoo has a registry from 1.27 on
        return
    if name not in parallel_registry:
        register("parallel", name, "pettingzoo_godot.factory:parallel_env", kwargs={"scene": scene})
    if name not in aec_registry:
        register("aec", name, "pettingzoo_godot.factory:env", kwargs={"scene": scene})
