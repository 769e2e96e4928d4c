"""BibTeX of the shelf's files: what each says of itself, and nothing else."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path

from breadknife.plugins.shelf.values import FileRecord

_ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{letter: f"\\{letter}" for letter in "&%$#_"},
}  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_GROUP = re.compile(r"(?i)\b(?:the|team|group|project|contributors|developers|inc|ltd|foundation|university)\b|\d")
"""What shows that an author is no person, whose name BibTeX would take apart."""
_EMPTY = frozenset(("a", "an", "the", "on", "of", "in", "for", "and"))


def chosen(files: Mapping[Path, FileRecord], words: str) -> dict[Path, FileRecord]:
    """Return the files that are meant: the one at this path, or those that have all the words in their titles, authors
    or paths; all files for no word."""
    path = Path(words).expanduser().absolute()
    if words and path in files:
        return {path: files[path]}
    wanted = _words(words)
    return {
        path: record
        for path, record in files.items()
        if wanted <= _words(f"{record.title} {record.authors} {record.path}")
    }


def bibtex(files: Mapping[Path, FileRecord]) -> str:
    """Return an entry for each file, in the order of their keys, which differ."""
    entries = dict[str, str]()
    for path, record in sorted(files.items()):
        base = key = _key(record)
        number = 1
        while key in entries:
            number += 1
            key = f"{base}-{number}"
        entries[key] = _entry(key, path, record)
    return "\n".join(entries[key] for key in sorted(entries))


def _entry(key: str, path: Path, record: FileRecord) -> str:
    authors = " and ".join(map(_author, record.authors.split("\n"))) if record.authors else ""
    fields = {
        "author": authors,
        "title": f"{{{_escaped(record.title)}}}",
        "year": record.year,
        "doi": record.doi,
        "file": "" if set(str(path)) & set("{}\n") else str(path),
    }
    lines = "".join(f"  {name} = {{{text}}},\n" for name, text in fields.items() if text)
    return f"@{'article' if record.doi else 'misc'}{{{key},\n{lines}}}\n"


def _author(name: str) -> str:
    escaped = _escaped(name)
    return f"{{{escaped}}}" if _GROUP.search(name) or " " not in name else escaped


def _escaped(text: str) -> str:
    return "".join(_ESCAPES.get(letter, letter) for letter in " ".join(text.split()))


def _key(record: FileRecord) -> str:
    """Return what an entry is called by: `curie1898radium`."""
    author = record.authors.split("\n")[0]
    names = _WORD.findall(_plain(author.partition(",")[0] if "," in author else author))
    titles = [word for word in _WORD.findall(_plain(record.title)) if word not in _EMPTY]
    return "".join((*names[-1:], record.year, *titles[:1])) or "untitled"


def _words(text: str) -> set[str]:
    return set(_WORD.findall(_plain(text)))


def _plain(text: str) -> str:
    """Return a text in small letters of ASCII, as far as it has such."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
