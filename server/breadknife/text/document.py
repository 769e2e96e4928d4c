"""Immutable text with positions: the value that every request carries."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote, urlsplit

from breadknife.disk.reading import read_regular
from breadknife.errors import DocumentError
from breadknife.text.encoding import UTF8, decoded, encoding_of
from breadknife.text.languages import LANGUAGES, SHORT_IDS
from breadknife.text.languages.documents import FORMATS, INCLUDED, NOTEBOOK, REST, TEMPLATES
from breadknife.text.printable import shortened
from breadknife.text.shifted import Offsets

_DRIVE = re.compile(r"^(/[A-Za-z])%3[Aa](?=/)")
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
_MANY_LINES = 10_000
"""For a document with fewer lines, making a new list takes no longer than looking up in pieces of the old one."""
_IN_TITLE = 20
"""Characters of a text in an edit's title."""


@dataclass(frozen=True, order=True)
class Span:
    """`text[start:end]`: half-open, in code points. As an empty text, an empty span is falsy: compare with None."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end

    def touches(self, other: Span) -> bool:
        """Tell whether the two share a code point or a border (a cursor at a word's end touches the word)."""
        return self.start <= other.end and other.start <= self.end

    def shifted(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)


@dataclass(frozen=True, order=True)
class TextEdit:
    """Replace `span` with `new_text`."""

    span: Span
    new_text: str

    def shifted(self, by: int) -> TextEdit:
        return TextEdit(self.span.shifted(by), self.new_text)


_Items = TypeVar("_Items", bound=Sequence[Any])


def common_prefix(first: _Items, second: _Items) -> int:
    """Return the length of the common prefix of two texts, in code points (for `bytes`, in bytes), or of two lists."""
    length, limit, step = 0, min(len(first), len(second)), 1 << 16
    while length < limit and step:
        if length + step <= limit and second[length : length + step] == first[length : length + step]:
            length += step
        else:
            step >>= 1
    return length


def common_suffix(first: _Items, second: _Items, prefix: int) -> int:
    """Return the length of the common suffix, after a common prefix of length `prefix`."""
    length, limit, step = 0, min(len(first), len(second)) - prefix, 1 << 16
    while length < limit and step:
        at, there = len(first) - length, len(second) - length
        if length + step <= limit and second[there - step : there] == first[at - step : at]:
            length += step
        else:
            step >>= 1
    return length


def line_break(text: str) -> str:
    """Return the line break that the text uses, judged by its first one: CRLF or LF."""
    at = text.find("\n")
    return "\r\n" if at > 0 and text[at - 1] == "\r" else "\n"


def edit_title(document: Document, edit: TextEdit) -> str:
    """Return what an edit does, for a menu: `“keep” → “keeps”`. At most 50 characters."""
    return change_title(document.slice(edit.span), edit.new_text)


def change_title(old: str, new: str) -> str:
    """Return the same as `edit_title` for a text and what replaces it."""
    before, after = (" ".join(text.split()) for text in (old, new))
    old, new = shortened(before, _IN_TITLE), shortened(after, _IN_TITLE)
    if old == new:  # the ends differ
        old, new = (f"…{text[1 - _IN_TITLE :]}" for text in (before, after))
    if old == new:  # the blanks differ, or the middle of what is long
        return f"Correct “{shortened(before, _IN_TITLE)}”" if before else "Correct the blanks"
    if not old:
        return f"Insert “{new}”"
    return f"“{old}” → “{new}”" if new else f"Remove “{old}”"


def apply_edits(text: str, edits: Iterable[TextEdit]) -> str:
    """Return the text after all edits. Their spans are positions in `text` and must not overlap.

    Raises ValueError if an edit is outside the text or overlaps another.
    """
    out: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda e: (e.span.start, e.span.end)):
        if not at <= edit.span.start <= edit.span.end <= len(text):
            raise ValueError(f"edit at {edit.span} overlaps another one or lies outside the text")
        out += (text[at : edit.span.start], edit.new_text)
        at = edit.span.end
    return "".join((*out, text[at:]))


class HasSpan(Protocol):
    """What has a place in a text."""

    @property
    def span(self) -> Span: ...


_HasSpan = TypeVar("_HasSpan", bound=HasSpan)


