"""The shipped fake answers every kind of request as its script says."""

from __future__ import annotations

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import ClassifyRequest, EmbedRequest, GenerateRequest, Part, RerankRequest, ScoreRequest
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import Cancelled, EngineError

ENGINE = ScriptedEngine([Line("colour", "blue green;red"), Line("bad", error=EngineError("no"))])


def prompt(text: str) -> tuple[Part, ...]:
    return (Part(text),)


@pytest.mark.parametrize(
    ("text", "max_tokens", "stop", "said", "finish"),
    [
        ("a colour", 9, (), "blue green;red", "stop"),
        ("a colour", 9, (";",), "blue green", "stop"),
        ("a colour", 1, (), "blue", "length"),
        ("a number", 9, (), "", "stop"),
    ],
)
def test_it_says_what_the_script_says(
    text: str, max_tokens: int, stop: tuple[str, ...], said: str, finish: str
) -> None:
    chunks = list(ENGINE.generate(GenerateRequest("m", prompt(text), max_tokens, stop), CancelToken()))
    assert ("".join(chunk.text for chunk in chunks), chunks[-1].finish) == (said, finish)


def test_what_it_would_say_has_the_best_score() -> None:
    scores = ENGINE.score(ScoreRequest("m", prompt("a colour"), ("blue green;red", "no", "not at all")), CancelToken())
    assert scores.logprobs == (0, -10, -30)
    assert scores.tokens == (2, 1, 3)


def test_texts_with_the_same_words_are_near_each_other() -> None:
    a, b, c = ENGINE.embed(EmbedRequest("m", ("one two", "Two one", "three")), CancelToken()).vectors
    assert a == pytest.approx(b)
    assert sum(x * x for x in a) == pytest.approx(1)
    assert sum(x * y for x, y in zip(a, c, strict=True)) < 0.5


def test_the_more_words_of_the_query_the_more_relevant() -> None:
    request = RerankRequest("m", "red bricks", ("a wall of red bricks", "red paint", "the sea"))
    bricks, paint, sea = ENGINE.rerank(request, CancelToken()).scores
    assert bricks > paint > sea == 0


def test_the_script_is_the_classes() -> None:
    engine = ScriptedEngine([Line("crash", "bug"), Line("please", "wish"), Line("fails", "bug")])
    classes = engine.classify(ClassifyRequest("m", ("it fails", "please, tea", "hm")), CancelToken())
    assert classes.labels == ("bug", "wish")
    assert classes.probabilities == ((1, 0), (0, 1), (0.5, 0.5))


def test_errors_and_cancelling() -> None:
    cancelled = CancelToken()
    cancelled.cancel()
    with pytest.raises(EngineError, match="no"):
        ENGINE.score(ScoreRequest("m", prompt("bad"), ("x",)), CancelToken())
    with pytest.raises(Cancelled):
        ENGINE.embed(EmbedRequest("m", ("x",)), cancelled)
