"""What is read of each format, and what is said of files that can't be read."""

from __future__ import annotations

import io
import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, DocumentError
from breadknife.plugins.shelf.reading.pdf import read_pdf
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.plugins.shelf.reading.values import MAX_BYTES, MAX_TEXT, ReadRequest, ReadResponse
from breadknife.plugins.shelf.reading.worker import answer
from shelf.making import BREAD, MACHINE, archive, docx, encrypted_pdf, epub, pdf


def read(path: Path, **about: str) -> list[ReadResponse]:
    return list(answer(ReadRequest(os.fsencode(path), os.fsencode(path.parent), **about)))


def texts(path: Path) -> tuple[str, list[tuple[int, str]]]:
    parts = read(path)
    assert parts[-1].error == ""
    return parts[0].title, [(page.number, page.text.strip()) for part in parts for page in part.pages]


P = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
ITEM = "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>{}</w:t></w:r></w:p>"
TABLE = "<w:tbl><w:tr><w:tc>{}</w:tc><w:tc>{}</w:tc></w:tr></w:tbl>"
MARKDOWN = """\
---
title: no
---
# Hot *bread*

See [this](x.md).

- one
- two

| a | b |
|---|---|
| 1 | 2 |
"""
PAGE = """\
<title>Rye &amp; wheat</title><style>p { color: red }</style><nav>Home</nav><h1>Flour</h1>
<p>Some <b>bold</b>
words.<p>More<br>lines.<ul><li>one<li><p>two</p></ul><table><tr><td>a<td>b</table><pre>x = 1
y = 2</pre><script>no()</script>"""


@pytest.mark.parametrize(
    ("name", "content", "title", "wanted"),
    [
        ("a.pdf", pdf("First page.", "", "Third page."), "", [(1, "First page."), (2, ""), (3, "Third page.")]),
        ("a.txt", b"Hot bread.\r\nYes.", "", [(0, "Hot bread.\nYes.")]),
        ("a.txt", "\ufeffé".encode(), "", [(0, "é")]),
        ("a.txt", "é".encode("utf-16"), "", [(0, "é")]),
        ("a.txt", "é".encode("cp1252"), "", [(0, "é")]),
        ("a.rst", b"Hot bread\n=========\n\nYes.", "Hot bread", [(0, "\1Hot bread\n\nYes.")]),
        (
            "a.md",
            MARKDOWN.encode(),
            "no",
            [(0, "\1Hot bread\n\nSee this.\n\n• one\n\n• two\n\na | b\n\n1 | 2")],
        ),
        (
            "a.HTML",
            PAGE.encode(),
            "Rye & wheat",
            [(0, "\1Flour\n\nSome bold words.\n\nMore\nlines.\n\n• one\n\n• two\n\na | b\n\nx = 1\ny = 2")],
        ),
        ("a.html", "<meta charset='iso-8859-2'>\u0142".encode("iso-8859-2"), "", [(0, "\u0142")]),
        (
            "a.epub",
            epub(["<h1>One</h1><p>First.", "<p>Second."], "A book"),
            "A book",
            [(0, "\1One\n\nFirst.\n\nSecond.")],
        ),
        (
            "a.docx",
            docx(P.format("Hot bread.") + ITEM.format("one") + TABLE.format(P.format("a"), P.format("b")), "Baking"),
            "Baking",
            [(0, "Hot bread.\n\n• one\n\na | b")],
        ),
    ],
)
def test_formats(tmp_path: Path, name: str, content: bytes, title: str, wanted: list[tuple[int, str]]) -> None:
    """Title and pages. A file without pages is one page with the number 0."""
    path = tmp_path / name
    path.write_bytes(content)
    assert texts(path) == (title, wanted)


def bomb() -> bytes:
    """An archive of a few KB that holds more than may be unpacked."""
    return archive({"word/document.xml": b"\0" * (MAX_TEXT + 1)})


def entities() -> bytes:
    """The billion laughs: entities that hold each other, ten times each."""
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return archive({"word/document.xml": f'<!DOCTYPE d [<!ENTITY e0 "ha">{levels}]><d>&e9;</d>'})


def many_parts() -> bytes:
    return archive({f"{number}": "" for number in range(5_001)})


