"""Steps that read PDFs and pictures. What parses them runs in a process of its own: these files
come from anybody."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path

from breadknife import children
from breadknife.errors import FileRefused
from breadknife.steps.ports import clean, literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import Passage
from breadknife.task.cascade import Kind
from breadknife.task.values import Resource, Silence

MAX_PAGES = 5_000
_OCR_SECONDS = 110.0
"""Less than the step has, so that it can say what happened."""


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


def read_pdf(given: ReadPdfInput, context: StepContext) -> ReadPdfOutput | Silence:
    """Return the text of a PDF, page by page."""
    import pypdfium2  # pyright: ignore[reportMissingTypeStubs]

    name = given.file.uri.rpartition("/")[2]
    try:
        pdf = pypdfium2.PdfDocument(given.file.data)
    except pypdfium2.PdfiumError as error:
        return Silence("bad-pdf", f"{name} can't be read: {error}.", "name a whole PDF")
    passages: list[Passage] = []
    empty: list[int] = []
    for number in range(min(len(pdf), given.pages, MAX_PAGES)):
        text = str(pdf[number].get_textpage().get_text_range()).replace("\r\n", "\n").strip()
        if text:
            passages.append(Passage(text, given.file.uri, number + 1))
        else:
            empty.append(number + 1)
    return ReadPdfOutput(tuple(passages), tuple(empty))


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
    kind, _, suffix = given.file.media_type.partition("/")
    if kind != "image":
        return Silence("bad-image", f"That is no picture but {given.file.media_type}.", "name a picture")
    with tempfile.TemporaryDirectory(prefix="breadknife-") as folder:
        file = Path(folder) / f"image.{suffix}"
        file.write_bytes(given.file.data)
        # With more threads it spins for minutes on a busy machine.
        command = [program, str(file), "stdout", "-l", given.language]
        try:
            ran = children.run(command, environ=children.environment(OMP_THREAD_LIMIT="1"), seconds=_OCR_SECONDS)
        except TimeoutError as error:
            return Silence("bad-image", f"{error}.", "name a smaller picture")
    if ran.returncode:
        why = ran.stderr.decode("utf-8", "replace").strip().splitlines()
        return Silence("bad-image", f"tesseract can't read the picture: {why[-1] if why else 'no reason given'}.")
    return ReadImageOutput(ran.stdout.decode("utf-8", "replace").strip())


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
