"""A checker kept warm: started when it is first needed, again after it has died, ended when nobody asks any more."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError, Cancelled, EngineDied, EngineUnavailable
from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.verify.oracle.values import NO_TEXTS, CheckerProblem, RunningChecker, saved

log = logging.getLogger(__name__)

IDLE_SECONDS = 600.0
"""After that long without a question the program ends: pyright holds some 200 MB, and starts in 2 s."""
_START_SECONDS, _ANSWER_SECONDS = 60.0, 60.0
_DEATHS = 3
"""In a row, after which it isn't started any more."""
_KEPT, FRESH_SECONDS = 256, 60.0
"""Answers, each of one file, and for how long: other files on disk count too."""
_POLL_SECONDS = 0.02
_Shown = frozenset[tuple[Path, str]]
"""The texts that aren't as they are saved."""


class Oracle:
    """Asks one question after the other, in a thread of its own. Safe to use from several threads."""

    def __init__(
        self, start: Callable[[CancelToken], RunningChecker], idle_seconds: float = IDLE_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._start = start
        self._idle_seconds = idle_seconds
        self._checker: RunningChecker | None = None
        self._deaths = 0
        self._answers = LruCache[tuple[Path, _Shown], list[CheckerProblem]](_KEPT, seconds=FRESH_SECONDS, clock=clock)
        self._thread = ThreadPoolExecutor(1, "oracle")
        self._closing = CancelToken()
        self._idle = threading.Timer(idle_seconds, self._rest)

    def ask(
        self, texts: Mapping[Path, str], cancel: CancelToken, beside: Mapping[Path, str] = NO_TEXTS, *,
        again: bool = False,
    ) -> list[CheckerProblem]:  # fmt: skip
        """See `RunningChecker.problems`. Raises Cancelled, EngineDied and EngineUnavailable. `again`: whatever is known
        already.

        What is being asked when the deadline comes is answered all the same, for the next asker; only an asker that
        goes away stops it. What isn't yet is asked no more: it would keep the next asker waiting.
        """
        limit = CancelToken.after(max(_ANSWER_SECONDS, cancel.remaining() or 0.0))
        try:
            answer = self._thread.submit(self._answer, texts, beside, limit, again)
        except RuntimeError as error:
            raise EngineUnavailable("the checker is closed") from error
        forget = cancel.on_cancel(limit.cancel)
        try:
            while not wait((answer,), _POLL_SECONDS).done:
                cancel.raise_if_cancelled()
            return answer.result()
        except Cancelled:
            answer.cancel()
            raise
        finally:
            forget()

    def close(self) -> None:
        self._closing.cancel()
        self._idle.cancel()
        if self._checker is not None:
            self._checker.close()  # which ends the work on a question, too
        self._rest()  # of what is being started
        self._thread.shutdown(wait=False)

    def _answer(
        self, texts: Mapping[Path, str], beside: Mapping[Path, str], cancel: CancelToken, again: bool
    ) -> list[CheckerProblem]:
        """Return the problems. Only of the files of which nothing is known with these texts the checker is asked: what
        an edit has made is what the next one finds."""
        all_of_them = {**beside, **texts}
        shown = frozenset((path, text) for path, text in all_of_them.items() if text != saved(path))
        known = {path: said for path in texts if not again and (said := self._answers.get((path, shown))) is not None}
        unknown = {path: text for path, text in texts.items() if path not in known}
        if unknown:
            self._idle.cancel()
            rest = {path: text for path, text in all_of_them.items() if path not in unknown}
            try:
                found = self._asked(unknown, rest, cancel)
            except EngineDied:  # it may have died meanwhile, of something else
                found = self._asked(unknown, rest, cancel)
            finally:
                self._idle = threading.Timer(self._idle_seconds, self._rest)
                self._idle.daemon = True
                self._idle.start()
            self._deaths = 0
            known |= {path: [each for each in found if each.path == path] for path in unknown}
            for path in unknown:
                self._answers[path, shown] = known[path]
        return sorted(each for said in known.values() for each in said)

    def _asked(
        self, texts: Mapping[Path, str], beside: Mapping[Path, str], cancel: CancelToken
    ) -> list[CheckerProblem]:
        if self._closing.cancelled or self._deaths >= _DEATHS:
            raise EngineUnavailable("the checker has ended too often")
        try:
            if self._checker is None:
                limit = CancelToken.after(max(_START_SECONDS, cancel.remaining() or 0.0))
                self._closing.on_cancel(limit.cancel)
                self._checker = self._start(limit)
            return self._checker.problems(texts, cancel, beside)
        except EngineDied as error:
            log.info("%s", error)
            self._deaths += 1
            self._end()
            raise
        except Cancelled:
            if self._checker is None:  # it didn't even start in time
                self._deaths += 1
            raise
        except BreadknifeError:
            raise
        except Exception as error:
            log.exception("a checker's answer can't be used")
            raise EngineUnavailable(f"the checker's answer can't be used: {error}") from error

    def _rest(self) -> None:
        with contextlib.suppress(RuntimeError):  # it is closed meanwhile
            self._thread.submit(self._end)

    def _end(self) -> None:
        checker, self._checker = self._checker, None
        if checker is not None:
            with contextlib.suppress(EngineDied):
                checker.close()
