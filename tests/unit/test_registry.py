import subprocess
import sys

import gymnasium
import pettingzoo
import pytest

from pettingzoo_godot import GodotParallelEnv, list_scenes, registry

HAS_REGISTRY = hasattr(pettingzoo, "register")  # from PettingZoo 1.27 on
needs_registry = pytest.mark.skipif(not HAS_REGISTRY, reason="this PettingZoo has no registry")


def test_every_bundled_scene_is_in_the_table():
    assert set(registry.BUNDLED) == set(list_scenes())


def test_gymnasium_has_the_scenes_with_one_agent():
    ours = {name for name in gymnasium.registry if name.startswith("godot/")}
    assert ours == {f"godot/{name}-v0" for name, number in registry.BUNDLED.items() if number == 1}
    assert gymnasium.spec("godot/cart_pole-v0").kwargs == {"scene": "cart_pole"}


@needs_registry
def test_pettingzoo_makes_every_scene_as_both_kinds():
    for scene in registry.BUNDLED:
        name = f"godot/{scene}-v0"
        assert name in pettingzoo.parallel_registry
        assert name in pettingzoo.aec_registry
    env = pettingzoo.make("parallel", "godot/chase-v0", max_cycles=5)
    assert type(env) is GodotParallelEnv
    assert (env.scene, env.max_steps) == ("chase", 5)


def test_registering_again_changes_nothing():
    before = dict(gymnasium.registry)
    registry.register_scenes()  # a warning would be an error
    assert gymnasium.registry == before


def test_without_pettingzoos_registry(monkeypatch):
    monkeypatch.delattr(pettingzoo, "register", raising=False)
    registry.register_scenes()


def test_import_needs_no_supersuit_and_no_trainer():
    heavy = "supersuit", "torch", "stable_baselines3"
    program = f"import sys, pettingzoo_godot; assert not set({heavy}) & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)


def test_the_package_registers_when_it_is_imported():
    program = "import gymnasium, pettingzoo_godot; gymnasium.spec('godot/cart_pole-v0')"
    subprocess.run([sys.executable, "-c", program], check=True)
