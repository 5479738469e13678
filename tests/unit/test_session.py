import os
import pickle
from pathlib import Path

import pytest

from pettingzoo_godot import scene as scene_module
from pettingzoo_godot import session as session_module
from pettingzoo_godot.errors import EngineStartError, LinkError, SceneNotFound
from pettingzoo_godot.install.godot import Godot
from pettingzoo_godot.scene import Scene
from pettingzoo_godot.session import Launch, Session, Timing

URL = "ws://127.0.0.1:1234"
GODOT = Godot(Path("/opt/godot"), "4.6.3", "cache", None, (("LIBGL", "software"),))


@pytest.fixture
def project(tmp_path, monkeypatch):
    (tmp_path / "project.godot").write_text("common/physics_ticks_per_second=120\n")
    monkeypatch.setattr(scene_module, "find_godot", lambda: GODOT)
    monkeypatch.setattr(session_module, "find_godot", lambda: GODOT)
    monkeypatch.setattr(Scene, "_import", lambda *_: None)
    return Scene("tag", tmp_path, "res://tag.tscn")


def test_command_of_a_project(project):
    command = Launch(project).command(URL)
    assert command == [
        *["/opt/godot", "--path", str(project.project), "res://tag.tscn", "--headless"],
        *["--fixed-fps", "120", "--"],
        *[f"--zoo-url={URL}", "--zoo-wait=block", "--zoo-arenas=1"],
        f"--zoo-trainer-pid={os.getpid()}",
    ]


def test_command_of_a_window(project):
    command = Launch(project, window=True).command(URL)
    assert "--disable-vsync" in command
    assert "--headless" not in command
    assert "--zoo-wait=poll" in command


def test_command_with_pictures(project, monkeypatch):
    launch = Launch(project, picture=(640, 360))
    monkeypatch.setattr(session_module, "find_display", lambda: ":7")
    command = launch.command(URL)
    assert command[-1] == "--zoo-picture=640x360"
    assert "--headless" not in command
    assert command[command.index("--resolution") + 1] == "64x64"
    assert "--zoo-wait=poll" in command
    assert "opengl3" not in command  # the project's own way of drawing
    monkeypatch.setattr(session_module, "find_display", lambda: None)
    command = launch.command(URL)
    assert command[command.index("--rendering-driver") + 1] == "opengl3"
    assert "--zoo-wait=block" in command  # nobody looks at a virtual display
    assert launch.environment("secret")["LIBGL"] == "software"


@pytest.mark.parametrize("window", [True, False])
@pytest.mark.parametrize("wait", ["block", "poll"])
def test_way_of_waiting_may_be_chosen(project, window, wait):
    command = Launch(project, window=window, wait=wait).command(URL)
    assert f"--zoo-wait={wait}" in command


def test_command_of_an_exported_game():
    command = Launch(Scene("tag", game=Path("/games/tag"))).command(URL)
    assert command[:4] == ["/games/tag", "--headless", "--fixed-fps", "60"]


def test_token_is_in_the_environment_and_not_in_the_command(project):
    launch = Launch(project)
    assert launch.environment("secret") == {"PETTINGZOO_GODOT_TOKEN": "secret"}
    assert "secret" not in " ".join(launch.command(URL))


def test_windows_of_our_own_engine_get_its_variables(project):
    token = {"PETTINGZOO_GODOT_TOKEN": "secret"}
    assert Launch(project, window=True).environment("secret") == token | {"LIBGL": "software"}
    game = Scene("tag", game=Path("/games/tag"))
    assert Launch(game, window=True).environment("secret") == token


def test_launch_and_timing_are_values():
    assert Launch(None) == Launch(None)
    assert pickle.loads(pickle.dumps(Launch(None, timeout=2.0))) == Launch(None, timeout=2.0)
    assert Timing() == Timing(0, 0.0, 0.0)


def test_session_that_cannot_start_its_program_leaves_nothing_open(tmp_path):
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(EngineStartError, match="absent to start"):
        Session(Launch(Scene("absent", game=tmp_path / "absent")))
    assert len(os.listdir("/proc/self/fd")) == before


def test_session_without_a_port_is_an_error_before_an_engine_starts(tmp_path, monkeypatch):
    def no_port():
        raise LinkError("cannot listen on 127.0.0.1")

    def start(*_):
        pytest.fail("an engine was started")

    monkeypatch.setattr(session_module, "Listener", no_port)
    monkeypatch.setattr(session_module, "Engine", start)
    with pytest.raises(LinkError, match="cannot listen"):
        Session(Launch(Scene("game", game=tmp_path)))


def test_error_while_the_command_is_made_is_the_callers(tmp_path, monkeypatch):
    def no_scene(self):
        raise SceneNotFound("gone")

    monkeypatch.setattr(Scene, "command", no_scene)
    with pytest.raises(SceneNotFound, match="gone"):
        Session(Launch(Scene("game", game=tmp_path)))
