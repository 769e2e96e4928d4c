"""The daemon's side of one connection: what a client asks becomes jobs, what they give goes back."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import Any, Protocol

import msgspec

from breadknife.engine import wire
from breadknife.engine.api import (
    Chunk,
    Classes,
    ClientStatus,
    Embeddings,
    EngineRequest,
    EngineStatus,
    GenerateRequest,
    Reading,
    Relevances,
    Scores,
)
from breadknife.engine.daemon.jobs import Job
from breadknife.engine.transport import Endpoint, same_user
from breadknife.errors import BreadknifeError, EngineError

HELLO_SECONDS = 5.0
MAX_UNREAD = wire.MAX_LINE
"""Bytes of replies that wait for a client to read; one that lets more gather is cut off."""
log = logging.getLogger("breadknife.engine")

Answer = Chunk | Scores | Reading | BreadknifeError


class Service(Protocol):
    """What a conversation needs of the daemon. All is called in the event loop."""

    def welcome(self) -> wire.Welcome: ...
    def submit(self, job: Job) -> None: ...
    def cancel(self, job: Job) -> None: ...
    def status(self) -> EngineStatus: ...
    def retire(self) -> None: ...

    def knows_grammar(self, grammar: str) -> bool:
        """Tell whether it may be compiled without a trial. Raises EngineError for one that may not be compiled."""
        ...

    async def try_grammar(self, grammar: str) -> None:
        """Raises EngineError for a grammar that may not be compiled."""
        ...

    def finished(self, client: str, request: EngineRequest, answer: Answer, text: str) -> None:
        """The last answer of a request; `text` is all that was generated."""
        ...


class Conversation:
    def __init__(self, service: Service, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._service = service
        self._reader = reader
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[int, tuple[Job, list[str]]] = {}
        self._hello = wire.Hello(0)
        self._since = time.monotonic()
        self._leaving = False
        self._trying = asyncio.Lock()
        self._trials: set[asyncio.Task[None]] = set()
        self.greeted = False

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def client(self) -> ClientStatus:
        return ClientStatus(self._hello.client, self._hello.pid, round(time.monotonic() - self._since, 1))

    async def run(self, endpoint: Endpoint) -> None:
        """Answer until either side hangs up."""
        try:
            if await self._greet(endpoint):
                while line := await self._reader.readline():
                    self._handle(wire.decode_from_client(line))
        except (msgspec.DecodeError, ValueError) as error:
            log.warning("a client sent garbage: %s", error)
        except TimeoutError:
            log.warning("a client did not introduce itself within %.0f s", HELLO_SECONDS)
        except ConnectionError:
            pass
        finally:
            self.greeted = False
            for job, _ in self._jobs.values():
                self._service.cancel(job)
            self._jobs.clear()
            self._writer.close()

    def leave(self) -> None:
        """Take no more requests, and tell the client."""
        if self.greeted and not self._leaving:
            self._send(wire.Leaving(tuple(self._jobs)))
        self._leaving = True

    def hang_up(self) -> None:
        self._writer.transport.abort()

    async def _greet(self, endpoint: Endpoint) -> bool:
        peer = self._writer.get_extra_info("socket")
        line = await asyncio.wait_for(self._reader.readline(), HELLO_SECONDS)
        if not line or not same_user(peer):  # without a line, somebody only looked whether we are there
            return False
        hello = wire.decode_from_client(line)
        if not isinstance(hello, wire.Hello) or not secrets.compare_digest(
            hello.token.encode(), endpoint.token.encode()
        ):
            raise ValueError("no greeting with the right token")
        self._hello = hello
        self.greeted = True
        self._send(msgspec.structs.replace(self._service.welcome(), proof=endpoint.proof))
        if self._leaving:
            self._send(wire.Leaving())
        return True

    def _handle(self, message: wire.FromClient) -> None:
        match message:
            case wire.Retire():
                self._service.retire()
            case wire.Hello():
                pass
            case _ if self._hello.protocol != wire.PROTOCOL:
                raise ValueError(f"protocol {self._hello.protocol}; this is {wire.PROTOCOL}")
            case wire.Cancel(id=id):
                if held := self._jobs.pop(id, None):
                    self._service.cancel(held[0])
            case wire.Ping():
                self._send(wire.Pong())
            case wire.Status(id=id):
                self._send(wire.Report(id, self._service.status()))
            case (
                wire.Generate(id=id, request=request)
                | wire.Score(id=id, request=request)
                | wire.Embed(id=id, request=request)
                | wire.Rerank(id=id, request=request)
                | wire.Classify(id=id, request=request)
            ):
                self._begin(id, request)

    def _begin(self, id: int, request: EngineRequest) -> None:
        if self._leaving:  # the client was told that nobody does it
            return
        if id in self._jobs:
            raise ValueError(f"request {id} twice")

        def reply(answer: Answer) -> None:  # in the computing thread
            self._loop.call_soon_threadsafe(self._reply, id, request, answer)

        job = Job(request, reply, owner=self)
        self._jobs[id] = job, []
        grammar = request.grammar if isinstance(request, GenerateRequest) else ""
        try:
            if not grammar or self._service.knows_grammar(grammar):
                self._service.submit(job)
            else:
                trial = asyncio.create_task(self._submit_after_trial(id, job, grammar))
                self._trials.add(trial)
                trial.add_done_callback(self._trials.discard)
        except EngineError as error:
            self._reply(id, request, error)

    async def _submit_after_trial(self, id: int, job: Job, grammar: str) -> None:
        """One after the other: a client that sends many grammars doesn't keep others from having theirs tried."""
        try:
            async with self._trying:
                if self._is_wanted(id, job):
                    await self._service.try_grammar(grammar)
        except EngineError as error:
            self._reply(id, job.request, error)
        else:
            if self._is_wanted(id, job):
                newer = (other for number, (other, _) in self._jobs.items() if number > id)
                job.superseded = bool(job.place) and any(other.place == job.place for other in newer)
                self._service.submit(job)

    def _is_wanted(self, id: int, job: Job) -> bool:
        held = self._jobs.get(id)
        return held is not None and held[0] is job

    def _reply(self, id: int, request: EngineRequest, answer: Answer) -> None:
        held = self._jobs.get(id)
        if held is None or held[0].request is not request:  # cancelled meanwhile
            return
        if isinstance(answer, Chunk):
            held[1].append(answer.text)
        if last := not isinstance(answer, Chunk) or bool(answer.finish):
            del self._jobs[id]
        match answer:
            case Chunk():
                self._send(wire.Output(id, answer))
            case Scores():
                self._send(wire.Scored(id, answer))
            case Embeddings():
                self._send(wire.embedded(id, answer))
            case Relevances():
                self._send(wire.Reranked(id, answer))
            case Classes():
                self._send(wire.Classified(id, answer))
            case _:
                self._send(wire.failed(id, answer))
        if last:
            self._service.finished(self._hello.client, request, answer, "".join(held[1]))

    def _send(self, message: wire.FromDaemon) -> None:
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD:
            log.warning("%s doesn't read what it asked for: cut off", self._hello.client or "a client")
            self.hang_up()
            return
        line = wire.encode(message)
        if len(line) > wire.MAX_LINE and not isinstance(message, wire.Welcome | wire.Leaving | wire.Pong):
            line = wire.encode(wire.failed(message.id, EngineError("the answer is too long; ask for less at once")))
        self._writer.write(line)


def described(client: str, request: EngineRequest, answer: Answer, text: str, *, with_text: bool) -> dict[str, Any]:
    """Return a finished request as the log tells it."""
    told: dict[str, Any] = {
        "client": client,
        "kind": type(request).__name__.removesuffix("Request").lower(),
        "model": request.model,
        "lane": request.lane.name.lower(),
    }
    match answer:
        case Chunk():
            numbers = {name: getattr(answer, name) for name in _NUMBERS}
            told |= {"finish": answer.finish} | {name: round(value, 4) for name, value in numbers.items() if value}
        case BreadknifeError():
            told |= {"error": type(answer).__name__, "reason": str(answer)}
        case _:
            told |= {"prompt_tokens": answer.prompt_tokens}
            if answer.trimmed_tokens:
                told |= {"trimmed_tokens": answer.trimmed_tokens}
    if with_text:
        told |= {"request": msgspec.to_builtins(request), "text": text}
    return told


_NUMBERS = (
    "prompt_tokens",
    "cached_tokens",
    "output_tokens",
    "trimmed_tokens",
    "drafted_tokens",
    "accepted_tokens",
    "queued",
    "computed",
)
