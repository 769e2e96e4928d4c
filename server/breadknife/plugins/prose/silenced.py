"""What the settings, a document's comments and its project's decisions leave out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import is_same
from breadknife.plugins.prose.engines.rules import namesakes
from breadknife.plugins.prose.project.workspace import EVERYWHERE, Sentence
from breadknife.task.reasons import silence
from breadknife.task.values import Finding, Silence
from breadknife.text.directives import Directives
from breadknife.text.document import Document
from breadknife.text.prose import ProseText


@dataclass(frozen=True)
class Silenced:
    document: Document
    disabled: frozenset[str]
    directives: Directives
    ignored: frozenset[tuple[str, str]]
    """Rules, each with the hash of the sentence that it is ignored in, or EVERYWHERE."""

    def leaves_out(self, finding: Finding) -> bool:
        """Tell whether a finding about the document as a whole isn't to be told."""
        sentence = Sentence.of_line(self.document, finding.span.start).hash if self.ignored else ""
        return self.silences(finding.code, finding.span.start, sentence)

    def silences(self, rule: str, offset: int, sentence: str) -> bool:
        """Tell whether a rule, or the same rule of another engine, is off at an offset or in a sentence (its hash)."""
        return any(
            each in self.disabled
            or (each, EVERYWHERE) in self.ignored
            or (each, sentence) in self.ignored
            or self.directives.silence(each, self.document.line_at(offset))
            for each in namesakes(rule)
        )

    def reason(self, rule: str, offset: int, sentence: str) -> Silence | None:
        """Return what silences a rule at an offset or in a sentence (its hash), and what ends that; None where nothing
        does."""
        line = self.document.line_at(offset)
        for each in namesakes(rule):
            comment = next((said for said in self.directives.all if said.silences(each, line)), None)
            if comment is not None:
                written = self.document.line_at(comment.span.start) + 1
                return silence("ignored-by-comment", line=written, rule=rule)
            if not self.ignored.isdisjoint({(each, EVERYWHERE), (each, sentence)}):
                return silence("ignored-in-project", rule=rule)
            if each in self.disabled:
                return silence("rule-off", rule=rule, plugin="prose")
        return None

    def spoken(self, paragraph: ProseText, engines: Sequence[Sequence[Lint]]) -> list[Lint]:
        """Return the lints of a paragraph that may be told, of engines in the order in which they answer.

        Whoever silences a rule means its place: what a later engine says of the same isn't told either. But what an
        earlier one has said stays, or it would vanish when the later one answers.
        """
        told: list[Lint] = []
        silenced: list[Lint] = []
        for lints in engines:
            silenced += (each for each in lints if self._is_silenced(paragraph, each))
            told += (
                each
                for each in lints
                if not paragraph.touches_markup(each.span)
                and not any(is_same(paragraph.text, each, other) for other in silenced)
            )
        return told

    def _is_silenced(self, paragraph: ProseText, lint: Lint) -> bool:
        sentence = Sentence.around(paragraph.text, lint.span).hash if self.ignored else ""
        return self.silences(lint.rule, paragraph.source_span(lint.span).start, sentence)
