"""Remembers what steps gave, by a digest of everything that this depends on."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

CAPACITY = 1_000
"""Results that are kept, the newest."""
_ENCODER = msgspec.msgpack.Encoder(order="sorted", enc_hook=repr)


@dataclass(frozen=True)
class Result:
    """What a step gave, and the model that wrote something of it, if one did."""

    value: Any
    model: str = ""


def digest(name: str, version: int, model: str, given: Mapping[str, Any]) -> bytes:
    """Return a digest that is another one wherever the step's result may be another. `model` is the digest of the model
    that it asks."""
    return hashlib.blake2b(_ENCODER.encode((name, version, model, given)), digest_size=16).digest()


class StepMemory:
    """Safe to use from several threads."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._results: dict[bytes, Result] = {}
        self._lock = threading.Lock()

    def get(self, key: bytes) -> Result | None:
        with self._lock:
            return self._results.get(key)

    def put(self, key: bytes, result: Result) -> None:
        with self._lock:
            self._results[key] = result
            if len(self._results) > self._capacity:
                del self._results[next(iter(self._results))]
