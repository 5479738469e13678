import json
from dataclasses import replace

import pytest

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.training.run import LogRow, Run, RunConfig, check_is_free

CONFIG = RunConfig("cart_pole", "ppo", "sb3", 2, 8, 0, 1000, {"gamma": 0.9})


@pytest.fixture
def run(tmp_path):
    return Run.create(tmp_path / "deep" / "run", CONFIG)


def save(run, steps):
    with run.new_checkpoint(steps) as checkpoint:
        checkpoint.policy_file.write_text(str(steps))


def test_config(run):
    assert Run.open(run.folder).config == CONFIG
    content = json.loads((run.folder / "config.json").read_text())
    assert content["format"] == 1
    assert {"pettingzoo-godot", "python", "numpy"} <= set(content["versions"])


def test_config_of_a_run_without_parameters(run):
    file = run.folder / "config.json"
    content = json.loads(file.read_text())
    assert content.pop("parameters") == {}
    file.write_text(json.dumps(content))
    assert Run.open(run.folder).config == CONFIG


def test_config_is_replaced(run):
    Run(run.folder, replace(CONFIG, steps=2000)).write_config()
    assert Run.open(run.folder).config.steps == 2000


@pytest.mark.parametrize("content", [None, "", "[]", "{}", '{"scene": 1}'])
def test_no_run(tmp_path, content):
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    with pytest.raises(UsageError, match="expected a folder that `pettingzoo-godot train`"):
        Run.open(tmp_path)


def test_checkpoints_are_in_order(run):
    with pytest.raises(UsageError, match="there is none"):
        run.last_checkpoint()
    for steps in (1_000_000_000, 20, 3):
        save(run, steps)
    assert [checkpoint.steps for checkpoint in run.checkpoints()] == [3, 20, 1_000_000_000]
    last = run.last_checkpoint()
    assert last.policy_file.read_text() == "1000000000"
    assert not last.normalization_file.exists()
    save(run, 20)


def test_an_unfinished_checkpoint_does_not_count(run):
    save(run, 1)
    with pytest.raises(KeyboardInterrupt), run.new_checkpoint(2) as checkpoint:
        checkpoint.policy_file.write_text("half")
        raise KeyboardInterrupt
    assert run.last_checkpoint().steps == 1
    save(run, 2)
    assert run.last_checkpoint().steps == 2


def test_log(run):
    assert run.read_log() == []
    rows = [LogRow(10, 0.5, 0), LogRow(20, 1.0, 2, 3.5, 3.0, 4.0, 7.0, 0.5), LogRow(30, 2.0, 0)]
    for row in rows:
        run.log(row)
    assert run.read_log() == rows
    assert run.cut_log(20) == rows[:2]
    assert run.read_log() == rows[:2]


def test_free_folders(run, tmp_path):
    check_is_free(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check_is_free(tmp_path / "empty")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        check_is_free(tmp_path / "file")
    with pytest.raises(UsageError, match="is not empty"):
        Run.create(run.folder, CONFIG)
