"""Steps with which a model writes sentences anew, or one more: for models that the user names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.engine.api import Sampling
from breadknife.plugins.documents.editing import Change
from breadknife.plugins.documents.fixing.checkers import Checkers
from breadknife.plugins.documents.fixing.correcting import LONGEST_ANSWER, Part, parts
from breadknife.plugins.documents.fixing.words import readable, touches_code, word_edits
from breadknife.steps.builtin.guard.step import EVERYTHING, GuardInput, refusal
from breadknife.steps.builtin.models import write
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document, Span, TextEdit, apply_edits, line_break
from breadknife.text.prose import ProseText

_REFUSED = "The new wording was refused: {why}."


@dataclass(frozen=True)
class RewriteInput:
    document: Document
    prose: tuple[ProseText, ...]
    system: str = literal()
    """What the model is told to do with each sentence."""
    keep: tuple[str, ...] = literal(EVERYTHING)
    """As in `guard.diff`."""
    new_words: float = literal(0.5)
    length: tuple[float, float] = literal((0.4, 1.3))
    model: str = literal("rewrite", role=True)


@dataclass(frozen=True)
class RewriteOutput:
    texts: tuple[str, ...]
    places: tuple[Span, ...]
    """Of the sentences that are written anew, in the document."""
    refused: tuple[str, ...]
    """Why other sentences stay as they are."""
    refused_places: tuple[Span, ...]


@dataclass(frozen=True)
class _Sentence:
    number: int
    """Of its paragraph."""
    prose: ProseText
    part: Part
    edits: tuple[TextEdit, ...] = ()
    """In the prose."""
    why: str = ""
    """It is refused."""

    @property
    def place(self) -> Span:
        return self.prose.source_span(Span(self.part.start, self.part.start + len(self.part.sentence)))


def rewrite(given: RewriteInput, context: StepContext) -> RewriteOutput | Silence:
    """Return each sentence as a model writes it anew. It passes the guard, gives the checkers nothing new to say, and
    leaves markup, code and links alone; a sentence that doesn't stays as it is."""
    work = [_Sentence(number, prose, part) for number, prose in enumerate(given.prose) for part in parts(prose.text)]
    done: list[_Sentence] = []
    for at, each in enumerate(work):
        context.cancel.raise_if_cancelled()
        context.progress(f"rewriting sentence {at + 1} of {len(work)}", at / len(work))
        done.append(_rewritten(each, given, context))
    done = _without_new_faults(done, Checkers(given.document, given.prose, context))
    made = [(each.place, _source(given.document, each)) for each in done if each.edits and not each.why]
    refused = [each for each in done if each.why]
    if not made and not refused:
        return Silence("nothing-to-rewrite", "The model words no sentence here in another way.")
    return RewriteOutput(
        tuple(text for _, text in made),
        tuple(place for place, _ in made),
        tuple(_REFUSED.format(why=each.why) for each in refused),
        tuple(each.place for each in refused),
    )


def _rewritten(sentence: _Sentence, given: RewriteInput, context: StepContext) -> _Sentence:
    part, prose = sentence.part, sentence.prose
    before = readable(part.sentence)
    most = int(LONGEST_ANSWER * len(before.split())) + 24
    answer, is_whole = write(context.model(given.model), ModelPrompt(before, given.system), most, (), "", Sampling())
    after = " ".join(answer.split())
    if after == before:
        return sentence
    why = refusal(GuardInput(before, after, given.keep, False, given.new_words, given.length))
    if not is_whole:
        why = "it has no end"
    edits = tuple(edit.shifted(part.start) for edit in word_edits(before, after))
    changes = [Change(prose, edit.span, edit.new_text) for edit in edits]
    touched = any(
        touches_code(before[each.span.start - part.start : each.span.end - part.start], each) for each in edits
    )
    if not why and (touched or any(change.edit(given.document) is None for change in changes)):
        why = "it changes markup, code or a link"
    return _Sentence(sentence.number, prose, part, edits, why)


def _without_new_faults(done: list[_Sentence], checkers: Checkers) -> list[_Sentence]:
    """Refuses sentences of paragraphs in which the checkers find something that they didn't find before."""
    if not any(each.edits and not each.why for each in done):
        return done
    texts = [prose.text for prose in checkers.prose]
    before = checkers.faults(texts)
    kept: list[_Sentence] = []
    for each in done:
        why = each.why
        if each.edits and not why:
            changed = apply_edits(each.prose.text, each.edits)
            after = checkers.faults([*texts[: each.number], changed, *texts[each.number + 1 :]])
            known = {(fault.rule, fault.was) for fault in before[each.number]}
            new = [fault.was for fault in after[each.number] if (fault.rule, fault.was) not in known]
            why = f"a checker finds “{new[0]}” wrong in it" if new else ""
        kept.append(_Sentence(each.number, each.prose, each.part, each.edits, why))
    return kept


def _source(document: Document, sentence: _Sentence) -> str:
    """The source of a sentence as it is to be, with its markup."""
    place = sentence.place
    return apply_edits(document.slice(place), _moved(document, sentence, -place.start))


def _moved(document: Document, sentence: _Sentence, by: int) -> Iterator[TextEdit]:
    for edit in sentence.edits:
        found = Change(sentence.prose, edit.span, edit.new_text).edit(document)
        if found is not None:
            yield found.shifted(by)


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
    text = "\n".join(readable(each.text) for each in given.prose)
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
    """An empty one, where the first paragraph's line begins."""


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
    StepType("text.rewrite", 1, Kind.SMALL, RewriteInput, RewriteOutput, rewrite, writes=True, remembered=False),
    StepType("prose.join", 1, Kind.RULE, JoinProseInput, JoinProseOutput, join),
    StepType("prose.above", 1, Kind.RULE, AboveInput, AboveOutput, put_above),
)
