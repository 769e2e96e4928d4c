"""What jobs do: trimming, text, scores, vectors."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.api import (
    Chunk,
    Embeddings,
    EmbedRequest,
    GenerateRequest,
    Part,
    Sampling,
    ScoreRequest,
    Scores,
    Trim,
)
from breadknife.engine.daemon.decoding import fit_prompt
from breadknife.errors import EngineError, PromptTooLong
from engine.fake_model import FakeModel, carry_out


def generate(text: str, max_tokens: int = 100, stop: tuple[str, ...] = (), **options: object) -> list[Chunk]:
    model = FakeModel(width=64)
    request = GenerateRequest("fake", (Part(text),), max_tokens, stop, **options)  # type: ignore[arg-type]
    said = carry_out(model, request)
    return [chunk for chunk in said if isinstance(chunk, Chunk)]


@pytest.mark.parametrize(
    ("prompt", "max_tokens", "stop", "text", "finish"),
    [
        ("w", 100, (), "xyz", "stop"),
        ("a", 3, (), "bcd", "length"),
        ("a", 100, ("ef",), "bcd", "stop"),
        ("a", 3, ("de",), "bcd", "length"),  # "d" may have become a stop string, and didn't
        ("x", 100, ("zq",), "yz", "stop"),
        ("z", 100, (), "", "stop"),
        ("a", 0, (), "b", "length"),
    ],
)
def test_text_and_how_it_ends(prompt: str, max_tokens: int, stop: tuple[str, ...], text: str, finish: str) -> None:
    chunks = generate(prompt, max_tokens, stop)
    assert ("".join(chunk.text for chunk in chunks), chunks[-1].finish) == (text, finish)
    assert all(not chunk.finish for chunk in chunks[:-1])


def test_a_chunk_tells_the_likeliest_tokens() -> None:
    (first, _, _, last) = generate("w", sampling=Sampling(temperature=1.0), top_logprobs=2)
    assert first.top_logprobs[0][0] == "x"
    assert sum(np.exp(value) for _, value in first.top_logprobs) < 1
    assert (last.finish, last.text, len(last.top_logprobs)) == ("stop", "", 2)


CONTROL = Part("<" * 40, control=True)


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ((Part("a" * 100), Part("b" * 100)), "a" * 100 + "b" * 100),
        ((Part("ab" * 130),), "ab" * 120),
        ((Part("a" * 200), Part("b" * 60)), "a" * 180 + "b" * 60),
        ((CONTROL, Part("a" * 200 + "z" * 20, trim=Trim.END)), "<" * 40 + "a" * 200),
        ((Part("a" * 10), Part("b" * 231)), "b" * 221),
        ((Part("a" * 20, trim=Trim.NEVER), Part("b" * 230)), "a" * 20 + "b" * 210),
    ],
)
def test_what_does_not_fit_is_left_out(prompt: tuple[Part, ...], left: str) -> None:
    fitted = fit_prompt(
        FakeModel().tokenize(prompt), prompt, 320, 500
    )  # 80 tokens are for the output; 20 give way at once
    assert "".join(map(chr, fitted.tokens)) == left
    assert fitted.trimmed == sum(len(part.text) for part in prompt) - len(left)


@given(st.integers(1, 3000), st.integers(1, 3000))
def test_the_edge_of_what_is_left_moves_rarely(length: int, output: int) -> None:
    prompt = (Part("h" * 7, control=True), Part("x" * length))
    fitted = fit_prompt(FakeModel().tokenize(prompt), prompt, 1600, output)
    assert len(fitted.tokens) + min(output, 400) <= 1600
    assert fitted.trimmed % 100 == 0
    assert fitted.trimmed + len(fitted.tokens) == length + 7


def test_the_snapshot_ends_where_the_kept_part_does() -> None:
    prompt = (Part("a" * 300, keep=True), Part("b" * 9))
    assert fit_prompt(FakeModel().tokenize(prompt), prompt, 320, 80).keep == 220


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (GenerateRequest("m", (Part("a" * 9000, trim=Trim.NEVER), Part("b")), 1), PromptTooLong),
        (GenerateRequest("m", (Part(""),), 1), EngineError),
        (GenerateRequest("m", (Part("a"),), 1, grammar="bad"), EngineError),
        (ScoreRequest("m", (Part("a"),), ("b", "")), EngineError),
        (ScoreRequest("m", (Part("a" * 3000, trim=Trim.NEVER),), ("b" * 2000,)), PromptTooLong),
        (EmbedRequest("m", ("a", "")), EngineError),
    ],
)
def test_what_can_not_be_done(asked: GenerateRequest | ScoreRequest | EmbedRequest, error: type[EngineError]) -> None:
    with pytest.raises(error):
        carry_out(FakeModel(width=5000), asked)


def test_alternatives_share_the_prompt_and_are_scored_together() -> None:
    model = FakeModel(width=64, tokens=[[] for _ in range(8)])
    (scores,) = carry_out(model, ScoreRequest("m", (Part("the answer is a"),), ("b", "bcd", "bdd", "q", "bc", "zz")))
    assert isinstance(scores, Scores)
    likely, unlikely = 5 - np.log(np.exp(5) + 127), -np.log(np.exp(5) + 127)
    wanted = [likely, 3 * likely, likely + 2 * unlikely, unlikely, 2 * likely, 2 * unlikely]
    assert scores.logprobs == pytest.approx(wanted, abs=1e-4)
    assert scores.tokens == (1, 3, 3, 1, 2, 2)
    assert model.decoded == [[14], [1, 3, 3, 1], [2, 2]]  # the prompt's last token with each


def test_many_or_long_texts_are_embedded_in_several_decodes() -> None:
    texts = ("ab", "ba", "a" * 63, "c" * 9000, *itertools.repeat("b", 12))
    model = FakeModel(width=5000, tokens=[[] for _ in range(8)])
    (embeddings,) = carry_out(model, EmbedRequest("m", texts))
    assert isinstance(embeddings, Embeddings)
    assert len(embeddings.vectors) == len(texts)
    assert embeddings.vectors[0] == pytest.approx(embeddings.vectors[1])
    assert all(np.linalg.norm(vector) == pytest.approx(1) for vector in embeddings.vectors)
    assert max(model.evaluated) <= 4096 + 67
    assert embeddings.prompt_tokens == 2 + 2 + 63 + 4096 + 12
