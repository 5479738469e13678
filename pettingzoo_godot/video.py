"""Pictures as a video: an mp4 that every player and browser shows, and a GIF made of it.

Needs the extra [video] only when a video is begun: imageio-ffmpeg, whose wheel has an ffmpeg.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.extras import needing_video
from pettingzoo_godot.spaces import Array

_ENCODING = (
    *("-c:v", "libx264", "-crf", "18"),  # flat colours stay flat; 10 s of 640 x 360 are 1 MB
    *("-pix_fmt", "yuv420p", "-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"),  # what all players know
    *("-movflags", "+faststart"),  # a browser begins before it has all
)
_GIF_FPS = 25.0  # at most: more make it large, and browsers slow down those above 50
_GIF_TIMEOUT = 600.0  # seconds


class Video:
    """An mp4 that is being written.

    A context: at the end, the file is there, also after Ctrl-C; after another error, nothing is.

    Args:
        file: Where; its folder is made, and a file that is there is replaced.
        fps: Pictures per second of the video.

    Raises:
        UsageError: If the extra [video] is missing, or the file cannot be written.
    """

    def __init__(self, file: Path, fps: float) -> None:
        self.file = file
        self._unfinished = file.with_name(f"{file.stem}.unfinished.mp4")
        self._fps = fps
        self._program = find_ffmpeg()
        self._process: subprocess.Popen[bytes] | None = None
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._unfinished.touch()  # ffmpeg's own message is in its output only
        except OSError as exc:
            raise UsageError(
                f"expected to write the video {file}; {exc}. Choose a folder that can be written"
            ) from exc

    def add(self, picture: Array) -> None:
        """Add a picture.

        Args:
            picture: (height, width, 3), uint8; each as large as the first one.
        """
        if self._process is None:
            self._process = self._start(picture)
        assert self._process.stdin is not None  # noqa: S101 - asked for
        try:
            self._process.stdin.write(picture.tobytes())
        except OSError as exc:
            raise UsageError(f"expected ffmpeg to write {self.file}; {self._end()}") from exc

    def __enter__(self) -> Video:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        is_kept = self._process is not None and (error is None or kind is KeyboardInterrupt)
        complaint = self._end()
        if is_kept and not complaint:
            self._unfinished.replace(self.file)
            return
        self._unfinished.unlink(missing_ok=True)
        if is_kept:
            raise UsageError(f"expected ffmpeg to write {self.file}; {complaint}")

    def _start(self, picture: Array) -> subprocess.Popen[bytes]:
        height, width, _ = picture.shape
        pixels = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}"]
        source = [*pixels, "-framerate", str(self._fps), "-i", "-"]
        return subprocess.Popen(
            [self._program, "-v", "error", "-y", *source, *_ENCODING, str(self._unfinished)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is ours: the video is to be completed
        )

    def _end(self) -> str:
        """Let ffmpeg complete its file; what it complains about, or nothing."""
        process, self._process = self._process, None
        if process is None:
            return ""
        try:
            _, said = process.communicate()
        except BaseException:  # a second Ctrl-C
            process.kill()
            with contextlib.suppress(OSError), process:
                pass  # its pipes are closed
            self._unfinished.unlink(missing_ok=True)
            raise
        return (said.decode(errors="replace").strip() or "it fails") if process.returncode else ""


def make_gif(video: Path, fps: float) -> Path:
    """Make an animated GIF of an mp4, beside it: as fast, with at most 25 pictures per second.

    Args:
        video: The mp4.
        fps: Its pictures per second.

    Returns:
        The GIF.

    Raises:
        UsageError: If the extra [video] is missing, or the video cannot be read.
    """
    gif = video.with_suffix(".gif")
    shown = f"fps={min(fps, _GIF_FPS)},paletteuse=dither=none"
    program = [find_ffmpeg(), "-v", "error", "-y", "-i", str(video)]
    with tempfile.TemporaryDirectory(prefix="pettingzoo_godot-") as folder:
        # Two runs: one would hold all pictures in memory until it has seen the last colour.
        colours = str(Path(folder, "colours.png"))
        _run([*program, "-vf", "palettegen", colours])
        _run([*program, "-i", colours, "-lavfi", shown, str(gif)])
    return gif


def find_ffmpeg() -> str:
    """The program that writes videos.

    Raises:
        UsageError: If the extra [video] is missing.
    """
    with needing_video("a video"):
        import imageio_ffmpeg
    program: str = imageio_ffmpeg.get_ffmpeg_exe()
    return program


def _run(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_GIF_TIMEOUT
        )
    except subprocess.TimeoutExpired as exc:
        raise UsageError(
            f"expected ffmpeg to make a GIF within {_GIF_TIMEOUT:g} s; it did not. Record fewer "
            "or smaller pictures"
        ) from exc
    if done.returncode != 0:
        raise UsageError(f"expected ffmpeg to make a GIF; it says: {done.stderr.strip()}")
