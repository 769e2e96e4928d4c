"""The engine seam: what is asked of a program that runs models, and what it answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from breadknife.cancel import CancelToken

CONTEXT_SIZE = 4096
"""Tokens that one prompt and its output may have together."""


@dataclass(frozen=True)
class Part:
    """A piece of a prompt.

    Only a `control` part may turn into the model's control tokens: text that comes from a document never can,
    whatever it says.
    """

    text: str
    control: bool = False


Prompt = tuple[Part, ...]


class Lane(IntEnum):
    """Who goes first: a lower number pre-empts a higher one."""

    TYPING = 0
    ACTION = 1
    BACKGROUND = 2


@dataclass(frozen=True)
class GenerateRequest:
    model: str
    """Name in the catalog."""
    prompt: Prompt
    max_tokens: int
    stop: tuple[str, ...] = ()
    """Generation ends before the first of these that appears; none of them is part of the output."""
    lane: Lane = Lane.ACTION


@dataclass(frozen=True)
class Chunk:
    """A piece of output. `text` may be empty (a token that ends in the middle of a character; the last chunk)."""

    text: str
    logprob: float = 0.0
    """Natural logarithm of the probability of the chunk's token."""
    finish: str = ""
    """Only in the last chunk: `stop` (end of text or a stop string) or `length` (max_tokens or a full context)."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    """Tokens of the prompt that needed no evaluation."""
    output_tokens: int = 0
    """Tokens written up to this chunk."""


@dataclass(frozen=True)
class ModelStatus:
    name: str
    cached_tokens: int
    cells: int
    """Tokens that its cache has room for."""


@dataclass(frozen=True)
class EngineStatus:
    pid: int
    version: str
    uptime: float
    """Seconds."""
    clients: int
    resident_bytes: int
    models: tuple[ModelStatus, ...] = ()
    """Those in memory."""


class Engine(Protocol):
    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        """Generate greedily. The last chunk has `finish` set; closing the iterator stops the work.

        Raises Cancelled, ModelError or EngineError (EngineDied when it ended in the middle).
        """
        ...

    def status(self) -> EngineStatus | None:
        """What the engine says of itself; None when none is running (and none is started)."""
        ...

    def close(self) -> None: ...
