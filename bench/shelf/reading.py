"""How many pages a second a shelf reads, against pdfium alone and against tesseract alone, in turns.

`python bench/shelf/reading.py FOLDER` reads the PDFs of a folder. `--scan` reads `--pages` of its pages by OCR instead:
they are drawn at 200 dpi, turned by half a degree, with noise, and nothing but the picture is kept.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import numpy
import pypdfium2
from PIL import Image

from breadknife.cancel import CancelToken
from breadknife.plugins.shelf.index.filling import FillProgress, fill_pictures, fill_text
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.process import ReadingProcess

DPI = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--scan", action="store_true")
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["BREADKNIFE_HOME"] = str(Path(name) / "home")
        if given.scan:
            folder = Path(name) / "scans"
            scan(given.folder, folder, given.pages, given.seed)
            ours, alone = lambda: shelf(folder, by_ocr=True), lambda: tesseract(folder)
        else:
            folder = given.folder.absolute()
            ours, alone = lambda: shelf(folder, by_ocr=False), lambda: pdfium(folder)
        report(ours, alone, given.rounds)


def report(ours: Callable[[], float], alone: Callable[[], float], rounds: int) -> None:
    """Pages a second, in turns: what else the machine does changes both."""
    pairs = list[tuple[float, float]]()
    for _ in range(rounds):
        pairs.append((ours(), alone()))
        print(f"shelf {pairs[-1][0]:.2f} pages/s, alone {pairs[-1][1]:.2f}, ratio {pairs[-1][0] / pairs[-1][1]:.2f}")
    print(f"median ratio {median(one / other for one, other in pairs):.2f}")


def shelf(folder: Path, *, by_ocr: bool) -> float:
    """A folder that is added anew."""
    shutil.rmtree(os.environ["BREADKNIFE_HOME"], ignore_errors=True)
    told = list[FillProgress]()
    with IndexWriter(folder) as store, ReadingProcess() as reading:
        started = time.perf_counter()
        fill_text(store, reading, told.append, CancelToken())
        pages = told[-1].pages
        if by_ocr:
            started = time.perf_counter()
            fill_pictures(store, reading, told.append, CancelToken())
            pages = told[-1].done
        return pages / (time.perf_counter() - started)


def pdfium(folder: Path) -> float:
    pages, started = 0, time.perf_counter()
    for path in sorted(folder.rglob("*.pdf")):
        pdf = pypdfium2.PdfDocument(path)
        for number in range(len(pdf)):
            pdf[number].get_textpage().get_text_range()
        pages += len(pdf)
    return pages / (time.perf_counter() - started)


def tesseract(folder: Path) -> float:
    """With the same options, on pictures that are drawn already."""
    pictures = sorted(folder.glob("*.png"))
    started = time.perf_counter()
    for picture in pictures:
        command = ["tesseract", str(picture), "stdout", "-l", "eng", "--dpi", str(DPI), "tsv"]
        subprocess.run(command, env=os.environ | {"OMP_THREAD_LIMIT": "1"}, check=True, capture_output=True)
    return len(pictures) / (time.perf_counter() - started)


def scan(source: Path, target: Path, count: int, seed: int) -> None:
    """Random pages with text as PDFs without, and beside them as pictures."""
    target.mkdir()
    chance, noise = random.Random(seed), numpy.random.default_rng(seed)
    paths = sorted(source.rglob("*.pdf"))
    done = 0
    while done < count:
        pdf = pypdfium2.PdfDocument(chance.choice(paths))
        page = pdf[chance.randrange(len(pdf))]
        if len(page.get_textpage().get_text_range()) < 1000:
            continue
        drawn = page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L").rotate(0.5, fillcolor=255)
        grey = numpy.asarray(drawn, numpy.float32) * 0.9 + 15 + noise.normal(0, 6, (drawn.height, drawn.width))
        picture = Image.fromarray(numpy.clip(grey, 0, 255).astype(numpy.uint8))
        picture.save(target / f"{done:03}.png")
        picture.save(target / f"{done:03}.pdf", "PDF", resolution=DPI, quality=80)
        done += 1


if __name__ == "__main__":
    main()
