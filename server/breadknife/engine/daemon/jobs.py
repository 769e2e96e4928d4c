"""Jobs, and who of them has a place in a model's cache."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from breadknife.engine.api import (
    Chunk,
    EmbedRequest,
    EngineAnswer,
    EngineRequest,
    GenerateRequest,
    Lane,
    ScoreRequest,
)
from breadknife.engine.daemon.batching import Asked
from breadknife.engine.daemon.decoding import Plan, Work
from breadknife.engine.daemon.sequences import Sequences, common_prefix
from breadknife.engine.model import Model, Models, Steps
from breadknife.errors import BreadknifeError, EngineError

SHARED_START = 64
"""Tokens. A job whose prompt begins with so much that another one is just evaluating waits and copies it."""

Reply = EngineAnswer | BreadknifeError


@dataclass(eq=False)
class Job:
    """`reply` is called from the computing thread and must not wait."""

    request: EngineRequest
    reply: Callable[[Reply], None]
    owner: object = None
    queued_at: float = field(default_factory=time.monotonic)
    """Or when the last of its texts was read, where each is a turn of its own."""
    cancelled: bool = False
    superseded: bool = False
    plan: Plan | None = None
    """Made when it is first looked at."""

    @property
    def adapter(self) -> str:
        return self.request.adapter if isinstance(self.request, GenerateRequest | ScoreRequest) else ""

    @property
    def place(self) -> str:
        return self.request.place if isinstance(self.request, GenerateRequest | ScoreRequest) else ""

    @property
    def kind(self) -> str:
        """What was evaluated for one kind is of no use to another, and can't share a decode with it."""
        return "embeddings:" if isinstance(self.request, EmbedRequest) else self.adapter

    @property
    def lane(self) -> Lane:
        """Whose turn it has."""
        urgent = not isinstance(self.request, GenerateRequest) or self.request.urgent
        return self.request.lane if urgent else Lane.BACKGROUND

    @property
    def urgency(self) -> tuple[int, float]:
        return self.lane, self.queued_at

    @property
    def unwanted(self) -> bool:
        return self.cancelled or self.superseded


@dataclass(eq=False)
class Run:
    """A job that has begun."""

    job: Job
    plan: Plan
    work: Work
    steps: Steps
    asked: list[Asked] = field(default_factory=list[Asked])
    held: list[list[int]] | None = None
    """What its sequences held when a more urgent job took their room."""
    most: int = 1 << 30
    """Tokens of one evaluation that the next decode takes."""
    kept: bool = False
    first: Chunk | None = None
    last: EngineAnswer | None = None

    @property
    def model(self) -> Model:
        return self.work.model

    def sit_down(self, models: Models) -> None:
        """Take sequences, with what memory or a snapshot on disk holds of the prompt."""
        work, tokens, request = self.work, self.plan.prompt.tokens, self.job.request
        if isinstance(request, ScoreRequest) and request.fresh:
            work.cache.forget()
        for seat in range(self.plan.sequences):
            work.sequences.append(work.cache.take([] if seat else tokens[:-1], self.job.kind, request.lane))
        if tokens:
            self._restore(models)

    def _restore(self, models: Models) -> None:
        """Take a snapshot from disk where it has more of the prompt than memory; at least one token is evaluated."""
        model, sequence, tokens = self.model, self.work.sequences[0], self.plan.prompt.tokens
        keep = self.plan.prompt.keep
        if keep - len(model.tokens[sequence]) >= SHARED_START and self.work.cache.make_room(keep):
            models.restore(self.job.request.model, sequence, tokens[:keep], self.job.adapter)
        self.work.cached = min(common_prefix(model.tokens[sequence], tokens), len(tokens) - 1)
        model.truncate(sequence, self.work.cached)
        self.work.cached = len(model.tokens[sequence])

    def leave(self) -> None:
        """Give the sequences back; `held` tells what to ask for again."""
        self.held = [list(self.work.model.tokens[s]) for s in self.work.sequences]
        for sequence in self.work.sequences:
            self.work.cache.release(sequence)
        self.work.sequences.clear()

    def come_back(self) -> bool:
        """Take sequences again; what was forgotten meanwhile is evaluated again before what was asked for.

        False, and nothing is taken, where the prompt that several sequences share was forgotten: each would evaluate
        it for itself, for which there is no room. The job has to begin anew.
        """
        held, self.held = self.held or [], None
        shares = bool(self.plan.prompt.tokens) and len(held) > 1
        embeddings = isinstance(self.job.request, EmbedRequest)
        for seat, tokens in enumerate(held):
            sequence = self.work.cache.take(tokens, self.job.kind, self.job.request.lane)
            self.work.sequences.append(sequence)
            if missing := tokens[len(self.work.model.tokens[sequence]) :]:
                if shares and not seat:
                    self.work.cache.release(sequence)
                    self.work.sequences.clear()
                    return False
                asked = next((asked for asked in self.asked if asked.seat == seat and asked.tokens), None)
                if asked:
                    asked.tokens = [*missing, *asked.tokens]
                else:
                    self.asked.append(Asked(seat, missing, 0, self.job.adapter, embeddings, silent=True))
        return True


def make_way(job: Job, plan: Plan, cache: Sequences, runs: Sequence[Run]) -> bool:
    """Tell whether there is room for a job, if need be after pushing out some of less urgent lanes."""
    seated = [run for run in runs if run.held is None and run.work.cache is cache]
    lower = sorted((run for run in seated if run.job.lane > job.lane), key=lambda run: run.job.urgency)
    for count in range(len(lower) + 1):
        victims = lower[len(lower) - count :]
        if _fits(job, plan, cache, [run for run in seated if run not in victims]):
            for run in victims:
                run.leave()
            return True
    if not seated:
        raise EngineError(f"it needs {plan.cells} tokens in {plan.sequences} sequences at once; ask for less")
    return False


def _fits(job: Job, plan: Plan, cache: Sequences, runs: list[Run]) -> bool:
    length, source = cache.shared(plan.prompt.tokens, job.kind)
    for lane in {Lane.TYPING, job.request.lane}:
        counted = [run for run in runs if lane is Lane.TYPING or run.job.request.lane is not Lane.TYPING]
        sequences = [s for run in counted for s in run.work.sequences]
        shared = length if source in sequences and not plan.prompt.keep else 0
        growth = sum(max(run.plan.cells - cache.distinct(run.work.sequences), 0) for run in counted)
        cells, most = cache.limits(lane)
        if cache.distinct(sequences) + growth + plan.cells - shared > cells:
            return False
        if len(sequences) + plan.sequences > most:
            return False
    return True


def is_being_evaluated(job: Job, plan: Plan, cache: Sequences, runs: Sequence[Run]) -> bool:
    """Tell whether a job of the lane is about to have much of the prompt in its sequence, to be copied then."""
    have, _ = cache.shared(plan.prompt.tokens, job.kind)
    return any(
        run.held is None
        and run.work.cache is cache
        and (run.job.kind, run.job.lane) == (job.kind, job.lane)
        and common_prefix(run.plan.prompt.tokens, plan.prompt.tokens) - have >= SHARED_START
        for run in runs
    )
