"""Mistakes as findings of the document, with what the menu of fixes needs besides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import Mistake, is_certain, own_corrections
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.task.values import Finding, Fix, Origin, Severity
from breadknife.text.document import Span, TextEdit, change_title
from breadknife.text.prose import ProseText

_MOST_NAMED = 3
"""Words in a message; the menu has them all."""


@dataclass(frozen=True)
class Flaw:
    finding: Finding
    mistake: Mistake
    word: str
    sentence: Sentence

    @property
    def key(self) -> tuple[str, str, Span]:
        """What it is known by: its engine, rule and place."""
        return self.mistake.lint.engine, self.mistake.lint.rule, self.finding.span

    def moved(self, edit: TextEdit) -> Flaw | None:
        """Return the same after an edit of its document; None if the edit has touched it."""
        finding = moved(self.finding, edit)
        return None if finding is None else self if finding is self.finding else replace(self, finding=finding)


def flaw(paragraph: ProseText, mistake: Mistake) -> Flaw:
    lint, text = mistake.lint, paragraph.text
    word = text[lint.span.start : lint.span.end]
    origin = Origin(rule=lint.rule, model=mistake.model)
    fixes: list[Fix] = []
    for correction in mistake.corrections:
        edit = paragraph.edit(correction.span, correction.replacement)
        if edit is not None:
            title = change_title(text[correction.span.start : correction.span.end], correction.replacement)
            safe = mistake.safe and correction is mistake.corrections[0]
            fixes.append(Fix(title, (edit,), preferred=safe, origin=origin))
    finding = Finding(
        paragraph.source_span(lint.span),
        lint.engine,
        lint.rule,
        _message(text, lint, word),
        Severity.WARNING if is_certain(text, lint) else Severity.INFORMATION,
        tuple(fixes),
    )
    return Flaw(finding, mistake, word, Sentence.around(text, lint.span))


def _message(text: str, lint: Lint, word: str) -> str:
    """What its own engine says: no engine that answers later changes it."""
    likely = own_corrections(text, lint)[:_MOST_NAMED] if lint.rule in SPELLING else []
    if not likely:
        return lint.message
    *others, last = (f"“{each}”" for each in likely)
    named = f"{', '.join(others)} or {last}" if others else last
    return f"“{word}” looks misspelled; did you mean {named}?"


def moved(finding: Finding, edit: TextEdit) -> Finding | None:
    """Return the finding after an edit of its document; None if the edit has touched it or one of its fixes."""
    spans = [finding.span, *(each.span for fix in finding.fixes for each in fix.edits)]
    start, end = edit.span.start, edit.span.end
    if all(span.end < start for span in spans):
        return finding
    if any(span.start <= end and start <= span.end for span in spans):
        return None
    by = len(edit.new_text) - len(edit.span)
    places = iter([span if span.end < start else Span(span.start + by, span.end + by) for span in spans])
    place = next(places)
    fixes = tuple(
        replace(fix, edits=tuple(TextEdit(next(places), each.new_text) for each in fix.edits)) for fix in finding.fixes
    )
    return replace(finding, span=place, fixes=fixes)
