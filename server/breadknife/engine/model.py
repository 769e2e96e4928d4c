"""The seam between who decides what is computed (`scheduler`) and what computes it (`llama`)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from breadknife.engine.api import Calibration, Chunk, Prompt, Reading, Sampling, Scores
from breadknife.engine.kinds import Kind

Rows = NDArray[np.float32]
"""One row per wanted output, in order: logits [outputs, vocabulary], or hidden states [outputs, width].

A view into llama.cpp's memory, valid until the next `decode`.
"""


@dataclass(frozen=True)
class Evaluation:
    """Append `tokens` to a sequence."""

    sequence: int
    tokens: Sequence[int]
    outputs: int = 1
    """Rows are wanted for the last `outputs` tokens; 0 for none."""
    adapter: str = ""
    embeddings: bool = False
    """Rows are hidden states, not logits."""


Steps = Generator[tuple[Evaluation, ...] | Chunk | Scores | Reading, list[Rows], None]
"""A job: yields what it wants evaluated next (of any length, each on a sequence of its own) and is sent the rows of
each; yields chunks as they come, or the one answer. Rows have to be used before it asks for the next evaluation."""


@dataclass(frozen=True)
class Framed:
    """A text that a model is to read, with what the model wants around it."""

    before: list[int]
    text: list[int]
    after: list[int]


@dataclass(frozen=True)
class Next:
    token: int
    logprob: float
    """Natural logarithm of its probability, before sampling and grammar."""


class Sampler(Protocol):
    """Chooses tokens for one generation; it remembers what it chose, as grammars need."""

    lossless: bool
    """Whether it takes the likeliest token always, so that tokens may be proposed to it."""

    def choose(self, logits: Rows) -> Next:
        """The next token from one row [vocabulary]. Raises EngineError when a grammar allows none."""
        ...

    def close(self) -> None: ...


class Model(Protocol):
    """One model in memory and its cache. Not thread-safe, but for `interrupt`."""

    cells: int
    """Tokens that its cache has room for, all sequences together; a token shared by sequences counts once."""
    width: int
    """Tokens that one `decode` takes at most."""
    tokens: list[list[int]]
    """What the cache holds for each sequence."""
    bytes: int

    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        """The tokens of each part."""
        ...

    def piece(self, token: int) -> bytes: ...
    def is_end(self, token: int) -> bool: ...

    def used(self) -> int:
        """Cells in use."""
        ...

    def truncate(self, sequence: int, length: int) -> None:
        """Forget all but the first `length` tokens."""
        ...

    def copy(self, source: int, target: int, length: int) -> None:
        """Make `target` the first `length` tokens of `source`; both share the cells."""
        ...

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        """Carry out evaluations, one a sequence, of `width` tokens together, in one `llama_decode`.

        All have the same `adapter` and `embeddings`. None when interrupted: then nothing was appended. Raises
        EngineError; then nothing was appended either.
        """
        ...

    def sampler(self, sampling: Sampling, grammar: str) -> Sampler:
        """Raises EngineError for a grammar that is none."""
        ...

    def attach(self, adapter: str, path: Path) -> None:
        """Have a LoRA adapter ready under that name. Raises ModelError when it isn't one of this model."""
        ...

    def save(self, sequence: int, path: Path) -> None:
        """Write a sequence's tokens and their evaluation to a file. Raises OSError."""
        ...

    def load(self, sequence: int, path: Path) -> bool:
        """Make a sequence what `save` wrote; False (and an empty sequence) when the file isn't good."""
        ...

    def set_threads(self, threads: int) -> None: ...

    def interrupt(self, on: bool) -> None:
        """Make the running and all later decodes end early, or let them run again. From any thread."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Encoder(Protocol):
    """One model in memory that reads texts, each as a whole and by itself: it has no cache, and nothing to share.

    Not thread-safe, but for `interrupt`.
    """

    kind: Kind
    context: int
    """Tokens of one text, with what is around it."""
    labels: tuple[str, ...]
    """Of a classifier."""
    bytes: int

    def framed(self, text: str) -> Framed: ...

    def paired(self, query: str, text: str) -> Framed:
        """For a reranker."""
        ...

    def encode(self, tokens: Sequence[int]) -> Rows | None:
        """One row: the vector of a text (of any length), or a number from each output of the model's head. None when
        interrupted. Raises EngineError."""
        ...

    def set_threads(self, threads: int) -> None: ...
    def interrupt(self, on: bool) -> None: ...
    def close(self) -> None: ...


AnyModel = Model | Encoder


class Models(Protocol):
    """The models in memory. Only the computing thread calls it, but for what says otherwise."""

    def get(self, name: str, adapter: str = "") -> AnyModel:
        """A model, loaded if need be, with the adapter attached. Raises ModelError or EngineError."""
        ...

    def loaded(self) -> Mapping[str, AnyModel]:
        """From any thread."""
        ...

    def calibration(self, name: str) -> Calibration | None:
        """What is known of a model's cost on this machine. From any thread."""
        ...

    def restore(self, name: str, sequence: int, tokens: Sequence[int], adapter: str = "") -> bool:
        """Fill a sequence from a snapshot of exactly these tokens, if there is one."""
        ...

    def keep(self, name: str, sequence: int, length: int, adapter: str = "") -> None:
        """Take a snapshot of the first `length` tokens of a sequence when there is time, unless there is one."""
        ...

    def tend(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None]) -> None:
        """Called about once a second: adapt threads to the machine's load, drop models that nobody uses (none of
        `busy`). When `idle`, nothing else is to be computed: calibrate, take snapshots; an interrupt ends that.
        `mark` is told the model's name before that is begun with it."""
        ...

    def close(self) -> None: ...
