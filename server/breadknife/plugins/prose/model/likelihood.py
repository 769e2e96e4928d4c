"""How likely a language model finds prose: as it stands, and with something else in place of a part of it."""

from __future__ import annotations

import math
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Protocol, TypeVar

from breadknife.cancel import CancelToken
from breadknife.engine.api import Part, Prompt, Scores
from breadknife.errors import Cancelled, EngineAbsent, EngineUnavailable, ModelError, PromptTooLong
from breadknife.project.secrets.contents import masked
from breadknife.text.document import Span
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN
from breadknife.text.sentences import Certainty, sentence_ends

_LEAD = (Part("From the documentation:\n"), Part("\n"))
"""A prompt is never empty, and a model that reads a text's first word has seen none of its kind. In parts, so that its
tokens are the same whatever follows: those that it has before a word."""
WORDS_AFTER = 3
"""What is unlikely shows in the next few words; each more costs as much as the first."""
_BLANKS_AND_WORD = re.compile(r"\s*\S+")
_LONGEST = 1_200
"""Characters that are read together: places in them share their beginning, which the engine evaluates once."""
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
        fresh: bool = False,
        cancel: CancelToken | None = None,
    ) -> Scores: ...


@dataclass(frozen=True)
class TextLikelihood:
    """How likely one model finds texts. Every method raises Cancelled, ModelError or EngineError."""

    model: Scorer
    cancel: CancelToken

    def margins(
        self, text: str, changes: Sequence[tuple[Span, str]], words_after: int = WORDS_AFTER
    ) -> tuple[float, ...]:
        """Return for each change (a span and its replacement) by how many nats it makes the text likelier.

        What is compared begins before the first change and ends `words_after` words after the last one, so the changes
        should be close together: they share one batch and the prompt.
        """
        text = readable(text)
        start = _start(text, changes)
        end = _end(text, max(span.end for span, _ in changes), words_after)
        changed = [text[start : span.start] + new + text[span.end : end] for span, new in changes]
        unchanged = text[start:end]
        alternatives = tuple(dict.fromkeys((unchanged, *(each for each in changed if each.strip()))))
        answer = self.model.score(_prompt(text, start), alternatives, fresh=True, cancel=self.cancel)
        logprobs = dict(zip(alternatives, answer.logprobs, strict=True))
        return tuple(logprobs.get(alternative, -math.inf) - logprobs[unchanged] for alternative in changed)


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
