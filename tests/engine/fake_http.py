"""An HTTP server that answers what a test tells it to: for what real runtimes don't do on demand."""

from __future__ import annotations

import json
import select
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Say:
    body: str = ""
    status: int = 200
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    delay: float = 0.0
    """Seconds before anything is said, or until the client leaves."""
    missing: int = 0
    """Bytes that are promised and never sent."""
    hold: bool = False
    """Keep the connection open until the client leaves."""


def sse(*events: object) -> Say:
    lines = [f"data: {json.dumps(event)}\n\n" for event in events]
    return Say("".join(lines) + "data: [DONE]\n\n", kind="text/event-stream")


def models(*names: str) -> Say:
    return Say(json.dumps({"data": [{"id": name} for name in names]}))


@dataclass
class Fake:
    """`answers`: path -> what is said, one after another; the last one again and again. Other paths are 404."""

    url: str
    answers: dict[str, Sequence[Say]]
    asked: list[tuple[str, Any, Mapping[str, str]]] = field(default_factory=list[tuple[str, Any, Mapping[str, str]]])
    left: threading.Event = field(default_factory=threading.Event)
    """Set when a client closed a connection before its answer was complete."""

    def bodies(self, path: str) -> list[Any]:
        return [body for asked, body, _ in self.asked if asked == path]


@contextmanager
def fake_server(answers: Mapping[str, Sequence[Say]], port: int = 0) -> Iterator[Fake]:
    with _Server(("127.0.0.1", port), _Handler) as server:
        fake = Fake(f"http://127.0.0.1:{server.server_port}", dict(answers))
        server.fake = fake  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield fake
        finally:
            server.shutdown()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64  # more than connect at once: with the five of the library, a busy machine refuses some


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        fake: Fake = self.server.fake  # type: ignore[attr-defined]
        raw = self.rfile.read(int(self.headers.get("content-length", 0)))
        before = len(fake.bodies(self.path))
        fake.asked.append((self.path, json.loads(raw or b"null"), dict(self.headers)))
        says = fake.answers.get(self.path) or [Say('{"error": "no such path"}', 404)]
        say = says[min(before, len(says) - 1)]
        if say.delay and self._left_within(say.delay):
            fake.left.set()
            return
        body = say.body.encode()
        self.send_response(say.status)
        for name, value in {"Content-Type": say.kind, **say.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) + say.missing + say.hold))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        if say.hold and self._left_within(60):
            fake.left.set()
        self.close_connection = bool(say.missing or say.hold)

    do_POST = do_GET  # noqa: N815

    def _left_within(self, seconds: float) -> bool:
        readable, _, _ = select.select([self.connection], [], [], seconds)
        return bool(readable) and self.connection.recv(1) == b""

    def log_message(self, format: str, *args: Any) -> None:
        pass
