"""What drift reads out of a text, and what it says about a change."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from breadknife.text.document import Span


class Kind(StrEnum):
    """What a change did to the thing that a text speaks of. `kinds.toml` has a row for each."""

    PARAMETER_RENAMED = "parameter-renamed"
    PARAMETER_REMOVED = "parameter-removed"
    PARAMETER_ADDED = "parameter-added"
    DEFAULT_CHANGED = "default-changed"
    TYPE_CHANGED = "type-changed"
    RAISES_GONE = "raises-gone"
    RETURNS_GONE = "returns-gone"
    NAME_RENAMED = "name-renamed"
    NAME_GONE = "name-gone"
    VALUE_CHANGED = "value-changed"
    CODE_REPLACED = "code-replaced"
    DEFINITION_GONE = "definition-gone"
    PAGE_MOVED = "page-moved"
    PAGE_RENAMED = "page-renamed"
    PAGE_GONE = "page-gone"


@dataclass(frozen=True)
class Parameter:
    name: str
    """Empty for one that is taken apart at once by position (`[a, b]`)."""
    default: str = ""
    type: str = ""
    starred: bool = False
    """It takes any number of arguments."""
    is_property: bool = False
    """It is one of those that a parameter is taken apart into (`{a, b}`), for which documentation has a name, too."""


@dataclass(frozen=True)
class Block:
    """Documentation that stands in lines of its own: a docstring, or comments in a row."""

    first: int
    """Its first line, from 0."""
    lines: tuple[str, ...]
    """Without the signs of comments and quotes, each replaced by as many blanks, so that columns stay."""
    documents: bool
    """True for a docstring or a comment above a definition; False for one beside code."""

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def text(self) -> str:
        """Its words with one blank between."""
        return " ".join(" ".join(self.lines).split())


@dataclass(frozen=True)
class Symbol:
    """A definition with what can be said about it."""

    name: str
    container: str
    first: int
    """The first line of its code, from 0: of a decorator, too."""
    last: int
    head: int
    """The line with its name."""
    parameters: tuple[Parameter, ...]
    has_parameters: bool
    """True for what is called: a function, or a class with a constructor."""
    raises: frozenset[str]
    returns: bool
    """Whether it returns or yields a value."""
    result: str
    """The type that it is declared to return; empty if none is."""
    blocks: tuple[Block, ...]
    """What documents it, and the comments in it that no smaller definition has."""
    tokens: Sequence[tuple[str, int]]
    """Names, numbers and strings of its code, each with its line."""

    @property
    def key(self) -> tuple[str, str]:
        return self.container, self.name

    @property
    def counts(self) -> Counter[str]:
        return Counter(token for token, _ in self.tokens)


@dataclass(frozen=True)
class SourceFacts:
    """What one version of a file of code says."""

    symbols: tuple[Symbol, ...]
    counts: Mapping[str, int]
    """How often each name, number and string occurs in its code."""
    lines: tuple[str, ...]
    whole: bool
    """False if the text doesn't parse."""


@dataclass(frozen=True)
class Drift:
    """A claim that a change made false."""

    kind: Kind
    span: Span
    """Where the claim is, in the text as it is now."""
    subject: str
    """The name, number or string that it speaks of."""
    new: str
    """What is there now; empty if nothing is."""
    symbol: str
    cause: int
    """The line that made it false, from 0, in the same file or in `cause_path`."""
    edit: tuple[Span, str] | None = None
    """What makes it true again, where that is certain."""
    cause_path: str = ""
    """The file of the cause, relative to the folder; empty for the same file."""
