"""What is kept on disk for all processes: what files tell their importers, and what was found in files."""

from __future__ import annotations

import contextlib
import hashlib
import sys
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import msgspec

from breadknife import paths, text
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.plugins import nullcheck
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.belief import FileBeliefs
from breadknife.plugins.nullcheck.core.findings import NullFinding
from breadknife.plugins.nullcheck.queries.database import Query
from breadknife.text.syntax import grammar_version

_Kind = TypeVar("_Kind")
_FILE = "nullcheck.sqlite"
_MOST = 20_000
"""Cards and findings of 10,000 files, in about 50 MB."""


@dataclass(frozen=True)
class Card:
    """Says what a file tells those that import it: its names, and what its authors believe. The file's text alone
    decides it."""

    names: frozenset[str]
    """What it declares at its top level."""
    imports: Mapping[str, str]
    """Local name -> qualified name."""
    bases: frozenset[str]
    """The qualified names of the classes that its own are made of."""
    beliefs: FileBeliefs


@dataclass(frozen=True)
class StoredFindings:
    """The findings of a text, with the queries that were read for them and a digest of their results."""

    found: tuple[NullFinding, ...]
    asked: bytes
    """The queries, packed: a file has some 250 of them."""
    replies: str

    @classmethod
    def of(
        cls, found: Sequence[NullFinding], queries: Collection[Query], digest: Callable[[Query], str]
    ) -> StoredFindings:
        packed = zlib.compress(msgspec.msgpack.encode(tuple(queries)), 1)
        return cls(tuple(found), packed, digest_of("\n".join(map(digest, queries))))

    def queries(self, digest: Callable[[Query], str]) -> Sequence[Query] | None:
        """Return the queries if they still have the same results, as their digests tell; None also where the disk has
        lost a part."""
        with contextlib.suppress(zlib.error, msgspec.DecodeError):
            queries = msgspec.msgpack.decode(zlib.decompress(self.asked), type=tuple[Query, ...])
            return queries if digest_of("\n".join(map(digest, queries))) == self.replies else None
        return None


Cards: TypeAlias = TypedDiskCache[str, Card]
"""Text -> its card."""
FindingsStore: TypeAlias = TypedDiskCache[tuple[str, str], StoredFindings]
"""(URI, text) -> what was found in it last."""


def card_of(home: FileAnalysis) -> Card:
    file = home.file
    bases = frozenset(base for class_ in file.classes.values() for base in class_.bases)
    names = frozenset((*file.named, *file.classes, *file.variables))
    return Card(names, dict(file.imports), bases, home.evidence.beliefs.own)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def store_of(language: str, kind: type[_Kind]) -> TypedDiskCache[Any, _Kind]:
    """Return the store in the user's cache folder. What it keeps is decided by our code, too."""
    code = code_of(Path(nullcheck.__path__[0]), Path(text.__path__[0]))
    state = f"{kind.__name__} {code} {language} {grammar_version(language)} {sys.version_info[:2]}"
    return TypedDiskCache(DiskCache(paths.answers_dir() / _FILE, most=_MOST), state, kind)
