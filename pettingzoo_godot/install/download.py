"""Fetching files over HTTP: small ones whole, large ones as a checked stream."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pettingzoo_godot.errors import InstallError
from pettingzoo_godot.install.progress import Progress

CHUNK = 1 << 18  # bytes
STALL_TIMEOUT = 30.0  # longest silence during a download, in seconds


def fetch_text(url: str, timeout: float) -> str:
    """Fetch a small text file.

    Args:
        url: Its address.
        timeout: Longest wait for the connection, and for each part of the answer, in seconds.

    Returns:
        Its content.

    Raises:
        InstallError: If it cannot be had; the message names the address and the reason.
    """
    with _open(url, timeout) as response:
        return response.read().decode("utf-8", errors="replace")


def fetch_file(url: str, target: Path, sha512: str, progress: Progress) -> None:
    """Fetch a large file and check it.

    Args:
        url: Its address.
        target: File to write.
        sha512: Expected checksum, in hexadecimal.
        progress: Where to show how far it has come.

    Raises:
        InstallError: If it cannot be had, ends early, or has another checksum.
        OSError: If it cannot be written.
    """
    digest = hashlib.sha512()
    with _open(url, STALL_TIMEOUT) as response, target.open("wb") as file:
        size = int(response.headers.get("Content-Length") or 0)
        done = 0
        with progress.track(f"Downloading {url}", size or None) as update:
            while chunk := _read(response, url):
                digest.update(chunk)
                file.write(chunk)
                done += len(chunk)
                update(done)
    if size and done != size:
        raise InstallError(f"{url} ended after {done} of {size} bytes. Try again.")
    if digest.hexdigest() != sha512.lower():
        raise InstallError(
            f"{url} is not the published file: expected SHA-512 {sha512}, got "
            f"{digest.hexdigest()}. Nothing was installed. Try again, or check the mirror."
        )


@contextmanager
def _open(url: str, timeout: float) -> Iterator[http.client.HTTPResponse]:
    try:
        response = urllib.request.urlopen(url, timeout=timeout)
    except urllib.error.HTTPError as exc:
        exc.close()
        raise InstallError(
            f"{url} cannot be had: the server answered {exc.code} {exc.reason}."
        ) from exc
    except (OSError, http.client.HTTPException, ValueError) as exc:
        raise InstallError(f"{url} cannot be reached: {_reason(exc)}.") from exc
    with response:
        yield response


def _read(response: http.client.HTTPResponse, url: str) -> bytes:
    try:
        return response.read(CHUNK)
    except (OSError, http.client.HTTPException) as exc:
        raise InstallError(f"{url} broke off: {_reason(exc)}. Try again.") from exc


def _reason(exc: Exception) -> str:
    cause = getattr(exc, "reason", exc)
    return str(getattr(cause, "strerror", None) or cause or type(exc).__name__)
