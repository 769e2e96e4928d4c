"""What Go's and Java's files have in common: how the ways of a place become verified offers."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from breadknife.plugins.nullcheck.braces.verify import Analysis, verified
from breadknife.plugins.nullcheck.silenced import unsilenced
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree

Edits = tuple[TextEdit, ...]
_AT_DECLARATION = frozenset({Strategy.RETURN_TYPE, Strategy.DROP_NONE})
_LITERALS = (r"-?\d+", r"-?\d+L", r"-?\d+\.\d+f", r"-?\d+\.\d+", r'"[^"\\\n]*"', r"true|false")


@dataclass(frozen=True)
class Option:
    """A strategy that can be carried out at a site."""

    strategy: Strategy
    title: str
    weight: int
    """Evidence for it; the highest comes first."""
    reason: str
    edits: Callable[[Content], Edits | None]
    content: Content | None = None
    """What is written when no model says better."""


class BracesLanguage:
    def literal(self, default: str, like: str, /) -> bool:
        """See `NullLanguage`: Go has no literals of Java's other kinds."""
        return any(re.fullmatch(kind, default) and re.fullmatch(kind, like) for kind in _LITERALS)


class WholeAnalysis(Analysis, Protocol):
    def findings(self) -> Sequence[Finding]: ...


class BracesFile(ABC):
    """A `NullFile`; `analyse` looks at another text of the same file."""

    def __init__(
        self,
        analysis: WholeAnalysis,
        analyse: Callable[[SyntaxTree], Analysis],
        is_current: Callable[[], bool],
    ) -> None:
        self._whole = analysis
        self._analyse = analyse
        self.is_current = is_current

    @property
    def tree(self) -> SyntaxTree:
        return self._whole.tree

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        return unsilenced(self.tree, self._whole.findings())

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        return self._foreign(finding)

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        ignores = next((said for finding in about if (said := self._ignored_by(finding))), "")
        for option in self._options(place, ignores):
            made, removes = self._verified(place, option, option.content or Content())
            if made is not None:
                yield Offer(
                    option.strategy,
                    option.title,
                    made,
                    option.weight,
                    option.reason,
                    option.content,
                    self._within(place, made),
                    removes=removes,
                    is_asked_for=self._is_handed_on(place) and option.strategy not in _AT_DECLARATION,
                )

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> Edits | None:
        option = next((option for option in self._options(place, "") if option.strategy is strategy), None)
        return self._verified(place, option, content)[0] if option is not None else None

    @abstractmethod
    def _options(self, place: Place, ignores: str) -> list[Option]: ...

    @abstractmethod
    def _declaration(self, place: Place) -> Node | None:
        """The function, or whatever else of the top level or of a class, that the place is in."""

    def _is_handed_on(self, place: Place) -> bool:
        """Whether code gets it that may reckon with it, so that a check would end what went well."""
        return False

    @abstractmethod
    def _foreign(self, finding: Finding) -> Place | None:
        """Where another checker's finding points."""

    @abstractmethod
    def _ignored_by(self, finding: Finding) -> str:
        """The checker whose ignore comment would answer a finding, or ""."""

    def _verified(self, place: Place, option: Option, content: Content) -> tuple[Edits | None, int]:
        """The edits, and how many findings they end."""
        edits = option.edits(content)
        # Whoever calls a method or reads a field is anywhere in the file.
        around = Span(0, len(self.tree.text)) if option.strategy in _AT_DECLARATION else place.span
        removes = verified(self._whole, self._analyse, place.span, edits, around) if edits is not None else 0
        return (edits, removes) if removes else (None, 0)

    def _within(self, place: Place, edits: Edits) -> Span:
        """The whole declaration, and whatever else the template itself edits."""
        declaration = self._declaration(place)
        span = self.tree.span(declaration) if declaration is not None else Span(0, len(self.tree.text))
        return Span(
            min(span.start, *(edit.span.start for edit in edits)), max(span.end, *(edit.span.end for edit in edits))
        )
