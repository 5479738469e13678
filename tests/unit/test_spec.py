import dataclasses

import pytest
from golden_scene import HELLO, LAYOUT

from pettingzoo_godot import spec
from pettingzoo_godot.codec import encode
from pettingzoo_godot.errors import (
    EngineStartError,
    OptionError,
    RemoteProtocolError,
    VersionMismatch,
)
from pettingzoo_godot.paths import CACHE_VARIABLE
from pettingzoo_godot.scene import find_scene
from pettingzoo_godot.session import Launch

SPEC = encode(HELLO)


class FakeSession:
    """Says hello and notes how it was started and closed."""

    made: list["FakeSession"] = []  # noqa: RUF012 - emptied for each test

    def __init__(self, launch):
        self.launch = launch
        self.packet_of_hello = SPEC
        self.layout = LAYOUT
        self.is_closed = False
        self.made.append(self)

    def close(self):
        self.is_closed = True


@pytest.fixture(autouse=True)
def sessions(monkeypatch):
    monkeypatch.setattr(spec, "Session", FakeSession)
    FakeSession.made.clear()
    return FakeSession.made


@pytest.fixture
def game(tmp_path, monkeypatch):
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path / "cache"))
    path = tmp_path / "game.x86_64"
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_spec_becomes_the_layout_of_its_hello():
    layout = spec.read_layout(SPEC)
    assert layout.hello.agents[0].id == "runner_0"
    assert layout.report_size == LAYOUT.report_size
    again = spec.read_layout(SPEC)
    assert again.groups[0].action_space == layout.groups[0].action_space
    assert again.groups[0].action_space is not layout.groups[0].action_space


@pytest.mark.parametrize("text", ["", "{}", '{"type":"close"}', "nonsense"])
def test_other_texts_are_no_spec(text):
    with pytest.raises(RemoteProtocolError):
        spec.read_layout(text)


def test_spec_of_another_protocol_version_is_refused():
    with pytest.raises(VersionMismatch):
        spec.read_layout(SPEC.replace('"protocol":1', '"protocol":2'))


def test_engine_is_asked_once(game, sessions):
    launch = Launch(find_scene(game), window=True, timeout=7.0)
    text, layout = spec.load_layout(launch)
    assert (text, layout) == (SPEC, LAYOUT)
    assert [session.is_closed for session in sessions] == [True]
    # Without a window: nobody wants to see one flash up.
    assert sessions[0].launch == dataclasses.replace(launch, window=False)
    text, layout = spec.load_layout(Launch(find_scene(game)))
    assert text == SPEC
    assert layout.hello.agents[0].id == "runner_0"
    assert len(sessions) == 1
    assert find_scene(game).spec_file.read_text(encoding="utf-8") == SPEC
    assert list(find_scene(game).spec_file.parent.iterdir()) == [find_scene(game).spec_file]


def test_engine_is_asked_again_after_a_change(game, sessions):
    spec.load_layout(Launch(find_scene(game)))
    game.write_text("#!/bin/sh\nexit 0\n")
    spec.load_layout(Launch(find_scene(game)))
    assert len(sessions) == 2


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{}", SPEC.replace('"protocol":1', '"protocol":0').encode()]
)
def test_broken_spec_is_replaced(game, sessions, content):
    file = find_scene(game).spec_file
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    assert spec.load_layout(Launch(find_scene(game)))[0] == SPEC
    assert file.read_text(encoding="utf-8") == SPEC


def test_engine_that_does_not_start_leaves_no_spec(game, monkeypatch):
    def fail(launch):
        raise EngineStartError("no")

    monkeypatch.setattr(spec, "Session", fail)
    with pytest.raises(EngineStartError):
        spec.load_layout(Launch(find_scene(game)))
    assert not find_scene(game).spec_file.exists()


def test_spec_is_kept_under_the_key_of_what_the_start_has_made(game, sessions, monkeypatch):
    scene = find_scene(game)
    before = scene.spec_file

    class ImportingSession(FakeSession):
        def __init__(self, launch):
            super().__init__(launch)
            game.write_text("#!/bin/sh\n# imported\n")
            vars(launch.scene).pop("_files_key", None)  # as Scene does after an import

    monkeypatch.setattr(spec, "Session", ImportingSession)
    spec.load_layout(Launch(scene))
    assert not before.exists()
    assert find_scene(game).spec_file.exists()


def test_fixed_parameters_have_specs_of_their_own(game, sessions):
    launch = Launch(find_scene(game))
    assert spec.load_layout(launch, {"walls": 1, "teams": 2})[0] == SPEC
    assert len(sessions) == 1  # the default: nothing else to ask for
    for _ in range(2):
        spec.load_layout(launch, {"walls": 1, "teams": 4})
        assert [dict(session.launch.parameters) for session in sessions] == [{}, {"teams": 4}]
    assert len(list(find_scene(game).spec_file.parent.iterdir())) == 2
    with pytest.raises(OptionError, match=r"'teams': expected a value of type int in \[2, 4\]"):
        spec.load_layout(launch, {"teams": 5})
    fixed = spec.fix_parameters(launch, LAYOUT)
    assert fixed.parameters == {"teams": 2}
    assert '--zoo-parameters={"teams": 2}' in fixed.command("ws://x")
    assert not any(part.startswith("--zoo-parameters") for part in launch.command("ws://x"))
