"""What is written is there or isn't, whatever happens: also what is killed, and what loses its power."""

from __future__ import annotations

import os
import random
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.errors import FileRefused
from breadknife.paths import rewrite, write_atomically

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes, owners and signals")
AS_ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files away")
KILLS = 40


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.py"
    path.write_bytes(b"old")
    return path


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


# --- our own files ---


@POSIX
def test_a_file_of_ours_is_its_users_alone(tmp_path: Path) -> None:
    path = tmp_path / "new/folder/state.json"
    write_atomically(path, b"one", memoryview(b"two"))
    assert (path.read_bytes(), mode(path)) == (b"onetwo", 0o600)
    path.chmod(0o644)
    write_atomically(path, b"three")
    assert (path.read_bytes(), mode(path)) == (b"three", 0o600)
    write_atomically(path, b"four", mode=0o644)
    assert (mode(path), names(path.parent)) == (0o644, {"state.json"})


@pytest.mark.parametrize("length", [1, 255])
def test_a_name_may_be_as_long_as_any(tmp_path: Path, length: int) -> None:
    write_atomically(tmp_path / ("n" * length), b"")
    assert names(tmp_path) == {"n" * length}


def test_the_file_is_on_the_disk_before_it_has_its_name_and_the_name_after_that(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a machine that loses its power then has is the old file or the new one."""
    done: list[str] = []
    fsync, replace = os.fsync, os.replace

    def synced(descriptor: int) -> None:
        done.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda old, new: (done.append("name"), replace(old, new)))
    folder = [] if sys.platform == "win32" else ["folder"]
    rewrite(file, b"new")
    assert done == ["file", "name", *folder]
    done.clear()
    write_atomically(file, b"newer")
    assert done == ["file", "name", *folder]
    done.clear()
    write_atomically(file, b"newest", durable=False)
    assert done == ["name"]


@pytest.mark.parametrize("write", [write_atomically, rewrite])
def test_a_full_disk_leaves_the_old_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, bytes], None]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write(file, b"new")
    assert (file.read_bytes(), names(file.parent)) == (b"old", {"a.py"})


# --- the user's ---


@POSIX
@pytest.mark.parametrize("kept", [0o600, 0o644, 0o755, 0o640, 0o4755])
def test_a_users_file_keeps_its_mode(file: Path, kept: int) -> None:
    file.chmod(kept)
    rewrite(file, b"new")
    assert (file.read_bytes(), mode(file)) == (b"new", kept)


@AS_ROOT
def test_a_users_file_keeps_its_owner(file: Path) -> None:
    os.chown(file, 1234, 5678)
    file.chmod(0o4711)
    rewrite(file, b"new")
    now = file.stat()
    assert (now.st_uid, now.st_gid, mode(file)) == (1234, 5678, 0o4711)


@AS_ROOT
def test_what_would_get_another_owner_is_refused(file: Path) -> None:
    file.parent.chmod(0o777)
    file.chmod(0o666)
    done = _as_nobody(file, "new")
    assert "of another user or group" in done
    assert (file.read_bytes(), names(file.parent)) == (b"old", {"a.py"})


@AS_ROOT
def test_what_is_read_only_is_refused(file: Path) -> None:
    os.chown(file, 65534, 65534)
    os.chown(file.parent, 65534, 65534)
    file.chmod(0o444)
    assert "read-only, so it isn't written; make it writable" in _as_nobody(file, "new")
    assert file.read_bytes() == b"old"


def _as_nobody(path: Path, text: str) -> str:
    """What a process without rights says when it rewrites a file. It was imported while it had them."""
    script = (
        "import os, sys; from pathlib import Path; from breadknife.paths import rewrite; import breadknife.errors\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534); os.chdir(sys.argv[1])\n"
        "try: rewrite(Path(sys.argv[2]), sys.argv[3].encode())\n"
        "except breadknife.errors.FileRefused as error: print(error)\n"
    )
    command = [sys.executable, "-c", script, str(path.parent), path.name, text]
    for folder in path.parents[:-2]:  # pytest's are closed to others
        folder.chmod(folder.stat().st_mode | 0o011)
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="Python knows extended attributes there alone")
def test_a_users_file_keeps_its_extended_attributes(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"kept")
    except OSError:
        pytest.skip("this file system has none")
    rewrite(file, b"new")
    assert os.getxattr(file, "user.note") == b"kept"


@pytest.mark.parametrize("write", [write_atomically, rewrite])
def test_of_a_link_what_it_leads_to_is_written(file: Path, write: Callable[[Path, bytes], None]) -> None:
    link = file.with_name("link.py")
    link.symlink_to("a.py")
    write(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"


def test_hard_links_are_not_parted(file: Path) -> None:
    os.link(file, file.with_name("b.py"))
    with pytest.raises(FileRefused, match="one of 2 hard links, and writing would part it from the others"):
        rewrite(file, b"new")
    assert file.read_bytes() == file.with_name("b.py").read_bytes() == b"old"
    assert names(file.parent) == {"a.py", "b.py"}


@POSIX
def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileRefused, match="not a regular file"):
        rewrite(tmp_path / "pipe", b"new")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)


# --- killed ---

_WRITER = """
import sys
from pathlib import Path
from breadknife.paths import rewrite, write_atomically
path, write = Path(sys.argv[1]), {"rewrite": rewrite, "write_atomically": write_atomically}[sys.argv[2]]
print("ready", flush=True)
while True:
    for letter in b"AB":
        write(path, bytes((letter,)) * (1 << 20))
"""


@POSIX
@pytest.mark.parametrize("write", ["rewrite", "write_atomically"])
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(file: Path, write: str) -> None:
    rng = random.Random(8)
    file.write_bytes(b"A" * (1 << 20))
    seen = set[bytes]()
    for _ in range(KILLS):
        with subprocess.Popen([sys.executable, "-c", _WRITER, file, write], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(rng.uniform(0, 0.03))
            writer.kill()
        found = file.read_bytes()
        assert found in (b"A" * (1 << 20), b"B" * (1 << 20)), f"{len(found)} bytes, {set(found)}"
        seen.add(found[:1])
    assert seen == {b"A", b"B"}
