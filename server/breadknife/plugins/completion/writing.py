"""What is asked of the model at a place, and other ways to go on than its likeliest one."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Prompt
from breadknife.errors import Cancelled, EngineError, ModelError
from breadknife.plugins.completion.agreement import Typed
from breadknife.plugins.completion.cut import wanted
from breadknife.plugins.completion.known_word import Word
from breadknife.plugins.completion.pace import Pace
from breadknife.plugins.completion.prompt import FIRST, SOON, WHOLE, Snippet, Window, closed, fim_prompt
from breadknife.plugins.completion.session import Session
from breadknife.plugins.completion.stream import Goal, Stream, Token, Written
from breadknife.plugins.completion.values import Shape
from breadknife.task.plugin import Model
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree
from breadknife.text.tokens import columns, shifted

log = logging.getLogger(__name__)

STOP = ("<|fim_", "<|repo_name|>", "<|file_sep|>")
WORD = 20
"""Letters of half a word that are written again, at most: Chinese has no blanks."""
LIKELIEST = 3
"""Tokens that are known at each step of a text that alternatives are made from."""


@dataclass(frozen=True)
class Place:
    """Where to complete, as if the entry selected in the editor's menu was accepted, and how much is wanted."""

    document: Document
    offset: int
    selected: TextEdit | None
    shape: Shape
    tree: SyntaxTree | None
    invoked: bool
    due: float
    """From then on (of `time.monotonic()`) a part is enough."""
    session: Session
    number: int
    """Of the request, in its session."""
    snippets: tuple[Snippet, ...] = ()
    project_name: str = ""
    word: Word | None = None
    """The one at the cursor, if it is known: enough for an answer that is due."""

    def complete(self, text: str) -> bool:
        """Tell whether nothing that follows can add to what is wanted of `text`."""
        return wanted(text, self.shape)[1]

    def typed(self, start: int) -> Typed:
        return Typed(self.document, start, self.offset)

    def rest(self, start: int, said: str, text: str) -> str:
        """Return what of `text`, which begins at `start`, follows what it has `said` up to the cursor. Where the
        cursor's line is deeper than the text has it, so are the others."""
        first, *more = text[len(said) :].split("\n")
        own = columns((self._line(start) + said).rpartition("\n")[2] + first)
        return "\n".join((first, *shifted(more, max(columns(self._line(self.offset)) - own, 0))))

    def _line(self, offset: int) -> str:
        """Up to there."""
        return self.document.text[self.document.line_starts[self.document.line_at(offset)] : offset]

    def goal(self, start: int) -> Goal:
        """Of a stream that begins at `start`: what is wanted follows what is typed since, or can't any more."""
        typed = self.typed(start)

        def met(text: str) -> bool:
            said = typed.within(text, unfinished=True)
            return not typed.text.startswith(text) if said is None else self.complete(self.rest(start, said, text))

        return met


