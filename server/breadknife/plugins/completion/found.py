"""What a stream has for a place, and what of it may be shown."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from breadknife.plugins.completion.cut import showable, wanted
from breadknife.plugins.completion.filters import UNSURE, certainty, fitted, is_final
from breadknife.plugins.completion.stream import Stream, Written
from breadknife.plugins.completion.values import Draft
from breadknife.plugins.completion.writing import Place
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Silence

FEWEST_CHARACTERS = 3
"""Of the beginning of a text that is shown where the model isn't sure of the whole."""


@dataclass(frozen=True)
class Found:
    """What a stream has for a place."""

    place: Place
    stream: Stream
    typed: str
    """What stands in the place of the stream's text by now, as the stream has it."""
    written: Written
    others: tuple[Written, ...] = ()
    """Other ways to go on after what is typed."""
    known: bool = False
    """It was written for an earlier request."""

    def draft(self, written: Written) -> Draft:
        place, rest = self.place, self.rest(written)
        text, complete = wanted(rest, place.shape)
        complete = complete or written.last.finish == "stop"
        if not complete:
            text = showable(text, place.shape)
        return self._draft(written, text, complete)

    def beginning(self, written: Written, threshold: float) -> Draft:
        """As much as the model is sure of, of a text that it isn't sure of as a whole."""
        start, end, logprob = len(self.typed), 0, 0.0
        rest = self.rest(written)
        text = wanted(rest, self.place.shape)[0]
        for begin, token in written.spanning(start, start + len(text)):
            logprob += token.logprob if self._tells(written, begin) else 0.0
            if certainty(logprob) < threshold:
                break
            end = token.end - start
        return self.part(written, showable(rest, self.place.shape, max(end, 0)))

    def judged(self, draft: Draft, written: Written, threshold: float) -> str | Silence:
        """Return the form of the draft, as `fitted`. Where nothing can be shown yet the line may be too unlikely
        already."""
        if not draft.text and self._likelihood(written) < threshold:
            return silence(UNSURE)
        return fitted(draft, threshold=threshold)

    def _likelihood(self, written: Written) -> float:
        """The estimated probability that the first line is right, as far as it is written: it only ever falls."""
        start = len(self.typed)
        line = written.text[start:].lstrip("\n")
        end = len(written.text) - len(line) + len(line.partition("\n")[0])
        tokens = written.spanning(start, end)
        return certainty(sum(token.logprob for begin, token in tokens if self._tells(written, begin)))

    def part(self, written: Written, text: str) -> Draft:
        """`text`, with which what follows begins, and nothing more."""
        return self._draft(written, text, complete=True)

    def rest(self, written: Written) -> str:
        return self.place.rest(self.stream.start, self.typed, written.text)

    def _draft(self, written: Written, text: str, complete: bool) -> Draft:
        place, start = self.place, len(self.typed)
        tokens = written.spanning(start, start + len(text))
        logprobs = tuple(token.logprob for begin, token in tokens if self._tells(written, begin))
        return Draft(text, place.document, place.offset, place.shape, place.tree, complete, logprobs)

    def _tells(self, written: Written, begin: int) -> bool:
        """Of a token whose first letters are typed the probability isn't known that it has once they are."""
        return not written.text[begin : len(self.typed)].strip()


def waited(found: Found, threshold: float, context: Context) -> tuple[Written, Draft, str | Silence]:
    """Return what is written once it may be shown, or never will; the draft of it, and its form.

    Once it is due, of what can't be shown before there is more of it the whole lines are shown, if that can be, and a
    known word rather than nothing.
    """
    written, draft = found.written, found.draft(found.written)
    fit = found.judged(draft, written, threshold)
    place, tried = found.place, ""
    while isinstance(fit, Silence) and written.writing and not is_final(fit):
        lines, is_due = found.rest(written).rpartition("\n")[0], time.monotonic() >= place.due
        if lines != tried and is_due:
            tried, part = lines, found.part(written, lines)
            if isinstance(first := fitted(part, threshold=threshold), str):
                return written, replace(part, complete=False), first
        if place.word and is_due:
            break
        seen = -1 if place.word else len(written.text)
        written, before = found.stream.wait(context.cancel, place.due, seen), draft
        draft = found.draft(written)
        if draft.text != before.text or not draft.text or not written.writing:
            fit = found.judged(draft, written, threshold)
    return written, draft, fit


def surer(found: Found, written: Written, threshold: float) -> tuple[Draft, str | Silence] | None:
    """Return what of a text that the model isn't sure of may be shown all the same: what is left of an offer that the
    user types along, whose every key says that it is right, or else as much as the model is sure of."""
    place = found.place
    kept = place.session.left(place.document, place.offset)
    if kept.strip() and written.text.startswith(kept, len(found.typed)):
        draft = found.part(written, kept)
        if isinstance(fit := fitted(draft, threshold=0.0), str):
            return draft, fit
    beginning = found.beginning(written, threshold)
    if len(beginning.text.strip()) >= FEWEST_CHARACTERS:
        return beginning, fitted(beginning, threshold=threshold)
    return None
