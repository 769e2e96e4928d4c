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
from breadknife.plugins.shelf.reading.ocr import find_ocr, page_of
from breadknife.plugins.shelf.reading.pdf import pictures
from breadknife.plugins.shelf.reading.values import MAX_BYTES, MAX_TEXT, PART_SECONDS, Job, Part
from breadknife.plugins.shelf.values import PageText
from breadknife.steps.channel import serve

_PAGES = 16
"""In one answer."""
_DISK_SECONDS = 60.0
_GRACE_S = 60.0
"""Until it ends by itself, where nobody has ended it at its limit of time."""


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    serve(lambda message: answer(msgspec.msgpack.decode(message, type=Job)), PART_SECONDS + _GRACE_S)


def answer(job: Job) -> Iterator[Part]:
    """Yield the parts of the answer, the last one with `is_last`. Never raises what is wrong with the file."""
    path, root = os.fsdecode(job.path), os.fsdecode(job.root)
    try:
        data = read_regular(path, MAX_BYTES, root, seconds=_DISK_SECONDS)
        sha256 = hashlib.sha256(data).hexdigest()
        if job.pictures:
            yield from _by_ocr(data, job.pictures)
        elif sha256 == job.sha256:
            yield Part(sha256=sha256, is_same=True)
        else:
            yield from _by_text(data, os.path.basename(path), sha256)
        yield Part(is_last=True)
    except PackageMissing as error:
        yield Part(is_last=True, error=str(error), is_passing=True)
    except BreadknifeError as error:
        yield Part(is_last=True, error=str(error))
    except (OSError, ValueError) as error:
        why = f"it can't be read: {getattr(error, 'strerror', None) or error}; check the file"
        yield Part(is_last=True, error=why, is_passing=isinstance(error, OSError))
    except MemoryError:
        yield Part(is_last=True, error="it takes too much memory; split it")
    except RecursionError:
        yield Part(is_last=True, error="it is nested too deeply; save it in another format")


def _by_text(data: bytes, name: str, sha256: str) -> Iterator[Part]:
    reader = reader_of(name)
    if reader is None:
        raise DocumentError("its format is unknown; give it the ending of its format")
    found = reader(data)
    yield Part(sha256=sha256, title=found.title, page_count=found.page_count)
    pages, seen, left = list[PageText](), list[int](), 2 * MAX_TEXT
    for page, is_picture in found.pages:
        left -= len(page.text)
        if left < 0:
            raise DocumentError(f"its text has more than {2 * MAX_TEXT >> 20} million characters; split it")
        pages.append(page)
        seen += [page.number] * is_picture
        if len(pages) == _PAGES:
            yield Part(pages=tuple(pages), pictures=tuple(seen))
            pages, seen = [], []
    yield Part(pages=tuple(pages), pictures=tuple(seen))


def _by_ocr(data: bytes, numbers: tuple[int, ...]) -> Iterator[Part]:
    ocr = find_ocr()
    for number, picture in pictures(data, numbers):
        try:
            page = page_of(number, picture, ocr(picture))
        except DocumentError:  # a page that OCR fails on is as one without words
            page = PageText(number, "", "ocr")
        yield Part(pages=(page,))


if __name__ == "__main__":
    main()
