"""What the model is asked at a cursor, and other texts than its likeliest one."""

from __future__ import annotations

import itertools
import logging
import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Prompt
from breadknife.engine.fim import FimForm
from breadknife.errors import Cancelled, EngineError, ModelError
from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.known_word import KnownText
from breadknife.plugins.completion.pace import Pace
from breadknife.plugins.completion.prompt import FIRST, SOON, WHOLE, Snippet, Window, closed, fim_prompt
from breadknife.plugins.completion.session import Session
from breadknife.plugins.completion.shape import Shape
from breadknife.plugins.completion.stream import GeneratedText, GeneratedToken, Goal, Stream
from breadknife.plugins.completion.truncate import truncate
from breadknife.plugins.completion.typed_text import TypedText
from breadknife.task.plugin import Model
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.tokens import columns, shifted

log = logging.getLogger(__name__)

WORD = 20
"""The most letters of half a word that are written again: Chinese has no blanks."""
LIKELIEST = 3
"""Tokens that the engine tells at each step of a text that alternatives are made from, and the most alternatives."""


@dataclass(frozen=True)
class CompletionTask:
    """What one request asks for: a cursor, as if the entry selected in the editor's menu was accepted, and a shape."""

    cursor: CursorContext
    selected: TextEdit | None
    shape: Shape
    invoked: bool
    """The user asked for it by hand."""
    due: float
    """When the beginning of a suggestion is enough, on `time.monotonic()`'s clock."""
    threshold: float
    """The least confidence of what is shown, from 0 to 1."""
    session: Session
    number: int
    """The request's number in its session."""
    snippets: tuple[Snippet, ...] = ()
    project_name: str = ""
    known: KnownText | None = None
    """The rest of the line or word at the cursor, if it stands elsewhere: enough for an answer that is due."""
    line: KnownText | None = None
    """The likeliest rest of the line by lines like it, however certain: it may confirm what the model writes."""

    @property
    def is_new_line(self) -> bool:
        """True if a line with text is to begin at the cursor or below it."""
        cursor = self.cursor
        return cursor.region is Region.CODE and not cursor.rest.strip() and not cursor.before_line

    @property
    def is_newest(self) -> bool:
        """True while nothing newer was asked about the document."""
        return self.session.is_newest(self.number)

    def find_stream(self) -> tuple[Stream, str] | None:
        """Return an earlier request's stream that answers this one, and what was typed since it began."""
        return self.session.streams.find(self.cursor.document, self.cursor.offset)

    def is_complete(self, text: str) -> bool:
        """Tell whether `text` fills the shape: nothing that follows can add to what the shape takes of it."""
        return truncate(text, self.shape)[1]

    def typed(self, start: int) -> TypedText:
        """Return what is typed between `start` and the cursor."""
        return TypedText(self.cursor.document, start, self.cursor.offset)

    def rest(self, start: int, typed: str, text: str) -> str:
        """Return what is left of `text`, which stands at the offset `start`, after its beginning `typed`, which ends at
        the cursor. If the cursor's line is indented deeper than in the text, so are the lines after it."""
        first, *more = text[len(typed) :].split("\n")
        document = self.cursor.document
        line = document.text[document.line_starts[document.line_at(start)] : start]
        width = columns((line + typed).rpartition("\n")[2] + first)
        return "\n".join((first, *shifted(more, max(self.cursor.width - width, 0))))

    def goal(self, start: int) -> Goal:
        """Return the goal of a stream that begins at `start`: it is met when the text after what is typed fills the
        shape, or when the text doesn't agree with what is typed."""
        typed = self.typed(start)

        def is_met(text: str) -> bool:
            matched = typed.match(text, unfinished=True)
            if matched is None:
                return not typed.text.startswith(text)
            return self.is_complete(self.rest(start, matched, text))

        return is_met


