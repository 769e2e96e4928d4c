"""The words of a project: what it calls things, and how its documents write them. Tables without disk and threads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from breadknife.cancel import CancelToken
from breadknife.project.index import Stamp
from breadknife.text.document import Document
from breadknife.text.extract import extract
from breadknife.text.outline import Outline
from breadknife.text.prose import SegmentKind
from breadknife.text.syntax import parse

MOST_OF_A_FILE = 4_000
"""Different words that are kept of one file."""
MOST = 1_000_000
"""Kept of all files together: some 100 MB where each is new, and what comes then isn't learned."""

MANIFESTS = frozenset(
    {
        "pyproject.toml", "setup.cfg", "package.json", "Cargo.toml", "go.mod", "composer.json", "pom.xml", "Gemfile",
        "requirements.txt", "pubspec.yaml",
    }
)  # fmt: skip
PEOPLE = re.compile(
    r"(?:AUTHORS|CONTRIBUTORS|MAINTAINERS|CREDITS|THANKS|CODEOWNERS|OWNERS)(?:\.(?:md|markdown|rst|adoc|txt))?"
    r"|(?:[Aa]uthors|[Cc]ontributors|[Mm]aintainers)(?:\.\w+)?|\.mailmap|\.all-contributorsrc|CITATION\.cff"
)
"""Names of whole files that list people."""
DOCUMENTS = (".md", ".mdx", ".markdown", ".rst", ".adoc", ".asciidoc", ".org", ".tex", ".typ")

FILES = 2_000
"""Documents and lists."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_HEADING = re.compile(r"^(?: {0,3}#{1,6} |=+ |\*+ )(.+)|^(\S.*)\n(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$", re.MULTILINE)
_SHORTEST = 3
_SAFE_DIALECTS = (
    # Before an ending: `forteen` and `yorself` are wrong everywhere.
    (re.compile(r"(?<=\w\w)our(?=(?:s|ed|ers?|abl[ey]|al|ally|ful|hoods?|less|ly|y|i\w+)?\b)"), "or"),
    (re.compile("([iy])s(?=e|ing|ation)"), r"\1z"),
)
"""`filled` isn't another way to write `filed`."""
_DIALECTS = (
    (re.compile("(?<=practi)s|(?<=licen|defen|offen)s"), "c"),
    *_SAFE_DIALECTS,
    # So are `untill` and `chalenges`.
    (re.compile(r"(?<=\w\w)ll(?=(?:ed|ings?|ers?|ors?|able|ations?|ous(?:ly)?|ists?)\b)"), "l"),
    (re.compile("(?<=fulfi)ll|(?<=enro)ll|(?<=ski)ll(?=ful)"), "l"),
    (re.compile(r"(?<=\w[bt])re(?=[ds]?\b)"), "er"),
)
_SHORTEST_IN_A_DIALECT = 6
"""`hour` isn't another way to write `hor`."""


def dialectless(word: str) -> str:
    """Spell `behaviour` and `behavior` alike."""
    word = word.casefold()
    for pattern, plain in _DIALECTS:
        word = pattern.sub(plain, word)
    return word


def term(word: str) -> str:
    """Return what all ways to write a term have in common: `e-mail`, `Email`."""
    plain = word.casefold().replace("’", "'").removesuffix("'s").replace("-", "")
    if len(plain) < _SHORTEST_IN_A_DIALECT:
        return plain
    for pattern, american in _SAFE_DIALECTS:
        plain = pattern.sub(american, plain)
    return plain


@dataclass(frozen=True)
class FileWords:
    """What one file teaches."""

    names: frozenset[str] = frozenset()
    """In lower case."""
    said: Mapping[str, int] = field(default_factory=dict[str, int])
    """Words of its prose as they are written, and how often each is."""
    headings: frozenset[str] = frozenset()
    """In lower case."""


def of_code(outline: Outline) -> FileWords:
    """Return identifiers and what is imported, whole and in their parts."""
    names = set(outline.names)
    for each in outline.imports:
        names.update(_WORD.findall(each.module), (name for pair in each.names for name in pair))
    return FileWords(frozenset(_limited(part for name in sorted(names) for part in parts(name))))


def of_list(text: str) -> FileWords:
    """Return a manifest, or a list of people: all of it is names."""
    return FileWords(frozenset(_limited(part for word in _WORD.findall(text) for part in parts(word))))


