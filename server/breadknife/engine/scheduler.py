"""Decides which generation computes next: one thread for all models, one `llama_decode` at a time.

Each job is a generator that yields after every evaluation, so that switching to a more urgent one loses nothing. An
evaluation that is running for a job that was cancelled, or that a more urgent one overtakes, is interrupted.
"""

from __future__ import annotations

import codecs
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from breadknife.engine.api import CONTEXT_SIZE, Chunk, GenerateRequest, ModelStatus, Prompt
from breadknife.errors import BreadknifeError, EngineError, PromptTooLong

log = logging.getLogger("breadknife.engine")


class Next(Protocol):
    @property
    def token(self) -> int: ...
    @property
    def logprob(self) -> float: ...


class Model(Protocol):
    """What the scheduler needs of a `LlamaModel`."""

    cells: int
    """Tokens that its cache has room for, all sequences together."""
    slice: int
    """Tokens that one `evaluate` takes at most."""
    tokens: list[list[int]]

    def tokenize(self, prompt: Prompt) -> list[int]: ...
    def piece(self, token: int) -> bytes: ...
    def is_end(self, token: int) -> bool: ...
    def truncate(self, sequence: int, length: int) -> None: ...
    def used(self) -> int: ...
    def evaluate(self, sequence: int, tokens: list[int]) -> bool: ...
    def greedy(self) -> Next: ...
    def interrupt(self, on: bool) -> None: ...
    def close(self) -> None: ...


@dataclass(eq=False)
class Job:
    request: GenerateRequest
    on_chunk: Callable[[Chunk], None]
    on_error: Callable[[BreadknifeError], None]
    cancelled: bool = False
    queued_at: float = field(default_factory=time.monotonic)


@dataclass(eq=False)
class _Running:
    job: Job
    model: Model
    sequence: int
    cells: int
    """Room in the cache that it may come to need."""
    steps: Iterator[Chunk | None]


