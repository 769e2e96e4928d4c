"""How likely a language model finds prose: as it stands, and with something else in place of a part of it."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.engine.api import Part, Piece, Prompt, Scores
from breadknife.errors import Cancelled, EngineAbsent, EngineUnavailable, ModelError, PromptTooLong
from breadknife.project.secrets.contents import masked
from breadknife.text.document import Span
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from breadknife.text.sentences import Certainty, sentence_ends

WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_LEAD = (Part("From the documentation:\n"), Part("\n"))
"""A prompt is never empty, and a model that reads a text's first word has seen none of its kind. In parts, so that its
tokens are the same whatever follows: those that it has before a word."""
WORDS_AFTER = 3
"""What is unlikely shows in the next few words; each more costs as much as the first."""
_BLANKS_AND_WORD = re.compile(r"\s*\S+")
_LONGEST = 1_200
"""Characters that are read together: places in them share their beginning, which the engine evaluates once."""
_INSTEAD = 48
"""What was meant is nearly always among the likeliest tokens of its place."""
_TELLING = 3
"""Letters of a token that is a word's beginning and not just any word's."""
_AS_CODE = {NOUN: "`code`", VOWEL_NOUN: "`id`"}
_PLACEHOLDER = re.compile("|".join(_AS_CODE))
_TYPOGRAPHY = str.maketrans("’‘“”–—\u00a0\n\t", "''\"\"-- \u0020 ")


_Result = TypeVar("_Result")


class Scorer(Protocol):
    """The part of `breadknife.task.plugin.Model` that is used here."""

    @property
    def name(self) -> str: ...

    def score(
        self,
        prompt: Prompt,
        alternatives: tuple[str, ...],
        *,
        pieces: bool = False,
        top_logprobs: int = 0,
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores: ...


@dataclass(frozen=True)
class Surprise:
    """A word, and how likely the model finds it after all that stands before it."""

    span: Span
    logprob: float
    instead: Mapping[str, float] = field(default_factory=dict[str, float])
    """Tokens that a word here may begin with, without their blanks, the likeliest few."""

    def gain(self, word: str) -> float:
        """Return by how many nats another word may be likelier here at the most, as far as the likeliest tokens
        tell."""
        if word in self.instead:
            return self.instead[word] - self.logprob
        beginning = max((token for token in self.instead if word.startswith(token)), key=len, default="")
        if len(beginning) >= _TELLING:
            return self.instead[beginning] - self.logprob
        return min(self.instead.values(), default=self.logprob) - self.logprob


@dataclass(frozen=True)
class TextScores:
    """What a model said of a text that it read once."""

    words: Sequence[Surprise]
    """In order; none where the engine tells no tokens."""
    sums: Sequence[Mapping[int, float]]
    """For each part that was read, the log-probability of what stands in it up to an offset, where a token ends."""

    def logprob(self, start: int, end: int) -> float | None:
        """Return the log-probability of a part of the text; None where tokens don't begin and end with it."""
        return next((sums[end] - sums[start] for sums in self.sums if start in sums and end in sums), None)


@dataclass(frozen=True)
class TextLikelihood:
    """Of one model. Every method raises Cancelled, ModelError or EngineError."""

    model: Scorer
    cancel: CancelToken

    def margins(
        self,
        text: str,
        changes: Sequence[tuple[Span, str]],
        words_after: int = WORDS_AFTER,
        scores: TextScores | None = None,
    ) -> tuple[float, ...]:
        """Return for each change (a span and what stands there instead) by how many nats it makes the text likelier.

        All begin at about the same place: they share a prompt and what follows, in one batch. What is in the text's
        `scores` isn't asked again.
        """
        text = readable(text)
        start = _start(text, changes)
        end = _end(text, max(span.end for span, _ in changes), words_after)
        fixed = [text[start : span.start] + new + text[span.end : end] for span, new in changes]
        keep, kept = text[start:end], scores and scores.logprob(start, end)
        needed = (alternative for alternative in fixed if alternative.strip())
        alternatives = tuple(dict.fromkeys(needed if kept is not None else (keep, *needed)))
        likely: dict[str, float] = {} if kept is None else {keep: kept}
        if alternatives:
            # A text with scores was read at last: the engine holds it.
            fresh = scores is None
            answer = self.model.score(_prompt(text, start), alternatives, fresh=fresh, cancel=self.cancel)
            likely |= zip(alternatives, answer.logprobs, strict=True)
        return tuple(likely.get(alternative, -math.inf) - likely[keep] for alternative in fixed)

    def read(self, text: str) -> TextScores:
        """Return what the model says of all of it."""
        text = readable(text)
        words: list[Surprise] = []
        sums: list[Mapping[int, float]] = []
        for start, end in _stretches(text):
            if text[start:end].strip():
                prompt = _prompt(text, start)
                answer = self.model.score(
                    prompt, (text[start:end],), pieces=True, top_logprobs=_INSTEAD, fresh=True, cancel=self.cancel
                )
                for pieces in answer.pieces:
                    words += _words(text, start, end, pieces)
                    sums.append(_sums(text, start, pieces))
        return TextScores(words, sums)


