import re
from dataclasses import asdict
from pathlib import Path

import pytest

from pettingzoo_godot.errors import OptionError
from pettingzoo_godot.scene import list_scenes
from pettingzoo_godot.selfplay.settings import SCENES, Settings, settings_for


def test_a_scenes_own_go_before_the_general_ones_and_a_users_before_both():
    assert settings_for("anything") == Settings()
    assert asdict(settings_for("chase")) == asdict(Settings()) | SCENES["chase"]
    assert settings_for("chase", {"winner": "return"}).winner == "return"


def test_the_table_has_names_that_there_are():
    assert set(SCENES) <= set(list_scenes())
    for own in SCENES.values():
        assert settings_for("anything", own) != Settings()


@pytest.mark.parametrize(
    "chosen",
    [
        {"learning_rate": 1, "entropy": 0, "horizon": 1},
        {"play_against_latest_model_ratio": 1.0, "gamma": 1.0, "sampling": "prioritised"},
        asdict(Settings()),
    ],
)
def test_settings_that_there_are(chosen):
    assert asdict(settings_for("anything", chosen)) == asdict(Settings()) | chosen


def test_of_one_group():
    settings = settings_for("anything", {"seeker.entropy": 0.02, "entropy": 0.01, "epochs": 3})
    assert settings.of("seeker").entropy == 0.02
    assert settings.of("hider").entropy == 0.01
    assert settings.of("seeker").epochs == settings.of("hider").epochs == 3
    assert settings_for("anything", asdict(settings)) == settings
    own = settings_for("chase")
    assert own.of("seeker").entropy > own.of("hider").entropy
    assert settings_for("chase", {"entropy": 0.0}).of("seeker").entropy == 0.0


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "seeker.horizon",
            3,
            "a hyperparameter of a policy group: epochs, .*; got 'seeker.horizon'",
        ),
        ("seeker.epochs", 0, "hyperparameter seeker.epochs to be an int above 0; got 0"),
        ("lr", 1e-3, "a hyperparameter of self-play: horizon, .*; got 'lr'"),
        ("learning_rate", "fast", "learning_rate to be a number above 0; got 'fast'"),
        ("learning_rate", 0, "a number above 0"),
        ("learning_rate", float("nan"), "a number above 0"),
        ("gamma", 1.5, "gamma to be a number above 0 to 1; got 1.5"),
        ("play_against_latest_model_ratio", -0.1, "a number from 0 to 1"),
        ("window", 2.5, "window to be an int above 0"),
        ("window", True, "an int above 0"),
        ("team_change", -1, "an int from 0"),
        ("pose", 1, "pose to be a dict; got 1"),
        ("sampling", "even", "uniform or prioritised; got 'even'"),
        ("winner", 3, "return or last_reward; got 3"),
    ],
)
def test_wrong_settings(name, value, message):
    with pytest.raises(OptionError, match=message):
        settings_for("chase", {name: value})


def test_the_documents_table_has_the_numbers_in_use():
    text = (Path(__file__).parents[3] / "docs" / "SELF_PLAY.md").read_text(encoding="utf-8")
    table = text[text.index("| | all scenes |") :].split("\n\n")[0].splitlines()
    scenes = [name.strip().strip("`") for name in table[0].split("|")[2:-2]]
    known = [asdict(settings_for(scene)) for scene in scenes]  # "all scenes" is none: the defaults
    compared = 0
    for line in table[2:]:
        names, *cells = (cell.strip() for cell in line.split("|")[1:-2])
        for place, name in enumerate(re.findall(r"`(\w+)`", names)):
            for settings, cell in zip(known, cells, strict=True):
                told = (cell or cells[0]).split(", ")
                assert type(settings[name])(told[place]) == settings[name], (name, line)
                compared += 1
                for path, value in settings["groups"].items():
                    group, _, own = path.rpartition(".")
                    assert own != name or f"{value:g} for {group}s" in line, (path, line)
    assert compared > 30
