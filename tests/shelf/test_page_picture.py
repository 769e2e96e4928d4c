"""The picture of a quote on its page."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest

from breadknife.plugins.shelf.reading.values import ReadRequest
from breadknife.plugins.shelf.reading.worker import answer
from breadknife.steps.pdf_picture import MOST_BYTES, marked_picture
from shelf.making import pdf

LINES = "\n".join(f"Line {number} of a page that is about bread." for number in range(40))
PAGE = pdf("Nothing.", f"{LINES}\nSalt slows the\nyeast down.")


def pixels(picture: bytes) -> tuple[int, int, bytes]:
    """The width, the height and the rows of a PNG as `marked_picture` makes it."""
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    width, height, depth, colour = struct.unpack(">IIBB", picture[16:26])
    assert (depth, colour) == (8, 0)
    start = picture.index(b"IDAT") + 4
    return width, height, zlib.decompressobj().decompress(picture[start:])


def test_a_quote_is_marked_and_what_is_far_from_it_left_out() -> None:
    width, height, rows = pixels(marked_picture(PAGE, 2, "Salt slows the yeast"))
    assert len(rows) == (width + 1) * height
    assert height < 300
    assert rows.count(255 * 4 // 5) > 500
    assert rows.count(255) > rows.count(255 * 4 // 5)


@pytest.mark.parametrize("quote", ["Salt slows nothing", "", "…"])
def test_what_is_not_there_has_no_picture(quote: str) -> None:
    assert marked_picture(PAGE, 2, quote) == b""


def test_a_picture_is_small() -> None:
    assert 0 < len(marked_picture(PAGE, 2, LINES)) <= MOST_BYTES


@pytest.mark.parametrize(("data", "page"), [(PAGE, 3), (b"%PDF-1.4 no", 1)])
def test_a_bad_file_has_none(tmp_path: Path, data: bytes, page: int) -> None:
    (tmp_path / "a.pdf").write_bytes(data)
    request = ReadRequest(os.fsencode(tmp_path / "a.pdf"), os.fsencode(tmp_path), shown=page, quote="Salt")
    [response] = answer(request)
    assert response.error
    assert response.picture == b""
