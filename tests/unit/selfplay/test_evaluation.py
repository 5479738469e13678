import json
from dataclasses import asdict

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

from pettingzoo_godot.errors import EngineNotFound, OptionError, UsageError
from pettingzoo_godot.install import Godot
from pettingzoo_godot.scene import Scene
from pettingzoo_godot.selfplay import evaluation as module
from pettingzoo_godot.selfplay.evaluation import evaluate, rate_pool
from pettingzoo_godot.selfplay.settings import settings_for

FEW = {"episodes": 4, "cross_episodes": 2, "checkpoints": 3}


@pytest.fixture(autouse=True)
def machine(duels, described, monkeypatch, tmp_path):
    monkeypatch.setattr(module, "find_godot", lambda: Godot(tmp_path, "4.6", "PATH"))
    monkeypatch.setattr(module, "find_scene", lambda scene: Scene(scene, tmp_path))


def test_twice_the_same_files(make_run, tmp_path):
    runs = [make_run("a"), make_run("b", [0, 7])]
    reports = [
        evaluate(runs, tmp_path / str(engines), engines=engines, **FEW) for engines in (1, 2)
    ]
    names = sorted(file.name for file in reports[0].parent.iterdir())
    assert names == [
        *("cross_play_a.png", "cross_play_b.png", "evaluation.json"),
        *("pool_a.png", "pool_b.png", "ratings.png", "report.md"),
    ]
    for name in names:
        one, other = ((report.parent / name).read_bytes() for report in reports)
        assert one == other, name
    assert str(tmp_path).encode() not in (reports[0].parent / "evaluation.json").read_bytes()


def test_what_is_in_it(make_run):
    path = make_run("a")
    told = []
    report = evaluate([path], seed=3, watch=lambda *progress: told.append(progress), **FEW)
    assert report == path / "evaluation" / "report.md"
    content = json.loads((path / "evaluation" / "evaluation.json").read_text())
    # The pool, 2 x 3; three checkpoints with it; cross-play.
    assert len(content["matches"]) == 6 + 3 * 3 + 3 * 2 + 9
    total = sum(match["episodes"] for match in content["matches"])
    assert told[-1] == (total, total)
    assert set(content["anchors"]["hider"]) == {"random", "scripted:static", "scripted:flee"}
    assert content["numbers"] == {**FEW, "seed": 3, "deterministic": False}
    assert content["versions"]["godot"] == "4.6"
    for group, players in content["ratings"].items():
        assert set(players) >= {"a@000000", "a@000020", *content["anchors"][group]}
        for name, value in content["anchors"][group].items():
            assert players[name] == [value] * 3
    for match in content["matches"]:
        assert match["infos"]["hider"]["time"][0] == 5.0


def test_the_last_checkpoint_is_compared_in_the_same_episodes_as_the_others(make_run, tmp_path):
    path, told = make_run("a"), {}
    for episodes in (2, 50):
        asked = {**FEW, "episodes": episodes}
        content = evaluate([path], tmp_path / str(episodes), **asked).with_name("evaluation.json")
        told[episodes] = json.loads(content.read_text())
    assert told[2]["trends"] == told[50]["trends"]
    last = [match for match in told[50]["matches"] if "a@000020" in match["players"].values()]
    assert {match["episodes"] for match in last} == {2, 50}  # against earlier ones as well


def test_an_exported_game_needs_no_godot(make_run, monkeypatch, tmp_path):
    def missing():
        raise EngineNotFound("no engine")

    monkeypatch.setattr(module, "find_godot", missing)
    monkeypatch.setattr(module, "find_scene", lambda scene: Scene(scene, game=tmp_path / "game"))
    report = evaluate([make_run("a")], **FEW)
    assert "godot" not in json.loads(report.with_name("evaluation.json").read_text())["versions"]


def test_a_pool_by_itself(duels):
    anchors = rate_pool("duel", episodes=20)
    assert set(anchors["seeker"]) == {"random", "scripted"}
    assert set(anchors["hider"]) == {"random", "scripted:static", "scripted:flee"}
    everybody = [value for players in anchors.values() for value in players.values()]
    assert 800.0 < sum(everybody) / len(everybody) < 1200.0
    assert anchors == rate_pool("duel", episodes=20, engines=1)


def test_mistakes(make_run, tmp_path):
    with pytest.raises(UsageError, match="expected a run"):
        evaluate([])
    path = make_run("a")
    for name in FEW:
        with pytest.raises(OptionError, match=name):
            evaluate([path], **{name: 0})
    with pytest.raises(UsageError, match="has no config"):
        evaluate([tmp_path / "nowhere"])
    assert not (path / "evaluation").exists()


def test_a_folder_that_cannot_be_written_to(make_run, tmp_path, duels):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"expected to write the folder .*file"):
        evaluate([make_run("a")], tmp_path / "file", **FEW)
    assert not duels  # nobody has played in vain


def test_a_run_says_what_is_shown(make_run):
    settings = asdict(settings_for("duel")) | {"shown": {"hider": "time"}}
    report = evaluate([make_run("a", settings=settings)], **FEW)
    assert "Time, the mean over the episodes:" in report.read_text()
