"""Policies that play in the engine, without Python, and the files that they are kept in."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from watch import ROOT, complaints, run_engine

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch
from typer.testing import CliRunner

import pettingzoo_godot as pzg
from pettingzoo_godot import cli
from pettingzoo_godot.errors import SceneError
from pettingzoo_godot.selfplay.engine_policy import export_policies
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import Policies, save_policies
from pettingzoo_godot.spaces import Array

pytestmark = pytest.mark.engine

DECIDE = ROOT / "tests" / "engine" / "scenes" / "inference" / "decide.gd"
ROWS = 1000
FLOATS = spaces.Box(-np.inf, np.inf, (21,))
CASES: dict[str, tuple[spaces.Space[Any], spaces.Space[Any], dict[str, Any]]] = {
    "in its body's frame": (FLOATS, spaces.Box(-1.0, 1.0, (2,)), {"pose": [0, 19, 20]}),
    "bounds of all kinds": (
        FLOATS,
        spaces.Box(np.array([-2, 0, -np.inf], np.float32), np.array([1, 5, 0.5], np.float32)),
        {"stack": 3},
    ),
    "one choice": (FLOATS, spaces.Discrete(4, start=2), {}),
    "several choices": (
        spaces.Dict({"b": spaces.Box(-1, 1, (2, 3)), "a": spaces.Box(-1, 1, (4,))}),
        spaces.MultiDiscrete([3, 5, 2]),
        {"stack": 2},
    ),
    "switches": (spaces.Box(-1, 1, (7,)), spaces.MultiBinary(3), {}),
}


def make_actor(
    observed: spaces.Space[Any], acted: spaces.Space[Any], hidden: int = 32, **arguments: Any
) -> Actor:
    """An actor whose every number has been changed by something."""
    torch.manual_seed(0)
    actor = Actor(observed, acted, [hidden, hidden], "runner", **arguments)
    with torch.no_grad():
        for weights in actor.parameters():
            weights.add_(0.3 * torch.randn_like(weights))
    actor.moments.update(2.0 * torch.randn(100, actor.inputs) + 1.0)
    return actor.requires_grad_(False)


def keep(tmp_path: Path, **actors: Actor) -> Path:
    file = tmp_path / "policies.pt"
    save_policies(file, Policies("runners", 1, 2, 3.0, actors))
    return file


def decide(tmp_path: Path, policy: Path, observed: Array) -> Array:
    """What the engine's policy does; `observed` are (rows, stack, floats)."""
    file = tmp_path / "observations"
    file.write_bytes(observed.astype("<f4").tobytes())
    options = ("--script", DECIDE, "--", policy, file)
    output = run_engine(tmp_path, ROOT / "envs", *options)
    assert complaints(output) == [], output
    (line,) = [line for line in output.splitlines() if line.startswith("[")]
    return np.array(json.loads(line))


def batch_of(space: spaces.Space[Any], floats: Array) -> Any:
    """Floats as a batch of observations: (rows, ...), or a dict of these."""
    if not isinstance(space, spaces.Dict):
        return floats
    batch, first = {}, 0
    for key, member in space.spaces.items():
        end = first + int(np.prod(member.shape or ()))
        batch[key] = floats[:, first:end].reshape(-1, *(member.shape or ()))
        first = end
    return batch


@pytest.mark.parametrize("name", CASES)
def test_the_engine_decides_as_python_does(name: str, tmp_path: Path) -> None:
    observed, acted, arguments = CASES[name]
    actor = make_actor(observed, acted, **arguments)
    width = sum(int(np.prod(one.shape or ())) for one in getattr(observed, "spaces", {}).values())
    width = width or int(np.prod(observed.shape or ()))
    rows = np.random.default_rng(0).uniform(-1.0, 1.0, (ROWS, actor.stack, width))
    floats = rows.astype(np.float32)
    seen = [actor.from_env(batch_of(observed, floats[:, i])) for i in range(actor.stack)]
    vectors = np.concatenate(seen, axis=1)
    raw = actor.head.mode(actor(torch.from_numpy(vectors))).numpy()
    expected = actor.to_env(raw, vectors)
    files = export_policies(keep(tmp_path, runner=actor), tmp_path, deterministic=True)
    actions = decide(tmp_path, files["runner"], floats)
    assert len(np.unique(expected, axis=0)) > 1
    assert np.abs(actions - expected).max() < 1e-5


