"""Receipts: for every answer and every silence, who did what, what it cost, and why nothing came.

They are kept in memory and hold no text of a document (but what a plugin's own error message may quote); on disk,
without any such message, only where the user's settings ask for it.
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
    """Empty where none was asked."""
    outcome: Outcome
    uri: str = ""
    line: int = 0
    """Of the document, from 1, that was asked about; 0 where it was the whole."""
    reason: str = ""
    """A stable code, when nothing came: see `breadknife.task.reasons`."""
    sentence: str = ""
    remedy: str = ""
    rules: tuple[str, ...] = ()
    model: str = ""
    """The first one that was asked, whether or not its text was used."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    milliseconds: float = 0.0
    bytes_sent: int = 0
    """Bytes that left the machine: prompts for an engine elsewhere, which the user's settings name."""
    id: str = ""
    """Process and number: no other receipt of this machine's has it."""
    at: float = 0.0
    """Unix time of the request."""
    steps: tuple[StepTrace, ...] = ()
    quantisation: str = ""
    sha256: str = ""
    """The first 12 digits of the model file's."""
    trimmed_tokens: int = 0
    queued_ms: float = 0.0
    computed_ms: float = 0.0
    """In the engine. A completion that was typed through tells all that its text has cost, as do its tokens."""
    asked_by: str = ""
    """The plugin that asked, where it was no editor or command."""
    verdict: str = ""
    """The verifier's, on what a model wrote: `accepted`, or a reason's code where it refused something."""


class KeptReceipts:
    """Writes receipts to a file, a JSON object a line. A full disk or a read-only folder costs lines, no more."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handler: logging.Handler | None = None
        self._lock = threading.Lock()

    def __call__(self, receipt: Receipt) -> None:
        line = msgspec.json.encode(replace(receipt, sentence="", remedy="")).decode()
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
        """Newest first, of one document (however its URI is written) or of all."""
        with self._lock:
            found = list(reversed(self._receipts))
        if uri is not None:
            path = uri_to_path(uri)
            found = [r for r in found if r.uri == uri or (path is not None and uri_to_path(r.uri) == path)]
        return found[:limit]
