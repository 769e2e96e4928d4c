"""The words of a project: its names, and how its documents write each term. Tables without disk and threads."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path, PurePath

from breadknife.cancel import CancelToken
from breadknife.project.index import Stamp
from breadknife.text.document import Document
from breadknife.text.outline import Outline
from breadknife.text.prose import SegmentKind
from breadknife.text.syntax import parse
from breadknife.text.tokens import parts_of_words

MOST_OF_A_FILE = 4_000
"""The most different words that are kept of one file."""
MOST = 1_000_000
"""The most words that are kept of all files together, in some 100 MB. The words of a file that comes then aren't."""

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
"""The most documents, manifests and lists of people that words are learned from."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HEADING = re.compile(r"^(?: {0,3}#{1,6} |=+ |\*+ )(.+)|^(\S.*)\n(?:={3,}|-{3,}|~{3,}|\^{3,})[ \t]*$", re.MULTILINE)
_SHORTEST = 3
"""Letters of a word that is kept."""
_SAFE_DIALECTS = (
    # Only before an ending: `forteen` and `yorself` are wrong in every dialect.
    (re.compile(r"(?<=\w\w)our(?=(?:s|ed|ers?|abl[ey]|al|ally|ful|hoods?|less|ly|y|i\w+)?\b)"), "or"),
    (re.compile("([iy])s(?=e|ing|ation)"), r"\1z"),
)
"""British spellings -> American ones that no other word has. `ll` isn't here: `filled` isn't `filed`."""
_DIALECTS = (
    (re.compile("(?<=practi)s|(?<=licen|defen|offen)s"), "c"),
    *_SAFE_DIALECTS,
    # Also only before an ending: `untill` and `chalenges` are wrong in every dialect.
    (re.compile(r"(?<=\w\w)ll(?=(?:ed|ings?|ers?|ors?|able|ations?|ous(?:ly)?|ists?)\b)"), "l"),
    (re.compile("(?<=fulfi)ll|(?<=enro)ll|(?<=ski)ll(?=ful)"), "l"),
    (re.compile(r"(?<=\w[bt])re(?=[ds]?\b)"), "er"),
)
_SHORTEST_IN_A_DIALECT = 6
"""`hour` isn't another way to write `hor`."""


def dialectless(word: str) -> str:
    """Return a word in small letters and in one dialect: `behavior` for `behaviour`."""
    word = word.casefold()
    for pattern, plain in _DIALECTS:
        word = pattern.sub(plain, word)
    return word


def list_near_words(word: str, letters: str) -> Iterator[str]:
    """Yield what one slip makes of a word, words or not: one of its letters left out, two neighbours swapped, one of
    `letters` added, or put for another."""
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        if after:
            yield before + after[1:]
        if len(after) > 1:
            yield before + after[1] + after[0] + after[2:]
        for letter in letters:
            yield before + letter + after
            if after:
                yield before + letter + after[1:]


def with_capital_of(like: str, word: str) -> str:
    """Return the word, with a capital if the other one has one."""
    return word[0].upper() + word[1:] if like[:1].isupper() else word


@lru_cache(maxsize=1 << 15)  # the files of a project have most of their words in common
def term(word: str) -> str:
    """Return what all spellings of a term have in common: `email` for `e-mail` and `Email's`."""
    plain = word.casefold().replace("’", "'").removesuffix("'s").replace("-", "")
    if len(plain) < _SHORTEST_IN_A_DIALECT:
        return plain
    for pattern, american in _SAFE_DIALECTS:
        plain = pattern.sub(american, plain)
    return plain


def keys_of(word: str) -> tuple[str, str]:
    """Return the keys by which `ProjectWords` finds a word: what it says of the word changes only with a word of a file
    that has one of them, too."""
    return word.casefold(), term(word)


@dataclass(frozen=True)
class FileWords:
    """The words of one file."""

    names: frozenset[str] = frozenset()
    """Identifiers, packages and people, whole and in their parts; in lower case."""
    said: Mapping[str, int] = field(default_factory=dict[str, int])
    """Words of its prose as they are written -> how often each occurs."""
    headings: frozenset[str] = frozenset()
    """Words of its headings, in lower case."""

    def unlike(self, other: FileWords) -> set[str]:
        """Return the words that only one of two files has, as `keys_of` does."""
        ways = self.said.keys() ^ other.said.keys()
        keys = {key for way in ways for key in keys_of(way)}
        return keys | (self.names ^ other.names) | (self.headings ^ other.headings)


def of_code(outline: Outline) -> FileWords:
    """Return the words of a file of code: its identifiers and what it imports."""
    names = set(outline.names)
    for imported in outline.imports:
        names.update(_WORD.findall(imported.module), (name for pair in imported.names for name in pair))
    return FileWords(frozenset(_limited(part for name in sorted(names) for part in parts(name))))


def of_list(text: str) -> FileWords:
    """Return the words of a manifest or a list of people: all of them are names."""
    return FileWords(frozenset(_limited(part for word in _WORD.findall(text) for part in parts(word))))


