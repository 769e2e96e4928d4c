"""Tells which findings aren't shown: by the settings, a document's comments, and its project's decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import is_same
from breadknife.plugins.prose.engines.rules import namesakes
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.project.decisions import EVERYWHERE
from breadknife.task.reasons import silence
from breadknife.task.values import Finding, Silence
from breadknife.text.directives import Directives
from breadknife.text.document import Document
from breadknife.text.prose import ProseText


@dataclass(frozen=True)
class Suppressions:
    document: Document
    disabled: frozenset[str]
    """Rules that the settings switch off."""
    directives: Directives
    """The document's comments that silence rules."""
    ignored: frozenset[tuple[str, str]]
    """Rules, each with the hash of the sentence that it is ignored in, or EVERYWHERE."""

    def cover(self, finding: Finding) -> bool:
        """Tell whether a finding about the document as a whole isn't to be shown."""
        sentence = Sentence.of_line(self.document, finding.span.start).hash if self.ignored else ""
        return self.reason(finding.code, finding.span.start, sentence) is not None

    def reason(self, rule: str, offset: int, sentence: str) -> Silence | None:
        """Return why a rule is off at an offset or in a sentence (its hash), as the same rule of another engine may
        be, and what ends that; None where it isn't."""
        line = self.document.line_at(offset)
        for name in namesakes(rule):
            comment = next((comment for comment in self.directives.all if comment.silences(name, line)), None)
            if comment is not None:
                written = self.document.line_at(comment.span.start) + 1
                return silence("ignored-by-comment", line=written, rule=rule)
            if not self.ignored.isdisjoint({(name, EVERYWHERE), (name, sentence)}):
                return silence("ignored-in-project", rule=rule)
            if name in self.disabled:
                return silence("rule-off", rule=rule, plugin="prose")
        return None

    def lint_reason(self, paragraph: ProseText, lint: Lint) -> Silence | None:
        """Return why a lint of a paragraph isn't to be shown, as `reason` does."""
        sentence = Sentence.around(paragraph.text, lint.span).hash if self.ignored else ""
        return self.reason(lint.rule, paragraph.source_span(lint.span).start, sentence)

    def filter(self, paragraph: ProseText, engines: Sequence[Sequence[Lint]]) -> list[Lint]:
        """Return the lints of a paragraph that may be shown, of engines in the order in which they answer.

        Whoever silences a rule means its place: what a later engine says of the same isn't shown either. But what an
        earlier one has said stays, or it would vanish when the later one answers.
        """
        shown: list[Lint] = []
        silenced: list[Lint] = []
        for lints in engines:
            silenced += (lint for lint in lints if self.lint_reason(paragraph, lint) is not None)
            shown += (
                lint
                for lint in lints
                if not paragraph.touches_markup(lint.span)
                and not any(is_same(paragraph.text, lint, other) for other in silenced)
            )
        return shown