@dataclass(frozen=True)
class TextGenerator:
    """Has a model write for tasks."""

    model: Model
    pace: Pace
    """Is told how fast the model writes."""

    @property
    def is_remote(self) -> bool:
        """True if another runtime runs the model: not all know grammars, and nobody knows what they keep."""
        return ":" in self.model.name

    def stream(
        self, task: CompletionTask, start: int, *, slot: str = "", begun: GeneratedText = GeneratedText()
    ) -> Stream:
        """Return a stream of a text that stands at the offset `start` and goes on after the cursor; `begun` is its
        beginning, if that is written already.

        It doesn't write before somebody wants it. Streams of different slots are written at the same time.
        """
        cursor = task.cursor
        required = "" if self.is_remote else cursor.document.text[start : cursor.offset]
        window = WHOLE if self._slow_prompt(task) is None else FIRST
        prefix = task.session.prefix_start(cursor.document, start, window)
        end, form = closed(cursor.document, cursor.offset).end, self.model.fim

        def write(written: str, most: int, cancel: CancelToken) -> Generator[Chunk, None, None]:
            document = cursor.document.edited((TextEdit(Span(start, end), written),))
            prompt = _prompt(task, document, start + len(written), window, prefix, form)
            chunks = self.model.generate(
                prompt,
                max_tokens=most,
                stop=form.stops,
                place=f"{document.uri}{slot}",
                cancel=cancel,
                grammar=_grammar_beginning(required[len(written) :]) if required.startswith(written) else "",
                top_logprobs=LIKELIEST if task.invoked or not self.is_remote else 0,
            )
            first = last = None
            try:
                for last in chunks:
                    if first is None and window is WHOLE:
                        task.session.was_evaluated(prompt)
                    first = first or last
                    yield last
            finally:
                if isinstance(chunks, Generator):
                    chunks.close()
                if first and last:
                    rest_seconds = last.computed - first.computed
                    more_tokens = last.output_tokens - first.output_tokens
                    new_tokens = first.prompt_tokens - first.cached_tokens
                    self.pace.wrote(first.queued + first.computed, rest_seconds, more_tokens, new_tokens)

        return Stream(cursor.document, start, cursor.offset, write, begun)

    def evaluate_ahead(self, task: CompletionTask, seconds: float) -> None:
        """Have the whole prompt evaluated in `seconds`, for the texts to come, if nobody could wait for it. It isn't
        urgent: what is being written goes first."""
        prompt = self._slow_prompt(task)
        if prompt is None:
            return

        def evaluate(cancel: CancelToken) -> None:
            name = f"{task.cursor.document.uri} whole"
            try:
                for _ in self.model.generate(prompt, max_tokens=1, place=name, cancel=cancel, urgent=False):
                    task.session.was_evaluated(prompt)
            except (Cancelled, ModelError, EngineError) as error:  # nobody asked for it
                log.debug("a prompt was not evaluated ahead: %s", error)

        task.session.evaluate(task.number, prompt, seconds, evaluate)

    def _slow_prompt(self, task: CompletionTask) -> Prompt | None:
        """Return the whole prompt if evaluating it would take too long for a user who types: a text from a part of it
        is there sooner. None if it wouldn't."""
        if self.is_remote or math.isinf(task.due):
            return None
        document, offset = task.cursor.document, task.cursor.offset
        prefix = task.session.prefix_start(document, offset, WHOLE)
        if closing := closed(document, offset):
            document = document.changed(TextEdit(closing, ""), None)
        prompt = _prompt(task, document, offset, WHOLE, prefix, self.model.fim)
        return prompt if task.session.new_characters(prompt) > SOON else None

    def alternatives(self, task: CompletionTask, stream: Stream, typed: str, cancel: CancelToken) -> None:
        """Have the session keep texts that differ from a stream's first where the model was least decided, once its
        first line is written, or the answer is due. `typed` is the beginning of the text up to the cursor. Raises
        Cancelled."""
        streams = task.session.alternatives
        main = stream.wait(cancel, task.due, enough=lambda text: "\n" in text[len(typed) :].lstrip())
        if not streams:
            begun = itertools.islice(_branches(main, typed, task.shape), LIKELIEST)
            streams = tuple(
                self.stream(task, stream.start, slot=f" {number}", begun=text) for number, text in enumerate(begun, 1)
            )
            task.session.keep_alternatives(streams)
        for alternative in streams:
            alternative.want(task.goal(stream.start), task.shape.max_tokens)

    @staticmethod
    def written(task: CompletionTask, cancel: CancelToken) -> tuple[GeneratedText, ...]:
        """Return the alternatives as far as they are written when the answer is due. Raises Cancelled."""
        texts = list[GeneratedText]()
        for stream in task.session.alternatives:
            try:
                texts.append(stream.wait(cancel, task.due))
            except EngineError as error:  # the first text is there all the same
                log.info("an alternative is missing: %s", error)
        return tuple(texts)

    def between(self, task: CompletionTask, start: int, typed: str, repeating: GeneratedText) -> Stream | None:
        """Return a stream of what stands between the cursor and the next line, for a text that repeats that line; None
        if the engine doesn't tell what else it might have written."""
        following = task.cursor.following[0].strip() if task.cursor.following else ""
        begun = _branch_between(repeating, typed, following)
        return self.stream(task, start, begun=begun) if begun else None


