"""The messages between clients and the daemon: one JSON object a line, tagged by `type`.

What a client asks is a `Call`, whose request is one of the seam (`api`); each of its answers is an `Answer`.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeVar, cast

import msgspec

from breadknife import errors
from breadknife.engine import api

PROTOCOL = 5
"""Raised when a message changes so that the other side could misread it. Hello, Welcome and Retire never change but
by new fields with defaults: they are how versions that differ find that out."""
MAX_LINE = 8 << 20
"""Bytes of one message; a longer line is garbage, and the connection ends."""

_REQUESTS: Mapping[str, type[api.EngineRequest | api.StatusRequest]] = {
    "generate": api.GenerateRequest,
    "score": api.ScoreRequest,
    "embed": api.EmbedRequest,
    "rerank": api.RerankRequest,
    "classify": api.ClassifyRequest,
    "status": api.StatusRequest,
}
_T = TypeVar("_T")


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first line of a connection, from the client. `token` is empty on a Unix socket."""

    protocol: int
    token: str = ""
    version: str = ""
    client: str = ""
    """Who connects, for people: `breadknife lint`, `Neovim`."""
    pid: int = 0


class Welcome(msgspec.Struct, tag="welcome", frozen=True):
    """The daemon's answer to `Hello`. `proof` is empty on a Unix socket."""

    protocol: int
    version: str
    pid: int
    proof: str = ""
    build: str = ""
    """Of llama.cpp."""


class Retire(msgspec.Struct, tag="retire", frozen=True):
    """A newer client asks an older daemon to take no further work and to end when its work is done."""


class Leaving(msgspec.Struct, tag="leaving", frozen=True):
    """The daemon is ending: it finishes the calls `doing` of this connection and takes no others, also not those that
    are on their way. It ends when the client has closed the connection."""

    doing: tuple[int, ...] = ()


class Call(msgspec.Struct, tag="call", frozen=True):
    """A client's request; the daemon answers it with `Answer`s that have its `id`, or with `Failed`."""

    id: int
    method: str
    """The request's type: a key of `_REQUESTS`."""
    params: msgspec.Raw

    def request(self) -> api.EngineRequest | api.StatusRequest:
        """Return the request. Raises ValueError for one that nobody can have sent."""
        if self.method not in _REQUESTS:
            raise ValueError(f"no method is called {self.method!r}")
        return msgspec.json.decode(self.params, type=_REQUESTS[self.method])


class Cancel(msgspec.Struct, tag="cancel", frozen=True):
    """The client no longer wants the answer to a call."""

    id: int


class Ping(msgspec.Struct, tag="ping", frozen=True):
    """Asks for a `Pong`, at once, whatever else is done."""


class Pong(msgspec.Struct, tag="pong", frozen=True):
    """The answer to `Ping`."""


class Answer(msgspec.Struct, tag="answer", frozen=True):
    """One answer to a call; a generation has many, every other call one."""

    id: int
    value: msgspec.Raw
    last: bool = True

    def decoded(self, kind: type[_T]) -> _T:
        """Return the answer, which is of the type that the call's method has."""
        if kind is api.Embeddings:
            return cast("_T", msgspec.json.decode(self.value, type=_PackedEmbeddings).unpacked())
        return msgspec.json.decode(self.value, type=kind)


class Failed(msgspec.Struct, tag="failed", frozen=True):
    """The end of a call that failed; `kind` is the error's class name in `breadknife.errors`."""

    id: int
    kind: str
    message: str

    def error(self) -> errors.BreadknifeError:
        """Return the error to raise."""
        kind = getattr(errors, self.kind, None)
        if isinstance(kind, type) and issubclass(kind, errors.BreadknifeError):
            return kind(self.message)
        return errors.EngineError(self.message)


class _PackedEmbeddings(msgspec.Struct, frozen=True):
    """`Embeddings` as little-endian floats of 32 bits: a quarter of the bytes that their decimals have."""

    vectors: tuple[bytes, ...]
    prompt_tokens: int
    trimmed_tokens: int

    def unpacked(self) -> api.Embeddings:
        vectors = tuple(struct.unpack(f"<{len(raw) // 4}f", raw) for raw in self.vectors)
        return api.Embeddings(vectors, self.prompt_tokens, self.trimmed_tokens)


FromClient = Hello | Retire | Call | Cancel | Ping
FromDaemon = Welcome | Leaving | Pong | Answer | Failed

decode_from_client = msgspec.json.Decoder(FromClient).decode
decode_from_daemon = msgspec.json.Decoder(FromDaemon).decode


def encode(message: FromClient | FromDaemon) -> bytes:
    """Return a message as a line."""
    return msgspec.json.encode(message) + b"\n"


def method_of(request: api.EngineRequest | api.StatusRequest) -> str:
    """Return what a request asks for: `generate`, `score` and so on."""
    return next(method for method, kind in _REQUESTS.items() if kind is type(request))


def call(id: int, request: api.EngineRequest | api.StatusRequest) -> Call:
    """Return a request as a message. Lone surrogates, which an editor may send and UTF-8 can't, become `?`."""
    try:
        params = msgspec.json.encode(request)
    except UnicodeEncodeError:
        params = msgspec.json.encode(api.encodable(request))
    return Call(id, method_of(request), msgspec.Raw(params))


def answer(id: int, value: object, *, last: bool = True) -> Answer:
    """Return an answer of the engine as a message."""
    if isinstance(value, api.Embeddings):
        packed = tuple(struct.pack(f"<{len(vector)}f", *vector) for vector in value.vectors)
        value = _PackedEmbeddings(packed, value.prompt_tokens, value.trimmed_tokens)
    return Answer(id, msgspec.Raw(msgspec.json.encode(value)), last)


def failed(id: int, error: errors.BreadknifeError) -> Failed:
    """Return an error as a message."""
    return Failed(id, type(error).__name__, str(error))
