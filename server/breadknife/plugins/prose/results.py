"""The findings of one version of a document, which the next check begins with: so findings neither wait until the whole
document is read again, nor vanish for a moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from breadknife.plugins.prose.engines.habits import Habit
from breadknife.plugins.prose.finding import ProseFinding, move_finding
from breadknife.plugins.prose.language import DocumentLanguage
from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.task.values import Finding
from breadknife.text.directives import Directives
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.prose import ProseText
from breadknife.text.sentences import Certainty, sentence_ends


@dataclass(frozen=True)
class DocumentFindings:
    """What was found in one version of a document."""

    document: Document
    paragraphs: Sequence[ProseText]
    """In the order of the source."""
    in_prose: Sequence[ProseFinding]
    about_document: Sequence[Finding]
    """The findings of the rules about whole documents."""
    block_starts: Sequence[int] = ()
    """Offsets at which the document may be cut (see `edits`); empty unless it is large, and Markdown."""
    directives: Directives = field(default_factory=Directives)
    lowered: Lowered | None = None
    """The text in lower case, kept for the next edit of a large document; None for others."""
    pending: frozenset[str] = frozenset()
    """The engines that had not read all of it yet, by their names."""
    language: DocumentLanguage = field(default_factory=DocumentLanguage)
    habits: frozenset[Habit] = frozenset()

    def moved(self, edit: TextEdit) -> tuple[list[ProseFinding], list[Finding]]:
        """Return the findings that an edit has not touched, at their new spans."""
        if not edit.span and not edit.new_text:
            return [*self.in_prose], [*self.about_document]
        in_prose = (finding.moved(edit) for finding in self.in_prose)
        about = (move_finding(finding, edit) for finding in self.about_document)
        return [finding for finding in in_prose if finding], [finding for finding in about if finding]


@dataclass(frozen=True)
class ParagraphFindings:
    """What is known of one paragraph."""

    paragraph: ProseText
    findings: Sequence[ProseFinding]
    pending: frozenset[str]
    """The engines that have not answered yet."""

    def with_shown(
        self, before: Iterable[ProseFinding], is_left_out: Callable[[ProseFinding], bool]
    ) -> ParagraphFindings:
        """Return the same with those of `before` that nobody can say anything about yet: they stay until the engines
        that found them have read the new text."""
        keys = {finding.key for finding in self.findings}
        stay = [old for old in before if old.key not in keys and self.waits_for(old) and not is_left_out(old)]
        if not stay:
            return self
        new = (finding for finding in self.findings if not any(finding.span.touches(old.span) for old in stay))
        return replace(self, findings=[*new, *stay])

    def waits_for(self, finding: ProseFinding) -> bool:
        """Tell whether an engine that found this in an earlier version, or agreed to it, hasn't read the text there
        since.

        The model proposes in whole sentences alone: while one is typed at it has no end.
        """
        engines = finding.candidate.engines
        if not self.pending.isdisjoint((*engines, "model" if finding.candidate.model else "")):
            return True
        text = self.paragraph.text
        last = Span(max(sentence_ends(text, least=Certainty.POSSIBLE), default=0), len(text))
        if engines != ("model",) or not text[last.start :].strip():
            return False
        return self.paragraph.source_span(last).start <= finding.span.start
