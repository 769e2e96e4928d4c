"""A slow engine in a thread of its own: what is asked now is answered later."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Generic, TypeVar

from breadknife.cancel import CancelToken
from breadknife.disk_cache import TypedDiskCache
from breadknife.errors import EngineAbsent, EngineDied, EngineError
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.request_queue import Callback, RequestQueue, RunningRequest, has_results

log = logging.getLogger(__name__)

_POLL_S = 0.05

_Request = TypeVar("_Request", bound=Hashable)
_Result = TypeVar("_Result")


class BackgroundEngine(Generic[_Request, _Result]):
    """Asks an engine in a thread, and keeps its results: of the newest `capacity` requests, and in `kept` on disk.

    A request stays until it is answered: before the engine has started, while it starts again, and while it has given
    up, until its `health` says that it may be tried again. Safe to use from several threads.
    """

    def __init__(
        self,
        check: Callable[[_Request], tuple[_Result, ...]],
        close: Callable[[], None] = lambda: None,
        *,
        capacity: int = 1 << 16,
        health: EngineHealth | None = None,
        kept: TypedDiskCache[_Request, _Result] | None = None,
        matters: Callable[[_Request, Sequence[_Result]], bool] = has_results,
    ) -> None:
        """`check` asks the engine and raises EngineError; `close` ends it. `matters` tells whether results may change
        what is shown, so that the owner is told of them."""
        self._check = check
        self._close = close
        self.health = health or EngineHealth()
        self._kept = kept
        self._queue: RequestQueue[_Request, _Result] = RequestQueue(self.health, capacity, matters)
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self.health.on_recovery(self._wake)

    @property
    def failure(self) -> str | None:
        """Return why the engine gave up, until it answers again."""
        return self.health.failure

    def result(self, request: _Request) -> tuple[_Result, ...] | None:
        """Return what the engine said; None when it has not been asked or has not answered yet."""
        with self._changed:
            return self._queue.result(request)

    def lost(self, requests: Iterable[_Request]) -> bool:
        """Tell whether the engine could not check some of them, though it works."""
        with self._changed:
            return self._queue.lost(requests)

    def answer(self, request: _Request) -> tuple[_Result, ...]:
        """Return the result, and ask the engine in this thread if there is none yet, nor on disk: only for an engine
        that several threads may ask. Raises EngineError."""
        results = self.result(request)
        if results is None:
            results = self._kept.get(request) if self._kept is not None else None
            if results is None:
                results = self._check(request)
                if self._kept is not None:
                    self._kept.put(request, results)
            with self._changed:
                self._queue.remember(request, results)
                self._changed.notify_all()
        return results

    def submit(
        self,
        owner: str,
        requests: Iterable[_Request],
        on_news: Callback,
        *,
        after: float = 0.0,
    ) -> None:
        """Have these checked in the background, in place of what this owner (a document's URI) still waits for.

        The newest owner's are checked first, and of an owner's those that it hasn't asked for before. Nothing new is
        checked before `after` seconds, in which the owner may submit something else.
        `on_news` is called from another thread when there is news that matters, when all are answered, and when the
        engine gives up.
        """
        with self._changed:
            now = time.monotonic()
            if self._is_closed or not self._queue.ask(
                owner, requests, on_news, now, after=after, is_known=self._is_kept
            ):
                return
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="prose-background", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come: not while the engine has given up."""
        with self._changed:
            return self.failure is None and self._queue.waits(owner)

    def wait(self, requests: Iterable[_Request], cancel: CancelToken) -> None:
        """Return when the engine has answered all of them, could not, or gave up. Raises Cancelled."""
        waiting = set(requests)
        with self._changed:
            while self.failure is None and not self._is_closed:
                waiting -= self._queue.settled(waiting)
                if not waiting:
                    return
                cancel.raise_if_cancelled()
                self._changed.wait(_POLL_S)

    def close(self, wait_s: float = 10.0) -> None:
        """Ask no more; return when its thread has ended, or after a while."""
        with self._changed:
            self._is_closed = True
            self._queue.clear()
            self._changed.notify_all()
            thread = self._thread
        self._close()
        if thread is not None:
            thread.join(timeout=wait_s)

    def _work(self) -> None:
        """Ask one request after the other until this is closed: what the thread runs."""
        while (running := self._next()) is not None:
            try:
                callbacks = self._ask(running)
            except Exception:  # what nobody foresaw costs one request, not all that wait
                log.exception("an engine could not be asked about prose")
                callbacks = self._lose(running, has_fault=True)
            for callback in callbacks:
                try:
                    callback()
                except Exception:
                    log.exception("a document could not be told that there is news")

    def _next(self) -> RunningRequest[_Request] | None:
        """Wait for a request to check; return None at the end."""
        with self._changed:
            while not self._is_closed:
                now = time.monotonic()
                if (running := self._queue.take(now)) is not None:
                    return running
                self._changed.wait(self._queue.wait_s(now))
            return None

    def _ask(self, running: RunningRequest[_Request]) -> Sequence[Callback]:
        """Ask the engine; return whom to call."""
        results = self.result(running.request)  # another owner's request may have been answered meanwhile
        if results is None:
            try:
                results = self._check_twice(running.request)
            except EngineDied:
                return self._lose(running)
            except EngineError as error:
                return self._give_up(error, running)
            self.health.answered()
            if self._kept is not None:
                self._kept.put(running.request, results)
        with self._changed:
            callbacks = self._queue.answered(running, results)
            self._changed.notify_all()
        return callbacks

    def _check_twice(self, request: _Request) -> tuple[_Result, ...]:
        """Return the engine's results. It is asked once more if it dies of the request; raises EngineDied if it dies
        again, so that what others wait for goes on, and EngineError if it gives up."""
        try:
            return self._check(request)
        except EngineDied as error:
            log.warning("%s", error)
        return self._check(request)

    def _lose(self, running: RunningRequest[_Request], *, has_fault: bool = False) -> Sequence[Callback]:
        """Go on without a request, as `RequestQueue.lose` does; return whom to call."""
        with self._changed:
            callbacks = self._queue.lose(running, time.monotonic(), has_fault=has_fault)
            self._changed.notify_all()
        return callbacks

    def _give_up(self, error: EngineError, running: RunningRequest[_Request]) -> Sequence[Callback]:
        """Return whom to call: all that wait. The request comes first when the engine is tried again."""
        with self._changed:
            if self._is_closed:
                return ()
            self.health.gave_up(str(error), is_absent=isinstance(error, EngineAbsent))
            callbacks = self._queue.give_back(running, time.monotonic())
            self._changed.notify_all()
        return callbacks

    def _is_kept(self, request: _Request) -> bool:
        """Tell whether it was answered on an earlier day; then it is as if it had just been."""
        results = self._kept.get(request) if self._kept is not None else None
        if results is not None:
            self._queue.remember(request, results)
        return results is not None

    def _wake(self) -> None:
        """Look again what is due: the engine answers again."""
        with self._changed:
            self._changed.notify_all()
