"""Steps that read PDFs and pictures. What parses them runs in a process of its own: these files
come from anybody."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice

from breadknife import children
from breadknife.errors import DocumentError, FileRefused
from breadknife.steps.ocr import run_tesseract
from breadknife.steps.pdf import open_pdf, pages_of
from breadknife.steps.ports import clean, literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Passage
from breadknife.task.cascade import Kind
from breadknife.task.values import Resource, Silence

MAX_PAGES = 5_000
"""Of a PDF. What comes after them isn't read: the step's result is in memory as a whole."""
_OCR_SECONDS = 110.0
"""How long tesseract may take: less than the step may, so that the step can say what happened."""


@dataclass(frozen=True)
class LoadFileInput:
    path: str = clean()
    """Of a file in the workspace folder."""


@dataclass(frozen=True)
class LoadFileOutput:
    file: Resource


def load_file(given: LoadFileInput, context: StepContext) -> LoadFileOutput | Silence:
    """Return a picture or PDF of the workspace folder, as bytes."""
    try:
        return LoadFileOutput(context.read(given.path))
    except FileRefused as error:
        return Silence("no-file", f"{error}.", "name a file in this folder")


@dataclass(frozen=True)
class ReadPdfInput:
    file: Resource
    pages: int = literal(MAX_PAGES)
    """Read at most so many."""


@dataclass(frozen=True)
class ReadPdfOutput:
    passages: tuple[Passage, ...]
    """One for each page that has text."""
    empty: tuple[int, ...]
    """Pages without text, counted from 1: pictures, say."""
    total: int
    """Pages of the PDF. If it has more than were read, `passages` and `empty` are about the first ones alone."""


def read_pdf(given: ReadPdfInput, context: StepContext) -> ReadPdfOutput | Silence:
    """Return the text of a PDF, page by page; of a long one, the text of its first pages."""
    try:
        pdf = open_pdf(given.file.data)
    except DocumentError as error:
        why, _, remedy = str(error).partition("; ")
        return Silence("bad-pdf", f"{given.file.uri.rpartition('/')[2]} can't be read: {why}.", remedy)
    pages = islice(pages_of(pdf), min(given.pages, MAX_PAGES))
    texts = [(page.number, page.text.strip()) for page in pages]
    return ReadPdfOutput(
        passages=tuple(Passage(text, given.file.uri, number) for number, text in texts if text),
        empty=tuple(number for number, text in texts if not text),
        total=len(pdf),
    )


@dataclass(frozen=True)
class ReadImageInput:
    file: Resource
    """A picture."""
    language: str = literal("eng")
    """As tesseract names it."""


@dataclass(frozen=True)
class ReadImageOutput:
    text: str


def read_image(given: ReadImageInput, context: StepContext) -> ReadImageOutput | Silence:
    """Return the text in a picture, read by tesseract if it is installed."""
    program = children.find_program("tesseract")
    if program is None:
        return Silence("no-ocr", "Reading pictures needs tesseract.", "install tesseract-ocr")
    if not given.file.media_type.startswith("image/"):
        return Silence("bad-image", f"That is no picture but {given.file.media_type}.", "name a picture")
    command = [program, "stdin", "stdout", "-l", given.language]
    try:
        return ReadImageOutput(run_tesseract(command, given.file.data, seconds=_OCR_SECONDS).strip())
    except DocumentError as error:
        return Silence("bad-image", f"{error}.", "name a smaller or clearer picture")


READING = (
    StepType("file.load", 1, Kind.RULE, LoadFileInput, LoadFileOutput, load_file, from_outside=True, remembered=False),
    StepType(
        "pdf.text", 1, Kind.RULE, ReadPdfInput, ReadPdfOutput, read_pdf, from_outside=True, isolated=True, seconds=120.0
    ),
    StepType(
        "image.text",
        1,
        Kind.RULE,
        ReadImageInput,
        ReadImageOutput,
        read_image,
        from_outside=True,
        isolated=True,
        seconds=120.0,
    ),
)
