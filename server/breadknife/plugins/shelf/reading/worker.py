"""The process that reads a shelf's files: `python -m breadknife.plugins.shelf.reading.worker`.

These files come from anybody, and what parses them is written in C: a bad one may end this process, not its parent.
"""

from __future__ import annotations

import hashlib
import os
import signal
from collections.abc import Iterator

import msgspec

from breadknife.disk.reading import read_regular
from breadknife.errors import BreadknifeError, DocumentError, PackageMissing
from breadknife.plugins.shelf.reading.formats import reader_of
from breadknife.plugins.shelf.reading.values import MAX_BYTES, MAX_TEXT, PART_SECONDS, ReadRequest, ReadResponse
from breadknife.steps.channel import serve
from breadknife.steps.ocr import find_ocr, text_of
from breadknife.steps.pages import Page
from breadknife.steps.pdf import pictures
from breadknife.steps.pdf_picture import marked_picture

_PAGES = 16
"""The most pages of one response."""
_DISK_SECONDS = 60.0
"""The longest time for reading a file from disk."""
_GRACE_S = 60.0
"""If nobody has ended this process at its limit of time, it ends by itself so many seconds later."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    serve(lambda message: answer(msgspec.msgpack.decode(message, type=ReadRequest)), PART_SECONDS + _GRACE_S)


def answer(request: ReadRequest) -> Iterator[ReadResponse]:
    """Yield the responses to a request, the last one with `is_last`. What is wrong with the file isn't raised: it is
    the error of the last response."""
    path, root = os.fsdecode(request.path), os.fsdecode(request.root)
    try:
        data = read_regular(path, MAX_BYTES, root, seconds=_DISK_SECONDS)
        sha256 = hashlib.sha256(data).hexdigest()
        if request.shown:
            yield ReadResponse(picture=marked_picture(data, request.shown, request.quote))
        elif request.pictures:
            yield from _by_ocr(data, request.pictures)
        elif sha256 == request.sha256:
            yield ReadResponse(sha256=sha256, is_same=True)
        else:
            yield from _by_text(data, os.path.basename(path), sha256)
        yield ReadResponse(is_last=True)
    except PackageMissing as error:
        yield ReadResponse(is_last=True, error=str(error), is_passing=True)
    except BreadknifeError as error:
        yield ReadResponse(is_last=True, error=str(error))
    except (OSError, ValueError) as error:
        why = f"it can't be read: {getattr(error, 'strerror', None) or error}; check the file"
        yield ReadResponse(is_last=True, error=why, is_passing=isinstance(error, OSError))
    except MemoryError:
        yield ReadResponse(is_last=True, error="it takes too much memory; split it")
    except RecursionError:
        yield ReadResponse(is_last=True, error="it is nested too deeply; save it in another format")


def _by_text(data: bytes, name: str, sha256: str) -> Iterator[ReadResponse]:
    reader = reader_of(name)
    if reader is None:
        raise DocumentError("its format is unknown; give it the ending of its format")
    file_text = reader(data)
    yield ReadResponse(sha256=sha256, title=file_text.title, reference=file_text.reference)
    pages, characters_left = list[Page](), 2 * MAX_TEXT
    for page in file_text.pages:
        characters_left -= len(page.text)
        if characters_left < 0:
            raise DocumentError(f"its text has more than {2 * MAX_TEXT >> 20} million characters; split it")
        pages.append(page)
        if len(pages) == _PAGES:
            yield ReadResponse(pages=tuple(pages))
            pages = []
    yield ReadResponse(pages=tuple(pages), anchors=file_text.anchors)


def _by_ocr(data: bytes, numbers: tuple[int, ...]) -> Iterator[ReadResponse]:
    ocr = find_ocr()
    for number, picture in pictures(data, numbers):
        try:
            text = text_of(ocr(picture))
        except DocumentError:  # a page on which OCR fails counts as one without words
            text = ""
        yield ReadResponse(pages=(Page(number, text, "ocr"),))


if __name__ == "__main__":
    main()