class Scheduler:
    """Owns the models and the thread that computes. `load` gets a model by name; it may raise BreadknifeError."""

    def __init__(self, load: Callable[[str], Model]) -> None:
        self._load = load
        self._models: dict[str, Model] = {}
        self._waiting: list[Job] = []
        self._running: list[_Running] = []
        self._computing: _Running | None = None
        self._last_use: dict[tuple[str, int], float] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="compute", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        with self._changed:
            self._waiting.append(job)
            computing = self._computing
            if computing and job.request.lane < computing.job.request.lane:
                computing.model.interrupt(True)
            self._changed.notify()

    def cancel(self, job: Job) -> None:
        with self._changed:
            job.cancelled = True
            if self._computing and self._computing.job is job:
                self._computing.model.interrupt(True)
            self._changed.notify()

    @property
    def busy(self) -> bool:
        with self._changed:
            return bool(self._waiting or self._running)

    def models(self) -> tuple[ModelStatus, ...]:
        """The models in memory."""
        return tuple(ModelStatus(name, model.used(), model.cells) for name, model in self._models.copy().items())

    def close(self) -> None:
        with self._changed:
            self._closed = True
            if self._computing:
                self._computing.model.interrupt(True)
            self._changed.notify()
        self._thread.join()
        for model in self._models.values():
            model.close()

    def _run(self) -> None:
        while True:
            with self._changed:
                while not (self._closed or self._waiting or self._running):
                    self._changed.wait()
                if self._closed:
                    return
                self._waiting = [job for job in self._waiting if not job.cancelled]
                for run in [run for run in self._running if run.job.cancelled]:
                    self._running.remove(run)
                urgent = min(self._waiting, key=_urgency, default=None)
                chosen = min(self._running, key=lambda run: _urgency(run.job), default=None)
                starting = urgent if urgent and (not chosen or _urgency(urgent) < _urgency(chosen.job)) else None
            if starting and self._start(starting):
                continue
            if chosen:
                self._step(chosen, may_be_overtaken=starting is None)

    def _start(self, job: Job) -> bool:
        """Give a waiting job a model and a sequence; False when it has to wait for running ones to end."""
        try:
            model = self._models.get(job.request.model)
            if model is None:
                model = self._models[job.request.model] = self._load(job.request.model)
            running = [run for run in self._running if run.model is model]
            taken = {run.sequence for run in running}
            free = [s for s in range(len(model.tokens)) if s not in taken]
            prompt = model.tokenize(job.request.prompt)
            if len(prompt) + 1 > CONTEXT_SIZE:
                raise PromptTooLong(f"a prompt of {len(prompt)} tokens; {job.request.model} is run with {CONTEXT_SIZE}")
        except Exception as error:
            self._drop(job)
            job.on_error(_as_engine_error(error))
            return True
        cells = min(len(prompt) + job.request.max_tokens, CONTEXT_SIZE)
        reserved = cells + sum(run.cells for run in running)
        if not free or reserved > model.cells:
            return False
        sequence = self._choose_sequence(job.request.model, model, free, prompt, model.cells - reserved)
        self._drop(job)
        steps = generate(model, sequence, prompt, job.request)
        with self._changed:
            self._running.append(_Running(job, model, sequence, cells, steps))
        return True

    def _drop(self, job: Job) -> None:
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)

    def _choose_sequence(self, name: str, model: Model, free: list[int], prompt: list[int], room: int) -> int:
        """The sequence that shares most with the prompt, else the one that nobody used for longest.

        The other free sequences are forgotten, the longest unused first, until they fit in `room` cells.
        """

        def worth(sequence: int) -> tuple[int, float]:
            shared = common_prefix(model.tokens[sequence], prompt)
            # A handful of shared tokens (the FIM tokens, say) isn't worth the loss of a long cached sequence.
            useful = shared if shared >= min(32, len(prompt) // 2) else 0
            return useful, -self._last_use.get((name, sequence), 0.0)

        best = max(free, key=worth)
        self._last_use[name, best] = time.monotonic()
        others = sorted((s for s in free if s != best), key=lambda s: self._last_use.get((name, s), 0.0))
        for sequence in others:
            if sum(len(model.tokens[s]) for s in others) > room:
                model.truncate(sequence, 0)
        return best

    def _step(self, run: _Running, *, may_be_overtaken: bool) -> None:
        with self._changed:
            self._computing = run
            overtaken = may_be_overtaken and any(
                job.request.lane < run.job.request.lane for job in self._waiting if not job.cancelled
            )
            run.model.interrupt(run.job.cancelled or overtaken)
        if overtaken:  # submitted between the choice and now
            chunk = None
        else:
            try:
                chunk = next(run.steps, None)
            except Exception as error:
                self._finish(run)
                run.job.on_error(_as_engine_error(error))
                return
        with self._changed:
            self._computing = None
        if chunk is not None and not run.job.cancelled:
            if chunk.finish:
                self._finish(run)
            run.job.on_chunk(chunk)

    def _finish(self, run: _Running) -> None:
        with self._changed:
            self._computing = None
            if run in self._running:
                self._running.remove(run)


def _as_engine_error(error: Exception) -> BreadknifeError:
    """What nobody foresaw ends one job, not the thread that computes for all."""
    if isinstance(error, BreadknifeError):
        return error
    log.exception("a job failed")
    return EngineError(f"{type(error).__name__}: {error}")


def _urgency(job: Job) -> tuple[int, float]:
    return job.request.lane, job.queued_at


def common_prefix(a: list[int], b: list[int]) -> int:
    low, high = 0, min(len(a), len(b))
    while low < high:  # slices compare in C, so bisection beats a loop over tokens
        middle = (low + high + 1) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def generate(model: Model, sequence: int, prompt: list[int], request: GenerateRequest) -> Iterator[Chunk | None]:
    """Evaluate the prompt and decode greedily: None after each evaluation of prompt, a chunk after each token.

    The last chunk has `finish` set. An interrupted evaluation is repeated at the next step.
    """
    cached = min(common_prefix(model.tokens[sequence], prompt), len(prompt) - 1)
    model.truncate(sequence, cached)
    slices = [prompt[start : start + model.slice] for start in range(cached, len(prompt), model.slice)]
    for part in slices[:-1]:
        while not model.evaluate(sequence, part):
            yield None
        yield None
    text = _Text(request.stop)
    tokens, finish, pending = 0, "", slices[-1]
    while True:
        # No yield between an evaluation and its `greedy`: another job's evaluation would replace the logits.
        while not model.evaluate(sequence, pending):
            yield None
        best = model.greedy()
        if model.is_end(best.token):
            yield Chunk(text.rest(), 0.0, "stop", len(prompt), cached, tokens)
            return
        tokens += 1
        out, stopped = text.push(model.piece(best.token))
        if stopped:
            finish = "stop"
        elif tokens == request.max_tokens or len(prompt) + tokens == CONTEXT_SIZE:
            finish, out = "length", out + text.rest()
        yield Chunk(out, best.logprob, finish, len(prompt), cached, tokens)
        if finish:
            return
        pending = [best.token]


class _Text:
    """Bytes of tokens to text: whole characters only, and nothing of a stop string or of what may become one."""

    def __init__(self, stop: tuple[str, ...]) -> None:
        self._stop = stop
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._held = ""

    def push(self, raw: bytes) -> tuple[str, bool]:
        """The text that is safe to show now, and whether a stop string appeared."""
        self._held += self._decoder.decode(raw)
        ends = [at for stop in self._stop if (at := self._held.find(stop)) >= 0]
        if ends:
            out, self._held = self._held[: min(ends)], ""
            return out, True
        keep = max((k for stop in self._stop for k in range(1, len(stop)) if self._held.endswith(stop[:k])), default=0)
        out, self._held = self._held[: len(self._held) - keep], self._held[len(self._held) - keep :]
        return out, False

    def rest(self) -> str:
        return self._held + self._decoder.decode(b"", True)