@dataclass(frozen=True)
class Pen:
    model: Model
    pace: Pace
    """Told how fast the model writes."""

    @property
    def holds(self) -> bool:
        """Whether the model's output can be made to begin with a text: not all other runtimes know grammars."""
        return not self._is_remote

    def stream(
        self, place: Place, start: int, *, slot: str = "", text: str = "", tokens: tuple[Token, ...] = ()
    ) -> Stream:
        """Yield a stream for what stands between `start` and the cursor and what follows, which begins with `text`.

        Streams of different slots are written at the same time.
        """

        there = place.document.text[start : place.offset] if self.holds else ""
        window = WHOLE if self._pending(place) is None else FIRST
        begin = place.session.prefix_start(place.document, start, window)
        end = closed(place.document, place.offset).end

        def write(so_far: str, most: int, cancel: CancelToken) -> Generator[Chunk, None, None]:
            document = place.document.edited((TextEdit(Span(start, end), so_far),))
            at = start + len(so_far)
            prompt = _prompt(place, document, at, window, begin)
            chunks = self.model.generate(
                prompt,
                max_tokens=most,
                stop=STOP,
                place=f"{document.uri}{slot}",
                cancel=cancel,
                grammar=_beginning(there[len(so_far) :]) if there.startswith(so_far) else "",
                top_logprobs=LIKELIEST if place.invoked else 0,
            )
            first = last = None
            try:
                for last in chunks:
                    if first is None and window is WHOLE:
                        place.session.was_evaluated(prompt)
                    first = first or last
                    yield last
            finally:
                if isinstance(chunks, Generator):
                    chunks.close()
                if first and last:
                    rest, tokens = last.computed - first.computed, last.output_tokens - first.output_tokens
                    new = first.prompt_tokens - first.cached_tokens
                    self.pace.wrote(first.queued + first.computed, rest, tokens, new)

        return Stream(place.document, start, place.offset, write, tokens, text)

    @property
    def _is_remote(self) -> bool:
        return ":" in self.model.name

    def evaluate_ahead(self, place: Place, seconds: float) -> None:
        """Have the whole prompt evaluated, for the texts to come, `seconds` after somebody began to type there. It is
        no hurry: what is being written goes first."""
        prompt = self._pending(place)
        if prompt is None:
            return

        def evaluate(cancel: CancelToken) -> None:
            name = f"{place.document.uri} whole"
            try:
                for _ in self.model.generate(prompt, max_tokens=1, place=name, cancel=cancel, urgent=False):
                    place.session.was_evaluated(prompt)
            except (Cancelled, ModelError, EngineError) as error:  # nobody asked for it
                log.debug("a prompt was not evaluated ahead: %s", error)

        place.session.evaluate(place.number, prompt, seconds, evaluate)

    def _pending(self, place: Place) -> Prompt | None:
        """The whole prompt where it is too much for who is typing, who gets a text from a part of it sooner."""
        if place.invoked or self._is_remote:  # of other runtimes nobody knows what they keep
            return None
        prompt = _whole(place)
        return prompt if place.session.new_characters(prompt) > SOON else None

    def alternatives(self, place: Place, start: int, typed: str, main: Written, cancel: CancelToken) -> list[Written]:
        """Texts that take another way where the model was least decided, those that are whole when the answer is due.

        Raises Cancelled.
        """
        begun: list[Stream] = []
        for tokens, text in _branches(main, typed, place):
            stream = self.stream(place, start, slot=f" {len(begun) + 1}", text=text, tokens=tokens)
            stream.want(place.goal(start), place.shape.max_tokens)
            begun.append(stream)
            if len(begun) == LIKELIEST:
                break
        found: list[Written] = []
        try:
            for stream in begun:
                try:
                    other = stream.wait(cancel, place.due)
                    found += [] if other.writing else [other]
                except EngineError as error:  # the first text is there all the same
                    log.info("an alternative is missing: %s", error)
            return found
        finally:
            for stream in begun:
                stream.stop()


def _whole(place: Place) -> Prompt:
    begin = place.session.prefix_start(place.document, place.offset, WHOLE)
    document, behind = place.document, closed(place.document, place.offset)
    document = document.changed(TextEdit(behind, ""), None) if behind else document
    return _prompt(place, document, place.offset, WHOLE, begin)


def _prompt(place: Place, document: Document, offset: int, window: Window, begin: int) -> Prompt:
    context = place.snippets if window is WHOLE else ()
    return fim_prompt(document, offset, offset, context, place.project_name, window, begin)


def token_start(text: str, offset: int, *, held: bool) -> int:
    """Return where the model is to take over: before what may be one token with what it writes.

    A token of code is letters with a blank or a sign before them: ` return`, `.parent`, `_path`. After half of one a
    model goes on badly, so it is asked to go on before it, and held to what stands there (token healing). One that
    can't be held is asked only before blanks: after `return ` it would write a second one.
    """
    start = offset
    while held and max(offset - WORD, 0) < start and text[start - 1].isalpha():
        start -= 1
    blanks = start
    while blanks > 0 and text[blanks - 1] in " \t":
        blanks -= 1
    if blanks < start or not held:
        return blanks
    before = text[start - 1 : start]
    return start - 1 if before.isprintable() and before and not before.isalnum() else start


def _beginning(text: str) -> str:
    """A grammar of what begins with `text`; none where that is any text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return text and f'root ::= "{escaped}" [^\\x00]*'


def _branches(main: Written, typed: str, place: Place) -> Iterator[tuple[tuple[Token, ...], str]]:
    """The beginnings of other ways: the tokens up to where they part, the other token included, and the text."""
    suggested = wanted(main.text[len(typed) :], place.shape)[0]
    blank = len(suggested) - len(suggested.lstrip())
    line = blank + len(suggested.lstrip().partition("\n")[0])
    found: list[tuple[float, int, Token, str]] = []
    for begin, token in main.spanning(len(typed), len(typed) + line):
        for text, logprob in token.likeliest:
            if begin >= len(typed) and text.strip() and "\ufffd" not in text and not text.startswith("<|"):
                other = Token(begin + len(text), logprob)
                found.append((token.logprob - logprob, begin, other, main.text[:begin] + text))
    before = {begin: index for index, (begin, _) in enumerate(main.spanning(0, len(main.text)))}
    for _, begin, other, text in sorted(found, key=lambda each: each[0]):
        if not main.text.startswith(text):
            yield (*main.tokens[: before[begin]], other), text
