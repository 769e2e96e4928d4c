"""A mistake in the terms of the document: what a finding says, and what else the menu of fixes needs."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breadknife.plugins.prose.merge import Mistake
from breadknife.plugins.prose.workspace import Sentence
from breadknife.task.values import Finding, Fix, Origin, Severity
from breadknife.text.document import TextEdit
from breadknife.text.prose import ProseText


@dataclass(frozen=True)
class Flaw:
    finding: Finding
    mistake: Mistake
    word: str
    sentence: Sentence

    def moved(self, edit: TextEdit) -> Flaw | None:
        """The same after an edit of its document; None if the edit has touched it."""
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
            title = _title(word, correction.replacement)
            if correction.span != lint.span:
                title = f"Replace “{text[correction.span.start : correction.span.end]}” with “{correction.replacement}”"
            safe = mistake.safe and correction is mistake.corrections[0]
            fixes.append(Fix(title, (edit,), preferred=safe, origin=origin))
    message = lint.message
    if mistake.spelling and mistake.corrections:
        message = f"“{word}” looks like a slip; did you mean “{mistake.corrections[0].replacement}”?"
    if others := ", ".join(rule for rule in mistake.rules if rule != lint.rule):
        message = f"{message} (also {others})"
    finding = Finding(
        paragraph.source_span(lint.span),
        "+".join(mistake.engines),
        lint.rule,
        message,
        Severity.WARNING if mistake.safe else Severity.INFORMATION,
        tuple(fixes),
    )
    return Flaw(finding, mistake, word, Sentence.around(text, lint.span))


def _title(old: str, new: str) -> str:
    if not old:
        return f"Insert “{new.strip()}”"
    return f"Replace with “{new}”" if new.strip() else f"Remove “{old.strip()}”"


def moved(finding: Finding, edit: TextEdit) -> Finding | None:
    """The finding after an edit of its document; None if the edit has touched it or one of its fixes."""
    spans = [finding.span, *(each.span for fix in finding.fixes for each in fix.edits)]
    if max(span.end for span in spans) < edit.span.start:
        return finding
    by = len(edit.new_text) - len(edit.span)
    places = [span if span.end < edit.span.start else span.shifted(by) for span in spans]
    if any(span.touches(edit.span) for span in spans):
        return None
    edits = iter(places[1:])
    fixes = tuple(
        replace(fix, edits=tuple(replace(each, span=next(edits)) for each in fix.edits)) for fix in finding.fixes
    )
    return replace(finding, span=places[0], fixes=fixes)
