"""The daemon's side of one connection: a client's calls become jobs, and their answers go back to it."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from typing import Any, Protocol

import msgspec

from breadknife.engine import api, wire
from breadknife.engine.daemon.jobs import Job
from breadknife.engine.daemon.scheduler import Scheduler
from breadknife.engine.grammars.gate import GrammarGate
from breadknife.engine.transport import Endpoint, same_user
from breadknife.errors import BreadknifeError, EngineError

HELLO_SECONDS = 5.0
"""How long a client may take to introduce itself."""
MAX_UNREAD = wire.MAX_LINE
"""Bytes of answers that wait for a client to read; one that lets more gather is cut off."""
_LOGGED_NUMBERS = (
    "prompt_tokens", "cached_tokens", "output_tokens", "trimmed_tokens", "drafted_tokens", "accepted_tokens", "queued",
    "computed",
)  # fmt: skip
"""Fields of answers that the log has, unless they are 0."""
log = logging.getLogger("breadknife.engine")


class SessionHost(Protocol):
    """What a session needs of the daemon. All is called in the event loop."""

    scheduler: Scheduler
    grammars: GrammarGate

    def welcome(self) -> wire.Welcome: ...
    def status(self) -> api.EngineStatus: ...
    def retire(self) -> None: ...

    def finished(
        self, client: str, request: api.EngineRequest, answer: api.EngineAnswer | BreadknifeError, text: str
    ) -> None:
        """Log the last answer of a request; `text` is all that was generated."""
        ...


class ClientSession:
    """One client: its greeting, its calls that are being worked on, and whether it takes what it is sent."""

    def __init__(self, host: SessionHost, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._host = host
        self._reader = reader
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._jobs: dict[int, tuple[Job, list[str]]] = {}
        """Id of a call -> its job, and the text that it has written so far."""
        self._hello = wire.Hello(0)
        self._since = time.monotonic()
        self._leaving = False
        self._trying = asyncio.Lock()
        """Held while a grammar of this client is tried."""
        self._trials: set[asyncio.Task[None]] = set()
        self.greeted = False

    @property
    def busy(self) -> bool:
        return bool(self._jobs)

    def client(self) -> api.ClientStatus:
        return api.ClientStatus(self._hello.client, self._hello.pid, round(time.monotonic() - self._since, 1))

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
                self._host.scheduler.cancel(job)
            self._jobs.clear()
            self._writer.close()

    def leave(self) -> None:
        """Take no more requests, and tell the client."""
        if self.greeted and not self._leaving:
            self._send(wire.Leaving(tuple(self._jobs)))
        self._leaving = True

    def hang_up(self) -> None:
        """End the connection at once, whatever is still to be sent."""
        self._writer.transport.abort()

    async def _greet(self, endpoint: Endpoint) -> bool:
        """Exchange greetings. Returns False for who only looks, or is another user. Raises ValueError for a wrong
        token, and TimeoutError."""
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
        self._send(msgspec.structs.replace(self._host.welcome(), proof=endpoint.proof))
        if self._leaving:
            self._send(wire.Leaving())
        return True

    def _handle(self, message: wire.FromClient) -> None:
        match message:
            case wire.Retire():
                self._host.retire()
            case wire.Hello():
                pass
            case _ if self._hello.protocol != wire.PROTOCOL:
                raise ValueError(f"protocol {self._hello.protocol}; this is {wire.PROTOCOL}")
            case wire.Cancel(id=id):
                if entry := self._jobs.pop(id, None):
                    self._host.scheduler.cancel(entry[0])
            case wire.Ping():
                self._send(wire.Pong())
            case wire.Call(id=id):
                request = message.request()
                if isinstance(request, api.StatusRequest):
                    self._send(wire.answer(id, self._host.status()))
                else:
                    self._begin(id, request)

    def _begin(self, id: int, request: api.EngineRequest) -> None:
        """Submit a request as a job; one with a new grammar only once the grammar was tried."""
        if self._leaving:  # the client was told that nobody does it
            return
        if id in self._jobs:
            raise ValueError(f"request {id} twice")

        def reply(answer: api.EngineAnswer | BreadknifeError) -> None:  # in the computing thread
            self._loop.call_soon_threadsafe(self._reply, id, request, answer)

        job = Job(request, reply, owner=self)
        self._jobs[id] = job, []
        grammar = request.grammar if isinstance(request, api.GenerateRequest) else ""
        try:
            if not grammar or self._host.grammars.knows(grammar):
                self._host.scheduler.submit(job)
            else:
                trial = asyncio.create_task(self._submit_after_trial(id, job, grammar))
                self._trials.add(trial)
                trial.add_done_callback(self._trials.discard)
        except EngineError as error:
            self._reply(id, request, error)

    async def _submit_after_trial(self, id: int, job: Job, grammar: str) -> None:
        """Have the grammars of a client tried one after the other: one that sends many grammars doesn't keep others
        from having theirs tried."""
        try:
            async with self._trying:
                if self._is_wanted(id, job):
                    await self._host.grammars.try_out(grammar)
        except EngineError as error:
            self._reply(id, job.request, error)
        else:
            if self._is_wanted(id, job):
                newer = (later for number, (later, _) in self._jobs.items() if number > id)
                job.superseded = bool(job.place) and any(later.place == job.place for later in newer)
                self._host.scheduler.submit(job)

    def _is_wanted(self, id: int, job: Job) -> bool:
        """Tell whether the client still waits for a job: it may have cancelled it meanwhile."""
        entry = self._jobs.get(id)
        return entry is not None and entry[0] is job

    def _reply(self, id: int, request: api.EngineRequest, answer: api.EngineAnswer | BreadknifeError) -> None:
        entry = self._jobs.get(id)
        if entry is None or entry[0].request is not request:  # cancelled meanwhile
            return
        if isinstance(answer, api.Chunk):
            entry[1].append(answer.text)
        if last := not isinstance(answer, api.Chunk) or bool(answer.finish):
            del self._jobs[id]
        is_error = isinstance(answer, BreadknifeError)
        self._send(wire.failed(id, answer) if is_error else wire.answer(id, answer, last=last))
        if last:
            self._host.finished(self._hello.client, request, answer, "".join(entry[1]))

    def _send(self, message: wire.FromDaemon) -> None:
        if self._writer.is_closing():
            return
        if self._writer.transport.get_write_buffer_size() > MAX_UNREAD:
            log.warning("%s doesn't read what it asked for: cut off", self._hello.client or "a client")
            self.hang_up()
            return
        line = wire.encode(message)
        if len(line) > wire.MAX_LINE and isinstance(message, wire.Answer):
            line = wire.encode(wire.failed(message.id, EngineError("the answer is too long; ask for less at once")))
        self._writer.write(line)


def log_fields(
    client: str, request: api.EngineRequest, answer: api.EngineAnswer | BreadknifeError, text: str, *, with_text: bool
) -> dict[str, Any]:
    """Return a finished request as the log has it."""
    entry: dict[str, Any] = {
        "client": client,
        "kind": wire.method_of(request),
        "model": request.model,
        "lane": request.lane.name.lower(),
    }
    if isinstance(answer, BreadknifeError):
        entry |= {"error": type(answer).__name__, "reason": str(answer)}
    else:
        numbers = {name: round(getattr(answer, name, 0), 4) for name in _LOGGED_NUMBERS}
        entry |= {name: number for name, number in numbers.items() if number}
    if isinstance(answer, api.Chunk):
        entry["finish"] = answer.finish
    if with_text:
        entry |= {"request": msgspec.to_builtins(request), "text": text}
    return entry
