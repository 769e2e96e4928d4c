"""A Hugging Face hub on this machine, with one file."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Hub:
    """What the hub's server answers about a file, and what it was asked."""

    path: str
    content: bytes
    offered: str = ""
    """The SHA-256 that it claims; the content's own when not said."""
    break_at: list[int] = field(default_factory=list[int])
    """For each next answer: after how many bytes the connection breaks."""
    silent_at: int = 0
    """After how many bytes the first answer goes on only when `speak` is set; 0 for none."""
    speak: threading.Event = field(default_factory=threading.Event)
    ranges: bool = True
    asked: list[str] = field(default_factory=list[str])
    """The range of each GET."""
    tokens: list[str | None] = field(default_factory=list[str | None])
    url: str = ""

    def __post_init__(self) -> None:
        self.offered = self.offered or hashlib.sha256(self.content).hexdigest()

    @contextmanager
    def serving(self) -> Iterator[None]:
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_HEAD(self) -> None:
                hub.tokens.append(self.headers["Authorization"])
                self.send_response(200 if self.path == hub.path else 404)
                self.send_header("X-Repo-Commit", "0" * 40)
                self.send_header("X-Linked-Etag", f'"{hub.offered}"')
                self.send_header("Content-Length", str(len(hub.content)))
                self.end_headers()

            def do_GET(self) -> None:
                asked = self.headers["Range"] or f"all of {self.path}"
                hub.asked.append(asked)
                start = int(asked.removeprefix("bytes=").removesuffix("-")) if hub.ranges else 0
                body = hub.content[start:]
                self.send_response(206 if hub.ranges else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if hub.silent_at:
                    said, body, hub.silent_at = body[: hub.silent_at], body[hub.silent_at :], 0
                    self.wfile.write(said)
                    hub.speak.wait(60)
                self.wfile.write(body[: hub.break_at.pop(0)] if hub.break_at else body)

            def log_message(self, format: str, *args: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            self.url = f"http://127.0.0.1:{server.server_port}"
            yield
            server.shutdown()
            thread.join()
