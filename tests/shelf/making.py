"""Files for shelves, good and bad, made on the spot."""

from __future__ import annotations

import ctypes
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw

EXAMPLES = Path(__file__).parents[2] / "examples" / "shelf"
BREAD, MACHINE = EXAMPLES / "bread-at-home.pdf", EXAMPLES / "kneading-machine.pdf"


def pdf(*pages: str) -> bytes:
    """A PDF with the lines of each page."""
    made = pypdfium2.PdfDocument.new()
    for text in pages:
        page = made.new_page(595, 842)
        for number, line in enumerate(text.split("\n")):
            if line.strip():
                piece = raw.FPDFPageObj_NewTextObj(made, b"Helvetica", 10)
                encoded = (line + "\0").encode("utf-16-le")
                raw.FPDFText_SetText(piece, ctypes.cast(encoded, ctypes.POINTER(ctypes.c_ushort)))
                raw.FPDFPageObj_Transform(piece, 1, 0, 0, 1, 60, 780 - 14 * number)
                raw.FPDFPage_InsertObject(page, piece)
        raw.FPDFPage_GenerateContent(page)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def encrypted_pdf() -> bytes:
    """A PDF that needs a password."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Filter/Standard/V 1/R 2/P -4/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">>>",
    ]
    made, places = b"%PDF-1.4\n", list[int]()
    for number, each in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%sendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(made)
    identity = b"<" + b"33" * 16 + b">"
    made += b"xref\n0 5\n0000000000 65535 f \n" + table
    made += b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[" + identity * 2 + b"]>>\nstartxref\n%d\n%%%%EOF" % start
    return made


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return stream.getvalue()


def docx(body: str, title: str = "") -> bytes:
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    core = f'<c xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></c>'
    document = f'<w:document xmlns:w="{word}"><w:body>{body}</w:body></w:document>'
    return archive({"word/document.xml": document, "docProps/core.xml": core})


def epub(chapters: Sequence[str], title: str = "") -> bytes:
    """The chapters are in the archive in the opposite order."""
    names = [f"c{number}.xhtml" for number in range(len(chapters))]
    items = "".join(f'<item id="{name}" href="{name}"/>' for name in names)
    spine = "".join(f'<itemref idref="{name}"/>' for name in names)
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<metadata><dc:title>{title}</dc:title></metadata><manifest>{items}</manifest><spine>{spine}</spine></package>"
    )
    container = '<c xmlns="urn:x"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></c>'
    texts = {f"OPS/{name}": text for name, text in zip(names, chapters, strict=True)}
    return archive({"META-INF/container.xml": container, "OPS/book.opf": package, **dict(reversed(texts.items()))})
