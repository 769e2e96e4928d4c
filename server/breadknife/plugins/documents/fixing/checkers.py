"""Asks the plugins that check prose. They get it as plain text, so that their findings lie in the prose and not in its
markup."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from breadknife.steps.step import StepContext
from breadknife.task.values import CheckRequest, Finding, Findings
from breadknife.text.directives import Directives
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.prose import ProseText

_BETWEEN = "\n\n"


@dataclass(frozen=True)
class Fault:
    """A checker's finding in one text. Offsets are those of the text."""

    span: Span
    rule: str
    """The rule with its source: `harper/AnA`."""
    was: str
    """The text at `span`."""
    fixes: tuple[tuple[TextEdit, ...], ...]
    """The checker's suggestions, its favourite first."""
    is_safe: bool = False
    """The checker is sure of its favourite."""


@dataclass(frozen=True)
class FaultFinder:
    """Asks the plugins that check prose. Every method raises Cancelled."""

    document: Document
    """The document whose settings and ignored rules count."""
    prose: Sequence[ProseText]
    """The paragraphs to which the texts belong."""
    context: StepContext

    def faults(self, texts: Sequence[str], seconds: float | None = None) -> tuple[tuple[Fault, ...], ...]:
        """Return the faults of each text, which belong to `prose` in that order.

        Slow checkers are heard as far as they answer within `seconds`; None waits for them.
        """
        joined = _BETWEEN.join(texts) + "\n"
        plain = Document(self.document.uri, "plaintext", joined)
        answer = self.context.ask(CheckRequest(plain, whole=True, seconds=seconds))
        findings = answer.items if isinstance(answer, Findings) else ()
        directives = Directives.of(self.document)
        faults: list[tuple[Fault, ...]] = []
        start = 0
        for prose, text in zip(self.prose, texts, strict=True):
            line = self.document.line_at(prose.start)
            inside = Span(start, start + len(text))
            faults.append(
                tuple(
                    _fault(finding, joined, start)
                    for finding in findings
                    if inside.contains(finding.span) and not directives.silence(finding.code, line)
                )
            )
            start += len(text) + len(_BETWEEN)
        return tuple(faults)


def new_faults(before: Iterable[Fault], after: Iterable[Fault]) -> list[Fault]:
    """Return what is found in a text after edits and wasn't found before them."""
    known = {(fault.rule, fault.was) for fault in before}
    return [fault for fault in after if (fault.rule, fault.was) not in known]


def _fault(finding: Finding, text: str, start: int) -> Fault:
    """Return the fault of a finding in the joined texts, for the text that begins at `start`."""
    fixes = tuple(tuple(edit.shifted(-start) for edit in fix.edits) for fix in finding.fixes)
    was = text[finding.span.start : finding.span.end]
    is_safe = bool(finding.fixes) and finding.fixes[0].preferred
    return Fault(finding.span.shifted(-start), f"{finding.source}/{finding.code}", was, fixes, is_safe)
