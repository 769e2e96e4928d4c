"""How sure the model must be to be heard."""

from __future__ import annotations

from math import log

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import Engine, GenerateRequest
from breadknife.plugins.completion.filters import THRESHOLD, confidence, fitted
from breadknife.plugins.completion.filters.confidence import first_line
from breadknife.plugins.completion.prompt import fim_prompt
from breadknife.task.values import Silence
from drafts import draft

SURE, DOUBTFUL, GUESS = log(0.99), log(0.5), log(0.05)


@pytest.mark.parametrize(
    ("logprobs", "expected"),
    [
        ((), "y"),  # an engine that tells none
        ((SURE, SURE, SURE), "y"),
        ((SURE, DOUBTFUL, SURE), "y"),
        ((GUESS, GUESS, GUESS), "low-confidence"),
        ((GUESS,) * 1_000, "low-confidence"),
    ],
)
def test_the_unlikely_is_not_shown(logprobs: tuple[float, ...], expected: str) -> None:
    fit = fitted(draft("x = |\n", "y", logprobs=logprobs))
    assert (fit.reason if isinstance(fit, Silence) else fit) == expected


def test_a_threshold_of_nothing_lets_everything_through() -> None:
    assert fitted(draft("x = |\n", "y", logprobs=(GUESS,) * 9), threshold=0.0) == "y"


def test_each_doubt_makes_it_less_likely() -> None:
    told = [confidence(draft("x = |\n", "y", logprobs=(SURE,) * 4 + (DOUBTFUL,) * n)) for n in range(4)]
    assert told == sorted(told, reverse=True)
    assert len(set(told)) == 4


def test_only_the_first_line_is_judged() -> None:
    block = draft("def f():\n    |\n", "return 1\n    return 2", logprobs=(SURE, SURE, SURE, GUESS, GUESS, GUESS))
    assert GUESS not in first_line(block)


@pytest.mark.model
def test_the_real_model_is_surer_of_what_can_be_known(real_engine: Engine) -> None:
    def asked(marked: str) -> float:
        at = draft(marked, "").cursor
        request = GenerateRequest("qwen2.5-coder-0.5b", fim_prompt(at.document, at.offset, at.offset), 8, stop=("\n",))
        chunks = list(real_engine.generate(request, CancelToken()))
        text, logprobs = "".join(chunk.text for chunk in chunks), tuple(c.logprob for c in chunks if c.text)
        return confidence(draft(marked, text, logprobs=logprobs))

    known = asked("def add(left, right):\n    return left +|\n\n\nassert add(1, 2) == 3\n")
    unknown = asked("import random\n\nPASSPHRASE = 'the name of my first|\n")
    assert known > THRESHOLD
    assert known > unknown