def of_document(path: Path, language: str, text: str) -> FileWords:
    document = Document(path.as_uri(), language, text)
    said: Counter[str] = Counter()
    outside = list[str]()
    at = 0
    for paragraph in extract(document, parse(text, language), CancelToken()):
        for segment in paragraph.segments:
            if segment.kind is SegmentKind.VERBATIM:
                span = segment.source.shifted(paragraph.start)
                outside.append(text[at : span.start])
                at = span.end
                said.update(word for word in _WORD.findall(document.slice(span)) if len(word) >= _SHORTEST)
    outside.append(text[at:])
    named = (part for each in outside for word in _WORD.findall(each) for part in parts(word))
    headings = (word for match in _HEADING.finditer(text) for word in _WORD.findall(match[1] or match[2]))
    return FileWords(
        frozenset(_limited(named)),
        dict(said.most_common(MOST_OF_A_FILE)),
        frozenset(_limited(word.casefold() for word in headings)),
    )


def is_spoken(path: PurePath) -> bool:
    """Tell whether it is a document, or a list of packages or people."""
    return path.suffix.lower() in DOCUMENTS or _is_list(path)


def of_file(path: Path, language: str | None, text: str) -> FileWords:
    """Return those of a file that is spoken."""
    if _is_list(path):
        return of_list(text)
    return of_document(path, language, text) if language else FileWords()


def _is_list(path: PurePath) -> bool:
    return path.name in MANIFESTS or PEOPLE.fullmatch(path.name) is not None


def parts(name: str) -> Iterator[str]:
    """Split `doReceive_it` into `doreceive_it`, `do`, `receive`, `it`."""
    yield name.casefold()
    found = _PART.findall(name)
    if len(found) > 1:
        yield from (part.casefold() for part in found if len(part) >= _SHORTEST)


def _limited(words: Iterable[str]) -> Iterator[str]:
    seen = set[str]()
    for word in words:
        if len(word) >= _SHORTEST and word not in seen:
            if len(seen) >= MOST_OF_A_FILE:
                return
            seen.add(word)
            yield word


class ProjectWords:
    """Of all files. Not safe to use from several threads."""

    def __init__(self) -> None:
        self._of: dict[str, FileWords] = {}
        self._stamps: dict[str, Stamp | None] = {}
        self._named: Counter[str] = Counter()
        self._headed: Counter[str] = Counter()
        self._written: dict[str, Counter[str]] = {}
        """Term -> the ways to write it -> files."""
        self._size = 0

    def stamp(self, file: str) -> Stamp | None:
        """Return that of the document or list whose words are known; None before they are."""
        return self._stamps.get(file)

    def add(self, file: str) -> bool:
        """Note that a document or list is there, and tell whether its words are wanted."""
        if len(self._stamps) < FILES:
            self._stamps.setdefault(file, None)
        return file in self._stamps

    def below(self, folder: str) -> Sequence[str]:
        inside = folder.rstrip("/") + "/"
        return [file for file in self._stamps if file.startswith(inside)]

    def learn(self, file: str, words: FileWords, stamp: Stamp | None = None) -> None:
        """Learn, in place of what the file has taught before."""
        self._forget_words(file)
        if file in self._stamps:
            self._stamps[file] = stamp
        size = _size(words)
        if not size or self._size + size > MOST:
            return
        self._of[file] = words
        self._size += size
        self._named.update(words.names)
        self._headed.update(words.headings)
        for word in words.said:
            self._written.setdefault(term(word), Counter())[word] += 1

    def forget(self, file: str) -> None:
        self._stamps.pop(file, None)
        self._forget_words(file)

    def _forget_words(self, file: str) -> None:
        words = self._of.pop(file, None)
        if words is None:
            return
        self._size -= _size(words)
        _take(self._named, words.names)
        _take(self._headed, words.headings)
        for word in words.said:
            key = term(word)
            _take(self._written[key], (word,))
            if not self._written[key]:
                del self._written[key]

    def names(self, word: str) -> bool:
        return word.casefold() in self._named

    def saying(self, word: str) -> int:
        """Count in how many files it is said; one that has it in a heading counts twice: headings name things, but may
        be wrong like any other prose."""
        low = word.casefold()
        said = self._written.get(term(word), Counter[str]())
        return self._headed[low] + sum(count for way, count in said.items() if way.casefold() == low)

    def ways(self, word: str) -> Mapping[str, int]:
        """Return each way that this term is written in, and in how many files."""
        return dict(self._written.get(term(word), ()))


def _size(words: FileWords) -> int:
    return len(words.names) + len(words.said) + len(words.headings)


def _take(counter: Counter[str], words: Iterable[str]) -> None:
    for word in words:
        counter[word] -= 1
        if counter[word] <= 0:
            del counter[word]