@pytest.mark.parametrize("name", ["bounds of all kinds", "several choices"])
def test_drawn_as_often_as_in_python(name: str, tmp_path: Path) -> None:
    observed, acted, arguments = CASES[name]
    actor = make_actor(observed, acted, **arguments)
    size = actor.inputs // actor.stack
    floats = np.tile(np.linspace(-1.0, 1.0, size, dtype=np.float32), (ROWS, actor.stack, 1))
    vectors = floats.reshape(ROWS, -1)
    noise = actor.head.noise(np.random.default_rng(0), ROWS)
    raw = actor.head.sample(actor(torch.from_numpy(vectors)), noise).numpy()
    expected = actor.to_env(raw, vectors)
    (file,) = export_policies(keep(tmp_path, runner=actor), tmp_path).values()
    actions = decide(tmp_path, file, floats)
    error = 4.0 * (expected.std(axis=0) + 0.01) * (2.0 / ROWS) ** 0.5
    assert (np.abs(actions.mean(axis=0) - expected.mean(axis=0)) < error).all()
    assert np.allclose(actions.std(axis=0), expected.std(axis=0), atol=0.1)


def chase_with(tmp_path: Path, policy: Path | None) -> str:
    """A copy of the bundled project in which the seeker of chase is played by a policy."""
    project = tmp_path / "project"
    if not project.exists():
        shutil.copytree(ROOT / "envs", project, ignore=shutil.ignore_patterns(".godot"))
    scene = project / "chase" / "chase.tscn"
    text = (ROOT / "envs" / "chase" / "chase.tscn").read_text()
    given = "control_mode = 3\n"
    if policy is not None:
        shutil.copy(policy, project / "seeker.tres")
        text = text.replace(
            "\n\n", '\n\n[ext_resource type="Resource" path="res://seeker.tres" id="p"]\n', 1
        )
        given += 'policy = ExtResource("p")\n'
    node = '[node name="ZooAgent" type="Node" parent="Seeker"]\nscript = ExtResource("agent")\n'
    head, seeker, rest = text.partition(node)
    assert seeker
    scene.write_text(head + seeker + given + rest)
    return str(scene)


def chase_actor(hidden: int = 32) -> Actor:
    with pzg.parallel_env("chase") as env:
        observed, acted = env.observation_space("seeker_0"), env.action_space("seeker_0")
    return make_actor(observed, acted, hidden, pose=[0, 19, 20])


def test_an_agent_of_a_policy_plays_beside_python(tmp_path: Path) -> None:
    actor = chase_actor()
    files = export_policies(keep(tmp_path, seeker=actor), tmp_path, deterministic=True)
    still = np.zeros(2, np.float32)
    told = []
    with pzg.parallel_env("chase") as env:
        observations, _ = env.reset(seed=3)
        for _ in range(20):
            vectors = actor.from_env(observations["seeker_0"][None])
            raw = actor.head.mode(actor(torch.from_numpy(vectors))).numpy()
            action = actor.to_env(raw, vectors)[0]
            observations, *_, infos = env.step({"seeker_0": action, "hider_0": still})
            told.append(infos["hider_0"]["distance"])
    with pzg.parallel_env(chase_with(tmp_path, files["seeker"])) as env:
        assert env.possible_agents == ["hider_0"]
        env.reset(seed=3)
        seen = [env.step({"hider_0": still})[4]["hider_0"]["distance"] for _ in range(20)]
    assert np.allclose(seen, told, atol=1e-2)  # px
    assert len(set(told)) == len(told)


def test_a_policy_for_something_else_is_a_fault(tmp_path: Path) -> None:
    wrong = make_actor(spaces.Box(-1, 1, (5,)), spaces.Box(-1, 1, (2,)))
    files = export_policies(keep(tmp_path, seeker=wrong), tmp_path)
    with pzg.parallel_env(chase_with(tmp_path, files["seeker"])) as env:
        env.reset(seed=3)
        with pytest.raises(SceneError, match=r"policy: trained with observations of .*5.*21"):
            env.step({"hider_0": np.zeros(2, np.float32)})


