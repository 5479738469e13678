"""Whether a window can be shown; virtual displays."""

from __future__ import annotations

import gc
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pettingzoo_godot import display
from pettingzoo_godot.errors import EngineStartError, RenderModeError

needs_a_shell = pytest.mark.skipif(sys.platform == "win32", reason="Xvfb is for X11")


def test_display_is_found_by_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("DISPLAY", raising=False)
    assert display.find_display() is None
    monkeypatch.setenv("DISPLAY", ":7")
    assert display.find_display() == ":7"
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert display.find_display() == "wayland-0"


def test_desktops_of_other_systems_need_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert display.find_display() is not None


def test_window_without_a_display_is_an_error_with_its_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(display, "find_display", lambda: ":7")
    display.need_display("chase")
    monkeypatch.setattr(display, "find_display", lambda: None)
    with pytest.raises(RenderModeError, match=r"window of chase.*neither DISPLAY.*xvfb-run"):
        display.need_display("chase")


def test_pictures_need_a_display_or_xvfb(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(display, "find_display", lambda: None)
    monkeypatch.setattr(display, "find_virtual_display", lambda: "/usr/bin/Xvfb")
    display.need_pictures("chase")
    monkeypatch.setattr(display, "find_virtual_display", lambda: None)
    with pytest.raises(RenderModeError, match=r"pictures of chase.*apt-get install xvfb"):
        display.need_pictures("chase")
    with pytest.raises(EngineStartError, match="apt-get install xvfb"):
        display.VirtualDisplay()
    monkeypatch.setattr(display, "find_display", lambda: ":7")
    display.need_pictures("chase")


# ------------------------------------------------------------------ with a program in Xvfb's place

# Says which display it opened and waits to be ended, leaving word of its end.
SERVER = """#!/bin/sh
[ -r "${10}" ] || exit 1  # the key
trap 'echo ended > "$0.end"; exit' TERM
echo 57
while true; do sleep 0.01; done
"""

Server = Callable[[str], Path]


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    def make(script: str) -> Path:
        program = tmp_path / "Xvfb"
        program.write_text(script)
        program.chmod(0o755)
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        monkeypatch.setattr(tempfile, "tempdir", None)
        monkeypatch.setattr(display, "find_virtual_display", lambda: str(program))
        return program

    return make


@needs_a_shell
def test_virtual_display_lives_until_it_is_closed(server: Server, tmp_path: Path) -> None:
    program = server(SERVER)
    virtual = display.VirtualDisplay()
    assert virtual.environment["DISPLAY"] == ":57"
    cookie = Path(virtual.environment["XAUTHORITY"])
    assert cookie.parent.stat().st_mode & 0o077 == 0  # nobody else gets on it
    assert cookie.read_bytes().startswith(b"\xff\xff\0\0\0\0\0\x12MIT-MAGIC-COOKIE-1\0\x10")
    assert not program.with_suffix(".end").exists()
    virtual.close()
    assert program.with_suffix(".end").read_text() == "ended\n"
    assert not cookie.parent.exists()
    virtual.close()


@needs_a_shell
def test_virtual_display_that_nobody_closes_ends_with_its_object(server: Server) -> None:
    program = server(SERVER)
    virtual = display.VirtualDisplay()
    cookie = Path(virtual.environment["XAUTHORITY"])
    del virtual
    gc.collect()
    assert program.with_suffix(".end").exists()
    assert not cookie.parent.exists()


@needs_a_shell
@pytest.mark.parametrize("script", ["#!/bin/sh\nexit 1\n", "#!/bin/sh\nexec sleep 60 >&-\n", ""])
def test_virtual_display_that_does_not_open(server: Server, tmp_path: Path, script: str) -> None:
    server(script)
    with pytest.raises(EngineStartError, match=r"Xvfb to open a display.*xvfb-run -a true"):
        display.VirtualDisplay()
    assert [path.name for path in tmp_path.iterdir()] == ["Xvfb"]


@needs_a_shell
def test_virtual_display_that_says_nothing(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(display, "_START_TIMEOUT", 0.1)
    with pytest.raises(EngineStartError, match=r"within 0\.1 s"):
        display.VirtualDisplay()


@needs_a_shell
def test_virtual_display_that_does_not_end_is_killed(server: Server, tmp_path: Path) -> None:
    server("#!/bin/sh\ntrap '' TERM\necho 57\nwhile true; do sleep 0.01; done\n")
    virtual = display.VirtualDisplay()
    assert len(list(tmp_path.iterdir())) == 2
    virtual.close()
    assert [path.name for path in tmp_path.iterdir()] == ["Xvfb"]  # the key is gone
