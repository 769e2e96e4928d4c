"""Decides what is computed next: one thread for all models, one `llama_decode` at a time.

Each job is a generator that says what it wants evaluated, so that switching to a more urgent one loses nothing. The
most urgent job's lane goes first; other jobs of that lane share its decodes. A decode that runs for a job that was
cancelled, or that a more urgent one overtakes, is interrupted, and repeated later. An encoder's job has no part in
that: it has one text after the other read (`one_by_one`).
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from breadknife.engine.api import (
    Chunk,
    Classes,
    Embeddings,
    EmbedRequest,
    Lane,
    LaneStatus,
    ModelStatus,
    Relevances,
)
from breadknife.engine.daemon.batching import Asked, shares, take_part
from breadknife.engine.daemon.calibration import PROMPTS
from breadknife.engine.daemon.decoding import Work, make_plan
from breadknife.engine.daemon.jobs import Job, Reply, Run, is_being_evaluated, make_way
from breadknife.engine.daemon.one_by_one import OneByOne, begin
from breadknife.engine.daemon.sequences import Sequences
from breadknife.engine.daemon.tally import Tally
from breadknife.engine.model import Encoder, Evaluation, Model, Models, Rows
from breadknife.errors import BreadknifeError, EngineError, Superseded

TEND_SECONDS = 1.0
SHORTEST_SLICE = 8
"""Tokens. A slice that was interrupted is halved at the next try, down to this: a key every 200 ms can't keep the
background from getting on."""
MOST = 1 << 30
log = logging.getLogger("breadknife.engine")


class Scheduler:
    """`on_compute(name)` is called when the thread begins to load or compute with another model, `on_compute(None)`
    when nothing is left to do."""

    def __init__(self, models: Models, on_compute: Callable[[str | None], None] = lambda name: None) -> None:
        self._models = models
        self._on_compute = on_compute
        self._marked: str | None = None
        self._waiting: list[Job] = []
        self._runs: list[Run | OneByOne] = []
        self._computing: Sequence[Run | OneByOne] = ()
        self._tending = False
        self._tend_at = time.monotonic() + TEND_SECONDS
        self._caches: dict[str, Sequences] = {}
        self._tallies: dict[str, Tally] = {}
        self._finished = Counter[Lane]()
        self._changed = threading.Condition()
        self._closed = False
        self.last_submit = time.monotonic()
        self.turns = 0
        """How often the thread has looked for something to do: it goes on as long as this grows."""
        self._thread = threading.Thread(target=self._loop, name="compute", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        with self._changed:
            self.last_submit = time.monotonic()
            if self._closed:
                job.reply(EngineError("the engine is ending; ask again"))
                return
            if job.place:
                for older in (*self._waiting, *(run.job for run in self._runs)):
                    older.superseded |= (older.place, older.owner) == (job.place, job.owner)
            self._waiting.append(job)
            self._interrupt()

    def cancel(self, job: Job) -> None:
        """No reply comes after this returned."""
        with self._changed:
            job.cancelled = True
            self._interrupt()

    @property
    def busy(self) -> bool:
        with self._changed:
            return bool(self._waiting or self._runs)

    def models(self) -> tuple[ModelStatus, ...]:
        """Return those in memory."""
        return tuple(
            self._tallies.get(name, Tally(model)).status(name, model, self._models.calibration(name))
            for name, model in self._models.loaded().items()
        )

    def lanes(self) -> tuple[LaneStatus, ...]:
        with self._changed:
            waiting = Counter(job.lane for job in self._waiting)
            running = Counter(run.job.lane for run in self._runs)
            return tuple(
                LaneStatus(lane.name.lower(), waiting[lane], running[lane], self._finished[lane]) for lane in Lane
            )

    def close(self) -> None:
        """Whoever still waits gets an error."""
        with self._changed:
            self._closed = True
            self._interrupt()
        self._thread.join()
        self._models.close()

    def _interrupt(self) -> None:
        """Something changed: end what runs if it shouldn't any more. The lock is held."""
        if self._tending:
            for model in self._models.loaded().values():
                model.interrupt(True)
        if self._computing and self._overtaken(self._computing):
            self._computing[0].model.interrupt(True)
        self._changed.notify()

    def _overtaken(self, runs: Sequence[Run | OneByOne]) -> bool:
        lane = runs[0].job.lane
        urgent = any(job.lane < lane and not job.unwanted for job in self._waiting)
        return self._closed or urgent or all(run.job.unwanted for run in runs)

    def _loop(self) -> None:
        while not self._closed:
            self.turns += 1
            self._sweep()
            with self._changed:
                focus = min((*self._waiting, *(run.job for run in self._runs)), key=lambda j: j.urgency, default=None)
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
                        self._changed.wait(TEND_SECONDS)
            if time.monotonic() >= self._tend_at:
                self._tend()
        for job in (*self._waiting, *(run.job for run in self._runs)):
            self._end(job, EngineError("the engine is ending; ask again"))
        self._mark(None)

    def _sweep(self) -> None:
        """Let go of what nobody wants any more."""
        with self._changed:
            unwanted = [job for job in (*self._waiting, *(run.job for run in self._runs)) if job.unwanted]
        for job in unwanted:
            self._end(job, Superseded("a newer request for the same place replaced this one"))

    def _mark(self, name: str | None) -> None:
        if name != self._marked:
            self._marked = name
            try:
                self._on_compute(name)
            except Exception:
                log.exception("what is computed could not be told")

    def _tend(self) -> None:
        with self._changed:
            busy = frozenset(job.request.model for job in (*self._waiting, *(run.job for run in self._runs)))
            self._tending = not busy and not self._closed
            if self._tending:
                for model in self._models.loaded().values():
                    model.interrupt(False)
        try:
            self._models.tend(busy, idle=self._tending, mark=self._mark)
        except Exception:
            log.exception("the models could not be tended")
        with self._changed:
            self._tending = False
        self._tend_at = time.monotonic() + TEND_SECONDS

    def _admit(self, focus: Job) -> None:
        """Let jobs begin, or go on after they were pushed out, that could share a decode with the most urgent one."""

        def like_focus(job: Job) -> bool:
            return (job.lane, job.request.model) == (focus.lane, focus.request.model)

        self._mark(focus.request.model)
        with self._changed:
            pushed_out = {run.job: run for run in self._sharing() if run.held is not None}
            jobs = sorted(filter(like_focus, (*self._waiting, *pushed_out)), key=lambda job: job.urgency)
        for job in jobs:
            try:
                fits = self._resume(pushed_out[job]) if job in pushed_out else self._begin(job)
            except Exception as error:
                self._end(job, error)
                continue
            if not fits:
                return  # nobody passes it: it would wait for ever

    def _begin(self, job: Job) -> bool:
        name = job.request.model
        model = self._models.get(name, job.adapter)
        if isinstance(model, Encoder):
            self._start(begin(job, model))
            return True
        cache = self._cache(name, model)
        plan = job.plan = job.plan or make_plan(model, job.request, cache.context)
        if is_being_evaluated(job, plan, cache, self._sharing()):
            return True
        if not make_way(job, plan, cache, self._sharing()):
            return False
        work = Work(model, cache, calibration=self._models.calibration(name))
        run = Run(job, plan, work, plan.steps(work))
        self._start(run)
        run.sit_down(self._models)
        self._advance(run, None)
        return True

    def _start(self, run: Run | OneByOne) -> None:
        name = run.job.request.model
        with self._changed:
            self._waiting.remove(run.job)
            self._runs.append(run)
        if name not in self._tallies or self._tallies[name].model is not run.model:
            self._tallies[name] = Tally(run.model)
        self._tallies[name].adapters |= {run.job.adapter} - {""}

    def _sharing(self) -> list[Run]:
        """Those that have sequences, or want them back."""
        return [run for run in self._runs if isinstance(run, Run)]

    def _resume(self, run: Run) -> bool:
        if not make_way(run.job, run.plan, run.work.cache, self._sharing()):
            return False
        if not run.come_back():
            run.steps.close()
            run.steps = run.plan.steps(run.work)
            run.sit_down(self._models)
            self._advance(run, None)
        return True

    def _cache(self, name: str, model: Model) -> Sequences:
        cache = self._caches.get(name)
        if cache is None or cache.model is not model:
            cache = self._caches[name] = Sequences(model)
        return cache

    def _compute(self, focus: Job) -> None:
        """One decode for the most urgent job and those that can share it."""
        lane, name = focus.lane, focus.request.model
        read = next((run for run in self._runs if isinstance(run, OneByOne) and run.job is focus), None)
        if read:
            self._read(read)
            return
        seated = [run for run in self._sharing() if run.held is None and run.asked and run.job.request.model == name]
        like = sorted((run for run in seated if run.job.lane is lane), key=lambda run: run.job.urgency)
        like = [run for run in like if run.job.kind == like[0].job.kind]
        if not like:
            return
        try:
            self._decode(like, seated)
        except Exception as error:
            self._end(like[0].job, error)

    def _read(self, run: OneByOne) -> None:
        """One text; then it waits for its next turn behind those that came meanwhile."""
        try:
            with self._interruptible([run]):
                answer = run.step()
        except Exception as error:
            self._end(run.job, error)
            return
        with self._changed:
            run.job.queued_at = time.monotonic()
        if answer:
            self._end(run.job, answer)

    @contextmanager
    def _interruptible(self, runs: Sequence[Run | OneByOne]) -> Generator[None, None, None]:
        with self._changed:
            runs[0].model.interrupt(self._overtaken(runs))
            self._computing = runs
        try:
            yield
        finally:
            with self._changed:
                self._computing = ()

    def _decode(self, like: list[Run], seated: list[Run]) -> None:
        work, name = like[0].work, like[0].job.request.model
        calibration = self._models.calibration(name)
        room = min(work.model.width, calibration.slice if calibration else PROMPTS[0])
        wanted = [sum(min(len(asked.tokens), run.most) for asked in run.asked) for run in like]
        count = take_part(wanted, room, calibration) if work.model.rolls_back else 1
        sharers = [(run, asked) for run in like[:count] for asked in run.asked if asked.tokens]
        sizes = list(shares([min(len(asked.tokens), run.most) for run, asked in sharers], room))
        total = sum(size for _, size in sizes)
        if not work.cache.make_room(total):
            least = max(seated, key=lambda run: run.job.urgency)
            if least is like[0]:
                raise EngineError(f"no room for {total} tokens in a cache of {work.model.cells}; ask for less")
            least.leave()
            return
        batch: list[tuple[Run, Asked, Evaluation]] = []
        for index, size in sizes:
            run, asked = sharers[index]
            batch.append((run, asked, asked.head(run.work.sequences[asked.seat], size)))
        runs = list(dict.fromkeys(run for run, _, _ in batch))
        started = time.monotonic()
        with self._interruptible(runs):
            answers = work.model.decode([evaluation for _, _, evaluation in batch])
        seconds = time.monotonic() - started
        for run in runs:
            run.work.queued = run.work.queued or started - run.job.queued_at
            run.work.computed += seconds
            run.work.alone = len(like) == 1
            run.most = max(min(run.most, total) // 2, SHORTEST_SLICE) if answers is None else min(run.most * 2, MOST)
        if answers is not None:
            self._answer(runs, batch, answers)

    def _answer(self, runs: list[Run], batch: list[tuple[Run, Asked, Evaluation]], answers: list[Rows]) -> None:
        for _, asked, evaluation in batch:
            asked.tokens = asked.tokens[len(evaluation.tokens) :]
        waiting = {run for run in runs if any(asked.tokens for asked in run.asked)}
        for (run, asked, evaluation), rows in zip(batch, answers, strict=True):
            # The next decode overwrites the rows: who still waits for others needs a copy.
            asked.add(evaluation.outputs, rows.copy() if run in waiting else rows)
        for run in runs:
            if run not in waiting:
                self._keep(run)
                self._advance(run, [asked.answer() for asked in run.asked if not asked.silent])

    def _keep(self, run: Run) -> None:
        """The prompt was evaluated: what of it is dear goes to disk when there is time."""
        if run.plan.prompt.keep and not run.kept:
            run.kept, name = True, run.job.request.model
            try:
                self._models.keep(name, run.work.sequences[0], run.plan.prompt.keep, run.job.adapter)
            except Exception:  # it is a luxury, and the others of this decode wait for their rows
                log.exception("a snapshot could not be noted")

    def _advance(self, run: Run, rows: list[Rows] | None) -> None:
        """Let a job go on up to the next evaluation that it wants."""
        run.asked = []
        try:
            step = next(run.steps) if rows is None else run.steps.send(rows)
            while not isinstance(step, tuple):
                run.first = run.first or (step if isinstance(step, Chunk) else None)
                run.last = step
                if not isinstance(step, Chunk) or step.finish:
                    self._end(run.job, step)
                    return
                with self._changed:
                    if run.job.unwanted:
                        return
                    run.job.reply(step)
                step = next(run.steps)
            seats = run.work.sequences
            run.asked = [Asked(seats.index(e.sequence), e.tokens, e.outputs, e.adapter, e.embeddings) for e in step]
        except Exception as error:
            self._end(run.job, error)

    def _end(self, job: Job, reply: Reply | Exception) -> None:
        """Let go of all that a job has, and give it its last reply, unless it was cancelled."""
        if isinstance(reply, Exception) and not isinstance(reply, BreadknifeError):
            log.error("a job failed", exc_info=reply)
            reply = EngineError(f"{type(reply).__name__}: {reply}")
        with self._changed:
            run = next((run for run in self._runs if run.job is job), None)
            if run:
                self._runs.remove(run)
            elif job in self._waiting:
                self._waiting.remove(job)
            else:
                return  # it has had its last reply
        try:
            if run:
                self._let_go(run, reply)
        finally:
            with self._changed:
                self._finished[job.lane] += 1
                if not job.cancelled:
                    job.reply(reply)

    def _let_go(self, run: Run | OneByOne, reply: Reply | Exception) -> None:
        tally = self._tallies[run.job.request.model]
        if isinstance(run, Run):
            run.steps.close()
            for sequence in run.work.sequences:
                run.work.cache.release(sequence, forget=isinstance(run.job.request, EmbedRequest))
            if run.last:
                tally.add(run.last, run.first)
        elif isinstance(reply, Embeddings | Relevances | Classes):
            tally.add(reply, None)
        tally.look()
