"""Which rules spoke where in a check: for a report of what is ignored and need not be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from breadknife.plugins.prose.engines.rules import namesakes
from breadknife.plugins.prose.finding import ProseFinding
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.task.values import Finding
from breadknife.text.document import Document


@dataclass
class RuleLog:
    """While a plugin has one, it reports also what single sentences and lines are ignored for."""

    absent: set[str] = field(default_factory=set[str])
    """Engines that could not be asked."""
    sentences: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    """Rules, each with the hash of the sentence or line that it spoke of."""
    offsets: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])
    """Rules, each with the offset at which it spoke, alone or with others that found the same."""

    def add(self, document: Document, in_prose: Iterable[ProseFinding], about_document: Iterable[Finding]) -> None:
        for finding in in_prose:
            for name in {name for rule in finding.candidate.rules for name in namesakes(rule)}:
                self.sentences.add((name, finding.sentence.hash))
                self.offsets.add((name, finding.span.start))
        for about in about_document:
            self.sentences.add((about.code, Sentence.of_line(document, about.span.start).hash))
