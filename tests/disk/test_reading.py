from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.disk import reading
from breadknife.disk.in_time import in_time
from breadknife.disk.reading import read_end, read_many, read_regular
from breadknife.errors import DocumentError, FileRefused

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")


@pytest.mark.parametrize("size", [0, 1, 9, 10])
def test_a_file_within_the_limit_is_read_whole(tmp_path: Path, size: int) -> None:
    (tmp_path / "a").write_bytes(b"x" * size)
    assert read_regular(tmp_path / "a", 10) == b"x" * size
    assert read_regular(tmp_path / "a", 10, tmp_path) == b"x" * size


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_bytes(b"x" * 2049), "larger than 2 KB; make it smaller, or leave it out"),
        (Path.mkdir, "a folder, not a file; name a file"),
        pytest.param(os.mkfifo if sys.platform != "win32" else None, "not a regular file", marks=POSIX),
        pytest.param(lambda path: path.symlink_to("/dev/zero"), "not a regular file", marks=POSIX),
        pytest.param(lambda path: path.symlink_to("/dev/tty"), "not a regular file", marks=POSIX),
    ],
    ids=["large", "folder", "pipe", "endless", "terminal"],
)
def test_anything_else_is_refused(tmp_path: Path, make: Callable[[Path], object], told: str) -> None:
    make(tmp_path / "a")
    with pytest.raises(FileRefused, match=told):
        read_regular(tmp_path / "a", 2048)


@pytest.mark.skipif(sys.platform != "linux", reason="of /proc")
def test_a_file_whose_size_the_system_does_not_know_is_limited_too() -> None:
    assert os.stat("/proc/self/maps").st_size == 0
    with pytest.raises(FileRefused, match="larger than"):
        read_regular("/proc/self/maps", 1024)


@pytest.mark.parametrize("path", ["missing", "missing/b", "\0"])
def test_what_is_not_there_is_what_the_system_says(tmp_path: Path, path: str) -> None:
    with pytest.raises((FileNotFoundError, ValueError)):
        read_regular(tmp_path / path, 10, tmp_path)


def test_a_refusal_is_an_error_of_ours_and_of_the_system(tmp_path: Path) -> None:
    for kind in (DocumentError, OSError):
        with pytest.raises(kind):
            read_regular(tmp_path, 10)


@POSIX
def test_many_are_read_as_each_would_be_alone(tmp_path: Path) -> None:
    """But a link is refused, whatever it leads to."""
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (tmp_path / "outside").write_bytes(b"secret")
    (root / "sub" / "good").write_bytes(b"good")
    (root / "large").write_bytes(b"x" * 11)
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "away").symlink_to(tmp_path)
    os.mkfifo(root / "pipe")
    names = ["sub/good", "large", "link", "away/outside", "pipe", "sub", "missing", "\0"]
    given = [*(root / name for name in names), tmp_path / "outside"]
    assert read_many(given, 10, root) == [b"good", *[None] * len(names)]


def test_a_file_that_never_comes_does_not_keep_the_others_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "stuck", "b"):
        (tmp_path / name).write_bytes(name.encode())
    released, opened = threading.Event(), os.open

    def slow_open(path: str, *options: int) -> int:
        if "stuck" in str(path):
            released.wait(60)
        return opened(path, *options)

    monkeypatch.setattr(reading, "SECONDS", 0.1)
    monkeypatch.setattr(os, "open", slow_open)
    try:
        assert read_many([tmp_path / name for name in ("a", "stuck", "b")], 10, tmp_path) == [b"a", None, b"b"]
    finally:
        released.set()


def test_the_end_of_a_file_of_any_size(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"0123456789")
    assert read_end(tmp_path / "log", 3) == b"789"
    assert read_end(tmp_path / "log", 30) == b"0123456789"
    with pytest.raises(FileRefused):
        read_end(tmp_path, 3)


@POSIX
def test_a_link_is_read_only_where_it_leads_to_a_file_inside(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name in ("in/a", "out"):
        (tmp_path / name).write_text(name)
    (tmp_path / "in/to_a").symlink_to("a")
    (tmp_path / "in/to_out").symlink_to("../out")
    assert read_regular(tmp_path / "in/to_a", 10, tmp_path / "in") == b"in/a"
    assert read_regular(tmp_path / "in/to_out", 10) == b"out"
    with pytest.raises(FileRefused, match="put the file itself there"):
        read_regular(tmp_path / "in/to_out", 10, tmp_path / "in")


def test_what_never_answers_is_left_behind() -> None:
    answers = threading.Event()

    def hang() -> bytes:
        answers.wait()
        return b""

    with pytest.raises(FileRefused, match=r"not read within 0\.01 s; check the disk"):
        in_time(hang, 0.01)
    assert in_time(lambda: b"others are read", 60) == b"others are read"
    answers.set()


def test_threads_that_hang_do_not_grow_without_end() -> None:
    answers, ended = threading.Event(), threading.Semaphore(0)

    def hang() -> bytes:
        answers.wait()
        ended.release()
        return b""

    told: list[str] = []
    for _ in range(20):
        with pytest.raises(FileRefused) as refused:
            in_time(hang, 0.001)
        told.append(str(refused.value))
    assert sum("many files here don't answer" in each for each in told) >= 4
    answers.set()
    for _ in range(20 - sum("many files" in each for each in told)):
        assert ended.acquire(timeout=60)
    while True:  # once they have come back, files are read again
        try:
            assert in_time(lambda: b"read", 60) == b"read"
            break
        except FileRefused:
            continue


def test_an_error_is_raised_where_it_was_asked_for() -> None:
    with pytest.raises(ZeroDivisionError):
        in_time(lambda: bytes(1 // 0), 60)
