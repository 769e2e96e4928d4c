"""A client that sends whatever it is told to, and counts the replies."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from breadknife.lsp.boundary.connection import read_messages


class RawClient:
    """One `breadknife serve` over stdio, or another server. What it sends on its own goes to `asked`."""

    def __init__(
        self, *arguments: str, env: dict[str, str] | None = None, command: Sequence[str] | None = None
    ) -> None:
        self.process = subprocess.Popen(
            command or [sys.executable, "-m", "breadknife", "serve", *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(env or {})},
        )  # fmt: skip
        self.replies: dict[Any, list[dict[str, Any]]] = {}
        """By the id as JSON text, since 1 and 1.0 are one key of a dict."""
        self.arrived: dict[Any, float] = {}
        """When the first reply to an id came, by the monotonic clock."""
        self.asked: list[dict[str, Any]] = []
        self.answer: Callable[[dict[str, Any]], Any] = lambda message: None
        """The result for a request of the server's."""
        self.stderr: list[str] = []
        self._has_ended = False
        self._changed = threading.Condition()
        self._writing = threading.Lock()
        for read in (self._read, self._read_stderr):
            threading.Thread(target=read, daemon=True).start()

    def send(self, message: Any) -> None:
        self.send_bytes(json.dumps(message).encode("ascii"))

    def send_bytes(self, body: bytes) -> None:
        self.send_raw(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))

    def send_raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        with self._writing:
            self.process.stdin.write(data)
            self.process.stdin.flush()

    def request(self, found: Any, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "id": found, "method": method, "params": params})

    def notify(self, method: str, params: Any = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params})

    def reply(self, found: Any, seconds: float = 60.0) -> dict[str, Any]:
        """The first reply to an id. Raises TimeoutError."""
        self.wait([found], seconds)
        return self.replies[json.dumps(found)][0]

    def call(self, found: Any, method: str, params: Any = None) -> dict[str, Any]:
        self.request(found, method, params)
        return self.reply(found)

    def wait(self, ids: Sequence[Any], seconds: float, times: int = 1) -> None:
        """Return when each of these has so many replies. Raises TimeoutError with those that haven't."""
        keys = {json.dumps(each) for each in ids}

        def missing() -> list[str]:
            return [key for key in keys if len(self.replies.get(key, ())) < times]

        with self._changed:
            self._changed.wait_for(lambda: not missing() or self._has_ended, seconds)
            if unanswered := missing():
                how = f"the server ended with {self.process.poll()}" if self._has_ended else "no reply"
                raise TimeoutError(f"{how}: {sorted(unanswered)}; {self.stderr[-5:]}")

    def initialize(self, folder: Path, capabilities: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
        reply = self.call(
            "initialize",
            "initialize",
            {
                "processId": None,
                "rootUri": folder.as_uri(),
                "workspaceFolders": [{"uri": folder.as_uri(), "name": "work"}],
                "capabilities": capabilities or {},
                "initializationOptions": options,
            },
        )
        self.notify("initialized", {})
        return reply

    def open(self, uri: str, text: str, language: str = "python", version: int = 1) -> None:
        item = {"uri": uri, "languageId": language, "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def replies_per_id(self) -> Counter[str]:
        with self._changed:
            return Counter({found: len(replies) for found, replies in self.replies.items()})

    def close(self) -> int:
        """Ask the server to end; its exit code. Kills one that doesn't."""
        try:
            self.request("shutdown", "shutdown")
            self.notify("exit")
            return self.process.wait(20)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            return self.process.wait()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for message in read_messages(self.process.stdout):
            assert isinstance(message, dict)
            if "method" in message:
                self.asked.append(message)
                if "id" in message:
                    self.send({"jsonrpc": "2.0", "id": message["id"], "result": self.answer(message)})
                continue
            with self._changed:
                key = json.dumps(message["id"])
                self.replies.setdefault(key, []).append(message)
                self.arrived.setdefault(key, time.monotonic())
                self._changed.notify_all()
        with self._changed:
            self._has_ended = True
            self._changed.notify_all()

    def _read_stderr(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.stderr.append(line.decode("utf-8", "replace"))