def keep_apart(items: Iterable[_HasSpan], gap: int = 0) -> list[_HasSpan]:
    """Return the items in the order of their spans, without those that come nearer than `gap` code points to one that
    was given before them. Without a gap, spans may border on each other; with a gap of 1, they may not."""
    kept: list[_HasSpan] = []
    for item in items:
        at = bisect_right(kept, item.span, key=lambda other: other.span)
        if (at == 0 or kept[at - 1].span.end + gap <= item.span.start) and (
            at == len(kept) or item.span.end + gap <= kept[at].span.start
        ):
            kept.insert(at, item)
    return kept


@dataclass(frozen=True)
class Document:
    """One version of a file. Offsets count code points. Lines end with LF, CRLF or CR, as in LSP."""

    uri: str
    language: str
    """LSP language id, such as `python`."""
    text: str
    version: int | None = None

    @cached_property
    def line_starts(self) -> Sequence[int]:
        """Return the offset of each line's first code point. It has at least one element."""
        if "\r" in self.text:
            return [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]
        lines = self.text.split("\n")
        return list(accumulate((len(line) + 1 for line in lines[:-1]), initial=0))

    @property
    def line_count(self) -> int:
        return len(self.line_starts)

    @property
    def path(self) -> Path | None:
        """Return the path of the file; None if the document isn't a file (`untitled:`)."""
        return uri_to_path(self.uri)

    def line_at(self, offset: int) -> int:
        """Return the number of the line that contains `offset`, from 0."""
        starts = self.line_starts
        return (starts.count_up_to(offset) if isinstance(starts, Offsets) else bisect_right(starts, offset)) - 1

    def line_span(self, line: int) -> Span:
        """Return the span of a line without its line break."""
        start = self.line_starts[line]
        end = self.line_starts[line + 1] if line + 1 < self.line_count else len(self.text)
        while end > start and self.text[end - 1] in "\r\n":
            end -= 1
        return Span(start, end)

    def line_text(self, line: int) -> str:
        span = self.line_span(line)
        return self.text[span.start : span.end]

    def slice(self, span: Span) -> str:
        return self.text[span.start : span.end]

    def edited(self, edits: Iterable[TextEdit], version: int | None = None) -> Document:
        """Return the document after `edits`. Raises ValueError as `apply_edits` does."""
        return replace(self, text=apply_edits(self.text, edits), version=version)

    def changed(self, edit: TextEdit, version: int | None) -> Document:
        """Return the document after one edit. It updates the line table instead of making a new one."""
        text = "".join((self.text[: edit.span.start], edit.new_text, self.text[edit.span.end :]))
        new = replace(self, text=text, version=version)
        new.__dict__["line_starts"] = self._line_starts_after(edit, text)
        return new

    def _line_starts_after(self, edit: TextEdit, text: str) -> Sequence[int]:
        """Return the line starts of `text`, which the edit has made of this document."""
        # A character more on either side: the edit may part a CRLF, or make one.
        first, last = self.line_at(max(edit.span.start - 1, 0)), self.line_at(min(edit.span.end + 1, len(self.text)))
        starts, shift = self.line_starts, len(edit.new_text) - len(edit.span)
        end = starts[last + 1] + shift if last + 1 < len(starts) else len(text) + 1
        breaks = _LINE_BREAK.finditer(text, starts[first], end)
        between = [start for match in breaks if (start := match.end()) < end]
        if len(starts) < _MANY_LINES:
            return [*starts[: first + 1], *between, *(start + shift for start in starts[last + 1 :])]
        many = starts if isinstance(starts, Offsets) else Offsets(starts)
        return many.spliced(first + 1, last + 1, between, shift)


@lru_cache(maxsize=1 << 10)
def uri_to_path(uri: str) -> Path | None:
    """Return the local path of a `file:` URI, or None for any other."""
    parts = urlsplit(uri)
    if parts.scheme != "file":
        return None
    if parts.netloc and parts.netloc != "localhost":  # a Windows share: file://server/share/file
        return Path(f"//{parts.netloc}{unquote(parts.path)}")
    from urllib.request import url2pathname  # 25 ms, which the start of the language server needn't wait for

    # VS Code writes file:///c%3A/…, and url2pathname wants the colon.
    return Path(url2pathname(_DRIVE.sub(r"\1:", parts.path)))


