import json

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from gymnasium import spaces

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.folder import Config, Folder, is_self_play
from pettingzoo_godot.selfplay.networks import Actor
from pettingzoo_godot.selfplay.policies import Policies

CONFIG = Config("duel", 1, 2, 0, 100, None, {"horizon": 4}, roles={"hider": "frozen"})


def policies(update):
    actor = Actor(spaces.Box(-1, 1, (2,)), spaces.Discrete(2), [4])
    return Policies("duel", update, 10 * update, 1.0, {"seeker": actor})


@pytest.fixture
def folder(tmp_path):
    return Folder.create(tmp_path / "run", CONFIG)


def names(path):
    return sorted(file.name for file in path.iterdir())


def test_what_was_made_is_found(folder):
    found = Folder.open(folder.path)
    assert found.config == CONFIG
    content = json.loads((folder.path / "config.json").read_text())
    assert {"torch", "pettingzoo-godot"} < set(content["versions"])
    assert is_self_play(folder.path)


def test_a_folder_is_not_overwritten(folder):
    with pytest.raises(UsageError, match="is not empty"):
        Folder.create(folder.path, CONFIG)


@pytest.mark.parametrize(
    "content", [None, "{", "[]", '{"scene": "chase"}', '{"kind": "self-play", "scene": "chase"}']
)
def test_other_folders(content, tmp_path):
    if content is not None:
        (tmp_path / "config.json").write_text(content)
    assert is_self_play(tmp_path) == (content is not None and "self-play" in content)
    with pytest.raises(UsageError, match=r"config\.json"):
        Folder.open(tmp_path)


def test_two_checkpoints_and_all_policies_are_kept(folder):
    for update in (0, 20, 40):
        folder.save({"update": update}, policies(update))
    assert names(folder.checkpoints) == ["000020.pt", "000040.pt"]
    assert names(folder.policies) == ["000000.pt", "000020.pt", "000040.pt"]
    assert folder.load() == {"update": 40}


def test_no_checkpoint(folder):
    with pytest.raises(UsageError, match="expected a checkpoint"):
        folder.load()


def test_what_came_after_the_last_checkpoint_is_dropped(folder):
    for update in (1, 2):
        folder.save({"update": update}, policies(update))
    for update in (1, 2, 3):
        folder.log({"update": update, "return": 0.5, "wins": None})
    with folder.progress_file.open("a") as file:
        file.write("4,0.")  # killed while it was written
    (folder.policies / "000003.pt").write_bytes(b"")
    folder.load()
    rows = [{"update": update, "return": 0.5, "wins": None} for update in (1, 2)]
    assert folder.progress() == rows
    assert names(folder.policies) == ["000001.pt", "000002.pt"]
    folder.log({"update": 3, "return": 1.0, "wins": 1.0})
    assert folder.progress()[2] == {"update": 3, "return": 1.0, "wins": 1.0}


@pytest.mark.parametrize("written", ["", "update,ret"])
def test_killed_at_the_first_line(written, folder):
    folder.save({"update": 0}, policies(0))
    folder.progress_file.write_text(written)
    folder.load()
    folder.log({"update": 1, "return": 0.5})
    assert folder.progress() == [{"update": 1, "return": 0.5}]


def test_no_progress_yet(folder):
    assert folder.progress() == []
