"""Jobs, and the slots of those that have begun: which sequences of a model's KV cache each has."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from breadknife.engine import api
from breadknife.engine.daemon.batching import PendingEvaluation
from breadknife.engine.daemon.decoding import JobPlan, JobState
from breadknife.engine.daemon.kv_cache import KvCache, common_prefix
from breadknife.engine.model import JobSteps, Models
from breadknife.errors import BreadknifeError, EngineError

SHARED_START = 64
"""Tokens. A job whose prompt begins with so much that another one is just evaluating waits and copies it."""

Reply = api.EngineAnswer | BreadknifeError


@dataclass(eq=False)
class Job:
    """A request, and what became of it. `reply` is called from the computing thread and must not wait."""

    request: api.EngineRequest
    reply: Callable[[Reply], None]
    owner: object = None
    """The client's session: it alone supersedes its own jobs."""
    queued_at: float = field(default_factory=time.monotonic)
    """When it came, or when the last of its texts was read, where each is a turn of its own."""
    cancelled: bool = False
    superseded: bool = False
    model: str = ""
    """The name, among those in memory, of the model that computes it."""
    plan: JobPlan | None = None
    """Made when it is first looked at."""

    @property
    def adapter(self) -> str:
        return self.request.adapter if isinstance(self.request, api.GenerateRequest | api.ScoreRequest) else ""

    @property
    def place(self) -> str:
        return self.request.place if isinstance(self.request, api.GenerateRequest | api.ScoreRequest) else ""

    @property
    def kind(self) -> str:
        """The adapter's name, or that it is about embeddings: only jobs of one kind share cached tokens and a
        decode."""
        return "embeddings:" if isinstance(self.request, api.EmbedRequest) else self.adapter

    @property
    def lane(self) -> api.Lane:
        """The lane whose turn it has."""
        urgent = not isinstance(self.request, api.GenerateRequest) or self.request.urgent
        return self.request.lane if urgent else api.Lane.BACKGROUND

    @property
    def urgency(self) -> tuple[int, float]:
        return self.lane, self.queued_at

    @property
    def unwanted(self) -> bool:
        return self.cancelled or self.superseded


@dataclass(eq=False, kw_only=True)
class Slot(JobState):
    """A job that has begun."""

    job: Job
    plan: JobPlan
    pending: list[PendingEvaluation] = field(default_factory=list[PendingEvaluation])
    preempted: list[list[int]] | None = None
    """The tokens of its sequences when a more urgent job took their room."""
    most: int = 1 << 30
    """The most tokens of one evaluation that the next decode takes."""
    kept: bool = False
    """True if a snapshot of the prompt was asked for."""
    first: api.Chunk | None = None
    last: api.EngineAnswer | None = None

    def __post_init__(self) -> None:
        self.steps: JobSteps = self.plan.steps(self)

    def restart(self) -> None:
        """Begin the job's steps anew."""
        self.steps.close()
        self.steps = self.plan.steps(self)

    def take_sequences(self, models: Models) -> None:
        """Take sequences, with what memory or a snapshot on disk holds of the prompt; at least one token of it is left
        to evaluate."""
        model, tokens, request = self.model, self.plan.prompt.tokens, self.job.request
        if isinstance(request, api.ScoreRequest) and request.fresh:
            self.cache.forget()
        for branch in range(self.plan.sequences):
            self.sequences.append(self.cache.take([] if branch else tokens[:-1], self.job.kind, request.lane))
        if not tokens:
            return
        sequence, keep = self.sequences[0], self.plan.prompt.keep
        if keep - len(model.tokens[sequence]) >= SHARED_START and self.cache.make_room(keep):
            models.restore(self.job.model, sequence, tokens[:keep], self.job.adapter)
        model.truncate(sequence, min(common_prefix(model.tokens[sequence], tokens), len(tokens) - 1))
        self.cached = len(model.tokens[sequence])

    def preempt(self) -> None:
        """Give the sequences back; `preempted` tells what to take again."""
        self.preempted = [list(self.model.tokens[sequence]) for sequence in self.sequences]
        for sequence in self.sequences:
            self.cache.release(sequence)
        self.sequences.clear()

    def retake_sequences(self) -> bool:
        """Take sequences again; what was forgotten meanwhile is evaluated again before what is pending.

        Returns False, and takes nothing, if the prompt that several sequences share was forgotten: each would evaluate
        it for itself, for which there is no room. The job has to begin anew.
        """
        preempted, self.preempted = self.preempted or [], None
        shares = bool(self.plan.prompt.tokens) and len(preempted) > 1
        embeddings = isinstance(self.job.request, api.EmbedRequest)
        for branch, tokens in enumerate(preempted):
            sequence = self.cache.take(tokens, self.job.kind, self.job.request.lane)
            self.sequences.append(sequence)
            missing = tokens[len(self.model.tokens[sequence]) :]
            if not missing:
                continue
            if shares and not branch:
                self.cache.release(sequence)
                self.sequences.clear()
                return False
            pending = next(
                (evaluation for evaluation in self.pending if evaluation.branch == branch and evaluation.tokens), None
            )
            if pending:
                pending.tokens = [*missing, *pending.tokens]
            else:
                refill = PendingEvaluation(branch, missing, 0, self.job.adapter, embeddings, silent=True)
                self.pending.append(refill)
        return True


def make_room_for(job: Job, plan: JobPlan, cache: KvCache, slots: Sequence[Slot]) -> bool:
    """Tell whether there is room for a job, if need be after preempting some of less urgent lanes."""
    active = [slot for slot in slots if slot.preempted is None and slot.cache is cache]
    lower = sorted((slot for slot in active if slot.job.lane > job.lane), key=lambda slot: slot.job.urgency)
    for count in range(len(lower) + 1):
        victims = lower[len(lower) - count :]
        if _fits(job, plan, cache, [slot for slot in active if slot not in victims]):
            for slot in victims:
                slot.preempt()
            return True
    if not active:
        raise EngineError(f"it needs {plan.cells} tokens in {plan.sequences} sequences at once; ask for less")
    return False


def _fits(job: Job, plan: JobPlan, cache: KvCache, slots: list[Slot]) -> bool:
    length, source = cache.shared(plan.prompt.tokens, job.kind)
    for lane in {api.Lane.TYPING, job.request.lane}:
        counted = [slot for slot in slots if lane is api.Lane.TYPING or slot.job.request.lane is not api.Lane.TYPING]
        sequences = [sequence for slot in counted for sequence in slot.sequences]
        shared = length if source in sequences and not plan.prompt.keep else 0
        growth = sum(max(slot.plan.cells - cache.distinct(slot.sequences), 0) for slot in counted)
        cells, most = cache.limits(lane)
        if cache.distinct(sequences) + growth + plan.cells - shared > cells:
            return False
        if len(sequences) + plan.sequences > most:
            return False
    return True


def shares_prompt_in_progress(job: Job, plan: JobPlan, cache: KvCache, slots: Sequence[Slot]) -> bool:
    """Tell whether a job of the lane is about to have much of the prompt in its sequence, to be copied then."""
    have, _ = cache.shared(plan.prompt.tokens, job.kind)
    return any(
        slot.preempted is None
        and slot.cache is cache
        and (slot.job.kind, slot.job.lane) == (job.kind, job.lane)
        and common_prefix(slot.plan.prompt.tokens, plan.prompt.tokens) - have >= SHARED_START
        for slot in slots
    )
