"""Videos of episodes: a scene, and who acts in it.

A video has a picture per step, and as many per second as simulated time has steps.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from gymnasium.spaces import Discrete

from pettingzoo_godot.env import AgentID, GodotParallelEnv
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.factory import parallel_env
from pettingzoo_godot.options import check_choice, check_count, check_seed, spread_seed
from pettingzoo_godot.spaces import Array, Space
from pettingzoo_godot.video import Video, find_ffmpeg, make_gif

#: Makes actions of the living agents of their observations, by agent.
Policy = Callable[[Mapping[AgentID, Any]], Mapping[AgentID, Any]]
#: Makes one for an episode of an environment.
PolicyMaker = Callable[[GodotParallelEnv], Policy]
POLICIES = ("random", "heuristic")
_MASK_KEY = "action_mask"
_MAX_FPS = 1000


@dataclass(frozen=True)
class Recording:
    """An episode that was recorded.

    Attributes:
        file: The mp4; a GIF is beside it.
        steps: Its length; the video has one picture more, of the start.
        returns: What each agent has earned.
    """

    file: Path
    steps: int
    returns: dict[AgentID, float]


def record(
    scene: str | os.PathLike[str],
    folder: str | os.PathLike[str],
    *,
    episodes: int = 1,
    policy: str | Policy = "random",
    make_policy: PolicyMaker | None = None,
    seed: int | None = None,
    fps: float | None = None,
    gif: bool = False,
    watch: Callable[[int, int], None] = lambda episode, steps: None,
    **arguments: Any,
) -> list[Recording]:
    """Record episodes of a scene, as `FOLDER/SCENE_000.mp4` and so on.

    After Ctrl-C, the video that was being written has what was seen until then.

    Args:
        scene: As for `parallel_env`.
        folder: Where to; it is made, and what has the same name in it is replaced.
        episodes: How many.
        policy: `"random"`; `"heuristic"`: the scene's own heuristics; or a function.
        make_policy: Instead of it: makes one for each episode, such as one that remembers.
        seed: Of the first episode and of random actions: the same seed gives the same videos.
        fps: Pictures per second of the video; None: as many as simulated time has.
        gif: Make a GIF of each as well.
        watch: Is told the number of the episode, from 0 on, and its steps so far.
        **arguments: Those of `GodotParallelEnv`, such as `width`, `height` and `camera_name`.

    Returns:
        The episodes.

    Raises:
        UsageError: If the extra [video] is missing, or arguments are wrong.
        PettingZooGodotError: If the engine does not start, or the scene has a mistake.
    """
    check_count("episodes", episodes)
    check_seed(seed)
    find_ffmpeg()
    recordings = []
    with parallel_env(scene, render_mode="rgb_array", **arguments) as env:
        make = make_policy or _choose(env, policy, seed)
        for episode in range(episodes):
            recordings.append(
                record_episode(
                    env,
                    make(env),
                    Path(folder, f"{env.metadata['name']}_{episode:03}.mp4"),
                    seed=seed if episode == 0 else None,  # then the stream of the first one
                    fps=fps,
                    gif=gif,
                    watch=partial(watch, episode),
                )
            )
    return recordings


def record_episode(
    env: GodotParallelEnv,
    policy: Policy,
    file: str | os.PathLike[str],
    *,
    seed: int | None = None,
    fps: float | None = None,
    gif: bool = False,
    watch: Callable[[int], None] = lambda steps: None,
) -> Recording:
    """Record one episode of an environment that renders.

    Args:
        env: With `render_mode="rgb_array"`.
        policy: Who acts.
        file: The mp4 to write; a file that is there is replaced.
        seed: Of the episode, as for `reset`.
        fps: Pictures per second of the video; None: as many as simulated time has.
        gif: Make a GIF as well, beside it.
        watch: Is told the steps so far.

    Returns:
        The episode.

    Raises:
        UsageError: If the extra [video] is missing, or arguments are wrong.
        PettingZooGodotError: If the engine does not start, or the scene has a mistake.
    """
    if env.render_mode != "rgb_array":
        raise UsageError(f"expected render_mode 'rgb_array' for a video; got {env.render_mode!r}")
    if fps is not None and not 0 < fps <= _MAX_FPS:
        raise OptionError(f"expected fps above 0 and at most {_MAX_FPS}; got {fps!r}")
    observations, _ = env.reset(seed=seed)
    speed = fps or 1.0 / env.step_seconds
    returns = dict.fromkeys(env.possible_agents, 0.0)
    steps = 0
    with Video(Path(file), speed) as video:
        video.add(_draw(env))
        while env.agents:
            living = {agent: observations[agent] for agent in env.agents}
            observations, rewards, *_ = env.step(policy(living))
            video.add(_draw(env))
            for agent, reward in rewards.items():
                returns[agent] += float(reward)
            steps += 1
            watch(steps)
    if gif:
        make_gif(video.file, speed)
    return Recording(video.file, steps, returns)


def random_policy(env: GodotParallelEnv, seed: int | None = None) -> Policy:
    """A policy that draws each agent's actions from its space; of those that its mask allows.

    Args:
        env: Whose agents act.
        seed: Of the actions.
    """
    spaces = {agent: env.action_space(agent) for agent in env.possible_agents}
    for agent, own in zip(spaces, spread_seed(seed, len(spaces)), strict=True):
        spaces[agent].seed(own)

    def act(observations: Mapping[AgentID, Any]) -> dict[AgentID, Any]:
        return {agent: _sample(spaces[agent], seen) for agent, seen in observations.items()}

    return act


def _choose(env: GodotParallelEnv, policy: str | Policy, seed: int | None) -> PolicyMaker:
    if not isinstance(policy, str):
        return lambda _env: policy
    check_choice("policy", policy, POLICIES)
    if policy == "heuristic":
        env.heuristic_agents = env.possible_agents  # what is drawn for them is ignored
    act = random_policy(env, seed)
    return lambda _env: act


def _sample(space: Space, seen: Any) -> Any:
    if isinstance(space, Discrete) and isinstance(seen, Mapping) and _MASK_KEY in seen:
        return space.sample(mask=seen[_MASK_KEY])
    return space.sample()


def _draw(env: GodotParallelEnv) -> Array:
    picture = env.render()
    assert picture is not None  # noqa: S101 - checked: it renders
    return picture
