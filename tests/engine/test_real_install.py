"""The real thing: an engine installed from nothing, then used. Downloads 170 MB."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import pettingzoo_godot as pzg
from pettingzoo_godot.install import find_godot, install_godot
from pettingzoo_godot.paths import CACHE_VARIABLE

pytestmark = [pytest.mark.engine, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.skipif(shutil.which("apt-get") is None, reason="needs apt's mirror")
def test_an_engine_from_debian_is_installed_and_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CACHE_VARIABLE, str(tmp_path))
    monkeypatch.delenv("GODOT", raising=False)
    installed = install_godot("debian")
    assert installed.executable.is_relative_to(tmp_path)
    assert installed.version_info >= (4, 4, 0)
    assert installed.template is not None
    monkeypatch.setenv("GODOT", str(installed.executable))
    assert find_godot().executable == installed.executable
    with pzg.parallel_env("chase") as env:
        env.reset(seed=1)
        env.step({agent: env.action_space(agent).sample() for agent in env.agents})
    assert install_godot("debian").executable == installed.executable
