"""Steps with which a model writes sentences anew, or one more: for models that the user names."""

from __future__ import annotations

from dataclasses import dataclass, replace

from breadknife.plugins.documents.editing import ProseChange
from breadknife.plugins.documents.fixing.checkers import FaultFinder, new_faults
from breadknife.plugins.documents.fixing.correcting import SentenceContext, english_sentences, shifted, write_sentence
from breadknife.plugins.documents.fixing.words import readable, touches_code, word_edits
from breadknife.plugins.documents.steps.fixing import EditsOutput
from breadknife.steps.builtin.guard.step import EVERYTHING, GuardInput, refusal
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits, line_break
from breadknife.text.prose import ProseText


@dataclass(frozen=True)
class RewriteInput:
    document: Document
    prose: tuple[ProseText, ...]
    system: str = literal()
    """What the model is told to do with each sentence."""
    keep: tuple[str, ...] = literal(EVERYTHING)
    """What the guard checks. This, `new_words` and `length` are as in `guard.diff`."""
    new_words: float = literal(0.5)
    length: tuple[float, float] = literal((0.4, 1.3))
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class _Rewriting:
    """A sentence with the edits that make the new one of it."""

    number: int
    """The number of its paragraph."""
    prose: ProseText
    sentence: SentenceContext
    edits: tuple[TextEdit, ...] = ()
    """The edits, in offsets of the prose; empty if the sentence stays as it is."""
    why: str = ""
    """Why the new sentence is refused; empty if it isn't."""

    @property
    def place(self) -> Span:
        """Return the sentence's span in the document."""
        return self.prose.source_span(self.sentence.span)

    def source(self, document: Document) -> str:
        """Return the source of the new sentence, with its markup."""
        changes = (ProseChange(self.prose, edit.span, edit.new_text).edit(document) for edit in self.edits)
        edits = (change.shifted(-self.place.start) for change in changes if change is not None)
        return apply_edits(document.slice(self.place), edits)


def rewrite(given: RewriteInput, context: StepContext) -> EditsOutput | Silence:
    """Return each sentence as a model writes it anew.

    The new sentence must pass the guard, give the checkers nothing new to find, and leave markup, code and links alone;
    otherwise the old one stays, and the reason is told.
    """
    work = [
        _Rewriting(number, prose, sentence)
        for number, prose in enumerate(given.prose)
        for sentence in english_sentences(prose.text)
    ]
    rewritings: list[_Rewriting] = []
    for index, rewriting in enumerate(work):
        context.cancel.raise_if_cancelled()
        context.progress(f"rewriting sentence {index + 1} of {len(work)}", index / len(work))
        rewritings.append(_rewritten(rewriting, given, context))
    rewritings = _without_new_faults(rewritings, FaultFinder(given.document, given.prose, context))
    accepted = [rewriting for rewriting in rewritings if rewriting.edits and not rewriting.why]
    refused = [rewriting for rewriting in rewritings if rewriting.why]
    if not accepted and not refused:
        return Silence("nothing-to-rewrite", "The model words no sentence here in another way.")
    return EditsOutput(
        texts=tuple(rewriting.source(given.document) for rewriting in accepted),
        places=tuple(rewriting.place for rewriting in accepted),
        refused=tuple(f"The new wording was refused: {rewriting.why}." for rewriting in refused),
        refused_places=tuple(rewriting.place for rewriting in refused),
    )


def _rewritten(rewriting: _Rewriting, given: RewriteInput, context: StepContext) -> _Rewriting:
    """Return the rewriting with the model's edits, and with the reason if the guard or the markup refuses them."""
    before = readable(rewriting.sentence.text)
    after, is_whole = write_sentence(context.model(given.model), before, given.system)
    if after == before:
        return rewriting
    why = refusal(GuardInput(before, after, given.keep, False, given.new_words, given.length))
    if not is_whole:
        why = "it has no end"
    edits = word_edits(before, after)
    in_prose = tuple(shifted(edits, rewriting.sentence.start))
    touches_markup = any(touches_code(before[edit.span.start : edit.span.end], edit) for edit in edits) or any(
        ProseChange(rewriting.prose, edit.span, edit.new_text).edit(given.document) is None for edit in in_prose
    )
    if not why and touches_markup:
        why = "it changes markup, code or a link"
    return replace(rewriting, edits=in_prose, why=why)


def _without_new_faults(rewritings: list[_Rewriting], checkers: FaultFinder) -> list[_Rewriting]:
    """Return the rewritings; those with which the checkers find something new in the paragraph are refused."""
    if not any(rewriting.edits and not rewriting.why for rewriting in rewritings):
        return rewritings
    texts = [prose.text for prose in checkers.prose]
    before = checkers.faults(texts)
    checked: list[_Rewriting] = []
    for rewriting in rewritings:
        why, number = rewriting.why, rewriting.number
        if rewriting.edits and not why:
            changed = apply_edits(rewriting.prose.text, rewriting.edits)
            after = checkers.faults([*texts[:number], changed, *texts[number + 1 :]])
            faults = new_faults(before[number], after[number])
            why = f"a checker finds “{faults[0].was}” wrong in it" if faults else ""
        checked.append(replace(rewriting, why=why))
    return checked


@dataclass(frozen=True)
class JoinProseInput:
    prose: tuple[ProseText, ...]
    min_words: int = literal(1)
    max_words: int = literal(600)


@dataclass(frozen=True)
class JoinProseOutput:
    text: str
    """The paragraphs' prose, with `code` where code or a link stands."""
    words: int


def join(given: JoinProseInput, context: StepContext) -> JoinProseOutput | Silence:
    """Return the prose of several paragraphs as one text, unless it is too short or too long."""
    text = "\n".join(readable(prose.text) for prose in given.prose)
    words = len(text.split())
    if words < given.min_words:
        return Silence("too-short", f"The text has fewer than {given.min_words} words.", "select more")
    if words > given.max_words:
        return Silence("too-long", f"The text has more than {given.max_words} words.", "select less")
    return JoinProseOutput(text, words)


@dataclass(frozen=True)
class AboveInput:
    document: Document
    prose: tuple[ProseText, ...]
    text: str


@dataclass(frozen=True)
class AboveOutput:
    text: str
    place: Span
    """An empty span where the first paragraph's line begins."""


def put_above(given: AboveInput, context: StepContext) -> AboveOutput | Silence:
    """Return a text as a paragraph of its own above the first paragraph, with that one's margin."""
    document, first = given.document, given.prose[0]
    start = document.line_span(document.line_at(first.start)).start
    margin = document.text[start : first.start]
    if margin.strip():
        return Silence("not-alone", "Something else stands before the text in its first line.")
    if touches_code("", TextEdit(Span(0, 0), given.text)):
        return Silence("code", "The summary names code or a link of which it has only a sign.")
    if any(char in first.reserved for char in given.text):
        return Silence("markup", "The text has characters that mean something else in this format.")
    newline = line_break(document.text)
    return AboveOutput(f"{margin}{given.text}{newline}{newline}", Span(start, start))


REWRITING = (
    StepType("text.rewrite", 1, Kind.SMALL, RewriteInput, EditsOutput, rewrite, writes=True, remembered=False),
    StepType("prose.join", 1, Kind.RULE, JoinProseInput, JoinProseOutput, join),
    StepType("prose.above", 1, Kind.RULE, AboveInput, AboveOutput, put_above),
)
