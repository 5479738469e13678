from __future__ import annotations

import platform
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from pettingzoo_godot import addon, doctor
from pettingzoo_godot.doctor import Check, Finding
from pettingzoo_godot.errors import EngineNotFound, EngineStartError, SceneNotFound


def no_engine() -> None:
    raise EngineNotFound(
        "No Godot 4.4 or newer was found. Searched, in order:\n  $GODOT: not set\n"
        "Install one with `pettingzoo-godot install-godot`"
    )


def test_every_part_has_a_check() -> None:
    names = [check.name for check in doctor.list_checks()]
    assert len(set(names)) == len(names)
    wanted = {"Python", "numpy", "websockets", "engine", "export template", "display", "addon"}
    wanted |= {"pictures", "cache folder", "bundled scenes", "round trip"}
    assert wanted <= set(names)


def test_what_only_some_use_is_not_needed() -> None:
    optional = {check.name for check in doctor.list_checks() if not check.needed}
    assert optional == {"export template", "extra train", "display", "pictures"}


def test_packages_of_extras_and_other_systems_are_not_needed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = ["numpy>=1", "ruff; extra == 'dev'", "colorama; sys_platform == 'amiga'"]
    monkeypatch.setattr(metadata, "requires", lambda _: texts)
    assert [package.name for package in doctor.needed_packages()] == ["numpy"]


def test_package_that_is_not_installed_itself_is_found_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", missing)
    assert [package.name for package in doctor.needed_packages()] == ["pettingzoo_godot"]


def test_python_of_today_is_ok_and_an_old_one_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.check_python().ok
    monkeypatch.setattr(platform, "python_version", lambda: "3.9.2")
    finding = doctor.check_python()
    assert not finding.ok
    assert finding.detail == "3.9.2, but >=3.11 is needed"
    assert finding.cure


def test_package_in_range_is_ok() -> None:
    finding = doctor.check_package(Requirement("numpy>=1"))
    assert finding == Finding(True, metadata.version("numpy"))


def test_package_out_of_range_says_the_range_and_the_command() -> None:
    finding = doctor.check_package(Requirement("numpy>=900"))
    assert finding.detail == f"{metadata.version('numpy')}, but >=900 is needed"
    assert finding.cure == "pip install 'numpy>=900'"


def test_missing_package_says_the_command() -> None:
    finding = doctor.check_package(Requirement("no-such-package-here>=1"))
    assert finding == Finding(False, "not installed", "pip install 'no-such-package-here>=1'")


def test_cache_folder_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PETTINGZOO_GODOT_CACHE", str(tmp_path / "cache"))
    assert doctor.check_cache() == Finding(True, str(tmp_path / "cache"))
    assert list((tmp_path / "cache").iterdir()) == []


def test_cache_that_is_a_file_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").touch()
    monkeypatch.setenv("PETTINGZOO_GODOT_CACHE", str(tmp_path / "cache"))
    finding = doctor.check_cache()
    assert not finding.ok
    assert "cannot be written" in finding.detail
    assert "$PETTINGZOO_GODOT_CACHE" in finding.cure


def test_missing_engine_says_where_it_was_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_godot", no_engine)
    finding = doctor.check_engine()
    assert finding.detail.endswith("$GODOT: not set")
    assert finding.cure == "Install one with `pettingzoo-godot install-godot`"


def test_missing_template_is_downloaded_by_export(monkeypatch: pytest.MonkeyPatch) -> None:
    template = Path("/templates/linux_release.x86_64")
    monkeypatch.setattr(doctor, "find_godot", lambda: SimpleNamespace(template=template))
    assert doctor.check_template() == Finding(True, str(template))
    monkeypatch.setattr(doctor, "find_godot", lambda: SimpleNamespace(template=None))
    finding = doctor.check_template()
    assert not finding.ok
    assert "`pettingzoo-godot export` downloads one" in finding.cure


def test_packages_of_training(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ["numpy>=1", "packaging>=1; extra == 'train'", "ruff; extra == 'dev'"]
    monkeypatch.setattr(metadata, "requires", lambda _: texts)
    assert doctor.check_train() == Finding(True, "packaging")
    texts.append("no-such-package-here>=1; extra == 'train'")
    finding = doctor.check_train()
    assert finding.detail.startswith("no-such-package-here missing")
    assert finding.cure == "in the clone, pip install '.[train]'"


def test_pictures_are_drawn_on_a_display_or_a_virtual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_display", lambda: ":7")
    assert doctor.check_pictures() == Finding(True, "on :7")
    monkeypatch.setattr(doctor, "find_display", lambda: None)
    monkeypatch.setattr(doctor, "find_virtual_display", lambda: "/usr/bin/Xvfb")
    assert doctor.check_pictures() == Finding(True, "on virtual displays (/usr/bin/Xvfb)")
    monkeypatch.setattr(doctor, "find_virtual_display", lambda: None)
    assert "apt-get install xvfb" in doctor.check_pictures().cure


def test_no_display_says_what_works_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "find_display", lambda: None)
    assert "xvfb-run" in doctor.check_display().cure
    monkeypatch.setattr(doctor, "find_display", lambda: ":7")
    assert doctor.check_display() == Finding(True, ":7")


def test_addon_of_another_version_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.check_addon().ok
    (tmp_path / "plugin.cfg").write_text('[plugin]\nversion="0.0.9"\n')
    monkeypatch.setattr(doctor, "addon_folder", lambda: tmp_path)
    finding = doctor.check_addon()
    assert finding.detail.startswith("0.0.9, but the package is")
    assert "pip install" in finding.cure


def test_installation_without_scenes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "list_scenes", lambda: {})
    finding = doctor.check_import()
    assert not finding.ok
    assert "pip install" in finding.cure


@pytest.mark.parametrize(
    "error",
    [
        EngineStartError("the engine exited", ["last line"]),
        SceneNotFound("expected the name of a bundled scene"),
        OSError(28, "No space left on device"),
        EngineNotFound("none"),
    ],
)
def test_check_that_raises_has_failed_with_a_cure_and_the_others_go_on(error: Exception) -> None:
    def fail() -> Finding:
        raise error

    checks = [Check("bad", fail), Check("good", lambda: Finding(True, "fine"))]
    (_, bad), (_, good) = doctor.run_checks(checks)
    assert not bad.ok
    assert bad.detail
    assert bad.cure
    assert good.ok


@pytest.mark.engine
def test_engine_import_and_round_trip_are_ok() -> None:
    names = {"engine", "bundled scenes", "round trip"}
    checks = [check for check in doctor.list_checks() if check.name in names]
    findings = {check.name: finding for check, finding in doctor.run_checks(checks)}
    assert all(finding.ok for finding in findings.values()), findings
    assert "µs per step" in findings["round trip"].detail


def test_doctor_looks_at_the_addon_that_is_installed() -> None:
    assert doctor.addon_folder() == addon.addon_folder()