_LANGUAGES = (
    {suffix: language.id for language in (*FORMATS, *LANGUAGES.values()) for suffix in language.suffixes}
    | {".mdx": "mdx", ".mdc": "markdown", ".ipynb": NOTEBOOK}
    | {name: format.id for format in FORMATS for name in format.names}
)
_PROSE = frozenset(("markdown", "mdx", *(format.id for format in FORMATS)))
_LIKE_REST = re.compile(r"(?m)^\.\. [\w-]+::|^([=~^\"'#*+-])\1{3,}[ \t]*$|^:\w[\w ]*:[ \t]")
"""A directive, an underlined heading or a field: of a name's end that has other meanings, these tell the format."""


def language_of(path: Path) -> str | None:
    """Return the LSP language id that a file's name suggests, or None."""
    if path.suffix in TEMPLATES and _LANGUAGES.get(path.with_suffix("").suffix.lower()) in _PROSE:
        path = path.with_suffix("")
    return _LANGUAGES.get(path.name) or _LANGUAGES.get(path.suffix.lower())


def language_id(name: str) -> str:
    """Return the LSP language id for what an editor or a user writes, such as a short form."""
    return SHORT_IDS.get(name, name)


UNKNOWN = "unknown"
"""The id of a text that looks like nothing that is known."""
MARK = "\ufeff"
"""The byte order mark."""


LARGEST_DOCUMENT = 16 << 20
"""The most bytes of a file that is read as a document. Its syntax tree takes about thirty times as much memory."""


def read_document(path: Path, language: str | None = None) -> Document:
    """Read a file. Raises DocumentError if it is missing, too large, binary or not in its encoding.

    A byte order mark stays in the text, so that offsets match the file.
    """
    return document_of(path, read_raw(path), language)


def read_raw(path: Path) -> bytes:
    """Read a document's bytes. Raises DocumentError if the file is missing or too large."""
    try:
        return read_regular(path, LARGEST_DOCUMENT)
    except (OSError, ValueError) as error:
        raise DocumentError(f"{path}: {getattr(error, 'strerror', None) or error}") from error


def document_of(path: Path, raw: bytes, language: str | None = None) -> Document:
    """Return the document for a file's content `raw`. Raises DocumentError as `read_document` does."""
    is_guess = language is None
    language = language or language_of(path) or "plaintext"
    if b"\0" in raw[:8192]:
        raise DocumentError(f"{path}: a binary file (it has NUL bytes)")
    try:
        text = decoded(raw, language)
    except UnicodeError as error:
        raise DocumentError(_undecodable(path, raw, language, error)) from error
    if is_guess and path.suffix == INCLUDED and language == REST.id and not _LIKE_REST.search(text):
        language = UNKNOWN
    return Document(path.absolute().as_uri(), language, text)


def with_newlines(document: Document) -> Document:
    """Replace each CR with LF in a document whose lines all end with CR (Macs until 2001), because parsers don't know
    such lines. Offsets stay the same. Any other document is returned unchanged."""
    if "\r" not in document.text or "\n" in document.text:
        return document
    return replace(document, text=document.text.replace("\r", "\n"))


def file_encoding(path: Path, text: str) -> str:
    """Return the encoding in which a file with this text is written."""
    return encoding_of(text.encode(UTF8, "surrogatepass"), language_of(path) or "plaintext")


def file_bytes(path: Path, text: str) -> bytes:
    """Return the bytes that `read_document` reads as `text`. Raises DocumentError if its encoding can't represent
    it."""
    try:
        return text.encode(file_encoding(path, text))
    except UnicodeEncodeError as error:
        message = f"{path}: {error.encoding}, which its first lines name, has no {text[error.start]!a}"
        raise DocumentError(f"{message}; convert the file to UTF-8") from error


def _undecodable(path: Path, raw: bytes, language: str, error: UnicodeError) -> str:
    """Return the message for a file whose bytes aren't in its encoding: the place, the reason and a remedy."""
    encoding, where, why = encoding_of(raw, language), str(path), str(error)
    if isinstance(error, UnicodeDecodeError):
        line = raw.count(b"\n", 0, error.start) + 1
        where, why = f"{path}:{line}", f"byte 0x{raw[error.start]:02x}"
    if encoding != UTF8:
        return f"{where}: not {encoding}, which its first lines name ({why}); name the right one, or convert the file"
    named = ", or name its encoding in its first line (`# -*- coding: latin-1 -*-`)" if language == "python" else ""
    return f"{where}: not UTF-8 ({why}); convert the file{named}"
