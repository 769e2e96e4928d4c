"""What a report of stale ignores must know of a check besides its findings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from breadknife.plugins.prose.engines.rules import namesakes
from breadknife.plugins.prose.flaws import Flaw
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.task.values import Finding
from breadknife.text.document import Document


def _rules(flaw: Flaw) -> Iterable[str]:
    """The rules that silence the flaw."""
    return {name for rule in flaw.mistake.rules for name in namesakes(rule)}


@dataclass
class Hearing:
    """While a plugin has one, it tells also what single sentences and lines are ignored for."""

    absent: set[str] = field(default_factory=set[str])
    """Engines that could not be asked."""
    spoken: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Rules, each with the hash of the sentence or line that it spoke of."""
    places: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """Rules, each with the offset at which it spoke, alone or with others that found the same."""

    def hear(self, document: Document, flaws: Iterable[Flaw], about: Iterable[Finding]) -> None:
        self.spoken.update((rule, flaw.sentence.hash) for flaw in flaws for rule in _rules(flaw))
        self.places.update((rule, flaw.finding.span.start) for flaw in flaws for rule in _rules(flaw))
        self.spoken.update((each.code, Sentence.of_line(document, each.span.start).hash) for each in about)
