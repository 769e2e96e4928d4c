"""A step that answers in sentences of a model's, each above the quote that it was checked against."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from breadknife.engine.api import Sampling
from breadknife.plugins.shelf.evidence.quoting import as_markdown, escaped, link
from breadknife.steps.builtin.guard.step import GuardInput, refusal
from breadknife.steps.builtin.models import write
from breadknife.steps.ports import literal
from breadknife.steps.step import StepContext, StepType
from breadknife.steps.values import ModelPrompt
from breadknife.task.cascade import Kind
from breadknife.task.values import Silence
from breadknife.text.document import Document
from breadknife.text.sentences import sentence_ends

_SYSTEM = (
    "You answer a question in one or two sentences, with words of the passage. You add nothing that the passage doesn't"
    " say. You answer with the sentences alone."
)
_MOST_TOKENS = 120
_NEW, _LENGTH = 0.2, (0.02, 1.0)
"""Of a sentence against its quote: the share of new content words, and the least and most words, as a share."""


@dataclass(frozen=True)
class SentencesInput:
    document: Document
    question: str
    texts: tuple[str, ...]
    """Quotes that answer it, with the titles, pages and URIs of the same order."""
    titles: tuple[str, ...]
    pages: tuple[int, ...]
    uris: tuple[str, ...]
    model: str = literal("answer", role=True)


@dataclass(frozen=True)
class SentencesOutput:
    text: str
    """Markdown that follows a line: sentences, and below them the quote that says the same."""


def answer(given: SentencesInput, context: StepContext) -> SentencesOutput | Silence:
    """Return what a model says of each quote, sentence by sentence, above the quote. A sentence that the guard refuses
    is left out, and so is a quote without one."""
    if not given.texts:
        return Silence("shelf-silent", "No passage answers it for sure.", "`breadknife shelf ask` shows what is near")
    model, blocks, refused = context.model(given.model), list[str](), ""
    for text, title, page, uri in zip(given.texts, given.titles, given.pages, given.uris, strict=True):
        asked = ModelPrompt(f"Passage: {text}\n\nQuestion: {given.question}", _SYSTEM)
        written, has_ended = write(model, asked, _MOST_TOKENS, (), "", Sampling())
        kept = list[str]()
        for sentence in _sentences(written) if has_ended else ():
            why = refusal(GuardInput(text, sentence, may_lose=True, new_words=_NEW, length=_LENGTH))
            if not why:
                kept.append(escaped(sentence))
            refused = refused or why
        if kept:
            target = link(uri, given.document.path, context.root)
            blocks.append(f"{' '.join(kept)}\n\n{as_markdown(text, title, page, target)}")
    if not blocks:
        why = refused or "it wrote no whole sentence"
        return Silence("guard-refused", f"{model.name}'s answer was refused: {why}.", "ask for the quotes alone")
    return SentencesOutput("".join(f"\n\n{block}" for block in blocks) + "\n")


def _sentences(text: str) -> Iterator[str]:
    text, start = " ".join(text.split()), 0
    for end in (*sentence_ends(text), len(text)):
        if sentence := text[start:end].strip():
            yield sentence
        start = end


SENTENCES = (
    StepType("shelf.sentences", 1, Kind.SMALL, SentencesInput, SentencesOutput, answer, writes=True, remembered=False),
)
