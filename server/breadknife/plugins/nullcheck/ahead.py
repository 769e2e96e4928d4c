"""What is likely to be chosen is made while the user reads the menu."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError

log = logging.getLogger(__name__)

V = TypeVar("V")
_POLL_SECONDS = 0.02


@dataclass(frozen=True, eq=False)
class _Work(Generic[V]):
    key: Hashable
    cancel: CancelToken
    done: Future[V]


class Ahead(Generic[V]):
    """One piece of work at a time, each in the place of the one before. Safe to use from several threads."""

    def __init__(self) -> None:
        self._work: _Work[V] | None = None
        self._lock = threading.Lock()

    def begin(self, key: Hashable, make: Callable[[CancelToken], V]) -> None:
        with self._lock:
            before = self._work
            if before is not None and before.key == key:
                return
            work = self._work = _Work(key, CancelToken(), Future[V]())
        if before is not None:
            before.cancel.cancel()

        def run() -> None:
            try:
                work.done.set_result(make(work.cancel))
            except Exception as error:
                if not isinstance(error, BreadknifeError):
                    log.exception("what was begun ahead failed")
                work.done.set_exception(error)

        threading.Thread(target=run, name="ahead", daemon=True).start()

    def get(self, key: Hashable, make: Callable[[], V], cancel: CancelToken) -> V:
        """What was made ahead, waited for if need be; else it is made now. Raises Cancelled and what `make` raises."""
        with self._lock:
            work = self._work
        if work is None or work.key != key:
            return make()
        while not wait((work.done,), _POLL_SECONDS).done:
            cancel.raise_if_cancelled()
        return make() if work.done.exception() else work.done.result()

    def known(self, key: Hashable) -> V | None:
        """What was made ahead, if it is there already."""
        with self._lock:
            work = self._work
        if work is None or work.key != key or not work.done.done() or work.done.exception():
            return None
        return work.done.result()

    def close(self) -> None:
        with self._lock:
            work, self._work = self._work, None
        if work is not None:
            work.cancel.cancel()
