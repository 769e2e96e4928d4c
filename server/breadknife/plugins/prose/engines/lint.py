"""What every checker of prose looks like to the plugin, what it is asked, and what it says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from breadknife.plugins.prose.engines.background import BackgroundEngine
from breadknife.plugins.prose.engines.rules import is_noise
from breadknife.text.document import Span

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_JOINING = frozenset(("Mn", "Mc", "Me", "Cf"))
"""Categories of characters that belong to the word beside them."""
_BRACKETED = re.compile(r"\[\w+\]$|\(\w+\)$")
"""The beginning of a word that brackets set off: `[a]rchive`, `(re)use`."""
_UNENCODABLE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True)
class Lint:
    """What one engine says of one paragraph, in positions of its prose."""

    engine: str
    rule: str
    span: Span
    message: str
    replacements: tuple[str, ...]
    """What may stand in place of `span`, best first."""
    category: str
    """The engine's own group of rules."""


@dataclass(frozen=True, slots=True)
class LintRequest:
    """A paragraph as engines are asked about it: the unit of every cache."""

    text: str
    language: str = ""
    """A BCP 47 tag; empty for the engine's own English."""


class ProseEngine(Protocol):
    name: str

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Return what is wrong with one paragraph of plain prose in a language; nothing, in one that it doesn't speak.

        An empty tag is the engine's own English. Raises EngineError.
        """
        ...

    def close(self) -> None: ...


class BackgroundLinter(BackgroundEngine[LintRequest, Lint]):
    """An engine that is asked about paragraphs in the background."""


def drop_noise(lints: Iterable[Lint], enabled: frozenset[str], language: str = "") -> tuple[Lint, ...]:
    """Return those that aren't noise in technical prose of a language, as in `LintRequest`, or of a rule that is in
    `enabled`."""
    is_english = language.partition("-")[0] in ("", "en")
    return tuple(
        lint
        for lint in lints
        if lint.rule in enabled or not is_noise(lint.engine, lint.rule, lint.category, is_english=is_english)
    )


def cuts_word(text: str, span: Span) -> bool:
    """Tell whether a span ends inside a word: beside a letter, an accent of its own, or what joins or parts letters and
    isn't seen, such as a zero-width space. What is said of such a part isn't about the word that a reader sees."""
    inside = text[span.start : span.end]
    before, after = text[max(0, span.start - 1) : span.start], text[span.end : span.end + 1]
    is_rest = before in ("]", ")") and _BRACKETED.search(text, max(0, span.start - 12), span.start) is not None
    return (inside[:1].isalpha() and (is_rest or _joins(before))) or (inside[-1:].isalpha() and _joins(after))


def _joins(character: str) -> bool:
    return character.isalpha() or (bool(character) and unicodedata.category(character) in _JOINING)


def printable(text: str) -> str:
    """Return `text` in characters that every engine can take, each at its place."""
    return _UNENCODABLE.sub("\ufffd", _CONTROL.sub(" ", text))
