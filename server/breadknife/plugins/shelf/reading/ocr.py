"""OCR: the words in the picture of a page, each with its place and how sure OCR is of it.

tesseract if it is installed, else rapidocr (the extra `ocr`), which takes about seven times as long.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import Any, cast

from breadknife import children
from breadknife.errors import DocumentError, PackageMissing
from breadknife.plugins.shelf.reading.values import Picture
from breadknife.plugins.shelf.values import Box, PageText, WordBox

REMEDY = "install tesseract-ocr, or pip install 'breadknife[ocr]'"
UNSURE = 0.5
"""What OCR is less sure of, and what has no letter or digit, is a speck or a line, not a word."""
_POINTS = 72.0
_MOST_LANGUAGES = 3
"""Each takes tesseract time on each word. Who installs a language has documents in it."""
_SECONDS = 120.0
"""For one page. A sharp page takes about one."""


@dataclass(frozen=True)
class SeenWord:
    """A word in a picture, in pixels from its upper left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float
    gap: str
    """What separates it from the word before: a blank, a line end, or an empty line."""


Ocr = Callable[[Picture], list[SeenWord]]
"""Raises DocumentError for a picture that can't be read."""


def find_ocr() -> Ocr:
    """Return the best that is installed. Raises PackageMissing if nothing is."""
    program = children.find_program("tesseract")
    if program is not None:
        return partial(_by_tesseract, program, _languages(program))
    if has_rapidocr():
        return _rapidocr()
    raise PackageMissing(f"pages that are pictures can't be read; {REMEDY}")


def is_installed() -> bool:
    """Tell whether `find_ocr` finds any."""
    return children.find_program("tesseract") is not None or has_rapidocr()


def has_rapidocr() -> bool:
    return importlib.util.find_spec("rapidocr") is not None


def page_of(number: int, picture: Picture, words: Iterable[SeenWord]) -> PageText:
    """Return the page with the words in reading order."""
    text, boxes = "", list[WordBox]()
    pieces, length = list[str](), 0
    scale = _POINTS / picture.dpi
    for word in words:
        if word.confidence < UNSURE and not any(map(str.isalnum, word.text)):
            continue
        gap = word.gap if pieces else ""
        pieces += (gap, word.text)
        start = length + len(gap)
        length = start + len(word.text)
        top, bottom = (picture.page_height - edge * scale for edge in (word.top, word.bottom))
        box = Box(word.left * scale, bottom, word.right * scale, top)
        boxes.append(WordBox(start, length, box, round(word.confidence, 2)))
    text = "".join(pieces)
    return PageText(number, text, "ocr", tuple(boxes))


def _run(command: list[str], given: bytes = b"") -> bytes:
    """With one thread: with more, tesseract spins for minutes on a busy machine."""
    environment = children.environment(OMP_THREAD_LIMIT="1")
    try:
        ran = children.run(command, environ=environment, given=given, seconds=_SECONDS)
    except TimeoutError:
        raise DocumentError(f"tesseract has not read a page within {_SECONDS:g} s") from None
    if ran.returncode:
        why = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DocumentError(f"tesseract says: {why[-1] if why else 'nothing'}")
    return ran.stdout


def _languages(program: str) -> str:
    """English first, since most of what is scanned here is."""
    listed = _run([program, "--list-langs"]).decode("utf-8", "replace").splitlines()[1:]
    names = sorted(
        (name for name in listed if name not in ("osd", "equ") and "/" not in name), key=lambda n: n != "eng"
    )
    return "+".join(names[:_MOST_LANGUAGES]) or "eng"


def _by_tesseract(program: str, languages: str, picture: Picture) -> list[SeenWord]:
    head = f"P5 {picture.width} {picture.height} 255\n".encode()
    command = [program, "stdin", "stdout", "-l", languages, "--dpi", str(round(picture.dpi)), "tsv"]
    return list(_rows(_run(command, head + picture.pixels).decode("utf-8", "replace")))


def _rows(tsv: str) -> Iterator[SeenWord]:
    """tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text."""
    last: list[str] = []
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        here = cells[2:5]
        gap = " " if here == last else "\n" if here[:2] == last[:2] else "\n\n"
        last = here
        left, top, width, height = map(float, cells[6:10])
        yield SeenWord(cells[11].strip(), left, top, left + width, top + height, float(cells[10]) / 100, gap)


def _rapidocr() -> Ocr:
    import logging

    import numpy
    from rapidocr import RapidOCR  # pyright: ignore[reportMissingImports, reportMissingTypeStubs, reportUnknownVariableType]

    engine = cast("Any", RapidOCR)()
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)

    def read(picture: Picture) -> list[SeenWord]:
        grey = numpy.frombuffer(picture.pixels, numpy.uint8).reshape(picture.height, picture.width)
        found = engine(numpy.stack((grey,) * 3, -1), return_word_box=True)
        lines = [[_seen(*word) for word in line] for line in found.word_results or ()]
        return _with_gaps([line for line in lines if line])

    return read


def _seen(text: str, confidence: float, corners: Any) -> SeenWord:
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return SeenWord(text, min(xs), min(ys), max(xs), max(ys), confidence, " ")


def _with_gaps(lines: list[list[SeenWord]]) -> list[SeenWord]:
    """rapidocr knows no paragraphs: a gap of more than a line's height begins one."""
    from dataclasses import replace

    found = list[SeenWord]()
    gaps = ["\n"]
    for above, below in pairwise(lines):
        height = above[0].bottom - above[0].top
        gaps.append("\n\n" if below[0].top - above[0].bottom > height else "\n")
    for gap, (first, *rest) in zip(gaps, lines, strict=True):
        found += (replace(first, gap=gap), *rest)
    return found
