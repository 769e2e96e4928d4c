"""What a slow engine is still to be asked, for whom, and when: a state without threads or a clock of its own.

Whatever happens, a request stays here until it is answered, nobody asks it any more, or the engine has a fault with it.
`wait_s` says when the next one is due, so that nobody sleeps past it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from breadknife.lru import LruCache
from breadknife.plugins.prose.engines.engine_health import AGAIN_S, LONGEST_S, EngineHealth

_Request = TypeVar("_Request", bound=Hashable)
_Result = TypeVar("_Result")

Callback = Callable[[], None]
"""Called when there is news for an owner."""


@dataclass
class _OwnerQueue(Generic[_Request]):
    """What one owner still waits for; an owner is a document's URI, or lint's check of one."""

    requests: list[_Request]
    """The next one is the last, where `pop` takes it."""
    on_news: Callback
    due: float
    """When the next one may be asked."""


@dataclass
class _LostRequest:
    """One that the engine died of, or has a fault with."""

    retry_at: float
    """When it is asked once more; infinity for never."""
    pause_s: float
    """The seconds until then, doubled for each time."""
    on_news: dict[str, Callback]
    """Whom to call once it is answered, by the owners that have asked it."""


@dataclass(frozen=True)
class RunningRequest(Generic[_Request]):
    """A request that the engine is working at; `owner` is empty where a lost request is tried once more."""

    request: _Request
    owner: str
    on_news: Callback


def has_results(request: object, results: Sequence[object]) -> bool:
    """Tell whether the engine said anything: that matters wherever nobody knows better."""
    return bool(results)


class RequestQueue(Generic[_Request, _Result]):
    """What each owner waits for, what was answered, and what the engine died of.

    All times are seconds of one clock. Not safe to use from several threads.
    """

    def __init__(
        self,
        health: EngineHealth,
        capacity: int = 1 << 16,
        matters: Callable[[_Request, Sequence[_Result]], bool] = has_results,
    ) -> None:
        """`matters` tells whether results may change what is shown. Those of the newest `capacity` requests are
        kept."""
        self._health = health
        self._matters = matters
        self._results: LruCache[_Request, tuple[_Result, ...]] = LruCache(capacity)
        self._lost: dict[_Request, _LostRequest] = {}
        self._owners: dict[str, _OwnerQueue[_Request]] = {}
        self._running: RunningRequest[_Request] | None = None

    def result(self, request: _Request) -> tuple[_Result, ...] | None:
        """Return what the engine said; None while it has not answered."""
        return self._results.get(request)

    def lost(self, requests: Iterable[_Request]) -> bool:
        """Tell whether the engine could not check some of the requests, though it works."""
        return not self._lost.keys().isdisjoint(requests)

    def settled(self, requests: Iterable[_Request]) -> set[_Request]:
        """Return those that nobody needs to wait for any longer."""
        return {request for request in requests if request in self._results or request in self._lost}

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for isn't answered yet."""
        return owner in self._owners or (self._running is not None and self._running.owner == owner)

    def ask(
        self,
        owner: str,
        requests: Iterable[_Request],
        on_news: Callback,
        now: float,
        *,
        after: float = 0.0,
        is_known: Callable[[_Request], bool] = lambda request: False,
    ) -> bool:
        """Queue the requests, in place of what the owner still waits for; return False if nothing is left to ask.

        Those that the owner hasn't asked before come first, not before `after` seconds. `is_known` may look up and
        `remember` the results of a new one.
        """
        unanswered = [request for request in dict.fromkeys(requests) if request not in self._results]
        for lost in filter(None, map(self._lost.get, unanswered)):
            lost.on_news[owner] = on_news
        to_ask = [request for request in reversed(unanswered) if request not in self._lost]  # the next one is the last
        old_queue = self._owners.pop(owner, None)
        waiting = set(old_queue.requests) if old_queue else set[_Request]()
        running = self._running.request if self._running is not None and self._running.owner == owner else None
        old = [request for request in to_ask if request in waiting]
        new = [request for request in to_ask if request not in waiting and request != running and not is_known(request)]
        if not (new or old):
            return False
        due = old_queue.due if old_queue is not None and not new else now + after
        self._owners[owner] = _OwnerQueue(old + new, on_news, due)
        return True

    def take(self, now: float) -> RunningRequest[_Request] | None:
        """Return the request to ask now: of the newest owner whose request is due. None if there is none, or the engine
        isn't tried for now."""
        if self._health.wait_s:
            return None
        owner = next((name for name in reversed(self._owners) if self._owners[name].due <= now), None)
        if owner is not None:
            queue = self._owners[owner]
            self._running = RunningRequest(queue.requests.pop(), owner, queue.on_news)
            if not queue.requests:
                del self._owners[owner]
            return self._running
        for request, lost in self._lost.items():
            if lost.retry_at <= now:  # whoever has asked it is in `lost.on_news`
                self._running = RunningRequest(request, "", lambda: None)
                return self._running
        return None

    def wait_s(self, now: float) -> float | None:
        """Return the seconds until `take` may have something; None if only a new request makes it so."""
        dues = [queue.due for queue in self._owners.values()]
        dues += [lost.retry_at for lost in self._lost.values() if lost.retry_at < math.inf]
        return max(self._health.wait_s, min(dues) - now, 0.0) if dues else None

    def answered(self, running: RunningRequest[_Request], results: tuple[_Result, ...]) -> list[Callback]:
        """Keep what the engine said; return whom to call."""
        self._running = None
        lost = self._lost.pop(running.request, None)
        self.remember(running.request, results)
        callbacks = [*lost.on_news.values()] if lost is not None else []
        is_news = running.owner not in self._owners or self._matters(running.request, results)
        return [*callbacks, running.on_news] if is_news else callbacks

    def lose(self, running: RunningRequest[_Request], now: float, *, has_fault: bool = False) -> list[Callback]:
        """Go on without a request that the engine died of, which is asked a few times again, or `has_fault` with, which
        isn't; return whom to call."""
        self._running = None
        before = self._lost.get(running.request)
        pause_s = AGAIN_S if before is None else 2 * before.pause_s
        retry_at = now + pause_s if pause_s <= LONGEST_S and not has_fault else math.inf
        on_news = {running.owner: running.on_news} if before is None else before.on_news
        self._lost[running.request] = _LostRequest(retry_at, pause_s, on_news)
        return [running.on_news] if running.owner not in self._owners else []

    def give_back(self, running: RunningRequest[_Request], now: float) -> list[Callback]:
        """Put a request back that the engine gave up over, as the owner's next; return all who wait."""
        self._running = None
        if running.request not in self._lost:
            empty = _OwnerQueue[_Request]([], running.on_news, now)
            queue = self._owners.setdefault(running.owner, empty)
            if running.request not in queue.requests:
                queue.requests.append(running.request)
        return [queue.on_news for queue in self._owners.values()]

    def remember(self, request: _Request, results: tuple[_Result, ...]) -> None:
        """Keep results that are known from elsewhere."""
        self._results[request] = results

    def clear(self) -> None:
        """Ask nothing more."""
        self._owners.clear()
        self._lost.clear()
