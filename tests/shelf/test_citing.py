"""What `shelf cite` says of a document: what its file says, as BibTeX that a reader of BibTeX reads."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.shelf.citing import bibtex, chosen
from breadknife.plugins.shelf.reading.html import read_html
from breadknife.plugins.shelf.reading.plain import read_markdown
from breadknife.plugins.shelf.reading.references import of_pdf, split_authors
from breadknife.plugins.shelf.reading.values import BibliographicReference
from breadknife.plugins.shelf.values import FileRecord


def record(path: str, title: str, authors: str = "", year: str = "", doi: str = "") -> FileRecord:
    return FileRecord(path, 1, 1, title=title, authors=authors, year=year, doi=doi)


RADIUM = record("r.pdf", "Radium & {light}", "Marie Curie\nCurie, Pierre", "1898", "10.1000/r_1")
FILES = {
    Path("/papers/r.pdf"): RADIUM,
    Path("/papers/s.pdf"): record("s.pdf", "The radium team", "The Radium Group", "1898"),
    Path("/papers/t.md"): record("t.md", "Radium"),
    Path("/papers/deep/t.md"): record("deep/t.md", "Radium"),
}


def test_entries() -> None:
    assert bibtex({Path("/papers/r.pdf"): RADIUM}) == (
        "@article{curie1898radium,\n  author = {Marie Curie and Curie, Pierre},\n"
        "  title = {{Radium \\& \\{light\\}}},\n"
        "  year = {1898},\n  doi = {10.1000/r_1},\n  file = {/papers/r.pdf},\n}\n"
    )


def parsed(text: str) -> list[Any]:
    library = pytest.importorskip("bibtexparser").parse_string(text)
    assert library.failed_blocks == []
    return library.entries


def test_a_reader_of_bibtex_reads_them() -> None:
    entries = {entry.key: entry for entry in parsed(bibtex(FILES))}
    assert set(entries) == {"curie1898radium", "group1898radium", "radium", "radium-2"}
    assert entries["curie1898radium"]["author"] == "Marie Curie and Curie, Pierre"
    assert entries["group1898radium"]["author"] == "{The Radium Group}"


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20))
def test_whatever_a_file_says(title: str, author: str, doi: str) -> None:
    said = BibliographicReference(split_authors([author]))
    [entry] = parsed(bibtex({Path("/x.pdf"): record("x.pdf", title, "\n".join(said.authors))}))
    assert entry["title"].startswith("{")


@pytest.mark.parametrize(
    ("words", "paths"),
    [("", 4), ("radium", 4), ("curie RADIUM", 1), ("/papers/s.pdf", 1), ("deep", 1), ("polonium", 0)],
)
def test_which_files_are_meant(words: str, paths: int) -> None:
    assert len(chosen(FILES, words)) == paths


AUTHORS = [
    (["Josip Rodin, Osamu Aoki"], ("Josip Rodin", "Osamu Aoki")),
    (["Curie, Marie; Curie, Pierre"], ("Curie, Marie", "Curie, Pierre")),
    (["R Schlicht <r@example.org> and A. B. Cee"], ("R Schlicht", "A. B. Cee")),
    (["Curie, Marie", "Curie, Pierre"], ("Curie, Marie", "Curie, Pierre")),
    (["12_`__~~\x0c", "", "x"], ()),
]


@pytest.mark.parametrize(("names", "authors"), AUTHORS)
def test_authors(names: list[str], authors: tuple[str, ...]) -> None:
    assert split_authors(names) == authors


PAGE = "On bread\nMaria Rye\nMay 2019, https://doi.org/10.1000/182. It cites 10.1000/5."
PDFS = [
    ("what the page says, too", {"Author": "Maria Rye", "CreationDate": "D:20190501"}, "Maria Rye 2019 10.1000/182"),
    ("a user's name", {"Author": "root", "CreationDate": "D:20190501"}, " 2019 10.1000/182"),
    ("made later", {"CreationDate": "D:20240501"}, " 2019 10.1000/182"),
    ("made before", {"CreationDate": "D:20100501", "Subject": "doi:10.1000/7"}, "  10.1000/7"),
]


@pytest.mark.parametrize(("metadata", "said"), [row[1:] for row in PDFS], ids=[row[0] for row in PDFS])
def test_pdfs(metadata: dict[str, str], said: str) -> None:
    reference = of_pdf(metadata, PAGE)
    assert " ".join((", ".join(reference.authors), reference.year, reference.doi)) == said


def test_html_and_markdown() -> None:
    meta = '<meta name="citation_author" content="Rye, M."><meta name="citation_author" content="Oat, N.">'
    page = f'{meta}<meta name="author" content="x"><meta name="DC.date" content="2001-02-03"><title>T</title>'
    assert read_html(page.encode()).reference == BibliographicReference(("Rye, M", "Oat, N"), "2001")
    front = b"---\ntitle: T\nauthors: [Maria Rye, Nora Oat]\ndate: 2001-02-03\ndoi: 10.1/2\n---\n# A b\n\nText."
    read = read_markdown(front)
    assert read.reference == BibliographicReference(("Maria Rye", "Nora Oat"), "2001")
    assert read.anchors == {"A b": "a-b"}


def test_anchors() -> None:
    page = (
        '<section id="s"><h2>One</h2>x</section><p id="p">y<h2><a name="t"></a>Two</h2><h3 id="u">Three</h3><h2>F</h2>'
    )
    assert read_html(page.encode()).anchors == {"One": "s", "Two": "t", "Three": "u", "F": ""}
