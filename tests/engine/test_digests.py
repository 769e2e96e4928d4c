"""A model's file is read once a day, and again as soon as anything of it has changed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.engine.models import digests
from breadknife.engine.models.digests import KEPT_FILES, KEPT_SECONDS, DigestCache, sha256_of

LATER = 1000.0
"""Seconds: a file that was just written has settled."""


class Reader:
    """Counts how often a file is read; `now` is what the clock says."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = file.parent.stat().st_mtime + LATER
        self.read: list[str] = []
        self.cache = DigestCache(file, lambda: self.now)
        monkeypatch.setattr(digests, "sha256_of", self._sha256_of)

    def _sha256_of(self, path: Path) -> str:
        self.read.append(path.name)
        return sha256_of(path)


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Reader:
    return Reader(tmp_path / "sums.json", monkeypatch)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"GGUF weights")
    return path


def test_a_file_is_read_once(reader: Reader, model: Path, tmp_path: Path) -> None:
    first = reader.cache.sha256_of(model)
    assert DigestCache(tmp_path / "sums.json", lambda: reader.now + 60).sha256_of(model) == first == sha256_of(model)
    assert reader.read == ["model.gguf"]


def keep_the_times(path: Path, content: bytes) -> None:
    before = path.stat()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def put_another_there(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(b"GGUF another")
    os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"GGUF heights!"),
        put_another_there,
        pytest.param(
            lambda path: keep_the_times(path, b"GGUF heights"),
            marks=pytest.mark.skipif(sys.platform == "win32", reason="there the time of an entry is not to be had"),
        ),
    ],
)
def test_a_changed_file_is_read_again(reader: Reader, model: Path, change: Callable[[Path], None]) -> None:
    reader.cache.sha256_of(model)
    change(model)
    assert reader.cache.sha256_of(model) == sha256_of(model)
    assert reader.read == ["model.gguf"] * 2


@pytest.mark.parametrize(("seconds", "times"), [(KEPT_SECONDS - 1, 1), (KEPT_SECONDS + 1, 2), (-1, 2)])
def test_it_is_read_again_the_next_day(reader: Reader, model: Path, seconds: float, times: int) -> None:
    reader.cache.sha256_of(model)
    reader.now += seconds
    reader.cache.sha256_of(model)
    assert len(reader.read) == times


def test_a_file_that_is_being_written_is_read_each_time(reader: Reader, model: Path) -> None:
    reader.now -= LATER
    reader.cache.sha256_of(model)
    reader.cache.sha256_of(model)
    assert len(reader.read) == 2


def test_only_the_newest_are_kept(reader: Reader, tmp_path: Path) -> None:
    files = [tmp_path / str(number) for number in range(KEPT_FILES + 1)]
    for path in files:
        path.write_bytes(b"")
        reader.cache.sha256_of(path)
    reader.read.clear()
    reader.cache.sha256_of(files[-1])
    reader.cache.sha256_of(files[0])
    assert reader.read == ["0"]


@pytest.mark.parametrize("broken", [b"", b"{", b'{"a": 3}'])
def test_a_broken_list_is_an_empty_one(reader: Reader, model: Path, tmp_path: Path, broken: bytes) -> None:
    (tmp_path / "sums.json").write_bytes(broken)
    assert reader.cache.sha256_of(model) == sha256_of(model)


def test_without_a_place_for_it_each_is_read_each_time(reader: Reader, model: Path, tmp_path: Path) -> None:
    (tmp_path / "sums.json").mkdir()
    assert {reader.cache.sha256_of(model) for _ in range(2)} == {sha256_of(model)}
    assert len(reader.read) == 2
    with pytest.raises(OSError, match="missing"):
        reader.cache.sha256_of(tmp_path / "missing")
