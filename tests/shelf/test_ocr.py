"""What OCR reads of a scan, and where its words stand."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest

from breadknife import children
from breadknife.errors import PackageMissing
from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.steps import ocr
from breadknife.steps.ocr import OcrWord, find_ocr, text_of
from breadknife.steps.pages import Page
from breadknife.steps.pdf import pictures
from shelf.filling import fill
from shelf.making import MACHINE, pdf

tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract isn't installed")


def seen(text: str, gap: str = " ", confidence: float = 0.9) -> OcrWord:
    return OcrWord(text, confidence, gap)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([seen("Hot", "\n\n"), seen("bread."), seen("Yes.", "\n"), seen("No.", "\n\n")], "Hot bread.\nYes.\n\nNo."),
        ([seen("~", confidence=0.2), seen("Hot"), seen("|", confidence=0.4), seen("oven")], "Hot oven"),
        ([seen("b", confidence=0.2), seen("•", confidence=0.9)], "b •"),
        ([], ""),
    ],
)
def test_the_text_of_words(words: list[OcrWord], text: str) -> None:
    """What OCR isn't sure of, and what has no letter or digit, is a speck."""
    assert text_of(words) == text


def read(picture_of: Path) -> list[str]:
    engine = find_ocr()
    data = picture_of.read_bytes()
    return [text_of(engine(picture)) for _, picture in pictures(data, (1, 2, 3))]


@tesseract
def test_tesseract_reads_the_example() -> None:
    pages = read(MACHINE)
    assert "The motor must rest for twenty minutes after it has run for ten." in " ".join(pages[1].split())
    assert "Power: 650 watts at 230 volts" in pages[2]
    assert pages[0].startswith("Model")


@pytest.mark.slow
@pytest.mark.skipif(importlib.util.find_spec("rapidocr") is None, reason="rapidocr isn't installed")
def test_rapidocr_reads_the_example_where_tesseract_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "find_program", lambda name: None)
    pages = read(MACHINE)
    assert "twenty minutes after it has run for ten" in " ".join(pages[1].split())


def test_without_any_the_remedy_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "find_program", lambda name: None)
    monkeypatch.setattr(ocr, "has_rapidocr", lambda: False)
    with pytest.raises(PackageMissing, match=r"install tesseract-ocr, or pip install 'breadknife\[ocr\]'"):
        find_ocr()


@pytest.fixture
def folder(home: Path, tmp_path: Path) -> Path:
    made = tmp_path / "papers"
    made.mkdir()
    (made / "machine.pdf").write_bytes(MACHINE.read_bytes())
    return made


@tesseract
def test_pages_wait_for_ocr_and_are_then_searched(folder: Path) -> None:
    fill(folder)
    shelves = IndexedShelves()
    assert (shelves.status.pages, shelves.status.pages_waiting) == (0, 3)
    assert shelves.search("motor", (), 5) == ()
    fill(folder, ocr=True)
    assert (shelves.status.pages_by_ocr, shelves.status.pages_waiting) == (3, 0)
    [best, *_] = shelves.search("How long must the motor rest?", (), 5)
    assert best.chunk.page == 2
    assert "motor must rest" in shelves.page_text(best.file, 2).replace("\n", " ")


@tesseract
def test_a_page_that_was_read_before_a_kill_is_searched_after_it(folder: Path) -> None:
    """Whoever is killed between two pages has made no chunks of the first."""
    fill(folder)
    with IndexWriter(folder) as store:
        [(file, path, numbers)] = store.waiting_for_ocr()
        assert (path, numbers) == ("machine.pdf", (1, 2, 3))
        store.put_page(file, Page(1, "A page that tesseract has read.", "ocr"))
    fill(folder, ocr=True)
    shelves = IndexedShelves()
    assert [each.chunk.text for each in shelves.search("tesseract", (), 5)] == ["A page that tesseract has read."]
    assert shelves.status.pages_by_ocr == 3


def test_a_page_with_little_text_and_nothing_else_is_no_picture(folder: Path) -> None:
    (folder / "machine.pdf").write_bytes(pdf("Chapter 1", ""))
    fill(folder)
    assert IndexedShelves().status.pages_waiting == 0
