"""What is in a video: its pictures, and what it says of itself."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest

ffmpeg = pytest.importorskip("imageio_ffmpeg", reason="the extra [video] is not installed")


class Content(NamedTuple):
    """A video; `pictures` is (count, height, width, 3), uint8."""

    codec: str
    fps: float
    pictures: np.ndarray


def read_video(file: Path) -> Content:
    """Decode an mp4 or a GIF."""
    program = [ffmpeg.get_ffmpeg_exe(), "-i", str(file)]
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    done = subprocess.run([*program, *raw], capture_output=True, timeout=60, check=True)
    said = done.stderr.decode()
    codec = re.search(r"Video: (\w+)", said)[1]
    width, height = map(int, re.search(r", (\d+)x(\d+)", said).groups())
    fps = float(re.search(r"([\d.]+) fps", said)[1])
    pictures = np.frombuffer(done.stdout, np.uint8).reshape(-1, height, width, 3)
    return Content(codec, fps, pictures)
