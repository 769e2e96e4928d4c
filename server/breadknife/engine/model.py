"""The seam between what decides what to compute (`scheduler`) and what computes it (`llama`)."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from breadknife.engine.api import Calibration, EngineAnswer, EngineRequest, Prompt, Sampling
from breadknife.engine.kinds import ModelKind
from breadknife.errors import EngineError

Row = NDArray[np.float32]
"""One output of a model: the logits of all tokens [vocabulary], a hidden state [width], or the outputs of a head."""
Rows = NDArray[np.float32]
"""One row for each requested output, in order: logits [outputs, vocabulary], or hidden states [outputs, width].

This is a view of llama.cpp's memory, valid until the next `decode`.
"""


@dataclass(frozen=True)
class Evaluation:
    """One sequence's part of a decode: it appends `tokens` to the sequence."""

    sequence: int
    tokens: Sequence[int]
    outputs: int = 1
    """How many of the last tokens get a row; 0 for none."""
    adapter: str = ""
    embeddings: bool = False
    """True if rows are hidden states instead of logits."""


JobSteps = Generator[tuple[Evaluation, ...] | EngineAnswer, list[Rows], None]
"""A job. It yields the evaluations that it wants next (of any length, each on a sequence of its own) and is sent the
rows of each, which it must use before it yields the next ones. Between these it yields its chunks, or its one
answer."""


@dataclass(frozen=True)
class EncoderInput:
    """The tokens of a text that an encoder is to read, with those that its model wants before and after it."""

    before: list[int]
    text: list[int]
    after: list[int]


@dataclass(frozen=True)
class SampledToken:
    token: int
    logprob: float
    """Natural logarithm of its probability, before sampling and grammar."""


class Sampler(Protocol):
    """Chooses the tokens of one generation. It remembers its choices, because grammars depend on them."""

    lossless: bool
    """True if it always chooses the likeliest token. Only then can lookup propose tokens."""

    def choose(self, logits: Row) -> SampledToken:
        """Return the next token, from one row [vocabulary]. Raises EngineError if the grammar allows no token."""
        ...


class Model(Protocol):
    """A model in memory and its cache. Only `interrupt` is thread-safe."""

    cells: int
    """The most tokens that its cache can hold in all sequences together. A token that sequences share counts once."""
    width: int
    """The most tokens that one `decode` takes."""
    tokens: list[list[int]]
    """The tokens that the cache holds, by sequence."""
    cell_ids: list[list[int]]
    """For each of `tokens` a number of the cell that it is in; sequences that share a cell have the same number."""
    bytes: int
    device: str
    """What computes, in words."""
    rolls_back: bool
    """True if `truncate` and `copy` keep as many tokens as they are told. A recurrent memory knows only some of its
    earlier states, so that they may keep fewer: look at `tokens`. And it decodes one sequence after the other."""

    def tokenize(self, prompt: Prompt) -> list[list[int]]:
        """Return the tokens of each part."""
        ...

    def piece(self, token: int) -> bytes: ...
    def is_end(self, token: int) -> bool: ...

    def used(self) -> int:
        """Return the number of cells in use."""
        ...

    def truncate(self, sequence: int, length: int) -> None:
        """Drop all but the first `length` tokens of a sequence, or more of them (see `rolls_back`)."""
        ...

    def copy(self, source: int, target: int, length: int) -> None:
        """Set `target` to the first `length` tokens of `source`, or fewer unless that is all that `source` holds (see
        `rolls_back`). Both share the cells."""
        ...

    def decode(self, batch: Sequence[Evaluation]) -> list[Rows] | None:
        """Carry out evaluations in one `llama_decode`: at most one for each sequence, and `width` tokens together.

        All must have the same `adapter` and `embeddings`. Returns the rows of each, or None if interrupted. Raises
        EngineError. Nothing is appended if it is interrupted or raises.
        """
        ...

    def sampler(self, sampling: Sampling, grammar: str) -> Sampler:
        """Create a sampler. Raises EngineError for an invalid grammar."""
        ...

    def attach(self, adapter: str, path: Path) -> None:
        """Load a LoRA adapter under that name. Raises ModelError if it isn't an adapter of this model."""
        ...

    def save(self, sequence: int, path: Path) -> None:
        """Write a sequence's tokens and their evaluation to a file. Raises OSError."""
        ...

    def load(self, sequence: int, path: Path) -> bool:
        """Set a sequence to what `save` wrote. If the file isn't valid, it empties the sequence and returns False."""
        ...

    def set_threads(self, threads: int) -> None: ...

    def interrupt(self, on: bool) -> None:
        """Make the current and all later decodes end early, or allow them again. Any thread may call it."""
        ...

    def close(self) -> None: ...


@runtime_checkable
class Encoder(Protocol):
    """One model in memory that reads texts, each as a whole and by itself: it has no cache, and nothing to share.

    Not thread-safe, but for `interrupt`.
    """

    kind: ModelKind
    context: int
    """Tokens of one text, with what is around it."""
    labels: tuple[str, ...]
    """Of a classifier."""
    bytes: int
    device: str
    """What computes, in words."""

    def encoder_input(self, text: str) -> EncoderInput: ...

    def reranker_input(self, query: str, text: str) -> EncoderInput:
        """Frame a query and a text for a reranker."""
        ...

    def encode(self, tokens: Sequence[int]) -> Row | None:
        """Return one row: the vector of a text (of any length), or a number from each output of the model's head. None
        when interrupted. Raises EngineError."""
        ...

    def set_threads(self, threads: int) -> None: ...
    def interrupt(self, on: bool) -> None: ...
    def close(self) -> None: ...


AnyModel = Model | Encoder


class Models(Protocol):
    """The models in memory. Only the computing thread may call a method, unless its docstring allows any thread."""

    def get(self, name: str, adapter: str = "") -> AnyModel:
        """Return the model with the adapter attached; load it if necessary. Raises ModelError or EngineError."""
        ...

    def place(self, request: EngineRequest) -> str:
        """Return by which name `get` has the model for a request: a GPU may compute it. Any thread may call it."""
        ...

    def failed(self, name: str, error: EngineError) -> None:
        """Note that a model of that name couldn't compute, so that another device does from now on, if one can."""
        ...

    def why(self, name: str) -> str:
        """Say why no GPU computes a model; empty if one does, or there is none. Any thread may call it."""
        ...

    def loaded(self) -> Mapping[str, AnyModel]:
        """Return the models in memory, by name. Any thread may call it."""
        ...

    def calibration(self, name: str) -> Calibration | None:
        """Return the measured cost of a model on this machine; None if it isn't measured yet. Any thread may call
        it."""
        ...

    def restore(self, name: str, sequence: int, tokens: Sequence[int], adapter: str = "") -> bool:
        """Fill a sequence from a snapshot of exactly these tokens. Returns whether there is one."""
        ...

    def keep(self, name: str, sequence: int, length: int, adapter: str = "") -> None:
        """Save a snapshot of the first `length` tokens of a sequence when there is time, unless there is one."""
        ...

    def maintain(self, busy: frozenset[str], *, idle: bool, mark: Callable[[str], None]) -> None:
        """Adapt the threads to the machine's load, and drop unused models (none of `busy`). It is called about once a
        second. If `idle`, there is nothing else to compute: then it calibrates and saves snapshots until it is
        interrupted. It calls `mark` with the model's name before it begins either."""
        ...

    def close(self) -> None: ...
