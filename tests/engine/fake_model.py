"""A model whose tokens are characters and which says the alphabet: for the scheduler and the daemon."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from breadknife.engine.api import (
    Calibration,
    EmbedRequest,
    EngineRequest,
    GenerateRequest,
    Lane,
    Prompt,
    Sampling,
    ScoreRequest,
)
from breadknife.engine.daemon.decoding import JobState, make_plan
from breadknife.engine.daemon.kv_cache import KvCache
from breadknife.engine.model import AnyModel, Evaluation, Model, Rows, SampledToken
from breadknife.errors import EngineError, ModelMissing

END = 0
VOCABULARY = 128


def alphabet(tokens: list[int]) -> int:
    """After `x` comes `y`; after `z` the end."""
    return END if tokens[-1] == ord("z") else (tokens[-1] + 1) % VOCABULARY


@dataclass
class FakeSampler:
    lossless: bool

    def choose(self, logits: Rows) -> SampledToken:
        return SampledToken(int(logits.argmax()), -0.5)


@dataclass
class FakeModel:
    """`step_seconds` is what a decode takes. It is strict: what the protocol forbids fails."""

    cells: int = 8192
    width: int = 8
    step_seconds: float = 0.0
    says: Callable[[list[int]], int] = alphabet
    """The likeliest token after a sequence's tokens."""
    tokens: list[list[int]] = field(default_factory=lambda: [[] for _ in range(2)])
    bytes: int = 0
    device: str = "CPU"
    block: int = 1
    """It can be rolled back to so many tokens, twice as many and so on: with more than one it is as a recurrent one."""
    rolls_back: bool = field(init=False)
    decoded: list[list[int]] = field(default_factory=list[list[int]])
    """The number of tokens of each evaluation, of each decode that was carried out."""
    cell_ids: list[list[int]] = field(default_factory=list[list[int]])
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _interrupted: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.cell_ids = [[] for _ in self.tokens]
        self.rolls_back = self.block == 1

    @property
    def evaluated(self) -> list[int]:
        """The number of tokens of each decode."""
        return [sum(sizes) for sizes in self.decoded]

    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        return [[ord(char) % VOCABULARY for char in part.text] for part in prompt]

    def piece(self, token: int) -> bytes:
        return chr(token).encode()

    def is_end(self, token: int) -> bool:
        return token == END

    def truncate(self, sequence: int, length: int) -> None:
        length = self._known(sequence, length)
        del self.tokens[sequence][length:], self.cell_ids[sequence][length:]

    def copy(self, source: int, target: int, length: int) -> None:
        assert source != target
        assert length <= len(self.tokens[source])
        length = self._known(source, length)
        self.tokens[target], self.cell_ids[target] = self.tokens[source][:length], self.cell_ids[source][:length]

    def _known(self, sequence: int, length: int) -> int:
        return length if length >= len(self.tokens[sequence]) else length // self.block * self.block

    def used(self) -> int:
        return len(set(itertools.chain(*self.cell_ids)))

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        sizes = [len(evaluation.tokens) for evaluation in batch]
        assert min(sizes) > 0
        assert sum(sizes) <= self.width
        assert len({evaluation.sequence for evaluation in batch}) == len(batch)
        assert len({(evaluation.adapter, evaluation.embeddings) for evaluation in batch}) == 1
        if self.used() + sum(sizes) > self.cells:
            raise EngineError(f"no room: {self.used()} of {self.cells} cells in use")
        if self._interrupted.wait(self.step_seconds):
            return None
        self.decoded.append(sizes)
        return [self._append(evaluation) for evaluation in batch]

    def _append(self, evaluation: Evaluation) -> Rows:
        held = self.tokens[evaluation.sequence]
        rows = np.zeros((evaluation.outputs, VOCABULARY), np.float32)
        for index, token in enumerate(evaluation.tokens, evaluation.outputs - len(evaluation.tokens)):
            held.append(token)
            self.cell_ids[evaluation.sequence].append(next(self._numbers))
            if index >= 0:
                rows[index, token if evaluation.embeddings else self.says(held)] = 5.0
        return rows

    def sampler(self, sampling: Sampling, grammar: str) -> FakeSampler:
        if grammar == "bad":
            raise EngineError("not a grammar")
        return FakeSampler(lossless=not grammar and not sampling.temperature)

    def attach(self, adapter: str, path: Path) -> None: ...

    def save(self, sequence: int, path: Path) -> None:
        path.write_bytes(bytes(self.tokens[sequence]))

    def load(self, sequence: int, path: Path) -> bool:
        self.fill(sequence, list(path.read_bytes()))
        return True

    def fill(self, sequence: int, tokens: list[int]) -> None:
        self.truncate(sequence, 0)
        self.tokens[sequence] += tokens
        self.cell_ids[sequence] += itertools.islice(self._numbers, len(tokens))

    def set_threads(self, threads: int) -> None: ...

    def interrupt(self, on: bool) -> None:
        if on:
            self._interrupted.set()
        else:
            self._interrupted.clear()

    def close(self) -> None: ...


@dataclass
class FakeModels:
    """Models in memory, loaded when first asked for."""

    load: Callable[[str], AnyModel]
    cost: Calibration | None = None
    snapshots: set[tuple[int, ...]] = field(default_factory=set[tuple[int, ...]])
    idle: threading.Event = field(default_factory=threading.Event)
    """It was told that nothing else is to be computed."""
    _loaded: dict[str, AnyModel] = field(default_factory=dict[str, AnyModel])

    def get(self, name: str, adapter: str = "") -> AnyModel:
        if name not in self._loaded:
            self._loaded[name] = self.load(name)
        return self._loaded[name]

    def place(self, request: EngineRequest) -> str:
        return request.model

    def why(self, name: str) -> str:
        return ""

    def failed(self, name: str, error: EngineError) -> None:
        pass

    def loaded(self) -> Mapping[str, AnyModel]:
        return self._loaded.copy()

    def calibration(self, name: str) -> Calibration | None:
        return self.cost

    def restore(self, name: str, sequence: int, tokens: Sequence[int], adapter: str = "") -> bool:
        model = self._loaded[name]
        if tuple(tokens) not in self.snapshots or not isinstance(model, FakeModel):
            return False
        model.fill(sequence, list(tokens))
        return True

    def keep(self, name: str, sequence: int, length: int, adapter: str = "") -> None:
        model = self._loaded[name]
        assert isinstance(model, FakeModel)
        self.snapshots.add(tuple(model.tokens[sequence][:length]))

    def maintain(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None]) -> None:
        if idle:
            self.idle.set()

    def close(self) -> None:
        for model in self._loaded.values():
            model.close()


def only(model: Model) -> FakeModels:
    """One model, named `fake`."""

    def load(name: str) -> Model:
        if name != "fake":
            raise ModelMissing(f"no {name}")
        return model

    return FakeModels(load)


def carry_out(
    model: Model, request: GenerateRequest | ScoreRequest | EmbedRequest, cost: Calibration | None = None
) -> list[object]:
    """The scheduler's part for one job, without slices: all that the job says."""
    cache = KvCache(model)
    plan = make_plan(model, request, cache.context)
    sequences = [cache.take([], "", Lane.ACTION) for _ in range(plan.sequences)]
    state = JobState(model=model, cache=cache, sequences=sequences, calibration=cost)
    steps, said = plan.steps(state), list[object]()
    step = next(steps, None)
    while step is not None:
        if isinstance(step, tuple):
            rows = model.decode(step)
            assert rows is not None
            step = steps.send(rows)
        else:
            said.append(step)
            step = next(steps, None)
    return said