@pytest.mark.parametrize(
    ("name", "make", "error"),
    [
        ("locked.pdf", encrypted_pdf, "it is encrypted; save a copy without a password"),
        ("half.pdf", lambda: BREAD.read_bytes()[:200], "it is damaged or no PDF; "),
        ("empty.pdf", bytes, "it is damaged or no PDF; "),
        ("page.pdf", lambda: b"<html>", "it is damaged or no PDF; "),
        ("picture.txt", lambda: b"\x89PNG\r\n\x1a\n\0\0\0\r", "it is binary, not text; "),
        ("half.docx", lambda: docx(P.format("x"))[:50], "it is damaged or no DOCX; "),
        ("other.docx", lambda: archive({"a": "b"}), "it is damaged or no DOCX; "),
        ("half.epub", lambda: archive({"META-INF/container.xml": "<a"}), "it is damaged or no EPUB; "),
        ("bomb.docx", bomb, "it unpacks to more than 32 MB; "),
        ("laughs.docx", entities, "it is damaged or no DOCX; "),
        ("parts.epub", many_parts, "it has more than 5,000 parts; "),
    ],
)
def test_bad_files(tmp_path: Path, name: str, make: Callable[[], bytes], error: str) -> None:
    """Each is named with a reason and a remedy."""
    path = tmp_path / name
    path.write_bytes(make())
    last = read(path)[-1]
    assert last.is_last
    assert last.error.startswith(error)
    assert last.error.partition("; ")[2]


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "huge.pdf"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert read(path) == [ReadResponse(is_last=True, error="larger than 256 MB; make it smaller, or leave it out")]


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "shelf").mkdir()
    (tmp_path / "secret.txt").write_text("nobody's business")
    link = tmp_path / "shelf" / "a.txt"
    link.symlink_to(tmp_path / "secret.txt")
    [part] = read(link)
    assert part.is_last
    assert part.error.startswith("not inside ")


def test_the_same_file_is_not_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Bread.")
    sha256 = read(path)[0].sha256
    assert read(path, sha256=sha256) == [ReadResponse(sha256=sha256, is_same=True), ReadResponse(is_last=True)]


def test_a_scan_says_which_pages_are_pictures() -> None:
    sources = [[page.source for part in read(path) for page in part.pages] for path in (MACHINE, BREAD)]
    assert sources[0] == ["picture"] * 3
    assert set(sources[1]) == {"text"}


ABORTS = """
import os
from breadknife.plugins.shelf.reading import worker
answer = worker.answer
worker.answer = lambda job: os.abort() if job.path.endswith(b"bad.txt") else answer(job)
worker.main()
"""


def test_a_file_that_ends_the_process_is_a_bad_file(tmp_path: Path) -> None:
    """And the next one is read as if nothing had happened."""
    for name in ("good.txt", "bad.txt"):
        (tmp_path / name).write_text("Bread.")
    with ReadingProcess(program=(sys.executable, "-c", ABORTS)) as reading:
        for name, error in (("good.txt", ""), ("bad.txt", "reading it ended the program that reads; ")) * 2:
            *_, last = reading.read(ReadRequest(os.fsencode(tmp_path / name), os.fsencode(tmp_path)), CancelToken())
            assert last.error.startswith(error)
            assert bool(last.error) == bool(error)


@pytest.mark.parametrize(
    ("limits", "error"),
    [((0.0, 1 << 40), "it takes longer than 0 s"), ((60.0, 1), "it takes more than 0 MB of memory")],
)
def test_a_file_that_takes_too_much_is_given_up(limits: tuple[float, int], error: str) -> None:
    with ReadingProcess(*limits) as reading:
        [part] = reading.read(ReadRequest(os.fsencode(BREAD), os.fsencode(BREAD.parent)), CancelToken())
    assert part.error.startswith(error)


@pytest.mark.parametrize("said", ["01000000c1", "0100000090", "ffffffff", "0200000080c0"])
def test_an_answer_that_is_none_is_a_bad_file(said: str) -> None:
    program = f"import os, time; os.write(1, bytes.fromhex('{said}')); time.sleep(60)"
    with ReadingProcess(program=(sys.executable, "-c", program)) as process:
        [part] = process.read(ReadRequest(b"/a.txt", b"/"), CancelToken())
    assert part.is_last
    assert part.error == "reading it ended the program that reads; save it again in another program"


def test_reading_can_be_cancelled() -> None:
    cancel = CancelToken()
    cancel.cancel()
    with ReadingProcess() as reading, pytest.raises(Cancelled):
        list(reading.read(ReadRequest(os.fsencode(BREAD), os.fsencode(BREAD.parent)), cancel))


def test_an_archive_with_a_password_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    data = bytearray(docx(P.format("x")))
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as made:
        place = made.getinfo("word/document.xml").header_offset
    data[place + 6] |= 1  # the flag of the part, and its copy in the directory
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    path.write_bytes(bytes(data))
    assert read(path)[-1].error == "it is encrypted; save a copy without a password"


def test_a_pdf_with_too_many_pages_is_left_out_with_a_reason() -> None:
    with pytest.raises(DocumentError, match=r"it has 3 pages, and at most 2 are read; split it"):
        read_pdf(pdf("a", "b", "c"), most_pages=2)
