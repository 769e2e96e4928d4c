"""Drafts are taken from what was there before, tried where they pay, and never change a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.engine.api import Calibration, Chunk, GenerateRequest, Part, Sampling
from breadknife.engine.daemon.speculative import TIE, Drafter
from breadknife.engine.model import Evaluation, Rows
from engine.fake_model import VOCABULARY, FakeModel, carry_out

FLAT = Calibration(1, 32, ((1, 1.0), (32, 1.0001)))
"""Width costs nothing: as on a GPU."""
STEEP = Calibration(1, 32, ((1, 1.0), (32, 32.0)))


def drafted(text: str, most: int = 40, cost: Calibration = FLAT) -> str:
    drafter = Drafter(list(map(ord, text)), cost)
    for _ in range(60):
        drafter.is_near_tie(np.array([0.0, 9.0], np.float32))  # a model that is sure of what it writes
    return "".join(map(chr, drafter.draft(most)))


@pytest.mark.parametrize(
    ("text", "draft"),
    [
        ("nothing comes twice", ""),
        ("one two three. one t", "wo three. one t"),
        ("abcd1 abcd2 bcd", "2 bcd"),  # of equal matches the most recent
        ("xabcd1 yabcd2 xabcd", "1 yabcd2 xabcd"),  # the longest match
        ("-=-=-=-=", "-=" * 15 + "-"),  # a text that repeats itself goes on so
    ],
)
def test_what_is_proposed(text: str, draft: str) -> None:
    assert drafted(text)[: len(draft)] == draft
    assert bool(drafted(text)) == bool(draft)


def test_no_draft_is_tried_at_a_loss() -> None:
    assert drafted("one two three. one t", cost=STEEP) == ""


def test_no_draft_is_longer_than_there_is_room() -> None:
    assert drafted("one two three. one t", most=3) == "wo "
    assert drafted("one two three. one t", most=0) == ""


@pytest.mark.parametrize(("text", "drafts"), [("word1 " * 9, True), ("".join(f"word{n} " for n in range(9)), False)])
def test_it_learns_from_guesses_that_it_did_not_try(text: str, drafts: bool) -> None:
    drafter = Drafter([0], Calibration(1, 32, ((1, 1.0), (2, 1.7), (32, 20.0))))
    for char in text + "word":
        drafter.is_near_tie(np.array([0.0, 9.0], np.float32))
        drafter.push(ord(char))
    assert bool(drafter.draft(8)) == drafts


def test_near_ties_end_it() -> None:
    drafter = Drafter(list(map(ord, "one two three. one t")), FLAT)
    row = np.array([1.0, 9.0, 9.0 - TIE / 2], np.float32)
    for _ in range(5):
        assert drafter.is_near_tie(row)
    assert drafter.draft(8) == []
    assert row.tolist() == [1.0, 9.0, 9.0 - TIE / 2]


@dataclass
class Doubtful(FakeModel):
    """It repeats the prompt, and at some places is in doubt.

    As with llama.cpp, what is evaluated beside other tokens, or after such, comes out a little different: enough to
    decide a doubt the other way.
    """

    prompt: int = 0
    doubts: set[int] = field(default_factory=set[int])
    """Lengths after which another token is nearly as likely."""
    off: set[int] = field(default_factory=set[int])
    """Places that weren't evaluated alone."""

    def _append(self, evaluation: Evaluation) -> Rows:
        held = self.tokens[evaluation.sequence]
        start = len(held)
        rows = super()._append(evaluation)
        self.off = {place for place in self.off if place < start}
        if len(evaluation.tokens) > 1:
            self.off |= set(range(max(start, self.prompt), len(held)))
        for place, row in enumerate(rows, len(held) - len(rows)):
            if place + 1 in self.doubts:
                best = int(row.argmax())
                is_off = any(other <= place for other in self.off)
                row[(best + 1) % VOCABULARY] = row[best] + (0.1 if is_off else -0.1)
        return rows


@settings(deadline=None)
@given(st.text("ab ", min_size=3, max_size=60), st.sets(st.integers(0, 200), max_size=8), st.integers(40, 120))
def test_drafts_never_change_a_token(text: str, doubts: set[int], max_tokens: int) -> None:
    def answer(cost: Calibration | None) -> list[Chunk]:
        size = len(text)
        model = Doubtful(width=200, says=lambda held: held[-size], prompt=size, doubts=doubts)
        request = GenerateRequest("m", (Part(text),), max_tokens)
        chunks = [chunk for chunk in carry_out(model, request, cost) if isinstance(chunk, Chunk)]
        assert len(model.tokens[0]) == size + max_tokens - 1  # nothing of a refused draft stays
        return chunks

    drafted, plain = answer(FLAT), answer(None)
    assert [chunk.text for chunk in drafted] == [chunk.text for chunk in plain]
    assert drafted[-1].accepted_tokens > 20 or doubts
    assert plain[-1].drafted_tokens == 0


@pytest.mark.parametrize(
    "options", [{"sampling": Sampling(temperature=1.0)}, {"grammar": "root ::= [a-z]*"}, {"max_tokens": 1}]
)
def test_only_greedy_text_is_drafted(options: dict[str, Any]) -> None:
    request = GenerateRequest("m", (Part("ab" * 30),), **{"max_tokens": 60} | options)
    chunks = carry_out(FakeModel(width=200, says=lambda held: held[-2]), request, FLAT)
    assert isinstance(chunks[-1], Chunk)
    assert chunks[-1].drafted_tokens == 0


@pytest.mark.parametrize("block", [1, 10])
def test_nothing_is_drafted_that_could_not_be_taken_back(block: int) -> None:
    request = GenerateRequest("m", (Part("ab" * 30),), 60)
    chunks = carry_out(FakeModel(width=200, says=lambda held: held[-2], block=block), request, FLAT)
    assert isinstance(chunks[-1], Chunk)
    assert (chunks[-1].drafted_tokens > 0) == (block == 1)
