"""The Debian mirror that this machine's apt uses."""

from __future__ import annotations

import re

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.command import run_command

QUERY_TIMEOUT = 60.0  # apt answers from its own files, in seconds


def find_mirror() -> str:
    """Ask apt where it gets Debian's packages from.

    Returns:
        Address of a Debian archive, as in a line of sources.list.

    Raises:
        InstallError: If apt uses none, or does not answer.
    """
    mirror = _find_in_lists() or _find_in_sources()
    if mirror is None:
        raise InstallError(
            "This machine's apt gets its packages from no Debian archive. Add one to "
            "/etc/apt/sources.list, or use `pettingzoo-godot install-godot --source official`."
        )
    return mirror


def _find_in_lists() -> str | None:
    """Choose by what the downloaded lists say of themselves; there may be none yet."""
    answer = run_command(
        ["apt-get", "indextargets", "--format", "$(REPO_URI) $(ORIGIN) $(LABEL)"], QUERY_TIMEOUT
    )
    for line in answer.splitlines():
        # The archives of security updates and backports have other labels.
        if line.endswith(" Debian Debian"):
            return line.split()[0]
    return None


def _find_in_sources() -> str | None:
    """Choose by address: before the first `apt-get update` nothing else is known."""
    answer = run_command(["apt-get", "--print-uris", "update"], QUERY_TIMEOUT)
    found = re.findall(r"^'([^']+?)dists/([^/']+)/InRelease'", answer, flags=re.MULTILINE)
    ordinary = [uri for uri, suite in found if "security" not in suite + uri]
    debian = [uri for uri in ordinary if uri.rstrip("/").endswith("debian")]
    return next(iter(debian + ordinary), None)
