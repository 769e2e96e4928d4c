"""Whatever comes in whatever order: each job gets one last reply, and nothing stays behind."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.engine.api import (
    Calibration,
    Chunk,
    Embeddings,
    EmbedRequest,
    GenerateRequest,
    Lane,
    Part,
    ScoreRequest,
    Scores,
)
from breadknife.engine.daemon.jobs import Reply
from breadknife.engine.daemon.scheduler import Job, Scheduler
from breadknife.errors import BreadknifeError, Superseded
from engine.fake_model import END, FakeModel, FakeModels

CELLS, SEQUENCES, MAX_TOKENS = 160, 5, 20
DRAFTS_PAY = Calibration(1, 8, ((1, 1.0), (8, 1.5)))


def by_all_before(tokens: Sequence[int]) -> int:
    """Depends on each token before it: a sequence that lacks one says something else."""
    mix = sum(token * (place % 7 + 1) for place, token in enumerate(tokens)) % 40
    return ord("ab"[mix % 2]) if mix < 38 else END


def what_it_says(text: str) -> str:
    tokens = [ord(char) for char in text]
    while len(tokens) < len(text) + MAX_TOKENS and (token := by_all_before(tokens)) != END:
        tokens.append(token)
    return "".join(map(chr, tokens[len(text) :]))


@dataclass(frozen=True)
class Ask:
    kind: str
    model: str
    lane: Lane
    text: str
    place: str
    wait: float
    """Milliseconds before it."""
    cancel: int
    """The job that is cancelled then, counted from the newest; none when there are fewer."""


asks = st.builds(
    Ask,
    st.sampled_from(["generate", "generate", "generate", "score", "embed"]),
    st.sampled_from(["one", "two"]),
    st.sampled_from(Lane),
    st.builds(
        lambda start, middle, end: start + middle + end,
        st.sampled_from(["", "abc" * 20, "ab" * 35]),
        st.text("ab", max_size=20),
        st.sampled_from("abc"),
    ),
    st.sampled_from(["", "", "here"]),
    st.sampled_from([0, 0, 0.5, 2]),
    st.sampled_from([0, 1, 3, 99, 99, 99]),
)


@dataclass(eq=False)
class AskedJob:
    ask: Ask
    replies: list[Reply] = field(default_factory=list[Reply])
    job: Job = field(init=False)

    def __post_init__(self) -> None:
        ask, prompt = self.ask, (Part(self.ask.text, keep=True),)
        request = {
            "generate": GenerateRequest(ask.model, prompt, MAX_TOKENS, lane=ask.lane, place=ask.place),
            "score": ScoreRequest(ask.model, prompt, ("a", "aba", "bb"), lane=ask.lane),
            "embed": EmbedRequest(ask.model, (ask.text, "ab"), lane=ask.lane),
        }[ask.kind]
        self.job = Job(request, self.replies.append)

    def check(self) -> None:
        last = [reply for reply in self.replies if not isinstance(reply, Chunk) or reply.finish]
        assert len(last) == (0 if self.job.cancelled and not last else 1)
        if not last or isinstance(last[0], Superseded):
            return
        assert self.replies[-1] is last[0]
        assert not isinstance(last[0], BreadknifeError)
        match self.ask.kind:
            case "generate":
                said = "".join(reply.text for reply in self.replies if isinstance(reply, Chunk))
                assert said == what_it_says(self.ask.text)
            case "score":
                first = by_all_before([ord(char) for char in self.ask.text])
                assert isinstance(last[0], Scores)
                assert (last[0].logprobs[0] > -1) == (first == ord("a"))
            case _:
                assert isinstance(last[0], Embeddings)


@settings(max_examples=60)
@given(st.lists(asks, min_size=1, max_size=12), st.sampled_from([None, DRAFTS_PAY]))
def test_each_job_has_one_last_reply_and_leaves_nothing(asks: list[Ask], cost: Calibration | None) -> None:
    def load(name: str) -> FakeModel:
        tokens: list[list[int]] = [[] for _ in range(SEQUENCES)]
        block = 1 if name == "one" else 7
        return FakeModel(cells=CELLS, step_seconds=0.0001, says=by_all_before, tokens=tokens, block=block)

    models = FakeModels(load, cost)
    scheduler = Scheduler(models)
    jobs: list[AskedJob] = []
    for ask in asks:
        time.sleep(ask.wait / 1000)
        jobs.append(AskedJob(ask))
        scheduler.submit(jobs[-1].job)
        if ask.cancel < len(jobs):
            scheduler.cancel(jobs[-1 - ask.cancel].job)
    end = time.monotonic() + 20
    while scheduler.busy:
        assert time.monotonic() < end, scheduler.lanes()
        time.sleep(0.001)
    scheduler.close()
    for asked in jobs:
        asked.check()
    assert all(not cache.in_use for cache in scheduler._caches.values())
    assert sum(lane.finished for lane in scheduler.lanes()) == len(jobs)
    for model in models.loaded().values():
        assert isinstance(model, FakeModel)
        assert model.used() <= model.cells
