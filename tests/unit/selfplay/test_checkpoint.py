import os
import pickle

import pytest

pytest.importorskip("torch", reason="the extra [train] is not installed")

import torch

from pettingzoo_godot.errors import UsageError
from pettingzoo_godot.selfplay.checkpoint import load, numbered, save, write_whole


def test_what_is_saved_is_loaded(tmp_path):
    state = {"weights": {"a": torch.randn(3)}, "count": 7, "names": ["x"], "none": None}
    save(tmp_path / "1.pt", state)
    loaded = load(tmp_path / "1.pt")
    assert torch.equal(loaded.pop("weights")["a"], state.pop("weights")["a"])
    assert loaded == state


def test_whoever_is_killed_while_writing_leaves_the_old_file(tmp_path, monkeypatch):
    file = tmp_path / "1.pt"
    write_whole(file, b"old")

    def killed(*_):
        raise KeyboardInterrupt

    for step in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(os, step, killed)
            with pytest.raises(KeyboardInterrupt):
                write_whole(file, b"new")
        assert file.read_bytes() == b"old"
        assert numbered(tmp_path) == [file]
    write_whole(file, b"new")
    assert file.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [file]


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "1.pt").mkdir()
    for file in (tmp_path / "1.pt", tmp_path / "nowhere" / "1.pt"):
        with pytest.raises(UsageError, match=rf"expected to write {file}; "):
            write_whole(file, b"new")
    assert list(tmp_path.iterdir()) == [tmp_path / "1.pt"]


def test_numbers_are_in_their_order(tmp_path):
    others = ("latest.pt", "000010_best.pt", "000011.txt")
    for name in ("000010.pt", "000009.pt", "1000000.pt", *others):
        (tmp_path / name).touch()
    assert [file.stem for file in numbered(tmp_path)] == ["000009", "000010", "1000000"]


class Trap:
    def __reduce__(self):
        return (os.mkdir, ("trapped",))


@pytest.mark.parametrize("content", [b"", b"anything", pickle.dumps(Trap())])
def test_what_is_no_checkpoint_is_an_error_and_is_not_run(content, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "1.pt").write_bytes(content)
    with pytest.raises(UsageError, match="expected a file that a self-play training has written"):
        load(tmp_path / "1.pt")
    assert not (tmp_path / "trapped").exists()


def test_no_file(tmp_path):
    with pytest.raises(UsageError, match="expected a file that"):
        load(tmp_path / "1.pt")