OBSERVED = spaces.Dict({"near": spaces.Box(-1, 1, (2,)), "far": spaces.Box(-1, 1, (1,))})


@pytest.mark.parametrize(
    "options",
    [
        ["--zoo-policies={policies}"],
        ["--zoo-policies={policies}", "--zoo-player=walker_0"],
        ["--own={file}", "--zoo-player=walker_0"],
    ],
    ids=["policies", "policies and a person", "the scene's own and a person"],
)
def test_a_game_of_policies(options: list[str], tmp_path: Path) -> None:
    actor = make_actor(OBSERVED, spaces.Box(-1, 1, (2,)), stack=2)
    file = export_policies(keep(tmp_path, runner=actor), tmp_path, deterministic=True)["runner"]
    told = {"file": str(file), "policies": json.dumps({"runner": str(file)})}
    scene = ("--fixed-fps", "60", "--quit-after", "60", "res://inference/told.tscn", "--")
    asked = [option.format(**told) for option in options]
    output = run_engine(tmp_path, ROOT / "tests" / "engine" / "scenes", *scene, *asked)
    assert complaints(output) == []
    lines = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    of = {
        agent: [line for line in lines if line["agent"] == agent]
        for agent in ("runner_0", "walker_0")
    }
    assert len(of["runner_0"]) > 10
    assert all(line["action"] == [0.0, 0.0] for line in of["walker_0"])
    before: Array | None = None
    for line in of["runner_0"]:
        batch = {key: np.array([line["seen"][key]], np.float32) for key in OBSERVED}
        seen = actor.from_env(batch)
        begins = before is None or line["seen"]["near"][0] == 0.0
        vectors = np.concatenate([seen, seen if begins else before], axis=1)
        raw = actor.head.mode(actor(torch.from_numpy(vectors))).numpy()
        assert np.allclose(line["action"], actor.to_env(raw, vectors)[0], atol=1e-5)
        before = seen


@pytest.mark.parametrize(
    ("group", "policy", "said"),
    [
        ("judge", "good", "expected policies for seeker, hider; got one for judge."),
        ("hider", "none", "expected a file that export-policy has written"),
        ("hider", "many", "expected a policy for hider_0; .* actions of low .*-1.0.*-1.0.*-1.0"),
        ("hider", "choice", "expected a policy for hider_0; .* actions of type discrete, got box"),
        ("hider", "blind", "expected a policy for hider_0; .* observations of 5 floats, got 21"),
    ],
)
def test_a_game_of_policies_that_do_not_fit(
    group: str, policy: str, said: str, tmp_path: Path
) -> None:
    two = spaces.Box(-1.0, 1.0, (2,))
    actors = {
        "good": make_actor(FLOATS, two),
        "many": make_actor(FLOATS, spaces.Box(-1.0, 1.0, (3,))),
        "choice": make_actor(FLOATS, spaces.Discrete(4)),
        "blind": make_actor(spaces.Box(-1.0, 1.0, (5,)), two),
    }
    export_policies(keep(tmp_path, **actors), tmp_path)
    named = json.dumps({group: str(tmp_path / f"{policy}.tres")})
    options = ["--fixed-fps", "60", "--quit-after", "400", "res://chase/chase.tscn", "--"]
    with pytest.raises(AssertionError, match=said):  # another exit code than 0
        run_engine(tmp_path, ROOT / "envs", *options, f"--zoo-policies={named}")


def test_from_the_command_line(tmp_path: Path) -> None:
    file = keep(tmp_path, seeker=chase_actor(), hider=chase_actor())
    asked = ["export-policy", str(file), "--out", str(tmp_path / "out"), "--deterministic"]
    result = CliRunner().invoke(cli.app, asked)
    assert result.exit_code == 0, result.stderr
    expected = [tmp_path / "out" / f"{group}.tres" for group in ("seeker", "hider")]
    assert result.stdout.splitlines() == [str(path) for path in expected]
    assert all("draws = false" in path.read_text() for path in expected)
