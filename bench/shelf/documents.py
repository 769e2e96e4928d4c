"""Fetches the PDFs that the shelf is measured on: `python bench/shelf/documents.py FOLDER`.

They come out of packages of Debian 12, so it needs Debian, or anything else with `apt-get` and `dpkg`, and Pillow. Two
documents become scans: pictures of their pages, slightly turned and noisy, in a PDF without text.
"""

from __future__ import annotations

import argparse
import gzip
import random
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

DOCUMENTS = {
    "bash-doc": ("bashref",),
    "bzip2-doc": ("manual",),
    "debian-faq": ("debian-faq.en",),
    "debian-policy": ("policy", "fhs-3.0"),
    "developers-reference": ("developers-reference",),
    "dvdisaster-doc": ("manual",),
    "gnuplot-doc": ("gnuplot",),
    "graphviz-doc": ("dotguide",),
    "gutenprint-doc": ("gutenprint-users-manual",),
    "ledger": ("ledger3",),
    "libtasn1-doc": ("libtasn1",),
    "maint-guide": ("maint-guide.en",),
    "quilt": ("quilt",),
    "r-doc-pdf": ("R-FAQ", "R-admin", "R-data", "R-intro", "R-lang"),
    "texlive-latex-recommended-doc": ("beameruserguide", "booktabs", "caption", "microtype"),
    "valgrind": ("valgrind_manual",),
    "xfig-doc": ("xfig_ref_en",),
}
"""Package -> the PDFs in it that are read, without their endings."""
NAMES = {("bzip2-doc", "manual"): "bzip2-manual", ("dvdisaster-doc", "manual"): "dvdisaster-manual"}
"""Of PDFs whose own names say nothing."""
SHELVES = {
    "fitting": (
        "R-admin", "beameruserguide", "bzip2-manual", "caption", "gnuplot", "ledger3", "libtasn1", "microtype",
        "policy",
    ),
    "held-out": ("R-lang", "booktabs", "dvdisaster-manual", "valgrind_manual", "xfig_ref_en"),
    "shared": (
        "R-FAQ", "R-data", "R-intro", "bashref", "debian-faq.en", "developers-reference", "dotguide", "fhs-3.0",
        "gutenprint-users-manual", "libtasn1", "maint-guide.en", "quilt",
    ),
}  # fmt: skip
"""Shelf -> its documents. Each shelf is asked its own questions."""
SCANNED = ("fhs-3.0", "quilt")
DPI, TURN, NOISE = 200, 0.5, 24
"""Of a scan: dots an inch, degrees, and grey levels by which a dot may differ."""


def fetched(package: str, folder: Path) -> Iterator[tuple[str, bytes]]:
    """The PDFs of a Debian package that are wanted, with the names that they get."""
    subprocess.run(["apt-get", "download", "-q", package], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["dpkg", "-x", next(folder.glob(f"{package}_*.deb")), folder / package], check=True)
    for path in sorted((folder / package).rglob("*.pdf*")):
        name = path.name.removesuffix(".gz").removesuffix(".pdf")
        if name in DOCUMENTS[package] and not path.is_symlink():
            content = path.read_bytes()
            yield NAMES.get((package, name), name), gzip.decompress(content) if path.suffix == ".gz" else content


def scanned(content: bytes) -> list[Image.Image]:
    """Each page as a picture: grey, turned a little, and with noise that is the same each time."""
    chance = random.Random(31)
    pages: list[Image.Image] = []
    for page in pypdfium2.PdfDocument(content):
        picture = page.render(scale=DPI / 72, grayscale=True).to_pil()
        turned = picture.rotate(TURN, fillcolor=255, resample=Image.Resampling.BICUBIC)
        noise = Image.frombytes("L", turned.size, chance.randbytes(turned.width * turned.height))
        pages.append(Image.blend(turned, noise, NOISE / 256))
    return pages


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path, help="where a folder for each shelf is made")
    folder = reader.parse_args().folder
    found: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for package in DOCUMENTS:
            found |= fetched(package, Path(scratch))
    for shelf, names in SHELVES.items():
        (folder / shelf).mkdir(parents=True, exist_ok=True)
        for name in names:
            path = folder / shelf / f"{name}.pdf"
            if name in SCANNED:
                first, *others = scanned(found[name])
                first.save(path, save_all=True, append_images=others, resolution=DPI)
            else:
                path.write_bytes(found[name])
        print(f"{shelf}: {len(names)} documents")


if __name__ == "__main__":
    main()
