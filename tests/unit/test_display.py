"""Whether a window can be shown."""

from __future__ import annotations

import sys

import pytest

from pettingzoo_godot import display
from pettingzoo_godot.errors import UsageError


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
    with pytest.raises(UsageError, match=r"window of chase.*neither DISPLAY.*xvfb-run"):
        display.need_display("chase")
