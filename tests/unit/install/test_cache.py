import json
import shutil
from pathlib import PurePath

import pytest
from stand_ins import fake_godot, left_in

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import cache
from pettingzoo_godot.install.cache import Build


def put(engines, name="4.6.3-official", version="4.6.3.stable.official.x", **build):
    engines.mkdir(parents=True, exist_ok=True)
    with cache.open_staging() as staging:
        fake_godot(staging / "engine/bin/godot", version)
        source = name.partition("-")[2]
        return cache.commit_engine(staging, Build(name, source, PurePath("bin/godot"), **build))


def test_commit_writes_a_manifest_that_reads_back(engines):
    environment = {"A": "1"}
    engine = put(engines, template=PurePath("bin/t"), windowed=environment)
    assert engine.executable == engines / "4.6.3-official/bin/godot"
    assert engine.template == engines / "4.6.3-official/bin/t"
    assert engine.windowed_environment() == environment
    assert cache.scan_engines() == ([engine], [])
    assert left_in(engines) == ["4.6.3-official"]
    data = json.loads((engines / "4.6.3-official/manifest.json").read_text())
    assert data["version"] == "4.6.3.stable.official.x"
    assert data["source"] == "official"


def test_scan_lists_the_newest_first(engines):
    put(engines, "4.9.0-debian", "4.9.stable.d")
    put(engines, "4.10.0-official", "4.10.stable.o")
    put(engines, "4.10.0-debian", "4.10.stable.d")
    assert [godot.version for godot in cache.scan_engines()[0]] == [
        "4.10.stable.o",
        "4.10.stable.d",
        "4.9.stable.d",
    ]
    assert [godot.version for godot in cache.scan_engines("debian")[0]] == [
        "4.10.stable.d",
        "4.9.stable.d",
    ]


def test_scan_ignores_a_folder_without_manifest(engines):
    (engines / "4.6.3-debian").mkdir(parents=True)
    assert cache.scan_engines() == ([], [])


def test_scan_complains_of_a_moved_engine(engines):
    put(engines)
    shutil.move(engines / "4.6.3-official", engines / "4.6.3-moved")
    usable, (complaint,) = cache.scan_engines()
    assert usable == []
    assert f"{engines}/4.6.3-moved is unusable (it was made for {engines}/4.6.3-off" in complaint


@pytest.mark.parametrize("text", ["{}", "[]", "nonsense", '{"executable": 1}'])
def test_scan_complains_of_a_broken_manifest(engines, text):
    put(engines)
    (engines / "4.6.3-official/manifest.json").write_text(text)
    usable, (complaint,) = cache.scan_engines()
    assert usable == []
    assert "is unusable" in complaint


def test_scan_complains_of_a_missing_executable(engines):
    put(engines).executable.unlink()
    assert "is missing), install it again" in cache.scan_engines()[1][0]


def test_commit_of_an_engine_that_does_not_run_brings_the_previous_back(engines):
    before = put(engines)
    with pytest.raises(InstallError, match=r"was unpacked, but .* is no Godot"):
        put(engines, version="nonsense")
    assert cache.scan_engines() == ([before], [])
    assert "4.6.3" in before.executable.read_text()
    assert left_in(engines) == ["4.6.3-official"]


def test_commit_of_an_old_engine_raises_and_leaves_nothing(engines):
    with pytest.raises(InstallError, match=r"has Godot 4\.3\.stable\.x; 4\.4 or newer is needed"):
        put(engines, version="4.3.stable.x")
    assert left_in(engines) == []


def test_staging_removes_what_a_killed_installation_left(engines):
    (engines / ".staging-old/engine").mkdir(parents=True)
    with cache.open_staging() as staging:
        assert left_in(engines) == [staging.name]
    assert left_in(engines) == []


def test_lock_held_for_too_long_raises(engines, monkeypatch, progress, said):
    monkeypatch.setattr(cache, "LOCK_TIMEOUT", 0.05)
    monkeypatch.setattr(cache, "LOCK_POLL", 0.01)
    with (
        cache.lock_engines(progress),
        pytest.raises(InstallError, match=r"has held .*\.lock for 0\.05 s"),
        cache.lock_engines(progress),
    ):
        pass
    assert f"Another installation is at work in {engines}" in said.getvalue()
