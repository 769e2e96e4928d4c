"""What a document was told before its last edit: so that findings neither wait for the whole document nor flicker."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from breadknife.lru import LruCache
from breadknife.plugins.prose.flaws import Flaw, moved
from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.plugins.prose.resting import Resting
from breadknife.task.values import Finding
from breadknife.text.directives import Directives
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.prose import ProseText
from breadknife.text.sentences import Certainty, sentence_ends

REST_S = 0.5
"""So long must it rest until then."""
_DOCUMENTS = 32


@dataclass(frozen=True)
class Told:
    """What one version of a document was answered."""

    document: Document
    paragraphs: Sequence[ProseText]
    """In the order of the source."""
    flaws: Sequence[Flaw]
    about: Sequence[Finding]
    """The document as a whole."""
    walls: Sequence[int] = ()
    """Of a large document in Markdown."""
    directives: Directives = field(default_factory=Directives)
    lowered: Lowered | None = None
    """Of a large document."""
    pending: frozenset[str] = frozenset()
    """The engines that had not read all of what was looked at."""

    def moved(self, edit: TextEdit) -> tuple[list[Flaw], list[Finding]]:
        """Return what an edit has not touched, at its new place."""
        if not edit.span and not edit.new_text:
            return [*self.flaws], [*self.about]
        return (
            [flaw for each in self.flaws if (flaw := each.moved(edit)) is not None],
            [finding for each in self.about if (finding := moved(each, edit)) is not None],
        )


@dataclass(frozen=True)
class Read:
    """What is known of one paragraph."""

    paragraph: ProseText
    flaws: Sequence[Flaw]
    pending: frozenset[str]
    """The engines that have not answered yet."""

    def with_shown(self, before: Iterable[Flaw], left_out: Callable[[Flaw], bool]) -> Read:
        """Return the same with those flaws of `before` that nobody can say anything about yet: they stay at their
        places until the engines that found them have read the new text."""
        known = {each.key for each in self.flaws}
        kept = [each for each in before if each.key not in known and self.waits_for(each) and not left_out(each)]
        if not kept:
            return self
        new = (each for each in self.flaws if not any(each.finding.span.touches(old.finding.span) for old in kept))
        return replace(self, flaws=[*new, *kept])

    def waits_for(self, flaw: Flaw) -> bool:
        """Tell whether an engine that found the flaw of an earlier version, or agreed to it, hasn't read its place
        since.

        The model proposes in whole sentences alone: while one is typed at it has no end.
        """
        model = "model" if flaw.mistake.model else ""
        if not self.pending.isdisjoint((*flaw.mistake.engines, model)):
            return True
        text = self.paragraph.text
        last = Span(max(sentence_ends(text, least=Certainty.POSSIBLE), default=0), len(text))
        if flaw.mistake.engines != ("model",) or not text[last.start :].strip():
            return False
        return self.paragraph.source_span(last).start <= flaw.finding.span.start


class Memory:
    """The newest answer for each document. Safe to use from several threads."""

    def __init__(self) -> None:
        self._told = LruCache[str, Told](_DOCUMENTS)
        self._resting = Resting(REST_S)

    def of(self, document: Document) -> Told | None:
        told = self._told.get(document.uri)
        return told if told is not None and told.document.language == document.language else None

    def keep(self, told: Told) -> None:
        self._told[told.document.uri] = told

    def when_it_rests(self, document: Document, then: Callable[[], None]) -> None:
        """Call `then` from another thread, unless the document changes again before long."""
        self._resting.changed(document.uri, then)

    def close(self) -> None:
        self._resting.close()
