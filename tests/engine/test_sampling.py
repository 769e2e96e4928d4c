"""How tokens are chosen, on rows made by hand."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.api import Sampling
from breadknife.engine.llama.sampling import TokenSampler
from breadknife.engine.model import Rows

PROBABILITIES = [0.5, 0.3, 0.15, 0.05]
ROW: Rows = np.log(np.array(PROBABILITIES)).astype(np.float32) + 7


@dataclass
class Even:
    """Permits the even tokens."""

    accepted: list[int] = field(default_factory=list[int])

    def permits(self, token: int) -> bool:
        return token % 2 == 0

    def permitted(self, logits: Rows, *, best_only: bool) -> Rows:
        return np.where(np.arange(len(logits)) % 2 == 0, logits, -np.inf).astype(np.float32)

    def accept(self, token: int) -> None:
        self.accepted.append(token)


def drawn(sampling: Sampling, constraint: Even | None = None, times: int = 4000) -> list[int]:
    sampler = TokenSampler(sampling, constraint)
    return [sampler.choose(ROW).token for _ in range(times)]


@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=50))
def test_greedy_takes_the_likeliest_and_tells_its_probability(logits: list[float]) -> None:
    row = np.array(logits, np.float32)
    chosen = TokenSampler(Sampling()).choose(row)
    assert chosen.token == int(row.argmax())
    assert chosen.logprob == pytest.approx(float(row.max() - np.logaddexp.reduce(row.astype(np.float64))), abs=1e-4)


@pytest.mark.parametrize(
    ("sampling", "expected"),
    [
        (Sampling(1.0), PROBABILITIES),
        (Sampling(0.5), [0.685, 0.247, 0.062, 0.007]),  # squares
        (Sampling(1.0, top_k=2), [0.625, 0.375, 0, 0]),
        (Sampling(1.0, top_k=9), PROBABILITIES),
        (Sampling(1.0, top_p=0.5), [1, 0, 0, 0]),
        (Sampling(1.0, top_p=0.79), [0.625, 0.375, 0, 0]),
        (Sampling(1.0, top_k=3, top_p=0.9), [0.526, 0.316, 0.158, 0]),
        (Sampling(1.0, top_p=0.0), [1, 0, 0, 0]),
    ],
)
def test_tokens_are_drawn_by_their_probabilities(sampling: Sampling, expected: list[float]) -> None:
    counts = Counter(drawn(sampling))
    assert [counts[token] / 4000 for token in range(4)] == pytest.approx(expected, abs=0.03)
    assert all(counts[token] == 0 for token in range(4) if expected[token] == 0)


@pytest.mark.parametrize(("top_p", "possible"), [(0.5, 2500), (0.1, 500)])
def test_a_flat_vocabulary_is_cut_at_its_share(top_p: float, possible: int) -> None:
    sampler = TokenSampler(Sampling(1.0, top_p=top_p))
    row = np.linspace(0.001, 0, 5000, dtype=np.float32)
    drawn = {sampler.choose(row).token for _ in range(3000)}
    assert max(drawn) == pytest.approx(possible, rel=0.05)


def test_the_seed_decides() -> None:
    first, again, other = (drawn(Sampling(1.0, seed=seed), times=30) for seed in (3, 3, 4))
    assert first == again != other


@pytest.mark.parametrize(("temperature", "expected"), [(0.0, [1, 0]), (1.0, [0.77, 0.23])])
def test_a_refused_token_is_chosen_anew_from_the_permitted(temperature: float, expected: list[float]) -> None:
    constraint = Even()
    tokens = drawn(Sampling(temperature), constraint)
    assert constraint.accepted == tokens
    assert [tokens.count(token) / 4000 for token in (0, 2)] == pytest.approx(expected, abs=0.03)


def test_the_probability_told_is_that_before_sampling_and_grammar() -> None:
    chosen = TokenSampler(Sampling(), Even()).choose(ROW[::-1].copy())
    assert (chosen.token, chosen.logprob) == (2, pytest.approx(float(np.log(0.3)), abs=1e-5))


def test_only_greedy_sampling_can_be_predicted() -> None:
    assert [TokenSampler(Sampling(t)).lossless for t in (0.0, 0.1)] == [True, False]
