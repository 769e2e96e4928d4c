"""What clients and the daemon say to each other: one JSON object a line, tagged by `type`."""

from __future__ import annotations

import struct

import msgspec

from breadknife import errors
from breadknife.engine.api import (
    Chunk,
    Classes,
    ClassifyRequest,
    Embeddings,
    EmbedRequest,
    EngineStatus,
    GenerateRequest,
    Relevances,
    RerankRequest,
    ScoreRequest,
    Scores,
)

PROTOCOL = 4
"""Raised when a message changes so that the other side could misread it. Hello, Welcome and Retire never change but
by new fields with defaults: they are how versions that differ find that out."""
MAX_LINE = 8 << 20
"""Bytes of one message; a longer line is garbage, and the connection ends."""


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first line of a connection, from the client. `token` is empty on a Unix socket."""

    protocol: int
    token: str = ""
    version: str = ""
    client: str = ""
    """Who connects, for people: `breadknife lint`, `Neovim`."""
    pid: int = 0


class Welcome(msgspec.Struct, tag="welcome", frozen=True):
    """`proof` is empty on a Unix socket."""

    protocol: int
    version: str
    pid: int
    proof: str = ""
    build: str = ""
    """Of llama.cpp."""


class Retire(msgspec.Struct, tag="retire", frozen=True):
    """A newer client asks an older daemon to take no further work and to end when its work is done."""


class Leaving(msgspec.Struct, tag="leaving", frozen=True):
    """The daemon is ending: it finishes the requests `doing` of this connection and takes no others, also not those
    that are on their way. It ends when the client has closed the connection."""

    doing: tuple[int, ...] = ()


class Generate(msgspec.Struct, tag="generate", frozen=True):
    id: int
    request: GenerateRequest


class Score(msgspec.Struct, tag="score", frozen=True):
    id: int
    request: ScoreRequest


class Embed(msgspec.Struct, tag="embed", frozen=True):
    id: int
    request: EmbedRequest


class Rerank(msgspec.Struct, tag="rerank", frozen=True):
    id: int
    request: RerankRequest


class Classify(msgspec.Struct, tag="classify", frozen=True):
    id: int
    request: ClassifyRequest


class Cancel(msgspec.Struct, tag="cancel", frozen=True):
    id: int


class Status(msgspec.Struct, tag="status", frozen=True):
    id: int


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Asks for a `Pong`, at once, whatever else is done."""


class Pong(msgspec.Struct, tag="pong", frozen=True):
    pass


class Output(msgspec.Struct, tag="output", frozen=True, omit_defaults=True):
    id: int
    chunk: Chunk


class Scored(msgspec.Struct, tag="scored", frozen=True):
    id: int
    scores: Scores


class Embedded(msgspec.Struct, tag="embedded", frozen=True, omit_defaults=True):
    """Vectors are little-endian floats of 32 bits: a quarter of the bytes that their decimals have."""

    id: int
    vectors: tuple[bytes, ...]
    prompt_tokens: int = 0
    trimmed_tokens: int = 0

    def embeddings(self) -> Embeddings:
        vectors = tuple(struct.unpack(f"<{len(raw) // 4}f", raw) for raw in self.vectors)
        return Embeddings(vectors, self.prompt_tokens, self.trimmed_tokens)


class Reranked(msgspec.Struct, tag="reranked", frozen=True):
    id: int
    relevances: Relevances


class Classified(msgspec.Struct, tag="classified", frozen=True):
    id: int
    classes: Classes


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """The end of a request that failed; `kind` is the error's class name in `breadknife.errors`."""

    id: int
    kind: str
    message: str

    def error(self) -> errors.BreadknifeError:
        kind = getattr(errors, self.kind, None)
        if isinstance(kind, type) and issubclass(kind, errors.BreadknifeError):
            return kind(self.message)
        return errors.EngineError(self.message)


class Report(msgspec.Struct, tag="report", frozen=True):
    """The answer to `Status`."""

    id: int
    status: EngineStatus


FromClient = Hello | Retire | Generate | Score | Embed | Rerank | Classify | Cancel | Status | Ping
FromDaemon = Welcome | Leaving | Pong | Output | Scored | Embedded | Reranked | Classified | Failed | Report

decode_from_client = msgspec.json.Decoder(FromClient).decode
decode_from_daemon = msgspec.json.Decoder(FromDaemon).decode


def encode(message: FromClient | FromDaemon) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def embedded(id: int, found: Embeddings) -> Embedded:
    vectors = tuple(struct.pack(f"<{len(vector)}f", *vector) for vector in found.vectors)
    return Embedded(id, vectors, found.prompt_tokens, found.trimmed_tokens)


def failed(id: int, error: errors.BreadknifeError) -> Failed:
    return Failed(id, type(error).__name__, str(error))
