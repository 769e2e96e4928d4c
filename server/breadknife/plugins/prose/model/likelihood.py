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
_LONGEST_GAP = 8
"""Characters between two tokens of a text that may be missing."""
_BLANKS_AND_WORD = re.compile(r"\s*\S+")
_LONGEST = 1_200
"""Characters that are read together: places in them share their beginning, which the engine evaluates once."""
_LIKELIEST_TOKENS = 48
"""So many are asked for at each place: what was meant is nearly always among them."""
_TELLING = 3
"""Letters from which on a token tells the word that begins with it; a shorter one begins too many words."""
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
    """In nats, below zero."""
    instead: Mapping[str, float] = field(default_factory=dict[str, float])
    """The log-probabilities of the likeliest tokens that a word may begin with here, by the token without its blank."""

    def gain(self, word: str) -> float:
        """Return by how many nats another word may be likelier here at the most.

        That is told by its own token, or the longest token that begins it; a word with neither is at most as likely as
        the least likely of the tokens.
        """
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
    """In the order of the text; empty if the engine returns no tokens."""
    sums: Sequence[Mapping[int, float]]
    """For each part that was read, by the offset of each token's end: the log-probability of the part up to there."""

    def logprob(self, start: int, end: int) -> float | None:
        """Return the log-probability of a part of the text; None where tokens don't begin and end with it."""
        return next((sums[end] - sums[start] for sums in self.sums if start in sums and end in sums), None)


@dataclass(frozen=True)
class TextLikelihood:
    """How likely one model finds texts. Every method raises Cancelled, ModelError or EngineError."""

    model: Scorer
    cancel: CancelToken

    def margins(
        self,
        text: str,
        changes: Sequence[tuple[Span, str]],
        words_after: int = WORDS_AFTER,
        scores: TextScores | None = None,
    ) -> tuple[float, ...]:
        """Return for each change (a span and its replacement) by how many nats it makes the text likelier.

        What is compared begins before the first change and ends `words_after` words after the last one, so the changes
        should be close together: they share one batch and the prompt. What the text's `scores` tell isn't asked again.
        """
        text = readable(text)
        start = _start(text, changes)
        end = _end(text, max(span.end for span, _ in changes), words_after)
        changed = [text[start : span.start] + new + text[span.end : end] for span, new in changes]
        unchanged = text[start:end]
        known = scores.logprob(start, end) if scores is not None else None
        needed = (alternative for alternative in changed if alternative.strip())
        alternatives = tuple(dict.fromkeys(needed if known is not None else (unchanged, *needed)))
        logprobs: dict[str, float] = {} if known is None else {unchanged: known}
        if alternatives:
            # A text with scores was the last that the engine read, so it still holds the text's state.
            fresh = scores is None
            answer = self.model.score(_prompt(text, start), alternatives, fresh=fresh, cancel=self.cancel)
            logprobs |= zip(alternatives, answer.logprobs, strict=True)
        return tuple(logprobs.get(alternative, -math.inf) - logprobs[unchanged] for alternative in changed)

    def read(self, text: str) -> TextScores:
        """Return how likely the model finds each word of a text, and each part between two tokens' ends."""
        text = readable(text)
        words: list[Surprise] = []
        sums: list[Mapping[int, float]] = []
        for start, end in _stretches(text):
            if text[start:end].strip():
                prompt = _prompt(text, start)
                answer = self.model.score(
                    prompt,
                    (text[start:end],),
                    pieces=True,
                    top_logprobs=_LIKELIEST_TOKENS,
                    fresh=True,
                    cancel=self.cancel,
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
    """Return what the model has read before `start`: the lead, and the stretch of the text up to there."""
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
    """Return the offset of the blank before the first change: models' tokens begin with the blank before a word."""
    return max(text.rfind(" ", 0, min(span.start for span, _ in changes) or 1), 0)


def _end(text: str, offset: int, count: int) -> int:
    """Return the end of so many words after `offset`, with their punctuation."""
    words = islice(_BLANKS_AND_WORD.finditer(text, offset), count)
    return max((match.end() for match in words), default=len(text))


def _sentence_end(text: str, offset: int) -> int:
    """Return the last end of a sentence up to `offset`; if it ends none in the half of a stretch before, of a word.

    The blank after it belongs to the next stretch.
    """
    if offset >= len(text):
        return len(text)
    ends = sentence_ends(text, max(0, offset - _LONGEST // 2), offset + 1, Certainty.POSSIBLE)
    last = max((end for end in ends if end <= offset), default=0)
    return last or max(text.rfind(" ", 0, offset), offset - _LONGEST + 1)


def _words(text: str, start: int, end: int, pieces: Sequence[Piece]) -> list[Surprise]:
    """Return the words of a part of the text that was read in `pieces`. A word's log-probability is the sum of those of
    the tokens that begin in it; a token that is half a character counts for nothing."""
    piece_at: dict[int, Piece] = {}
    """By the offset of the first character that isn't a blank."""
    position = start
    for piece in pieces:
        token = piece.text
        # After a token that isn't in the text (half a character), the next one is looked for a few characters on.
        found_at = position
        if not text.startswith(token, position):
            found_at = text.find(token, position, position + _LONGEST_GAP + len(token))
        if token and found_at >= 0:
            piece_at[found_at + len(token) - len(token.lstrip())] = piece
            position = found_at + len(token)
    words: list[Surprise] = []
    for match in WORD.finditer(text, start, end):
        first = piece_at.get(match.start(), Piece("", 0.0))
        # Reversed, so that of two tokens that differ only in their blank the likelier one counts.
        likeliest = {token.strip(): logprob for token, logprob in reversed(first.top_logprobs)}
        logprob = sum(piece_at[offset].logprob for offset in range(*match.span()) if offset in piece_at)
        words.append(Surprise(Span(*match.span()), logprob, likeliest))
    return words


def _sums(text: str, start: int, pieces: Sequence[Piece]) -> Mapping[int, float]:
    """Return the sum of the log-probabilities from `start` up to each token's end, up to the first token that is only a
    part of a character."""
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