def reach(text: str, offset: int) -> int:
    """Return how far a text is looked at behind a change that ends at `offset`."""
    return _end(text, offset, WORDS_AFTER)


def readable(text: str) -> str:
    """Return a text as models know it, without secrets: plain quotation marks, and code where a placeholder stands;
    each character at its place."""
    return _PLACEHOLDER.sub(lambda match: _AS_CODE[match[0]], masked(text).translate(_TYPOGRAPHY))


def _prompt(text: str, start: int) -> Prompt:
    begin = max(at for at, _ in _stretches(text) if at <= start)
    return (*_LEAD, Part(text[begin:start]))


@lru_cache(maxsize=64)
def _stretches(text: str) -> tuple[tuple[int, int], ...]:
    """Return the text in parts that are read together, each with the blank that belongs to its first word."""
    stretches: list[tuple[int, int]] = []
    start = 0
    while start < len(text) or not stretches:
        end = _sentence_end(text, start + _LONGEST)
        stretches.append((start, end))
        start = end
    return tuple(stretches)


def _start(text: str, changes: Sequence[tuple[Span, str]]) -> int:
    """Return the blank before the first change, which belongs to its first word."""
    return max(text.rfind(" ", 0, min(span.start for span, _ in changes) or 1), 0)


def _end(text: str, offset: int, count: int) -> int:
    """Return the end of so many words after `offset`, with their punctuation."""
    words = islice(_BLANKS_AND_WORD.finditer(text, offset), count)
    return max((match.end() for match in words), default=len(text))


def _sentence_end(text: str, offset: int) -> int:
    """Return the last end of a sentence up to `offset`, or of a word; before the blank that belongs to what follows."""
    if offset >= len(text):
        return len(text)
    ends = sentence_ends(text, max(0, offset - _LONGEST // 2), offset + 1, Certainty.POSSIBLE)
    last = max((end for end in ends if end <= offset), default=0)
    return last or max(text.rfind(" ", 0, offset), offset - _LONGEST + 1)


def _words(text: str, start: int, end: int, pieces: Sequence[Piece]) -> list[Surprise]:
    """Return the words. The log-probability of one is its tokens'; a token that is half a character counts for
    nothing."""
    at: dict[int, Piece] = {}
    position = start
    for piece in pieces:
        own = piece.text
        begin = position if text.startswith(own, position) else text.find(own, position, position + 8 + len(own))
        if own and begin >= 0:
            at[begin + len(own) - len(own.lstrip())] = piece
            position = begin + len(own)
    words: list[Surprise] = []
    for match in WORD.finditer(text, start, end):
        own = [at[i] for i in range(*match.span()) if i in at]
        first = at.get(match.start(), Piece("", 0.0))
        likely = {token.strip(): logprob for token, logprob in reversed(first.top_logprobs)}
        logprob = sum(piece.logprob for piece in own)
        words.append(Surprise(Span(*match.span()), logprob, likely))
    return words


def _sums(text: str, start: int, pieces: Sequence[Piece]) -> Mapping[int, float]:
    """Return the sums up to the first token that is only a part of a character."""
    sums = {start: 0.0}
    total = 0.0
    for piece in pieces:
        if not piece.text or not text.startswith(piece.text, start):
            break
        start += len(piece.text)
        total += piece.logprob
        sums[start] = total
    return sums


class CurrentModel:
    """The model of the newest request, for work that outlives the request. Safe to use from several threads."""

    def __init__(self) -> None:
        self._model: Scorer | None = None
        self._cancel = CancelToken()
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._model.name if self._model else ""

    def use(self, model: Scorer) -> None:
        with self._lock:
            self._model = model

    def run(self, work: Callable[[TextLikelihood], Sequence[_Result]]) -> tuple[_Result, ...]:
        """Return what `work` returns; nothing in a text that is too much for the model. Raises EngineError."""
        with self._lock:
            model = self._model
        if model is None:
            raise EngineAbsent("there is no model to ask")
        try:
            return tuple(work(TextLikelihood(model, self._cancel)))
        except PromptTooLong:
            return ()
        except ModelError as error:
            raise EngineAbsent(str(error)) from error
        except Cancelled as error:
            raise EngineUnavailable(str(error)) from error

    def close(self) -> None:
        self._cancel.cancel()
