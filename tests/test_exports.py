"""The public names are promises: adding or removing one is a decision, written down here."""

from __future__ import annotations

import pettingzoo_godot as pzg

DOCUMENTED = {
    "parallel_env",
    "env",
    "gymnasium_env",
    "vector_env",
    "sb3_vec_env",
    "supersuit_vec_env",
    "GodotParallelEnv",
    "GodotVectorEnv",
    "list_scenes",
}


def test_all_is_exactly_what_is_documented() -> None:
    assert set(pzg.__all__) == DOCUMENTED
    assert len(pzg.__all__) == len(DOCUMENTED)


def test_every_public_name_exists_and_is_documented() -> None:
    for name in pzg.__all__:
        assert getattr(pzg, name).__doc__, name


def test_env_is_the_function_not_the_module() -> None:
    import pettingzoo_godot.env  # the module of the same name

    assert callable(pzg.env)
    assert pettingzoo_godot.env is pzg.env
