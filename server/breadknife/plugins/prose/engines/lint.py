"""What every checker of prose looks like to the plugin, and what it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from breadknife.plugins.prose.engines.background import Background
from breadknife.plugins.prose.engines.rules import is_noise
from breadknife.text.document import Span

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
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
class Asked:
    """A paragraph as engines are asked about it: the unit of every cache."""

    text: str
    language: str = ""
    """A BCP 47 tag; empty for English."""


Later = Background[Asked, Lint]
"""An engine whose answers come later."""


class ProseEngine(Protocol):
    name: str

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Return what is wrong with one paragraph of plain prose in a language; nothing, in one that it doesn't speak.

        An empty tag is the engine's own English. Raises EngineError.
        """
        ...

    def close(self) -> None: ...


class QuietEngine:
    """An engine without what is noise in technical prose, unless a rule is in `enabled`."""

    def __init__(self, engine: ProseEngine, enabled: frozenset[str]) -> None:
        self.name = engine.name
        self._engine = engine
        self._enabled = enabled

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        return quiet(self._engine.check(text, language), self._enabled)

    def close(self) -> None:
        self._engine.close()


def quiet(lints: Iterable[Lint], enabled: frozenset[str]) -> tuple[Lint, ...]:
    """Return those that aren't noise in technical prose, or of a rule that is in `enabled`."""
    return tuple(each for each in lints if each.rule in enabled or not is_noise(each.engine, each.rule, each.category))


class Asking:
    """An engine as `Background` wants it: one question, one answer."""

    def __init__(self, engine: ProseEngine) -> None:
        self._engine = engine

    def check(self, asked: Asked, /) -> tuple[Lint, ...]:
        return self._engine.check(asked.text, asked.language)

    def close(self) -> None:
        self._engine.close()


def printable(text: str) -> str:
    """`text` in characters that every engine can take, each at its place."""
    return _UNENCODABLE.sub("\ufffd", _CONTROL.sub(" ", text))
