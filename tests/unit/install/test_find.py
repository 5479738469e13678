import subprocess
import time

import pytest
from stand_ins import calls, fake_godot, script

from pettingzoo_godot.errors import EngineNotFound
from pettingzoo_godot.install import install_godot
from pettingzoo_godot.install.find import find_godot


def test_find_takes_the_variable_first(machine, monkeypatch):
    fake_godot(machine / "bin/godot4")
    chosen = fake_godot(machine / "mine", "4.4.stable.official.x")
    monkeypatch.setenv("GODOT", str(chosen))
    found = find_godot()
    assert (found.executable, found.source) == (chosen, "$GODOT")
    assert found.version == "4.4.stable.official.x"


def test_find_takes_a_command_or_a_bundle_from_the_variable(machine, monkeypatch):
    command = fake_godot(machine / "bin/my-godot")
    monkeypatch.setenv("GODOT", "my-godot")
    assert find_godot().executable == command
    inside = fake_godot(machine / "Godot.app/Contents/MacOS/Godot")
    monkeypatch.setenv("GODOT", str(machine / "Godot.app"))
    assert find_godot().executable == inside


def test_find_prefers_godot4_on_path(machine):
    fake_godot(machine / "bin/godot")
    assert find_godot().executable == machine / "bin/godot"
    fake_godot(machine / "bin/godot4")
    found = find_godot()
    assert (found.executable, found.source) == (machine / "bin/godot4", "PATH")


def test_find_skips_an_old_one_on_path(machine, mirror, progress):
    fake_godot(machine / "bin/godot4", "4.2.stable.official")
    installed = install_godot("official", mirror=mirror.url, progress=progress)
    assert find_godot() == installed
    assert installed.source == "cache"


def test_find_in_the_cache_starts_no_process_and_is_quick(mirror, progress, monkeypatch):
    installed = install_godot("official", mirror=mirror.url, progress=progress)
    monkeypatch.setattr(subprocess, "Popen", None)
    durations = []
    for _ in range(5):
        start = time.perf_counter()
        assert find_godot() == installed
        durations.append(time.perf_counter() - start)
    assert min(durations) < 0.005


def test_find_nothing_lists_the_places_in_order(machine, engines):
    old = fake_godot(machine / "bin/godot", "3.2.3.stable.debian")
    (engines / "4.6.3-debian").mkdir(parents=True)
    (engines / "4.6.3-debian/manifest.json").write_text("{")
    with pytest.raises(EngineNotFound) as caught:
        find_godot()
    first, variable, path, cache, cure = str(caught.value).splitlines()
    assert first == "No Godot 4.4 or newer was found. Searched, in order:"
    assert variable == "  $GODOT: not set"
    assert path == (
        f"  PATH: no godot4; {old} is Godot 3.2.3.stable.debian: too old, 4.4 or newer is needed"
    )
    assert cache.startswith(f"  cache: {engines}/4.6.3-debian is unusable (")
    assert "`pettingzoo-godot install-godot`" in cure


def test_find_on_an_empty_machine_names_the_empty_cache(engines):
    with pytest.raises(EngineNotFound, match=f"cache: nothing installed in {engines}"):
        find_godot()


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda path: None, "does not exist"),
        (lambda path: path.mkdir(), "is a folder, not an executable"),
        (lambda path: path.touch(), "is not executable"),
        (lambda path: fake_godot(path, "4.3.stable.x"), "is Godot 4.3.stable.x: too old, 4.4 or"),
        (lambda path: script(path, "echo no"), "is no Godot"),
    ],
)
def test_find_by_an_unusable_variable_raises_and_takes_nothing_else(
    machine, monkeypatch, prepare, reason
):
    other = fake_godot(machine / "bin/godot4")
    prepare(machine / "mine")
    monkeypatch.setenv("GODOT", str(machine / "mine"))
    with pytest.raises(EngineNotFound) as caught:
        find_godot()
    assert f"$GODOT is set to {machine / 'mine'}, which {reason}" in str(caught.value)
    assert "or unset it" in str(caught.value)
    assert calls(other) == 0


def test_find_by_a_variable_with_an_unknown_command_raises(monkeypatch):
    monkeypatch.setenv("GODOT", "godot5")
    with pytest.raises(EngineNotFound, match="neither a file here nor a command on PATH"):
        find_godot()
