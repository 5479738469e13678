"""The functions that make environments, under the names that PettingZoo's users expect."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from pettingzoo.utils.conversions import parallel_to_aec
from pettingzoo.utils.env import AECEnv

from pettingzoo_godot.env import GodotParallelEnv
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.extras import needing_train
from pettingzoo_godot.options import check_count
from pettingzoo_godot.scene import find_scene
from pettingzoo_godot.single import GodotEnv
from pettingzoo_godot.vector import GodotVectorEnv

if TYPE_CHECKING:
    from pettingzoo_godot.sb3 import GodotSb3VecEnv


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


def gymnasium_env(scene: str | os.PathLike[str] | None, **arguments: Any) -> GodotEnv:
    """Make a `gymnasium.Env` of a Godot scene with one agent.

    Args:
        scene: As for `parallel_env`.
        **arguments: Those of `GodotParallelEnv`.

    Raises:
        SceneNotFound: If there is no such scene.
        UsageError: If the scene has more than one agent, or none.
    """
    if scene is not None:
        find_scene(scene)
    return GodotEnv(scene, **arguments)


def vector_env(
    scene: str | os.PathLike[str] | None,
    num_engines: int = 1,
    num_arenas: int = 1,
    **arguments: Any,
) -> GodotVectorEnv:
    """Make a Gymnasium `VectorEnv` of many arenas in several engines: the fast path.

    Args:
        scene: As for `parallel_env`.
        num_engines: Godot processes.
        num_arenas: Copies of the scene in each of them.
        **arguments: Those of `GodotVectorEnv`.

    Raises:
        SceneNotFound: If there is no such scene.
        OptionError: If an argument is wrong.
    """
    return GodotVectorEnv(scene, num_engines, num_arenas, **arguments)


def sb3_vec_env(
    scene: str | os.PathLike[str] | None,
    num_engines: int = 1,
    num_arenas: int = 1,
    **arguments: Any,
) -> GodotSb3VecEnv:
    """Make a Stable-Baselines3 `VecEnv` of many arenas in several engines; docs/TRAINING.md.

    Args:
        scene: As for `parallel_env`; with one policy group.
        num_engines: Godot processes.
        num_arenas: Copies of the scene in each of them.
        **arguments: Those of `GodotVectorEnv`, without `batch_size`.

    Raises:
        SceneNotFound: If there is no such scene.
        OptionError: If an argument is wrong.
        UsageError: If the scene has several policy groups, or Stable-Baselines3 is not installed.
    """
    if arguments.get("batch_size") is not None:
        raise UsageError(
            "expected no batch_size: Stable-Baselines3 steps all rows at once. "
            "pzg.vector_env(...) has send() and recv() of some."
        )
    if "policy_group" in arguments:
        raise UsageError(
            "expected no policy_group: agents of the other groups need actions as well. "
            "Step all groups with pzg.vector_env(...), which has a batch for each."
        )
    # Imported here: Stable-Baselines3 may be missing.
    with needing_train("sb3_vec_env"):
        from pettingzoo_godot.sb3 import GodotSb3VecEnv
    return GodotSb3VecEnv(vector_env(scene, num_engines, num_arenas, **arguments))


def make_vec(num_envs: int, scene: str, num_engines: int = 1, **arguments: Any) -> GodotVectorEnv:
    """Make what `gymnasium.make_vec` asks for, of a scene with one agent.

    Args:
        num_envs: Rows: arenas of all engines.
        scene: As for `parallel_env`.
        num_engines: Godot processes.
        **arguments: Those of `GodotVectorEnv`.

    Raises:
        OptionError: If `num_envs` is no multiple of `num_engines`.
        UsageError: If the scene has more agents.
    """
    arenas, rest = divmod(
        check_count("num_envs", num_envs), check_count("num_engines", num_engines)
    )
    if rest:
        raise OptionError(f"expected num_envs to be a multiple of {num_engines}; got {num_envs}")
    env = GodotVectorEnv(scene, num_engines, arenas, **arguments)
    if env.num_envs != num_envs:
        env.close()
        raise UsageError(
            f"expected a scene with one agent; {scene} has {env.num_envs // num_envs}. For that "
            "there is pettingzoo_godot.vector_env"
        )
    return env


def supersuit_vec_env(
    scene: str | os.PathLike[str],
    num_engines: int = 2,
    num_cpus: int = 0,
    base_class: str = "stable_baselines3",
    *,
    seed: int | None = None,
    **arguments: Any,
) -> Any:
    """Make a SuperSuit vector environment of several engines; docs/SUPERSUIT.md has its habits.

    A row is an agent of an engine. Agents that end early stay, with zeros, until their episode is
    over; unequal spaces are padded.

    Args:
        scene: As for `parallel_env`, but not None.
        num_engines: Number of engines.
        num_cpus: Number of processes that drive them; 0 or 1: this one does.
        base_class: `"stable_baselines3"`: a `VecEnv`; `"gymnasium"`: a vector environment as
            SuperSuit makes it, with a list of infos.
        seed: Seed of the first `reset`, from which each engine gets its own.
        **arguments: Those of `GodotParallelEnv`.

    Raises:
        SceneNotFound: If there is no such scene.
        UsageError: If an argument is wrong, spaces cannot be padded, or Stable-Baselines3 is
            needed and not installed.
    """
    if base_class not in ("gymnasium", "stable_baselines3"):
        raise UsageError(
            f"expected base_class 'gymnasium' or 'stable_baselines3'; got {base_class!r}"
        )
    if scene is not None:
        find_scene(scene)
    # Imported here: SuperSuit takes long to import, and Stable-Baselines3 may be missing.
    from pettingzoo_godot.suit import concat_engines

    if base_class == "gymnasium":
        return concat_engines(scene, num_engines, num_cpus, seed, **arguments)
    with needing_train("base_class='stable_baselines3'"):
        from pettingzoo_godot.suit_sb3 import SuperSuitVecEnv
    return SuperSuitVecEnv(concat_engines(scene, num_engines, num_cpus, seed, **arguments))
