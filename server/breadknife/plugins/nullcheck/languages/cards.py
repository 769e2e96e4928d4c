"""What a file says to those that import it, kept on disk: it depends on the file's text alone.

A check asks the cards of all files that a file imports, and lowers only those of which it uses something.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from breadknife import paths, text
from breadknife.kept import Kept, Store, code_of
from breadknife.plugins import nullcheck
from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.text.syntax import grammar_version

_Kind = TypeVar("_Kind")
_FILE = "nullcheck.sqlite"
_MOST = 20_000
"""Cards and answers of 10,000 files, in about 50 MB."""


@dataclass(frozen=True)
class Card:
    """The names of a file, and the words under which something of it may be null."""

    names: frozenset[str]
    """What it declares at its top level."""
    imports: Mapping[str, str]
    """Local name -> qualified name."""
    bases: frozenset[str]
    """The qualified names of the classes that its own are made of."""
    own: frozenset[bytes]
    """See `Gate.own`."""
    telling: frozenset[bytes]
    """See `Gate.telling`."""


Cards: TypeAlias = Kept[str, Card]
"""Text -> its card."""


def card_of(home: FileAnalysis) -> Card:
    file, gate = home.file, home.gate
    bases = frozenset(base for class_ in file.classes.values() for base in class_.bases)
    names = frozenset((*file.named, *file.classes, *file.variables))
    return Card(names, dict(file.imports), bases, gate.own, gate.telling)


def kept_of(language: str, kind: type[_Kind]) -> Kept[Any, _Kind]:
    """Those in the user's cache folder, for all processes. What they say is decided by our code, too."""
    code = code_of(Path(nullcheck.__path__[0]), Path(text.__path__[0]))
    state = f"{kind.__name__} {code} {language} {grammar_version(language)} {sys.version_info[:2]}"
    return Kept(Store(paths.cache_dir() / _FILE, most=_MOST), state, kind)
