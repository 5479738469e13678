"""Export templates: the engines without an editor that exported games are made of.

Debian's engine has its own beside it, and the editor installs them into a folder of Godot's. For
any other engine there is the official archive for all systems; this machine needs one file of it.
"""

from __future__ import annotations

import os
import re
import shutil
import zipfile
from pathlib import Path

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.cache import explain_os_error, lock_engines, open_staging
from pettingzoo_godot.install.download import fetch_file
from pettingzoo_godot.install.godot import Godot, find_template, template_path
from pettingzoo_godot.install.official import find_archive
from pettingzoo_godot.install.progress import Progress
from pettingzoo_godot.paths import cache_dir

CONNECT_TIMEOUT = 30.0  # in seconds
CURE = (
    "Install it in the editor (Editor > Manage Export Templates); or let `pettingzoo-godot "
    "install-godot --source debian` install an engine that has one, and set $GODOT to it."
)


def install_template(
    godot: Godot, *, mirror: str | None = None, progress: Progress | None = None
) -> Path:
    """Install the release export template of an engine into our cache, or return what is there.

    Args:
        godot: The engine; its version has to be that of an official release.
        mirror: Address of the folder with that release's archives; None:
            `$PETTINGZOO_GODOT_MIRROR`, or else the project's own release page.
        progress: Where to tell what happens; None: standard error.

    Returns:
        The template.

    Raises:
        InstallError: If there is none for this version or machine, or it cannot be had; nothing
            half-installed is left behind.
    """
    if godot.template is not None:
        return godot.template
    progress = progress or Progress()
    path = template_path(godot.version)
    # The edition with .NET has archives of its own, and needs more than a template.
    number = re.fullmatch(r"([\d.]+)\.([a-z]+\d*)", path.parent.name) if path else None
    if path is None or number is None:
        raise InstallError(f"No export template is known for Godot {godot.version}. {CURE}")
    try:
        with lock_engines(progress):
            # Another process may have installed it while this one waited for the lock.
            found = find_template(godot.executable, godot.version)
            return found or _install(
                "-".join(number.groups()), cache_dir() / path, mirror, progress
            )
    except OSError as exc:
        raise InstallError(explain_os_error(exc)) from exc


def _install(release: str, place: Path, mirror: str | None, progress: Progress) -> Path:
    archive = f"Godot_v{release}_export_templates.tpz"
    try:
        url, sha512 = find_archive(archive, release, mirror, CONNECT_TIMEOUT)
    except InstallError as exc:
        raise InstallError(
            f"Godot {release} has no export template here, and none can be downloaded: {exc} {CURE}"
        ) from exc
    progress.say("Exporting needs Godot's export templates: once, a download of about 1 GB.")
    with open_staging() as staging:
        templates = staging / archive
        fetch_file(url, templates, sha512, progress)
        template = staging / place.name
        _extract(templates, template)
        place.parent.mkdir(parents=True, exist_ok=True)
        os.replace(template, place)
    progress.say(f"Installed the export template of Godot {release}: {place}")
    return place


def _extract(archive: Path, template: Path) -> None:
    try:
        with (
            zipfile.ZipFile(archive) as zipped,
            zipped.open(f"templates/{template.name}") as member,
            template.open("wb") as file,
        ):
            shutil.copyfileobj(member, file)
    except (zipfile.BadZipFile, KeyError) as exc:
        raise InstallError(
            f"{archive.name} does not hold templates/{template.name}, though its checksum is "
            f"right: {exc}. Check the mirror."
        ) from exc
    template.chmod(0o755)