def _prompt(
    task: CompletionTask, document: Document, offset: int, window: Window, prefix: int, form: FimForm
) -> Prompt:
    snippets = task.snippets if window is WHOLE else ()
    return fim_prompt(document, offset, offset, snippets, task.project_name, window, prefix, form)


def token_start(text: str, offset: int, *, held: bool) -> int:
    """Return the offset at which the model begins to write: before what may be one token with what follows.

    A token of code is letters with a blank or a sign before them: ` return`, `.parent`, `_path`. After half of one a
    model goes on badly, so it begins before it, and a grammar holds it to what stands there (token healing). A model
    that can't be held (`held` is False) begins only before blanks: after `return ` it would write another blank.
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


def _grammar_beginning(text: str) -> str:
    """Return a grammar (GBNF) of all texts that begin with `text`; empty if that is any text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return text and f'root ::= "{escaped}" [^\\x00]*'


def _branch_between(main: GeneratedText, typed: str, following: str) -> GeneratedText | None:
    """Return the likeliest beginning of another text than `main`, whose first line after `typed` is `following`.

    That line isn't what is missing, since it is there: the probability of all others grows in proportion.
    """
    start = len(typed) + len(main.text[len(typed) :]) - len(main.text[len(typed) :].lstrip())
    line_end = start + len(main.text[start:].partition("\n")[0])
    best, best_logprob, line_logprob = None, -math.inf, 0.0
    begun: list[GeneratedToken] = []
    for begin, token in main.spanning(0, line_end):
        if begin >= len(typed):
            for text, logprob in token.likeliest:
                branch = main.text[:begin] + text
                line = branch[start:].strip() if len(branch) > start else ""
                is_other = bool(text.strip()) and bool(line) and not main.text.startswith(branch)
                is_text = "\ufffd" not in text and not text.startswith("<|")
                if is_other and is_text and not following.startswith(line) and line_logprob + logprob > best_logprob:
                    best_logprob = line_logprob + logprob
                    best = GeneratedText(branch, (*begun, GeneratedToken(len(branch), logprob)))
            line_logprob += token.logprob
        begun.append(token)
    if best is None:
        return None
    *before, last = best.tokens
    others = math.log(max(1.0 - math.exp(min(line_logprob, 0.0)), math.exp(best_logprob)))
    return replace(best, tokens=(*before, replace(last, logprob=last.logprob - others)))


def _branches(main: GeneratedText, typed: str, shape: Shape) -> Iterator[GeneratedText]:
    """Yield the beginnings of other texts, up to the token in which they differ from `main`; the likeliest first.

    They differ in the first line of what `main` suggests after `typed`.
    """
    start = len(typed)
    suggested = truncate(main.text[start:], shape)[0]
    first_line_end = len(suggested) - len(suggested.lstrip()) + len(suggested.lstrip().partition("\n")[0])
    # How much less likely its last token is than that of `main`, where that begins, the token, the text to its end.
    branches: list[tuple[float, int, GeneratedToken, str]] = []
    for begin, token in main.spanning(start, start + first_line_end):
        for text, logprob in token.likeliest:
            if begin >= start and text.strip() and "\ufffd" not in text and not text.startswith("<|"):
                alternative = GeneratedToken(begin + len(text), logprob)
                branches.append((token.logprob - logprob, begin, alternative, main.text[:begin] + text))
    tokens_before = {begin: index for index, (begin, _) in enumerate(main.spanning(0, len(main.text)))}
    for _, begin, alternative, text in sorted(branches, key=lambda branch: branch[0]):
        if not main.text.startswith(text):
            yield GeneratedText(text, (*main.tokens[: tokens_before[begin]], alternative))
