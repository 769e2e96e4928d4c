"""What a file says of where it is from: who wrote it, when, and its DOI. Nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from breadknife.plugins.shelf.reading.values import BibliographicReference

_DOI = re.compile(r"\b(10\.\d{4,9}/[-._;()/:\w]*\w)")
_DOI_ON_PAGE = re.compile(r"(?:doi\s*:?\s*|doi\.org/)(10\.\d{4,9}/[-._;()/:\w]*\w)", re.IGNORECASE)
"""A page names the DOIs of others, too: one that stands alone is no document's own."""
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")
_BETWEEN_AUTHORS = re.compile(r"\s*(?:;|\band\b|&)\s*")
_COMMAS = re.compile(r",\s*")
_WORD = re.compile(r"[^\W\d_]{2,}")
_NAME = re.compile(r"(?=.*[^\W\d_]{2})[^\W_](?:[^\W_]|[ .,'’()/-])*", re.DOTALL)
"""Not what a program wrote in another encoding."""
_ADDRESS = re.compile(r"\s*<[^>]*>")
_MOST_AUTHORS, _LONGEST = 50, 200
"""Authors of a file, and characters of what it says of one."""
_META = {
    "authors": ("citation_author", "dc.creator", "dcterms.creator", "author"),
    "year": ("citation_publication_date", "citation_date", "dc.date", "dcterms.date", "date"),
    "doi": ("citation_doi", "dc.identifier", "doi"),
}
"""The names of HTML's `<meta>` that say something; the first one that is there counts."""
_FRONT = re.compile(r"^(authors?|date|year|doi):[ \t]*(.+)$", re.MULTILINE | re.IGNORECASE)


def of_meta(meta: Sequence[tuple[str, str]]) -> BibliographicReference:
    """Return the reference that an HTML page's `<meta>` give, which are names in small letters with contents."""

    def contents(what: str) -> list[str]:
        named = ([text for key, text in meta if key == name] for name in _META[what])
        return next(filter(None, named), list[str]())

    return make_reference(contents("authors"), " ".join(contents("year")), " ".join(contents("doi")))


def of_front_matter(front: str) -> BibliographicReference:
    """Return the reference that the settings before a Markdown text give."""
    said = {name.lower().rstrip("s"): text.strip(" []\"'") for name, text in _FRONT.findall(front)}
    return make_reference(
        [said.get("author", "").replace('"', "")], said.get("year") or said.get("date", ""), said.get("doi", "")
    )


def of_pdf(metadata: Mapping[str, Any], first_page: str) -> BibliographicReference:
    """Return the reference of a PDF. Programs fill in who used them, and when: an author counts if the first page names
    one, and a year if it is there."""
    authors = split_authors([str(metadata.get("Author", ""))])
    words = {word.lower() for word in _WORD.findall(first_page)}
    if not any(word.lower() in words for author in authors for word in _WORD.findall(author)):
        authors = ()
    created = str(metadata.get("CreationDate", "")).removeprefix("D:")[:4]
    years = [year for year in _YEAR.findall(first_page) if year <= created or not created.isdecimal()]
    year = created if created in years else max(years, default="")
    own = _DOI.search(" ".join(str(metadata.get(name, "")) for name in ("doi", "DOI", "Subject", "Keywords")))
    doi = own or _DOI_ON_PAGE.search(first_page)
    return BibliographicReference(authors, year, doi[1] if doi is not None else "")


def make_reference(authors: Iterable[str], date: str, identifier: str) -> BibliographicReference:
    """Return the reference for what a file calls its authors, its date and its identifier."""
    year, doi = _YEAR.search(date[:_LONGEST]), _DOI.search(identifier[:_LONGEST])
    return BibliographicReference(
        split_authors(authors), year[0] if year is not None else "", doi[1] if doi is not None else ""
    )


def split_authors(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names of single authors. A comma is between two of them if it isn't within one (`Curie, Marie`)."""
    authors = list[str]()
    for text in names:
        parts = _BETWEEN_AUTHORS.split(" ".join(text.split())[: _LONGEST * _MOST_AUTHORS])
        for part in parts:
            by_comma = _COMMAS.split(part)
            authors += by_comma if all(" " in name for name in by_comma) else [part]
    known = (_ADDRESS.sub("", name).strip(" ,.")[:_LONGEST] for name in authors)
    return tuple(dict.fromkeys(filter(_NAME.fullmatch, known)))[:_MOST_AUTHORS]
