"""A picture of the part of a PDF's page that has a quote, with the quote marked."""

from __future__ import annotations

import ctypes
import struct
import zlib
from typing import Any

from breadknife.errors import DocumentError
from breadknife.steps.pdf import open_pdf

_SCALE = 1.4
"""Dots for each point: letters can be read, and no more."""
_AROUND, _MOST_HEIGHT, _MOST_WIDTH = 60, 420, 900
"""Dots of the page that are shown above and below the quote, and the most of the picture."""
_MARKED = bytes(value * 4 // 5 for value in range(256))
"""What a grey level becomes where the quote is."""
MOST_BYTES = 60_000
"""Of a picture. What is larger isn't shown: VS Code cuts a hover at 100,000 letters."""


def marked_picture(data: bytes, number: int, quote: str) -> bytes:
    """Return the PNG of the part of a page that has a quote; empty if the page hasn't it, or the picture is too large.
    `number` is counted from 1. Raises DocumentError."""
    import pypdfium2.raw  # pyright: ignore[reportMissingTypeStubs]

    raw: Any = pypdfium2.raw
    pdf = open_pdf(data)
    if not 1 <= number <= len(pdf):
        raise DocumentError("it has no such page; `breadknife shelf add` reads it again")
    page = pdf[number - 1]
    scale = min(_SCALE, _MOST_WIDTH / max(page.get_width(), 1.0))
    text_page = page.get_textpage()
    start, count = _place(text_page, raw, quote)
    boxes = list[tuple[float, float, float, float]]()
    for index in range(int(text_page.count_rects(start, count)) if count else 0):
        left, low, right, high = (float(edge) * scale for edge in text_page.get_rect(index))
        boxes.append((left, low, right, high))
    if not boxes:
        return b""
    bitmap = page.render(scale=scale, grayscale=True)
    width, height, stride = int(bitmap.width), int(bitmap.height), int(bitmap.stride)
    pixels = bytearray(ctypes.string_at(bitmap.buffer, stride * height))
    top = max(0, int(height - max(box[3] for box in boxes)) - _AROUND)
    bottom = min(height, int(height - min(box[1] for box in boxes)) + _AROUND, top + _MOST_HEIGHT)
    for left, low, right, high in boxes:
        columns = slice(max(0, int(left)), min(width, int(right) + 1))
        for row in range(max(top, int(height - high)), min(bottom, int(height - low) + 1)):
            line = slice(row * stride + columns.start, row * stride + columns.stop)
            pixels[line] = pixels[line].translate(_MARKED)
    rows = b"".join(b"\0" + pixels[row * stride : row * stride + width] for row in range(top, bottom))
    picture = _png(width, bottom - top, rows) if bottom > top else b""
    return picture if len(picture) <= MOST_BYTES else b""


def _place(text_page: Any, raw: Any, quote: str) -> tuple[int, int]:
    """Return the index of a quote's first letter on the page, and how many letters it has; 0 and 0 if it isn't there.
    Letters and digits alone are compared: lines end elsewhere in a quote."""
    letters, places = list[str](), list[int]()
    for at in range(int(text_page.count_chars())):
        letter = chr(raw.FPDFText_GetUnicode(text_page, at))
        if letter.isalnum():
            letters.append(letter)
            places.append(at)
    wanted = "".join(filter(str.isalnum, quote))
    found = "".join(letters).find(wanted)
    if not wanted or found < 0:
        return 0, 0
    start = places[found]
    return start, places[found + len(wanted) - 1] - start + 1


def _png(width: int, height: int, rows: bytes) -> bytes:
    """Return a PNG of grey pixels. Each row begins with the number of its filter, 0."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
