"""OCR: the text in the picture of a page, or in the file of a picture.

tesseract if it is installed, else rapidocr (the extra `ocr`), which takes about seven times as long.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from breadknife import children
from breadknife.errors import DocumentError, PackageMissing
from breadknife.steps.pages import Picture

REMEDY = "install tesseract-ocr, or pip install 'breadknife[ocr]'"
UNSURE = 0.5
"""A word of less confidence that has no letter or digit is a speck or a line on the paper."""
_MOST_LANGUAGES = 3
"""So many installed languages are read, as each takes tesseract time on each word."""
_SECONDS = 120.0
"""How long one page may take. A sharp page takes about a second."""


@dataclass(frozen=True)
class OcrWord:
    """A word in a picture."""

    text: str
    confidence: float
    """From 0 to 1, how sure OCR is of the word."""
    gap: str
    """What separates it from the word before: a blank, a line end, or an empty line."""


Ocr = Callable[[Picture], list[OcrWord]]
"""Reads a picture. Raises DocumentError for one that can't be read."""


def find_ocr() -> Ocr:
    """Return the best OCR that is installed. Raises PackageMissing if none is."""
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


def text_of(words: Iterable[OcrWord]) -> str:
    """Return the text of words in reading order, without specks."""
    pieces = list[str]()
    for word in words:
        if word.confidence >= UNSURE or any(map(str.isalnum, word.text)):
            pieces += (word.gap if pieces else "", word.text)
    return "".join(pieces)


def run_tesseract(command: list[str], picture: bytes = b"", *, seconds: float = _SECONDS) -> str:
    """Run tesseract on the file of a picture, and return what it writes. Raises DocumentError if it fails or takes
    longer. It has one thread: with more, it spins for minutes on a busy machine."""
    environment = children.environment(OMP_THREAD_LIMIT="1")
    try:
        ran = children.run(command, environ=environment, given=picture, seconds=seconds)
    except TimeoutError:
        raise DocumentError(f"tesseract has not read it within {seconds:g} s") from None
    if ran.returncode:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        raise DocumentError(f"tesseract can't read it: {lines[-1] if lines else 'no reason given'}")
    return ran.stdout.decode("utf-8", "replace")


def _languages(program: str) -> str:
    """Return the languages that are read, as tesseract names them: English first, since most scans are English."""
    listed = run_tesseract([program, "--list-langs"]).splitlines()[1:]
    names = (name for name in listed if name not in ("osd", "equ") and "/" not in name)
    return "+".join(sorted(names, key=lambda name: name != "eng")[:_MOST_LANGUAGES]) or "eng"


def _by_tesseract(program: str, languages: str, picture: Picture) -> list[OcrWord]:
    head = f"P5 {picture.width} {picture.height} 255\n".encode()
    command = [program, "stdin", "stdout", "-l", languages, "--dpi", str(round(picture.dpi)), "tsv"]
    return list(_rows(run_tesseract(command, head + picture.pixels)))


def _rows(tsv: str) -> Iterator[OcrWord]:
    """Read tesseract's table: level, page, block, paragraph, line, word, left, top, width, height, confidence, text."""
    last: list[str] = []
    for row in tsv.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5" or not cells[11].strip():
            continue
        line = cells[2:5]
        gap = " " if line == last else "\n" if line[:2] == last[:2] else "\n\n"
        last = line
        yield OcrWord(cells[11].strip(), float(cells[10]) / 100, gap)


def _rapidocr() -> Ocr:
    import logging

    import numpy
    from rapidocr import RapidOCR  # pyright: ignore[reportMissingImports, reportMissingTypeStubs, reportUnknownVariableType]

    engine = cast("Any", RapidOCR)()
    logging.getLogger("RapidOCR").setLevel(logging.ERROR)

    def read(picture: Picture) -> list[OcrWord]:
        grey = numpy.frombuffer(picture.pixels, numpy.uint8).reshape(picture.height, picture.width)
        result = engine(numpy.stack((grey,) * 3, -1), return_word_box=True)
        return list(_words_of_lines(line for line in result.word_results or () if line))

    return read


def _words_of_lines(lines: Iterable[Any]) -> Iterator[OcrWord]:
    """Read rapidocr's lines of (text, confidence, corners). It knows no paragraphs: a gap of more than a line's height
    begins one."""
    bottom = height = 0.0
    for line in lines:
        heights = [float(y) for _, y in line[0][2]]
        top = min(heights)
        gap = "\n\n" if top - bottom > height else "\n"
        for text, confidence, _ in line:
            yield OcrWord(text, confidence, gap)
            gap = " "
        bottom = max(heights)
        height = bottom - top
