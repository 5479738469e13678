"""Whether everything that this package needs is here and works, and what to do where it is not.

Each check looks at one thing and returns a finding; none raises, none needs another to have run.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pettingzoo_godot import __version__
from pettingzoo_godot.addon import addon_folder, read_version
from pettingzoo_godot.display import (
    NO_DISPLAY_CURE,
    NO_PICTURE_CURE,
    find_display,
    find_virtual_display,
)
from pettingzoo_godot.errors import EngineNotFound, PettingZooGodotError
from pettingzoo_godot.factory import parallel_env
from pettingzoo_godot.install import find_godot
from pettingzoo_godot.paths import CACHE_VARIABLE, cache_dir
from pettingzoo_godot.scene import find_scene, list_scenes

PACKAGE = "pettingzoo_godot"
_REINSTALL = f"pip install --force-reinstall --no-deps {PACKAGE}"
_STEPS = 100  # of the round trip


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        ok: Whether it is as it should be.
        detail: What is there.
        cure: What to do; empty if nothing.
    """

    ok: bool
    detail: str
    cure: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look at.

    Attributes:
        name: What it is.
        look: Finds out.
        needed: Whether nothing works without it.
    """

    name: str
    look: Callable[[], Finding]
    needed: bool = True


def list_checks() -> list[Check]:
    """All checks, the simple ones first."""
    return [
        Check("Python", check_python),
        *(Check(package.name, partial(check_package, package)) for package in needed_packages()),
        Check("cache folder", check_cache),
        Check("engine", check_engine),
        Check("export template", check_template, needed=False),
        Check("extra train", check_train, needed=False),
        Check("display", check_display, needed=False),
        Check("pictures", check_pictures, needed=False),
        Check("addon", check_addon),
        Check("bundled scenes", check_import),
        Check("round trip", check_round_trip),
    ]


def run_checks(checks: list[Check]) -> Iterator[tuple[Check, Finding]]:
    """Run checks one after the other; one that raises has failed, and the others go on."""
    for check in checks:
        try:
            finding = check.look()
        except (PettingZooGodotError, OSError, subprocess.SubprocessError) as exc:
            finding = _finding_of(exc)
        yield check, finding


def needed_packages(extra: str = "") -> list[Requirement]:
    """The packages that this one needs on this machine, with their ranges (from setup.cfg).

    Args:
        extra: Name of the extra that is wanted as well.
    """
    try:
        texts = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:
        return [Requirement(PACKAGE)]
    requirements = map(Requirement, texts)
    return [r for r in requirements if r.marker is None or r.marker.evaluate({"extra": extra})]


def check_python() -> Finding:
    """Whether this Python is new enough."""
    try:
        wanted = metadata.metadata(PACKAGE)["Requires-Python"]
    except (metadata.PackageNotFoundError, KeyError):
        wanted = ">=3.11"
    version = platform.python_version()
    if SpecifierSet(wanted).contains(version, prereleases=True):
        return Finding(True, f"{version} ({sys.executable})")
    return Finding(False, f"{version}, but {wanted} is needed", "make a new environment with it")


def check_package(requirement: Requirement) -> Finding:
    """Whether a needed package is installed in a version that fits."""
    cure = f"pip install '{requirement.name}{requirement.specifier}'"
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding(False, "not installed", cure)
    if requirement.specifier.contains(version, prereleases=True):
        return Finding(True, version)
    return Finding(False, f"{version}, but {requirement.specifier} is needed", cure)


def check_cache() -> Finding:
    """Whether engines and specs can be kept."""
    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding(True, str(folder))
    except OSError as exc:
        return Finding(
            False,
            f"{folder} cannot be written: {exc.strerror}",
            f"set ${CACHE_VARIABLE} to a folder that can",
        )


def check_engine() -> Finding:
    """Whether there is a Godot of a supported version."""
    try:
        godot = find_godot()
    except EngineNotFound as exc:
        *searched, cure = str(exc).splitlines()
        return Finding(False, "\n".join(searched) or "not usable", cure)
    return Finding(True, f"{godot.version} ({godot.source}: {godot.executable})")


def check_template() -> Finding:
    """Whether scenes can be exported as games."""
    template = find_godot().template
    if template is not None:
        return Finding(True, str(template))
    return Finding(
        False,
        "none for this engine yet",
        "nothing: `pettingzoo-godot export` downloads one; for the editor's own export: "
        "Editor > Manage Export Templates",
    )


def check_train() -> Finding:
    """Whether the packages that only training needs are installed."""
    extra = [package for package in needed_packages("train") if package not in needed_packages()]
    bad = [package.name for package in extra if not check_package(package).ok]
    if not bad:
        return Finding(True, ", ".join(package.name for package in extra))
    return Finding(
        False,
        f"{', '.join(bad)} missing or too old: no `train`, no `evaluate`",
        "in the clone, pip install '.[train]'",
    )


def check_display() -> Finding:
    """Whether the engine can show a window."""
    display = find_display()
    if display is not None:
        return Finding(True, display)
    return Finding(False, "none: no `play`, no render_mode='human'", NO_DISPLAY_CURE)


def check_pictures() -> Finding:
    """Whether the engine can draw pictures for Python."""
    display = find_display()
    if display is not None:
        return Finding(True, f"on {display}")
    program = find_virtual_display()
    if program is not None:
        return Finding(True, f"on virtual displays ({program})")
    return Finding(False, "none: no render_mode='rgb_array', no `record`", NO_PICTURE_CURE)


def check_addon() -> Finding:
    """Whether the addon is complete and belongs to this package."""
    version = read_version(addon_folder())
    if version == __version__:
        return Finding(True, version)
    return Finding(False, f"{version}, but the package is {__version__}", _REINSTALL)


def check_import() -> Finding:
    """Whether Godot can import the project of the bundled scenes."""
    scenes = list(list_scenes())
    if not scenes:
        return Finding(False, "none in this installation", _REINSTALL)
    started = time.perf_counter()
    find_scene(scenes[0]).command()
    return Finding(True, f"{', '.join(scenes)} (ready in {time.perf_counter() - started:.1f} s)")


def check_round_trip() -> Finding:
    """Whether a bundled scene can be stepped, and how fast."""
    scene = next(iter(list_scenes()), "chase")
    started = time.perf_counter()
    with parallel_env(scene) as env:
        env.reset(seed=0)
        ready = time.perf_counter()
        for _ in range(_STEPS):
            if not env.agents:
                env.reset()
            env.step({agent: env.action_space(agent).sample() for agent in env.agents})
        done = time.perf_counter()
    return Finding(
        True,
        f"{scene}: start {ready - started:.1f} s, "
        f"then {1e6 * (done - ready) / _STEPS:.0f} µs per step",
    )


def _finding_of(exc: Exception) -> Finding:
    if isinstance(exc, EngineNotFound):
        return Finding(False, "needs the engine", "first see to the engine, above")
    return Finding(False, type(exc).__name__, str(exc))  # our messages say what to do