def of_document(path: Path, language: str, text: str) -> FileWords:
    """Return the words of a document: those of its prose and headings, and as names those outside of the prose, such as
    code. `language` is the LSP's id."""
    from breadknife.text.extract import extract  # takes long to load, and most commands read no document's words

    document = Document(path.as_uri(), language, text)
    said: Counter[str] = Counter()
    outside = list[str]()
    end_of_prose = 0
    for paragraph in extract(document, parse(text, language), CancelToken()):
        for segment in paragraph.segments:
            if segment.kind is SegmentKind.VERBATIM:
                span = segment.source.shifted(paragraph.start)
                outside.append(text[end_of_prose : span.start])
                end_of_prose = span.end
                said.update(word for word in _WORD.findall(document.slice(span)) if len(word) >= _SHORTEST)
    outside.append(text[end_of_prose:])
    names = (part for stretch in outside for word in _WORD.findall(stretch) for part in parts(word))
    headings = (word for match in _HEADING.finditer(text) for word in _WORD.findall(match[1] or match[2]))
    return FileWords(
        frozenset(_limited(names)),
        dict(said.most_common(MOST_OF_A_FILE)),
        frozenset(_limited(word.casefold() for word in headings)),
    )


def is_spoken(path: PurePath) -> bool:
    """Tell, by its name, whether a file is a document, a manifest or a list of people."""
    return path.suffix.lower() in DOCUMENTS or _is_list(path)


def of_file(path: Path, language: str | None, text: str) -> FileWords:
    """Return the words of a file for which `is_spoken` is true. `language` is the LSP's id; without one a document has
    no words."""
    if _is_list(path):
        return of_list(text)
    return of_document(path, language, text) if language else FileWords()


def _is_list(path: PurePath) -> bool:
    return path.name in MANIFESTS or PEOPLE.fullmatch(path.name) is not None


def parts(name: str) -> Iterator[str]:
    """Yield a name and, if it has several parts, those of three letters or more, in lower case: `doreceive_it` and
    `receive` for `doReceive_it`."""
    yield name.casefold()
    name_parts = [part for part in parts_of_words(name) if not part.isdecimal()]
    if len(name_parts) > 1:
        yield from (part.casefold() for part in name_parts if len(part) >= _SHORTEST)


def _limited(words: Iterable[str]) -> Iterator[str]:
    """Yield the words that aren't too short, each once, at most `MOST_OF_A_FILE`."""
    seen = set[str]()
    for word in words:
        if len(word) >= _SHORTEST and word not in seen:
            if len(seen) >= MOST_OF_A_FILE:
                return
            seen.add(word)
            yield word


class ProjectWords:
    """The words of all files. Not safe to use from several threads."""

    def __init__(self) -> None:
        self._words: dict[str, FileWords] = {}
        """File -> its words."""
        self._stamps: dict[str, Stamp | None] = {}
        """Document or list -> its state when its words were read; None if they haven't been, or came from an editor's
        text."""
        self._named: Counter[str] = Counter()
        """Name -> the number of files that have it."""
        self._headed: Counter[str] = Counter()
        """Word of headings -> the number of documents that have it in one."""
        self._written: dict[str, Counter[str]] = {}
        """Term -> its spellings -> the number of documents that have each."""
        self._size = 0
        """The number of words of all files."""

    def stamp(self, file: str) -> Stamp | None:
        """Return the state of a document or list when its words were read; None if they haven't been, or came from an
        editor's text."""
        return self._stamps.get(file)

    def add(self, file: str) -> bool:
        """Note that there is a document or list, unless there are too many. Return whether it is noted."""
        if len(self._stamps) < FILES:
            self._stamps.setdefault(file, None)
        return file in self._stamps

    def below(self, folder: str) -> Sequence[str]:
        """Return the documents and lists in a folder and in the folders below it."""
        prefix = folder.rstrip("/") + "/"
        return [file for file in self._stamps if file.startswith(prefix)]

    def learn(self, file: str, words: FileWords, stamp: Stamp | None = None) -> None:
        """Set the words of a file, in place of those before. If there is no room for them, the file has none."""
        self._forget_words(file)
        if file in self._stamps:
            self._stamps[file] = stamp
        size = _size(words)
        if not size or self._size + size > MOST:
            return
        self._words[file] = words
        self._size += size
        self._named.update(words.names)
        self._headed.update(words.headings)
        for word in words.said:
            self._written.setdefault(term(word), Counter())[word] += 1

    def forget(self, file: str) -> None:
        """Remove a file, if it is there."""
        self._stamps.pop(file, None)
        self._forget_words(file)

    def _forget_words(self, file: str) -> None:
        words = self._words.pop(file, None)
        if words is None:
            return
        self._size -= _size(words)
        _count_down(self._named, words.names)
        _count_down(self._headed, words.headings)
        for word in words.said:
            key = term(word)
            _count_down(self._written[key], (word,))
            if not self._written[key]:
                del self._written[key]

    def names(self, word: str) -> bool:
        """See `Project`."""
        return word.casefold() in self._named

    def saying(self, word: str) -> int:
        """See `Project`. A heading counts twice because headings name things, and not more because they may be wrong
        like any other prose."""
        lower = word.casefold()
        spellings = self._written.get(term(word), Counter[str]())
        return self._headed[lower] + sum(count for way, count in spellings.items() if way.casefold() == lower)

    def ways(self, word: str) -> Mapping[str, int]:
        """See `Project`."""
        return dict(self._written.get(term(word), ()))


def _size(words: FileWords) -> int:
    return len(words.names) + len(words.said) + len(words.headings)


def _count_down(counter: Counter[str], words: Iterable[str]) -> None:
    for word in words:
        counter[word] -= 1
        if counter[word] <= 0:
            del counter[word]
