"""Candidates that are shown, as findings of the document, with what the menu of fixes needs besides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import FindingCandidate, is_certain, list_own_corrections
from breadknife.plugins.prose.engines.rules import SPELLING
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.task.values import Finding, Fix, Origin, Severity
from breadknife.text.document import Span, TextEdit, change_title
from breadknife.text.prose import Author, ProseText

_MISTAKES = {
    "TYPOS": "looks misspelled",
    "GRAMMAR": "looks ungrammatical",
    "PUNCTUATION": "looks wrongly punctuated",
    "TYPOGRAPHY": "looks wrongly typeset",
    "CASING": "looks wrongly capitalized",
    "CONFUSED_WORDS": "looks like the wrong word",
    "STYLE": "can be said better",
    "REDUNDANCY": "says something twice",
}
"""What LanguageTool's categories mean, for those who can't read what it says in a translation's language."""
_MOST_NAMED = 3
"""Words in a message; the menu has them all."""


@dataclass(frozen=True)
class ProseFinding:
    finding: Finding
    candidate: FindingCandidate
    word: str
    sentence: Sentence

    @classmethod
    def of(cls, paragraph: ProseText, candidate: FindingCandidate) -> ProseFinding:
        """Place a candidate of a paragraph in the paragraph's document."""
        lint, text = candidate.lint, paragraph.text
        word = text[lint.span.start : lint.span.end]
        origin = Origin(rule=lint.rule, model=candidate.model)
        fixes: list[Fix] = []
        for correction in candidate.corrections:
            edit = paragraph.edit(correction.span, correction.replacement)
            if edit is not None:
                title = change_title(text[correction.span.start : correction.span.end], correction.replacement)
                safe = candidate.safe and correction is candidate.corrections[0]
                fixes.append(Fix(title, (edit,), preferred=safe, origin=origin))
        finding = Finding(
            paragraph.source_span(lint.span),
            lint.engine,
            lint.rule,
            _message(paragraph, lint, word),
            Severity.WARNING if is_certain(text, lint) else Severity.INFORMATION,
            tuple(fixes),
        )
        return cls(finding, candidate, word, Sentence.around(text, lint.span))

    @property
    def span(self) -> Span:
        return self.finding.span

    @property
    def key(self) -> tuple[str, str, Span]:
        """Return what tells the finding from others: its engine, rule and span."""
        return self.candidate.lint.engine, self.candidate.lint.rule, self.span

    def moved(self, edit: TextEdit) -> ProseFinding | None:
        """Return the same after an edit of its document; None if the edit has touched it."""
        finding = move_finding(self.finding, edit)
        return None if finding is None else self if finding is self.finding else replace(self, finding=finding)


def _message(paragraph: ProseText, lint: Lint, word: str) -> str:
    """Return what its own engine says, in English where others translate: no engine that answers later changes it."""
    mistake = "looks misspelled" if lint.rule in SPELLING else ""
    if paragraph.author is Author.TRANSLATOR and lint.engine == "languagetool":
        mistake = f"{_MISTAKES.get(lint.category, 'looks wrong')} (language: {paragraph.language})"
    likely = list_own_corrections(paragraph.text, lint)[:_MOST_NAMED] if mistake else []
    if not likely:
        return f"“{word}” {mistake}." if paragraph.author is Author.TRANSLATOR and mistake else lint.message
    *others, last = (f"“{correction}”" for correction in likely)
    meant = f"{', '.join(others)} or {last}" if others else last
    return f"“{word}” {mistake}; did you mean {meant}?"


def move_finding(finding: Finding, edit: TextEdit) -> Finding | None:
    """Return the finding after an edit of its document; None if the edit has touched it or one of its fixes."""
    spans = [finding.span, *(each.span for fix in finding.fixes for each in fix.edits)]
    start, end = edit.span.start, edit.span.end
    if all(span.end < start for span in spans):
        return finding
    if any(span.start <= end and start <= span.end for span in spans):
        return None
    by = len(edit.new_text) - len(edit.span)
    moved = iter([span if span.end < start else Span(span.start + by, span.end + by) for span in spans])
    span = next(moved)
    fixes = tuple(
        replace(fix, edits=tuple(TextEdit(next(moved), old.new_text) for old in fix.edits)) for fix in finding.fixes
    )
    return replace(finding, span=span, fixes=fixes)
