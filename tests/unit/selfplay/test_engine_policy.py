import base64
import re

import numpy as np
import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from gymnasium import spaces
from typer.testing import CliRunner

from pettingzoo_godot import cli
from pettingzoo_godot.errors import OptionError, UsageError
from pettingzoo_godot.selfplay.engine_policy import export_policies
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import Policies, save_policies

BOX = spaces.Box(-1.0, 1.0, (4,))


def keep(folder, **actors):
    file = folder / "000030.pt"
    save_policies(file, Policies("runners", 1, 2, 3.0, actors))
    return file


def test_a_file_for_each_group(tmp_path):
    kept = keep(
        tmp_path,
        runner=Actor(BOX, spaces.Box(0.0, 2.0, (2,)), [8, 6], stack=2, pose=[3, 0, 1]),
        judge=Actor(spaces.Dict({"a": BOX}), spaces.Discrete(5, start=1), [8]),
    )
    files = export_policies(kept, tmp_path / "made" / "here")
    assert {group: file.name for group, file in files.items()} == {
        "runner": "runner.tres",
        "judge": "judge.tres",
    }
    runner, judge = (file.read_text() for file in files.values())
    assert 'script_class="ZooPolicy"' in runner
    for line in (
        *("draws = true", 'keys = PackedStringArray("")', "widths = PackedInt32Array(4)"),
        *("stack = 2", "pose = PackedInt32Array(3, 0, 1)", 'action_type = "box"'),
        *("choices = PackedInt32Array()", "sizes = PackedInt32Array(10, 8, 6, 2)"),
    ):
        assert f"\n{line}\n" in runner
    for line in (
        *('keys = PackedStringArray("a")', 'action_type = "discrete"', "start = 1"),
        *("choices = PackedInt32Array(5)", "sizes = PackedInt32Array(4, 8, 5)"),
    ):
        assert f"\n{line}\n" in judge
    (encoded,) = re.findall(r'PackedByteArray\("(.*)"\)', runner)
    numbers = np.frombuffer(base64.b64decode(encoded), "<f4")
    assert len(numbers) == 2 * 10 + 11 * 8 + 9 * 6 + 7 * 2 + 3 * 2
    assert numbers[-4:].tolist() == [0.0, 0.0, 2.0, 2.0]  # the action's bounds


def test_one_group_alone(tmp_path):
    judge = Actor(spaces.Discrete(3), BOX, [8])  # which an engine cannot play
    kept = keep(tmp_path, runner=Actor(BOX, BOX, [8]), judge=judge)
    assert list(export_policies(kept, tmp_path / "made", group="runner")) == ["runner"]
    with pytest.raises(UsageError, match=r"group 'judge', .*expected observations as a Box"):
        export_policies(kept, tmp_path / "made")
    with pytest.raises(OptionError, match="runner or judge; got 'crowd'"):
        export_policies(kept, tmp_path / "made", group="crowd")


def test_twice_the_same_bytes(tmp_path):
    kept = keep(tmp_path, runner=Actor(BOX, BOX, [8]))
    texts = [export_policies(kept, tmp_path / name)["runner"].read_bytes() for name in "ab"]
    assert texts[0] == texts[1]
    drawn = export_policies(kept, tmp_path / "c", deterministic=True)["runner"].read_bytes()
    assert drawn == texts[0].replace(b"draws = true", b"draws = false")


def test_the_engine_sees_floats_alone(tmp_path):
    seen = spaces.Dict({"a": BOX, "kind": spaces.Discrete(3)})
    with pytest.raises(UsageError, match=r"group 'runner', key 'kind': expected .* Box"):
        export_policies(keep(tmp_path, runner=Actor(seen, BOX, [8])), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_written(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="expected to write the folder"):
        export_policies(keep(tmp_path, runner=Actor(BOX, BOX, [8])), tmp_path / "out")


def test_no_policies(tmp_path):
    with pytest.raises(UsageError, match="expected a folder that"):
        export_policies(tmp_path, tmp_path / "out")


@pytest.fixture
def played(monkeypatch):
    """What `play` was called with, and which policies there were then."""
    calls = []

    def play(scene, agent, policies, parameters):
        contents = {group: file.read_bytes() for group, file in policies.items()}
        calls.append((scene, agent, contents, parameters))

    monkeypatch.setattr(cli, "play_scene", play)
    return calls


def test_play_has_the_policies_of_a_run_and_others_for_a_group(played, tmp_path):
    for name, width in (("a", 4), ("b", 6)):
        (tmp_path / name).mkdir()
        actors = {group: Actor(BOX, BOX, [width]) for group in ("seeker", "hider")}
        keep(tmp_path / name, **actors)
    one, other = (tmp_path / name / "000030.pt" for name in "ab")
    asked = ["--agent", "seeker_0", "--policy", str(one), "--policy", f"hider={other}"]
    assert CliRunner().invoke(cli.app, ["play", "chase", *asked]).exit_code == 0
    ((scene, agent, policies, _),) = played
    assert (scene, agent, set(policies)) == ("chase", "seeker_0", {"seeker", "hider"})
    assert b"sizes = PackedInt32Array(4, 4, 4)" in policies["seeker"]
    assert b"sizes = PackedInt32Array(4, 6, 4)" in policies["hider"]


def learn(make_run, name, **parameters):
    run = make_run(name, parameters=parameters)
    keep(run / "policies", hider=Actor(BOX, BOX, [4]))
    return str(run)


def test_play_is_the_game_in_which_the_policies_were_trained(played, make_run):
    run = learn(make_run, "a", speed=2.0, hider_heuristic="static")
    for asked, parameters in (([], {}), (["--policy", run], {"speed": 2.0})):
        assert CliRunner().invoke(cli.app, ["play", "chase", *asked]).exit_code == 0
        assert played.pop()[-1] == parameters


def test_play_is_one_game(played, make_run):
    runs = [learn(make_run, name, speed=speed) for name, speed in (("a", 1.0), ("b", 2.0))]
    asked = ["--policy", runs[0], "--policy", f"hider={runs[1]}"]
    result = CliRunner().invoke(cli.app, ["play", "chase", *asked])
    assert "trained with the same parameters" in result.stderr
    assert played == []


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["judge={}"], "policy group of .* to be runner; got 'judge'"),
        (["{}", "{}"], "one policy per policy group"),
        (["nowhere"], "expected a file that"),
    ],
)
def test_play_without_a_window_if_policies_are_wrong(asked, message, played, tmp_path):
    kept = keep(tmp_path, runner=Actor(BOX, BOX, [8]))
    options = [f"--policy={one.format(kept)}" for one in asked]
    result = CliRunner().invoke(cli.app, ["play", "chase", *options])
    assert result.exit_code == 1
    assert re.search(message, result.stderr)
    assert played == []
