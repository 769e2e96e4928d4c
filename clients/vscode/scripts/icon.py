"""Draws the icon, a bread knife: media/icon.png for the gallery and media/icon.svg for VS Code's side bar.

python clients/vscode/scripts/icon.py
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

MEDIA = Path(__file__).parents[1] / "media"
SIZE = 128
SAMPLES = 4
"""Of each pixel, along each side: for smooth edges."""
UNITS = 24.0
"""The side of the drawing."""
ANGLE = -45.0
TEETH = 7

Point = tuple[float, float]
Colour = tuple[int, int, int]
NIGHT, STEEL, CRUST = (0x23, 0x30, 0x3D), (0xF6, 0xF2, 0xEA), (0xE0, 0x9A, 0x4F)


def blade() -> list[Point]:
    """Along the x axis, from the handle to the tip, with the teeth below."""
    spine = [(-2.6, -2.1), (7.2, -2.1)]
    tip = [(7.2 + 3.6 * math.sin(t), -2.1 + 4.2 * (1 - math.cos(t))) for t in _steps(0.15, math.pi / 2, 8)]
    teeth = list[Point]()
    start, end = tip[-1][0], -2.6
    step = (end - start) / TEETH
    for number in range(TEETH):
        at = start + number * step
        teeth += [(at + step * t, 2.1 - 0.75 * math.sin(math.pi * t)) for t in (0.0, 0.2, 0.4, 0.6, 0.8)]
    return [*spine, *tip, *teeth, (end, 2.1)]


def handle() -> list[Point]:
    """With a round end."""
    round_end = [(-9.4 - 1.6 * math.sin(t), 1.7 * math.cos(t)) for t in _steps(0.0, math.pi, 10)]
    return [(-3.4, -1.7), (-3.4, 1.7), *round_end]


def background() -> list[Point]:
    """A square with round corners."""
    radius, found = 5.0, list[Point]()
    for corner, (x, y) in enumerate([(19.0, 19.0), (5.0, 19.0), (5.0, 5.0), (19.0, 5.0)]):
        first = corner * math.pi / 2
        found += [(x + radius * math.cos(t), y + radius * math.sin(t)) for t in _steps(first, first + math.pi / 2, 10)]
    return found


def placed(points: Sequence[Point]) -> list[Point]:
    """From the knife's own coordinates to those of the drawing."""
    cos, sin = math.cos(math.radians(ANGLE)), math.sin(math.radians(ANGLE))
    return [(12 + x * cos - y * sin, 12 + x * sin + y * cos) for x, y in points]


def svg() -> str:
    """In one colour, which VS Code chooses."""
    paths = "".join(f'<path d="{_path(placed(shape))}"/>' for shape in (blade(), handle()))
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" fill="currentColor">{paths}</svg>\n'


def png() -> bytes:
    shapes: list[tuple[list[Point], Colour]] = [
        (background(), NIGHT),
        (placed(handle()), CRUST),
        (placed(blade()), STEEL),
    ]
    side = SIZE * SAMPLES
    fine: list[list[Colour | None]] = [[None] * side for _ in range(side)]
    for points, colour in shapes:
        _fill(fine, [(x * side / UNITS, y * side / UNITS) for x, y in points], colour)
    rows = b"".join(b"\0" + b"".join(_pixel(fine, x, y) for x in range(SIZE)) for y in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _fill(fine: list[list[Colour | None]], points: Sequence[Point], colour: Colour) -> None:
    edges = list(zip(points, [*points[1:], points[0]], strict=True))
    for y, row in enumerate(fine):
        at = y + 0.5
        crossed = sorted(
            x0 + (at - y0) * (x1 - x0) / (y1 - y0) for (x0, y0), (x1, y1) in edges if min(y0, y1) <= at < max(y0, y1)
        )
        for left, right in zip(crossed[::2], crossed[1::2], strict=True):
            for x in range(max(0, math.ceil(left - 0.5)), min(len(row), math.ceil(right - 0.5))):
                row[x] = colour


def _pixel(fine: list[list[Colour | None]], x: int, y: int) -> bytes:
    """Red, green, blue and opacity: the mean of the samples that something covers."""
    rows = fine[y * SAMPLES : (y + 1) * SAMPLES]
    covered = [each for row in rows for each in row[x * SAMPLES : (x + 1) * SAMPLES] if each]
    if not covered:
        return bytes(4)
    mean = [sum(channel) // len(covered) for channel in zip(*covered, strict=True)]
    return bytes((*mean, 255 * len(covered) // SAMPLES**2))


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:.2f} {y:.2f}" for x, y in points) + "Z"


def _steps(first: float, last: float, count: int) -> list[float]:
    return [first + (last - first) * number / count for number in range(count + 1)]


if __name__ == "__main__":
    (MEDIA / "icon.svg").write_text(svg(), "utf-8")
    (MEDIA / "icon.png").write_bytes(png())
