"""Makes the PDFs of `examples/shelf` out of the texts beside this file: `python examples/shelf_source/make.py`.

One has text; the other is a scan: pictures of its pages, turned by half a degree, with noise. Needs pypdfium2, Pillow
and numpy.
"""

from __future__ import annotations

import ctypes
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy
import pypdfium2
import pypdfium2.raw as raw
from PIL import Image

HERE = Path(__file__).parent
SHELF = HERE.parent / "shelf"
WIDTH, HEIGHT = 499, 709
"""Of a page in points: B5."""
LEFT, TOP, BOTTOM = 52, 660, 50
SIZE, LEADING = 10.5, 13.5
COLUMNS = 80
"""Characters of a line."""
DPI = 150
ANGLE = 0.5
"""Degrees by which the scan is turned."""
NOISE = 5
"""Standard deviation of a grey value, of 255."""
SEED = 7


def make(name: str, title: str) -> pypdfium2.PdfDocument:
    """A PDF with the title as running head, and numbers at the feet."""
    pdf = pypdfium2.PdfDocument.new()
    pages = (HERE / f"{name}.txt").read_text("utf-8").split("===\n")
    for number, text in enumerate(pages, 1):
        page = pdf.new_page(WIDTH, HEIGHT)
        if number > 1:
            write(pdf, page, title, LEFT, HEIGHT - 36, "Helvetica-Oblique", 9)
        at = TOP
        for line, font, size, gap in lines(text):
            at -= gap
            assert at > BOTTOM, f"{name}, page {number}: too long"
            for column, piece in enumerate(line.split("\t")):
                write(pdf, page, piece, LEFT + 120 * column, at, font, size)
        write(pdf, page, str(number), WIDTH / 2, 32, "Helvetica", 9)
        raw.FPDFPage_GenerateContent(page)
    return pdf


def lines(text: str) -> Iterator[tuple[str, str, float, float]]:
    """The lines of a page, each with its font, its size, and the space from the line above, in points."""
    for block in text.strip().split("\n\n"):
        extra = 7.0
        for source in block.split("\n"):
            if source.startswith("# "):
                yield source[2:], "Helvetica-Bold", SIZE + 1.5, LEADING + extra + 3
            elif source.startswith("- "):
                pieces = textwrap.wrap(source[2:], COLUMNS - 2)
                yield f"\N{BULLET} {pieces[0]}", "Helvetica", SIZE, LEADING + extra
                yield from (("   " + piece, "Helvetica", SIZE, LEADING) for piece in pieces[1:])
            elif "\t" in source or "...." in source:
                yield source, "Helvetica", SIZE, LEADING + extra
            else:
                for piece in textwrap.wrap(source, COLUMNS, break_on_hyphens=True):
                    yield piece, "Helvetica", SIZE, LEADING + extra
                    extra = 0.0
            extra = 0.0


def write(pdf: pypdfium2.PdfDocument, page: object, text: str, x: float, y: float, font: str, size: float) -> None:
    """One line at a place, in points from the lower left corner."""
    piece = raw.FPDFPageObj_NewTextObj(pdf, font.encode(), size)
    encoded = (text + "\0").encode("utf-16-le")
    raw.FPDFText_SetText(piece, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
    raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, x, y)
    raw.FPDFPage_InsertObject(page, piece)


def scan(pdf: pypdfium2.PdfDocument) -> list[Image.Image]:
    """The pages as a scanner would see them."""
    chance = numpy.random.default_rng(SEED)
    pictures = list[Image.Image]()
    for page in pdf:
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
        turned = picture.rotate(ANGLE, Image.Resampling.BICUBIC, fillcolor=255)
        grey = numpy.asarray(turned, numpy.float32) * 0.85 + 25 + chance.normal(0, NOISE, (turned.height, turned.width))
        pictures.append(Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8)))
    return pictures


def main() -> None:
    SHELF.mkdir(exist_ok=True)
    make("bread-at-home", "Bread at Home").save(SHELF / "bread-at-home.pdf")
    first, *others = scan(make("kneading-machine", "Model K 7 Kneading Machine"))
    target = SHELF / "kneading-machine.pdf"
    first.save(
        target, "PDF", resolution=DPI, save_all=True, append_images=others, quality=35, title="Kneading Machine K 7"
    )
    for file in sorted(SHELF.glob("*.pdf")):
        print(f"{file.name}: {file.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
