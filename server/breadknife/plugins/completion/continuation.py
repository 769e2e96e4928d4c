"""What a stream has written for a cursor, and how much of that may be shown."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cached_property

from breadknife.cancel import CancelToken
from breadknife.plugins.completion.filters import UNSURE, Draft, certainty, fitted, is_final
from breadknife.plugins.completion.generation import CompletionTask
from breadknife.plugins.completion.stream import GeneratedText, Stream
from breadknife.plugins.completion.truncate import truncate, truncate_unfinished
from breadknife.task.reasons import silence
from breadknife.task.values import Silence

FEWEST_CHARACTERS = 3
"""The shortest beginning of a text that is shown if the model isn't sure of the whole."""


@dataclass(frozen=True)
class Continuation:
    """What a stream has written so far for a task."""

    task: CompletionTask
    stream: Stream
    typed: str
    """The beginning of the text that the user has typed since the stream began, as the stream has it."""
    generated: GeneratedText
    alternatives: tuple[GeneratedText, ...] = ()
    """Other texts that begin with what is typed, as far as they are written."""
    reused: bool = False
    """The text was written for an earlier request."""

    @cached_property
    def rest(self) -> str:
        """The generated text after the cursor."""
        return self.task.rest(self.stream.start, self.typed, self.generated.text)

    @property
    def draft(self) -> Draft:
        """The rest, cut to the task's shape, or while that isn't filled to what makes sense so far."""
        text, complete = truncate(self.rest, self.task.shape)
        complete = complete or self.generated.last.finish == "stop"
        if not complete:
            text = truncate_unfinished(self.rest, self.task.shape)
        return self.draft_of(text, complete=complete)

    @property
    def alternative_drafts(self) -> list[Draft]:
        return [replace(self, generated=generated).draft for generated in self.alternatives]

    @property
    def sure_beginning(self) -> Draft:
        """The longest beginning that the model is sure of, for a text that it isn't sure of as a whole."""
        start, end, logprob = len(self.typed), 0, 0.0
        text = truncate(self.rest, self.task.shape)[0]
        for begin, token in self.generated.spanning(start, start + len(text)):
            logprob += token.logprob if self._is_informative(begin) else 0.0
            if certainty(logprob) < self.task.threshold:
                break
            end = token.end - start
        return self.draft_of(truncate_unfinished(self.rest, self.task.shape, max(end, 0)))

    def draft_of(self, text: str, *, complete: bool = True) -> Draft:
        """Return a draft of `text`, which the rest begins with."""
        start = len(self.typed)
        return Draft(text, self.task.cursor, self.task.shape, complete, self._logprobs(start, start + len(text)))

    def fit(self, draft: Draft) -> str | Silence:
        """Return the form of the draft that may be shown, or why there is none. If nothing can be shown yet, the line
        may already be too unlikely to become anything."""
        if not draft.text and self._likelihood < self.task.threshold:
            return silence(UNSURE)
        return fitted(draft, threshold=self.task.threshold)

    def wait(self, cancel: CancelToken, seen: int) -> Continuation:
        """Return the continuation with what is written later: see `Stream.wait` for the arguments."""
        return replace(self, generated=self.stream.wait(cancel, self.task.due, seen))

    @property
    def _likelihood(self) -> float:
        """The estimated probability that the first line is right, as far as it is written. It only falls as the line
        grows."""
        start, text = len(self.typed), self.generated.text
        line = text[start:].lstrip("\n")
        return certainty(sum(self._logprobs(start, len(text) - len(line) + len(line.partition("\n")[0]))))

    def _logprobs(self, start: int, end: int) -> tuple[float, ...]:
        """Return the logprobs of the tokens of `text[start:end]`, as far as they are known."""
        tokens = self.generated.spanning(start, end)
        return tuple(token.logprob for begin, token in tokens if self._is_informative(begin))

    def _is_informative(self, begin: int) -> bool:
        """Tell whether the logprob of the token at `begin` says something: not if its first letters are typed, which
        the model was held to."""
        return not self.generated.text[begin : len(self.typed)].strip()


def wait_until_shown(continuation: Continuation, cancel: CancelToken) -> tuple[Continuation, Draft, str | Silence]:
    """Return the continuation once it may be shown, or never will; the draft of it, and the draft's form.

    When the answer is due and the draft can't be shown before there is more of it, its whole lines are tried alone; and
    if the word or line at the cursor is known, it isn't waited for any more.
    """
    task, draft, tried_lines = continuation.task, continuation.draft, ""
    fit = continuation.fit(draft)
    while isinstance(fit, Silence) and continuation.generated.writing and not is_final(fit):
        whole_lines, is_due = continuation.rest.rpartition("\n")[0], time.monotonic() >= task.due
        if whole_lines != tried_lines and is_due:
            tried_lines, lines_draft = whole_lines, continuation.draft_of(whole_lines)
            if isinstance(form := fitted(lines_draft, threshold=task.threshold), str):
                return continuation, replace(lines_draft, complete=False), form
        if task.known and is_due:
            break
        text_before = draft.text
        continuation = continuation.wait(cancel, -1 if task.known else len(continuation.generated.text))
        draft = continuation.draft
        if draft.text != text_before or not draft.text or not continuation.generated.writing:
            fit = continuation.fit(draft)
    return continuation, draft, fit


def hold_offer(continuation: Continuation, draft: Draft, form: str | Silence) -> tuple[Draft, str | Silence]:
    """Return what is shown in place of a draft of which the model is unsure, or that is refused or shorter than what
    the user types along: that stays, since each key says that it is right. It was checked when it was shown first."""
    if isinstance(form, Silence) and form.reason == UNSURE:
        draft, form = find_surer(continuation) or (draft, form)
    cursor = continuation.task.cursor
    offered = continuation.task.session.rest_of_offer(cursor.document, cursor.offset)
    is_less = isinstance(form, Silence) or (offered.startswith(form) and offered != form)
    if offered.strip() and is_less and continuation.rest.startswith(offered):
        return continuation.draft_of(offered), offered
    return draft, form


def find_surer(continuation: Continuation) -> tuple[Draft, str | Silence] | None:
    """Return the longest part of a text that may be shown although the model isn't sure of the whole, and the part's
    form.

    It is the rest of an offer that the user types along, since each key says that it is right; a line that stands
    elsewhere, if the model begins to write the same; or as much as the model is sure of. None if there is none of them.
    """
    task, written = continuation.task, continuation.rest
    offered = task.session.rest_of_offer(task.cursor.document, task.cursor.offset)
    known = task.line.rest if task.line else ""
    is_confirmed = bool(written.strip()) and (written.startswith(known) or known.startswith(written.partition("\n")[0]))
    sure = continuation.sure_beginning
    candidates = (
        (continuation.draft_of(offered), 0.0, written.startswith(offered)),
        (continuation.draft_of(known), 0.0, is_confirmed),
        (sure, task.threshold, len(sure.text.strip()) >= FEWEST_CHARACTERS),
    )
    likely = [(draft, threshold) for draft, threshold, holds in candidates if holds and draft.text.strip()]
    refused = None
    for draft, threshold in sorted(likely, key=lambda candidate: len(candidate[0].text), reverse=True):
        form = fitted(draft, threshold=threshold)
        if isinstance(form, str):
            return draft, form
        refused = draft, form
    return refused
