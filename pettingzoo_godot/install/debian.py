"""Godot from a newer Debian suite, unpacked with its dependencies beside the system.

Rule 1: nothing of the system is changed, and no rights of root are needed.
Rule 2: no host is named here; packages come from the mirror that this machine's apt uses already,
        and apt checks them against the system's Debian keyring.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.cache import Build
from pettingzoo_godot.install.command import run_command
from pettingzoo_godot.install.mirror import find_mirror
from pettingzoo_godot.install.progress import Progress, Update
from pettingzoo_godot.install.relocation import ARCHITECTURES, relocate

# Suites with Godot 4.4 or newer; the second one where the first has none (any more).
SUITES = ("forky", "sid")
# The engine needs neither OpenGL to start nor a display; windowed mode draws with Mesa.
PACKAGES = (
    "godot",
    "godot-template-release",
    "libgl1",
    "libglx-mesa0",
    "libegl1",
    "libegl-mesa0",
    "libgl1-mesa-dri",
)
KEYRINGS = tuple(
    Path(f"/usr/share/keyrings/debian-archive-keyring.{suffix}") for suffix in ("gpg", "pgp")
)
TOOLS = ("apt-get", "dpkg", "dpkg-deb")
UNNEEDED = ("doc", "man", "locale", "info", "lintian", "bug")  # below usr/share
# Where libglvnd looks for EGL drivers by itself; the variable replaces that list.
SYSTEM_EGL_VENDORS = "/etc/glvnd/egl_vendor.d:/usr/share/glvnd/egl_vendor.d"

QUERY_TIMEOUT = 60.0  # apt answers from its own files, in seconds
UPDATE_TIMEOUT = 600.0  # 9 MB of package lists, in seconds
DOWNLOAD_TIMEOUT = 3600.0  # 171 MB of packages, in seconds
UNPACK_TIMEOUT = 300.0  # one package; measured 2 s for the largest, in seconds

# Read after the system's own settings (proxies, certificates), which stay in force.
# The hooks would run programs that touch the system; a foreign default suite is an error.
APT_SETTINGS = """\
#clear APT::Update::Pre-Invoke;
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
#clear DPkg::Pre-Invoke;
#clear DPkg::Post-Invoke;
#clear DPkg::Pre-Install-Pkgs;
Dir::State "{apt}";
Dir::State::Lists "{apt}/lists";
Dir::State::status "{apt}/status";
Dir::State::extended_states "{apt}/extended_states";
Dir::Cache "{apt}";
Dir::Cache::archives "{apt}/archives";
Dir::Etc::sourcelist "{apt}/sources.list";
Dir::Etc::sourceparts "-";
Dir::Etc::preferences "-";
Dir::Etc::preferencesparts "-";
Dir::Log "{apt}";
APT::Default-Release "";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::http::Timeout "30";
Acquire::https::Timeout "30";
Acquire::Retries "3";
Dpkg::Use-Pty "false";
"""


@dataclass(frozen=True, slots=True)
class Debian:
    """What this machine offers for unpacking Debian packages.

    Attributes:
        architecture: Debian's name of it, such as "amd64".
        keyring: Keys of Debian's archive.
    """

    architecture: str
    keyring: Path


def find_debian() -> Debian:
    """Check that this machine can unpack packages from Debian.

    Returns:
        What it offers.

    Raises:
        InstallError: If it lacks a tool or the keyring, or has another architecture.
    """
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    keyring = next((path for path in KEYRINGS if path.is_file()), None)
    if keyring is None:
        missing.append(f"Debian's keyring ({KEYRINGS[0]})")
    if missing or keyring is None:
        raise InstallError(f"This is no Debian machine: it has no {', no '.join(missing)}.")
    architecture = run_command(["dpkg", "--print-architecture"], QUERY_TIMEOUT).strip()
    if architecture not in ARCHITECTURES:
        raise InstallError(
            f"Unpacking Godot from Debian is supported on {' and '.join(ARCHITECTURES)}, not on "
            f"{architecture}. Set $GODOT to an executable of your own."
        )
    return Debian(architecture, keyring)


def build_debian(staging: Path, home: Path, debian: Debian, progress: Progress) -> Build:
    """Download, unpack and relocate Godot with everything that it needs.

    Args:
        staging: Folder to work in; the engine is made in its subfolder "engine".
        home: Folder that will hold the engine's own folder.
        debian: From `find_debian`.
        progress: Where to show how far it has come.

    Returns:
        What was built.

    Raises:
        InstallError: If no suite has Godot, or a command fails.
        OSError: If the disk is full or not writable.
    """
    packages = _download_any(staging, debian, progress)
    name = f"{_read_package_version(packages)}-debian"
    root = staging / "engine"
    _unpack(packages, root, progress)
    progress.say("Setting the paths of loader and libraries")
    relocate(root, home / name, ARCHITECTURES[debian.architecture])
    vendors = f"{home / name / 'usr/share/glvnd/egl_vendor.d'}:{SYSTEM_EGL_VENDORS}"
    template = PurePath("usr/bin/godot-template-release")
    return Build(
        name,
        "debian",
        PurePath("usr/bin/godot"),
        template if (root / template).is_file() else None,
        {"__EGL_VENDOR_LIBRARY_DIRS": vendors},
    )


def _download_any(staging: Path, debian: Debian, progress: Progress) -> list[Path]:
    mirror = find_mirror()
    failures = []
    for suite in SUITES:
        source = (
            f"deb [arch={debian.architecture} targets=Packages signed-by={debian.keyring}] "
            f"{mirror} {suite} main\n"
        )
        try:
            return _download(staging / f"apt-{suite}", source, suite, progress)
        except InstallError as exc:
            failures.append(f"Suite {suite} on {mirror}: {exc}")
            progress.say(f"Suite {suite} cannot be used.")
    raise InstallError(
        "Debian's packages could not be had.\n" + "\n".join(failures) + "\nTry again, check that "
        "`apt-get update` works on this machine, or set $GODOT to an executable of your own."
    )


def _download(apt: Path, source: str, suite: str, progress: Progress) -> list[Path]:
    for folder in ("lists/partial", "archives/partial"):
        (apt / folder).mkdir(parents=True)
    (apt / "status").touch()  # empty: every dependency is downloaded, none is taken as installed
    (apt / "sources.list").write_text(source, encoding="utf-8")
    settings = apt / "apt.conf"
    settings.write_text(APT_SETTINGS.format(apt=apt), encoding="utf-8")
    apt_get = ["apt-get", f"--config-file={settings}", "-q", "-y", "-o", "APT::Status-Fd=1"]
    with progress.track(f"Reading what Debian's suite {suite} has", 100.0) as update:
        run_command([*apt_get, "--error-on=any", "update"], UPDATE_TIMEOUT, _percent_reader(update))
    with progress.track(f"Downloading Godot and its libraries from {suite}", 100.0) as update:
        run_command(
            [*apt_get, "--download-only", "install", *PACKAGES],
            DOWNLOAD_TIMEOUT,
            _percent_reader(update),
        )
    return sorted((apt / "archives").glob("*.deb"))


def _percent_reader(update: Update) -> Callable[[str], bool]:
    def read(line: str) -> bool:
        # "dlstatus:FILE:PERCENT:DESCRIPTION", from APT::Status-Fd
        if match := re.match(r"dlstatus:\d+:([\d.]+):", line):
            update(float(match.group(1)))
        return match is not None

    return read


def _read_package_version(packages: list[Path]) -> str:
    for package in packages:
        if match := re.match(r"godot_(?:\d+%3a)?(\d+(?:\.\d+)+)", package.name):
            return match.group(1)
    raise InstallError(f"apt-get downloaded {len(packages)} packages, but none of them is godot.")


def _unpack(packages: list[Path], root: Path, progress: Progress) -> None:
    root.mkdir()
    with progress.track(f"Unpacking {len(packages)} packages", len(packages)) as update:
        for done, package in enumerate(packages, 1):
            run_command(["dpkg-deb", "--extract", str(package), str(root)], UNPACK_TIMEOUT)
            package.unlink()  # at once: the disk need not hold both
            update(done)
    for folder in [root / "usr/share" / name for name in UNNEEDED]:
        shutil.rmtree(folder, ignore_errors=True)
