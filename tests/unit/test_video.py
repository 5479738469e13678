from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from videos import read_video

from pettingzoo_godot import video as module
from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.video import Video, make_gif

RED, BLUE = (255, 0, 0), (0, 0, 255)


def picture(colour: tuple[int, int, int], width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), colour, np.uint8)


def write(file: Path, colours: list[tuple[int, int, int]], fps: float = 10.0) -> Path:
    with Video(file, fps) as video:
        for colour in colours:
            video.add(picture(colour))
    return file


def test_ten_seconds(tmp_path: Path) -> None:
    file = write(tmp_path / "of" / "it.mp4", [RED] * 50 + [BLUE] * 50)
    codec, fps, pictures = read_video(file)
    assert (codec, fps, pictures.shape) == ("h264", 10.0, (100, 48, 64, 3))
    assert np.abs(pictures[49].astype(int) - RED).max() < 12
    assert np.abs(pictures[50].astype(int) - BLUE).max() < 12
    assert list(file.parent.iterdir()) == [file]


def test_odd_sizes_get_an_edge(tmp_path: Path) -> None:
    with Video(tmp_path / "odd.mp4", 7.5) as video:
        video.add(picture(RED, 63, 47))
    _, fps, pictures = read_video(video.file)
    assert (fps, pictures.shape) == (7.5, (1, 48, 64, 3))
    assert np.abs(pictures[0][:40, :56].astype(int) - RED).max() < 12


def test_a_gif_is_as_fast(tmp_path: Path) -> None:
    gif = make_gif(write(tmp_path / "it.mp4", [RED] * 6 + [BLUE] * 4), 10.0)
    assert gif == tmp_path / "it.gif"
    assert gif.read_bytes()[:6] == b"GIF89a"
    codec, fps, pictures = read_video(gif)
    assert (codec, fps, pictures.shape) == ("gif", 10.0, (10, 48, 64, 3))
    assert np.abs(pictures[-1].astype(int) - BLUE).max() < 12


def test_a_gif_has_no_more_pictures_than_browsers_show(tmp_path: Path) -> None:
    gif = make_gif(write(tmp_path / "it.mp4", [RED] * 100, fps=100.0), 100.0)
    assert len(read_video(gif).pictures) == 25


def test_a_gif_of_something_else(tmp_path: Path) -> None:
    (tmp_path / "it.mp4").write_text("no video")
    with pytest.raises(UsageError, match=r"expected ffmpeg to make a GIF; it says: .*"):
        make_gif(tmp_path / "it.mp4", 10.0)


def test_a_failure_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "it.mp4"
    file.write_text("old")
    with pytest.raises(RuntimeError), Video(file, 10.0) as video:
        video.add(picture(RED))
        raise RuntimeError
    with Video(file, 10.0):
        pass  # no picture
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]


def test_what_was_recorded_until_ctrl_c_is_kept(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), Video(tmp_path / "it.mp4", 10.0) as video:
        video.add(picture(RED))
        video.add(picture(RED))
        raise KeyboardInterrupt
    assert len(read_video(video.file).pictures) == 2


def test_a_second_ctrl_c_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Video(tmp_path / "it.mp4", 10.0) as video:
        video.add(picture(RED))
        monkeypatch.setattr(video._process, "communicate", interrupt)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


def test_a_gif_that_takes_too_long(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\nexec sleep 60\n")
    program.chmod(0o755)
    monkeypatch.setattr(module, "find_ffmpeg", lambda: str(program))
    monkeypatch.setattr(module, "_GIF_TIMEOUT", 0.1)
    with pytest.raises(UsageError, match=r"a GIF within 0\.1 s"):
        make_gif(tmp_path / "it.mp4", 10.0)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"expected to write the video .*it\.mp4"):
        Video(tmp_path / "file" / "it.mp4", 10.0)


def test_an_encoder_that_fails_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "ffmpeg"
    program.write_text("#!/bin/sh\necho no space left >&2\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(module, "find_ffmpeg", lambda: str(program))
    message = r"expected ffmpeg to write .*it\.mp4; no space left"
    with pytest.raises(UsageError, match=message), Video(tmp_path / "it.mp4", 10.0) as video:
        for _ in range(100):  # more than its pipe holds
            video.add(picture(RED))
    with pytest.raises(UsageError, match=message), Video(tmp_path / "it.mp4", 10.0) as video:
        video.add(picture(RED, 2, 2))
    assert list(tmp_path.iterdir()) == [program]


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "imageio_ffmpeg", None)
    with pytest.raises(UsageError, match=r"imageio-ffmpeg, which a video needs.*'\.\[video\]'"):
        Video(tmp_path / "it.mp4", 10.0)
    assert list(tmp_path.iterdir()) == []
