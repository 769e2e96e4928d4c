"""Receipts: for each request to a plugin, what it did, what it cost, and why there was no answer.

They are in memory and contain no text of a document, except what an error message of a plugin may quote. They are
written to disk, without such messages, only if the user's settings ask for it.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

import msgspec

from breadknife.engine.daemon.logs import open_log
from breadknife.task.running import StepTrace
from breadknife.text.document import uri_to_path


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOTHING = "nothing"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    request: str
    """`completion`, `check`, `action`, `hover` and so on, or the name of a plugin's own kind."""
    plugin: str
    """Empty if no plugin was asked."""
    outcome: Outcome
    uri: str = ""
    line: int = 0
    """The line that the request was about, from 1; 0 if it was about the whole document."""
    reason: str = ""
    """If there was no answer, a stable code: see `breadknife.task.reasons`."""
    sentence: str = ""
    remedy: str = ""
    rules: tuple[str, ...] = ()
    model: str = ""
    """The first one that was asked and was there, whether or not its text was used."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    milliseconds: float = 0.0
    bytes_sent: int = 0
    """Bytes that left the machine: prompts for an engine elsewhere, which the user's settings name."""
    id: str = ""
    """Process and number, unique on this machine."""
    at: float = 0.0
    """Unix time of the request."""
    steps: tuple[StepTrace, ...] = ()
    quantisation: str = ""
    sha256: str = ""
    """The first 12 digits of the model file's SHA-256."""
    trimmed_tokens: int = 0
    queued_ms: float = 0.0
    """Milliseconds before the engine's first evaluation."""
    computed_ms: float = 0.0
    """In the engine. A completion that was typed through tells all that its text has cost, as do its tokens."""
    asked_by: str = ""
    """The plugin that asked, where it was no editor or command."""
    verdict: str = ""
    """The verifier's verdict on what a model wrote: `accepted`, or the reason code of a refusal."""
    refused: tuple[str, ...] = ()
    """Why parts of a text were left as they are, a sentence each."""


class ReceiptLog:
    """Writes receipts to a file, one JSON object per line. On a full disk or in a read-only folder, lines are lost."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handler: logging.Handler | None = None
        self._lock = threading.Lock()

    def __call__(self, receipt: Receipt) -> None:
        line = msgspec.json.encode(replace(receipt, sentence="", remedy="", refused=())).decode()
        with self._lock:
            if self._handler is None:
                self._handler = open_log(self._path)
                self._handler.setFormatter(logging.Formatter("%(message)s"))
        self._handler.handle(logging.makeLogRecord({"msg": line}))


class Ledger:
    """The newest receipts, in memory. Safe to use from several threads."""

    def __init__(self, capacity: int = 500) -> None:
        self._receipts: deque[Receipt] = deque(maxlen=capacity)
        self._lock = threading.Lock()

    def add(self, receipt: Receipt) -> None:
        with self._lock:
            self._receipts.append(receipt)

    def newest(self, uri: str | None = None, limit: int = 20) -> list[Receipt]:
        """Return the newest receipts, newest first, for one document (in any form of its URI) or for all."""
        with self._lock:
            receipts = list(reversed(self._receipts))
        if uri is not None:
            path = uri_to_path(uri)
            receipts = [r for r in receipts if r.uri == uri or (path is not None and uri_to_path(r.uri) == path)]
        return receipts[:limit]
