"""Receipts: for every answer and every silence, who did what, what it cost, and why nothing came."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    ANSWERED = "answered"
    NOTHING = "nothing"
    CANCELLED = "cancelled"
    FAILED = "failed"


@dataclass(frozen=True)
class Receipt:
    request: str
    """`completion`, `check`, `action`, `resolve` or `command`."""
    plugin: str
    outcome: Outcome
    uri: str = ""
    reason: str = ""
    """A stable code, when nothing came: `no-opinion`, `model-missing`, `would-not-parse`, …"""
    sentence: str = ""
    remedy: str = ""
    rules: tuple[str, ...] = ()
    model: str = ""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    milliseconds: float = 0.0
    bytes_sent: int = 0
    """Bytes that left the machine."""


class Ledger:
    """The newest receipts, in memory. Safe to use from several threads."""

    def __init__(self, capacity: int = 500) -> None:
        self._receipts: deque[Receipt] = deque(maxlen=capacity)
        self._lock = threading.Lock()

    def add(self, receipt: Receipt) -> None:
        with self._lock:
            self._receipts.append(receipt)

    def newest(self, uri: str | None = None, limit: int = 20) -> list[Receipt]:
        """Newest first, of one document or of all."""
        with self._lock:
            found = [r for r in reversed(self._receipts) if uri is None or r.uri == uri]
        return found[:limit]
