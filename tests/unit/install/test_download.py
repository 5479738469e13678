import errno
import socket
from pathlib import Path

import pytest
from stand_ins import DEADLINE

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.download import fetch_file, fetch_text


def test_fetch_text_returns_the_content(mirror):
    mirror.files["a"] = "ä".encode()
    assert fetch_text(f"{mirror.url}/a", DEADLINE) == "ä"


def test_fetch_of_a_missing_file_names_address_and_answer(mirror):
    with pytest.raises(
        InstallError, match=f"{mirror.url}/b cannot be had: the server answered 404"
    ):
        fetch_text(f"{mirror.url}/b", DEADLINE)


def test_fetch_from_nobody_says_refused():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, and not listening: connections are refused
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/x"
        with pytest.raises(InstallError, match=f"{url} cannot be reached: Connection refused"):
            fetch_text(url, DEADLINE)


def test_fetch_from_a_silent_server_gives_up():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/x"
        with pytest.raises(InstallError, match="cannot be reached: timed out"):
            fetch_text(url, 0.05)


def test_fetch_of_nonsense_raises():
    with pytest.raises(InstallError, match="nonsense cannot be reached: unknown url type"):
        fetch_text("nonsense", DEADLINE)


def test_fetch_file_with_another_checksum_shows_both(mirror, progress, tmp_path):
    mirror.files["a"] = b""
    with pytest.raises(InstallError, match="expected SHA-512 0000, got cf83e1357e") as caught:
        fetch_file(f"{mirror.url}/a", tmp_path / "a", "0000", progress)
    assert "check the mirror" in str(caught.value)


def test_fetch_file_that_ends_early_says_how_much_came(mirror, progress, tmp_path):
    mirror.files["a"] = b"12345"
    mirror.missing_bytes = 3
    with pytest.raises(InstallError, match=r"/a (ended after 5 of 8 bytes|broke off)"):
        fetch_file(f"{mirror.url}/a", tmp_path / "a", "0", progress)


def test_fetch_file_on_a_full_disk_raises_what_the_system_says(mirror, progress, tmp_path):
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    mirror.files["a"] = bytes(1 << 20)
    with pytest.raises(OSError, match="No space left") as caught:
        fetch_file(f"{mirror.url}/a", full, "0", progress)
    assert caught.value.errno == errno.ENOSPC
