"""Decides what is computed next: one thread for all models, one `llama_decode` at a time.

Each job is a generator that says what it wants evaluated, so that switching to a more urgent one loses nothing. The
most urgent job's lane goes first; other jobs of that lane share its decodes. A decode that runs for a job that was
cancelled, or that a more urgent one overtakes, is interrupted, and repeated later. An encoder's job has no part in
that: it has one text after the other read (`encoding`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from breadknife.engine.api import Chunk, Lane, LaneStatus, ModelStatus
from breadknife.engine.daemon.batching import PendingEvaluation
from breadknife.engine.daemon.decoding import make_plan
from breadknife.engine.daemon.encoding import EncoderSlot, begin
from breadknife.engine.daemon.jobs import (
    Job,
    Reply,
    Slot,
    fill_batch,
    hand_out,
    make_room_for,
    shares_prompt_in_progress,
)
from breadknife.engine.daemon.kv_cache import KvCache
from breadknife.engine.daemon.stats import ModelStats
from breadknife.engine.model import Encoder, Model, Models, Rows
from breadknife.errors import BreadknifeError, EngineError, Superseded

MAINTENANCE_SECONDS = 1.0
log = logging.getLogger("breadknife.engine")


class Scheduler:
    """`on_compute(name)` is called when the thread begins to load or compute with another model, `on_compute(None)`
    when nothing is left to do."""

    def __init__(self, models: Models, on_compute: Callable[[str | None], None] = lambda name: None) -> None:
        self._models = models
        self._on_compute = on_compute
        self.computing: str | None = None
        """The name of the model that is loaded or computed with."""
        self._waiting: list[Job] = []
        self._slots: list[Slot | EncoderSlot] = []
        self._running: Sequence[Slot | EncoderSlot] = ()
        self._maintaining = False
        self._maintain_at = time.monotonic() + MAINTENANCE_SECONDS
        self._caches: dict[str, KvCache] = {}
        self._stats: dict[str, ModelStats] = {}
        self._finished = Counter[Lane]()
        self._changed = threading.Condition()
        self._closed = False
        self.last_submit = time.monotonic()
        self.turns = 0
        """How often the thread has looked for something to do: it goes on as long as this grows."""
        self._thread = threading.Thread(target=self._loop, name="compute", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Add a job to those that wait. It supersedes those of the same owner for the same place."""
        with self._changed:
            self.last_submit = time.monotonic()
            if self._closed:
                job.reply(EngineError("the engine is ending; ask again"))
                return
            job.model = self._models.place(job.request)
            if job.place:
                for older in self._jobs():
                    older.superseded |= (older.place, older.owner) == (job.place, job.owner)
            self._waiting.append(job)
            self._interrupt()

    def cancel(self, job: Job) -> None:
        """Give up a job. No reply comes after this has returned."""
        with self._changed:
            job.cancelled = True
            self._interrupt()

    @property
    def busy(self) -> bool:
        with self._changed:
            return bool(self._waiting or self._slots)

    def models(self) -> tuple[ModelStatus, ...]:
        """Return those in memory."""
        models, stats = self._models, self._stats
        return tuple(
            stats.get(name, ModelStats(model)).status(name, models.calibration(name), models.why(name))
            for name, model in models.loaded().items()
        )

    def lanes(self) -> tuple[LaneStatus, ...]:
        with self._changed:
            waiting = Counter(job.lane for job in self._waiting)
            running = Counter(slot.job.lane for slot in self._slots)
            return tuple(
                LaneStatus(lane.name.lower(), waiting[lane], running[lane], self._finished[lane]) for lane in Lane
            )

    def close(self) -> None:
        """End the thread; whoever still waits gets an error."""
        with self._changed:
            self._closed = True
            self._interrupt()
        self._thread.join()
        self._models.close()

    def _interrupt(self) -> None:
        """Interrupt what runs if it should run no longer after a change, and wake the thread. The lock is held."""
        if self._maintaining:
            for model in self._models.loaded().values():
                model.interrupt(True)
        if self._running and self._overtaken(self._running):
            self._running[0].model.interrupt(True)
        self._changed.notify()

    def _overtaken(self, slots: Sequence[Slot | EncoderSlot]) -> bool:
        """Tell whether a computation for these should end: a more urgent job waits, or nobody wants its results."""
        lane = slots[0].job.lane
        urgent = any(job.lane < lane and not job.unwanted for job in self._waiting)
        return self._closed or urgent or all(slot.job.unwanted for slot in slots)

    def _loop(self) -> None:
        while not self._closed:
            self.turns += 1
            self._end_unwanted()
            with self._changed:
                focus = min(self._jobs(), key=lambda j: j.urgency, default=None)
            if focus:
                try:
                    self._admit(focus)
                    self._compute(focus)
                except Exception as error:  # what nobody foresaw ends one job, not the thread that computes for all
                    self._end(focus, error)
            else:
                self._mark(None)
                with self._changed:
                    if not self._waiting and not self._closed:
                        self._changed.wait(MAINTENANCE_SECONDS)
            if time.monotonic() >= self._maintain_at:
                self._maintain()
        for job in self._jobs():
            self._end(job, EngineError("the engine is ending; ask again"))
        self._mark(None)

    def _end_unwanted(self) -> None:
        """Let go of what nobody wants any more."""
        with self._changed:
            unwanted = [job for job in self._jobs() if job.unwanted]
        for job in unwanted:
            self._end(job, Superseded("a newer request for the same place replaced this one"))

    def _mark(self, name: str | None) -> None:
        """Call `on_compute` if the model that is computed with is another one now."""
        if name != self.computing:
            self.computing = name
            try:
                self._on_compute(name)
            except Exception:
                log.exception("what is computed could not be told")

    def _maintain(self) -> None:
        with self._changed:
            busy = frozenset(job.model for job in self._jobs())
            self._maintaining = not busy and not self._closed
            if self._maintaining:
                for model in self._models.loaded().values():
                    model.interrupt(False)
        try:
            self._models.maintain(busy, idle=self._maintaining, mark=self._mark)
        except Exception:
            log.exception("the models could not be maintained")
        with self._changed:
            self._maintaining = False
        self._maintain_at = time.monotonic() + MAINTENANCE_SECONDS

    def _admit(self, focus: Job) -> None:
        """Let jobs begin, or go on after they were preempted, that could share a decode with the most urgent one."""

        def like_focus(job: Job) -> bool:
            return (job.lane, job.model) == (focus.lane, focus.model)

        self._mark(focus.model)
        with self._changed:
            preempted = {slot.job: slot for slot in self._decoder_slots() if slot.preempted is not None}
            jobs = sorted(filter(like_focus, (*self._waiting, *preempted)), key=lambda job: job.urgency)
        for job in jobs:
            try:
                fits = self._resume(preempted[job]) if job in preempted else self._begin(job)
            except Exception as error:
                self._fail(job, error)
                continue
            if not fits:
                return  # nobody passes it: it would wait for ever

    def _fail(self, job: Job, error: Exception) -> None:
        """End a job that failed, unless it hasn't begun and another device can do it."""
        other = self._models.place(job.request)
        with self._changed:
            if job in self._waiting and other != job.model:
                job.model = other
                return
        self._end(job, error)

    def _begin(self, job: Job) -> bool:
        """Let a job begin, or wait for a prompt that it can share. Returns False when there is no room for it."""
        name = job.model
        model = self._models.get(name, job.adapter)
        if isinstance(model, Encoder):
            self._start(begin(job, model))
            return True
        cache = self._cache(name, model)
        plan = job.plan = job.plan or make_plan(model, job.request, cache.context)
        if shares_prompt_in_progress(job, plan, cache, self._decoder_slots()):
            return True
        if not make_room_for(job, plan, cache, self._decoder_slots()):
            return False
        slot = Slot(model=model, cache=cache, calibration=self._models.calibration(name), job=job, plan=plan)
        self._start(slot)
        slot.take_sequences(self._models)
        self._advance(slot, None)
        return True

    def _start(self, slot: Slot | EncoderSlot) -> None:
        """Move a job from those that wait to those that have begun."""
        name = slot.job.model
        with self._changed:
            self._waiting.remove(slot.job)
            self._slots.append(slot)
        if name not in self._stats or self._stats[name].model is not slot.model:
            self._stats[name] = ModelStats(slot.model)
        self._stats[name].adapters |= {slot.job.adapter} - {""}

    def _jobs(self) -> list[Job]:
        """Return those that wait and those that have begun."""
        return [*self._waiting, *(slot.job for slot in self._slots)]

    def _decoder_slots(self) -> list[Slot]:
        """Return those that have sequences, or want them back."""
        return [slot for slot in self._slots if isinstance(slot, Slot)]

    def _resume(self, slot: Slot) -> bool:
        """Let a preempted job go on. Returns False when there is no room for it."""
        if not make_room_for(slot.job, slot.plan, slot.cache, self._decoder_slots()):
            return False
        if not slot.retake_sequences():
            slot.restart()
            slot.take_sequences(self._models)
            self._advance(slot, None)
        return True

    def _cache(self, name: str, model: Model) -> KvCache:
        cache = self._caches.get(name)
        if cache is None or cache.model is not model:
            cache = self._caches[name] = KvCache(model)
        return cache

    def _compute(self, focus: Job) -> None:
        """Run one decode for the most urgent job and those that can share it, or have one text of it encoded."""
        slot = next((slot for slot in self._slots if slot.job is focus), None)
        if isinstance(slot, EncoderSlot):
            self._encode(slot)
            return
        active = [
            slot
            for slot in self._decoder_slots()
            if slot.preempted is None and slot.pending and slot.job.model == focus.model
        ]
        sharing = sorted((slot for slot in active if slot.job.lane is focus.lane), key=lambda slot: slot.job.urgency)
        sharing = [slot for slot in sharing if slot.job.kind == sharing[0].job.kind]
        if not sharing:
            return
        try:
            self._decode(sharing, active)
        except Exception as error:
            self._end(sharing[0].job, error)

    def _encode(self, slot: EncoderSlot) -> None:
        """Have one text encoded; then the job waits for its next turn behind those that came meanwhile."""
        try:
            with self._interruptible([slot]):
                answer = slot.step()
        except Exception as error:
            self._end(slot.job, error)
            return
        with self._changed:
            slot.job.queued_at = time.monotonic()
        if answer:
            self._end(slot.job, answer)

    @contextmanager
    def _interruptible(self, slots: Sequence[Slot | EncoderSlot]) -> Generator[None, None, None]:
        """Let other threads interrupt what is computed inside, if these jobs are overtaken."""
        with self._changed:
            slots[0].model.interrupt(self._overtaken(slots))
            self._running = slots
        try:
            yield
        finally:
            with self._changed:
                self._running = ()

    def _decode(self, sharing: list[Slot], active: list[Slot]) -> None:
        """Carry out one decode for as many of the jobs `sharing`, the most urgent first, as are worth it together.

        If the cache has no room for it, the least urgent of all `active` jobs is preempted instead.
        """
        first = sharing[0]
        batch = fill_batch(sharing, self._models.calibration(first.job.model))
        total = sum(len(evaluation.tokens) for _, _, evaluation in batch)
        if not first.cache.make_room(total):
            least_urgent = max(active, key=lambda slot: slot.job.urgency)
            if least_urgent is first:
                raise EngineError(f"no room for {total} tokens in a cache of {first.model.cells}; ask for less")
            least_urgent.preempt()
            return
        slots = list(dict.fromkeys(slot for slot, _, _ in batch))
        started = time.monotonic()
        with self._interruptible(slots):
            try:
                rows = first.model.decode([evaluation for _, _, evaluation in batch])
            except EngineError as error:
                self._models.failed(first.job.model, error)
                raise
        seconds = time.monotonic() - started
        for slot in slots:
            slot.queued = slot.queued or started - slot.job.queued_at
            slot.computed += seconds
            slot.alone = len(sharing) == 1
            slot.limit_slice(total, interrupted=rows is None)
        if rows is not None:
            for slot in hand_out(batch, rows):
                slot.keep(self._models)
                self._advance(slot, [pending.result() for pending in slot.pending if not pending.silent])

    def _advance(self, slot: Slot, rows: list[Rows] | None) -> None:
        """Let a job go on up to the next evaluation that it wants."""
        slot.pending = []
        try:
            step = next(slot.steps) if rows is None else slot.steps.send(rows)
            while not isinstance(step, tuple):
                slot.first = slot.first or (step if isinstance(step, Chunk) else None)
                slot.last = step
                if not isinstance(step, Chunk) or step.finish:
                    self._end(slot.job, step)
                    return
                with self._changed:
                    if slot.job.unwanted:
                        return
                    slot.job.reply(step)
                step = next(slot.steps)
            slot.pending = [
                PendingEvaluation(slot.sequences.index(e.sequence), e.tokens, e.outputs, e.adapter, e.embeddings)
                for e in step
            ]
        except Exception as error:
            self._end(slot.job, error)

    def _end(self, job: Job, reply: Reply | Exception) -> None:
        """Let go of all that a job has, and give it its last reply, unless it was cancelled."""
        if isinstance(reply, Exception) and not isinstance(reply, BreadknifeError):
            log.error("a job failed", exc_info=reply)
            reply = EngineError(f"{type(reply).__name__}: {reply}")
        with self._changed:
            slot = next((slot for slot in self._slots if slot.job is job), None)
            if slot:
                self._slots.remove(slot)
            elif job in self._waiting:
                self._waiting.remove(job)
            else:
                return  # it has had its last reply
        try:
            if slot:
                self._let_go(slot, reply)
        finally:
            with self._changed:
                self._finished[job.lane] += 1
                if not job.cancelled:
                    job.reply(reply)

    def _let_go(self, slot: Slot | EncoderSlot, reply: Reply | Exception) -> None:
        """Release a job's sequences, and count what it has done."""
        stats = self._stats[slot.job.model]
        if isinstance(slot, Slot):
            slot.steps.close()
            slot.release()
            if slot.last:
                stats.add(slot.last, slot.first)
        elif not isinstance(reply, Exception):
            stats.add(reply, None)
        stats.look()
