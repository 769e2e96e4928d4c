"""What clients and the daemon say to each other: one JSON object a line, tagged by `type`."""

from __future__ import annotations

import msgspec

from breadknife import errors
from breadknife.engine.api import Chunk, EngineStatus, GenerateRequest

PROTOCOL = 1
MAX_LINE = 8 << 20
"""Bytes of one message; a longer line is garbage, and the connection ends."""


class Hello(msgspec.Struct, tag="hello", frozen=True):
    """The first line of a connection, from the client. `token` is empty on a Unix socket."""

    protocol: int
    token: str = ""


class Welcome(msgspec.Struct, tag="welcome", frozen=True):
    protocol: int
    version: str
    pid: int


class Generate(msgspec.Struct, tag="generate", frozen=True):
    id: int
    request: GenerateRequest


class Cancel(msgspec.Struct, tag="cancel", frozen=True):
    id: int


class Status(msgspec.Struct, tag="status", frozen=True):
    id: int


class Output(msgspec.Struct, tag="output", frozen=True, omit_defaults=True):
    id: int
    chunk: Chunk


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


FromClient = Hello | Generate | Cancel | Status
FromDaemon = Welcome | Output | Failed | Report

decode_from_client = msgspec.json.Decoder(FromClient).decode
decode_from_daemon = msgspec.json.Decoder(FromDaemon).decode


def encode(message: FromClient | FromDaemon) -> bytes:
    return msgspec.json.encode(message) + b"\n"


def failed(id: int, error: errors.BreadknifeError) -> Failed:
    return Failed(id, type(error).__name__, str(error))
