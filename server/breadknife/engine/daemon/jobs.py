"""Jobs, and the slots of those that have begun: which sequences of a model's KV cache each has."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from breadknife.engine import api
from breadknife.engine.daemon.batching import PendingEvaluation, jobs_in_batch, split_batch
from breadknife.engine.daemon.calibration import PROMPTS
from breadknife.engine.daemon.decoding import JobPlan, JobState
from breadknife.engine.daemon.kv_cache import KvCache, common_prefix
from breadknife.engine.model import Evaluation, JobSteps, Models, Rows
from breadknife.errors import BreadknifeError, EngineError

SHARED_START = 64
"""Tokens. A job whose prompt begins with so much that another one is just evaluating waits and copies it."""
SHORTEST_SLICE = 8
"""Tokens. A slice that was interrupted is halved at the next try, down to this: a key every 200 ms can't keep the
background from getting on."""
MOST = 1 << 30
"""More tokens than any prompt has: no limit."""
log = logging.getLogger("breadknife.engine")

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
    most: int = MOST
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

    def limit_slice(self, total: int, *, interrupted: bool) -> None:
        """Say how many tokens the next decode may take after one of `total` tokens."""
        self.most = max(min(self.most, total) // 2, SHORTEST_SLICE) if interrupted else min(self.most * 2, MOST)

    def keep(self, models: Models) -> None:
        """Ask for a snapshot of the prompt's beginning, which was evaluated, if it is worth one."""
        if self.plan.prompt.keep and not self.kept:
            self.kept = True
            try:
                models.keep(self.job.model, self.sequences[0], self.plan.prompt.keep, self.job.adapter)
            except Exception:  # it is a luxury, and the others of this decode wait for their rows
                log.exception("a snapshot could not be noted")

    def release(self) -> None:
        """Give the sequences back at the job's end."""
        for sequence in self.sequences:
            self.cache.release(sequence, forget=isinstance(self.job.request, api.EmbedRequest))

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


Batch = list[tuple[Slot, PendingEvaluation, Evaluation]]
"""The evaluations of one decode, each with the pending one that it is a piece of, and that one's job."""


def fill_batch(sharing: Sequence[Slot], calibration: api.Calibration | None) -> Batch:
    """Return one decode for as many of the jobs `sharing`, the most urgent first, as are worth it together."""
    model = sharing[0].model
    room = min(model.width, calibration.slice if calibration else PROMPTS[0])
    sizes = [sum(min(len(pending.tokens), slot.most) for pending in slot.pending) for slot in sharing]
    count = jobs_in_batch(sizes, room, calibration) if model.rolls_back else 1
    candidates = [(slot, pending) for slot in sharing[:count] for pending in slot.pending if pending.tokens]
    split = split_batch([min(len(pending.tokens), slot.most) for slot, pending in candidates], room)
    chosen = [(*candidates[index], size) for index, size in split]
    return [(slot, pending, pending.head(slot.sequences[pending.branch], size)) for slot, pending, size in chosen]


def hand_out(batch: Batch, rows_of_batch: list[Rows]) -> list[Slot]:
    """Give the rows of a decode to what waits for them; return the jobs that have all that they wanted."""
    for _, pending, evaluation in batch:
        pending.tokens = pending.tokens[len(evaluation.tokens) :]
    slots = dict.fromkeys(slot for slot, _, _ in batch)
    waiting = {slot for slot in slots if any(pending.tokens for pending in slot.pending)}
    for (slot, pending, evaluation), rows in zip(batch, rows_of_batch, strict=True):
        # The next decode overwrites the rows: who still waits for others needs a copy.
        pending.add(evaluation.outputs, rows.copy() if slot in waiting else rows)
    return [slot for slot in slots if slot not in waiting]


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
