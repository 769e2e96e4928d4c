"""Setting up several parts: those of different lanes side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import groupby

from breadknife import arrivals
from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import MonotonicProgress
from breadknife.engine.models.pull import PullProgress
from breadknife.errors import BreadknifeError, Cancelled
from breadknife.setup.values import Event, Part, Skipped, State

_SIGNAL_SECONDS = 0.2
"""Windows tells a thread of a signal only while it runs."""
CANCELLED = "{} was cancelled; the same command goes on from here"


def set_up(parts: Sequence[Part], tell: Callable[[Event], None], cancel: CancelToken) -> dict[str, State]:
    """Set the parts up, and return what became of each, by its name.

    `tell` is called from several threads, one at a time for each part; a part's last event isn't `running`.
    """
    ended: dict[str, State] = {}

    def work(lane: Sequence[Part]) -> None:
        for part in lane:
            event = _set_up(part, tell, cancel)
            ended[part.name] = event.state
            tell(event)

    lanes = [list(lane) for _, lane in groupby(sorted(parts, key=lambda part: part.lane), key=lambda part: part.lane)]
    with ThreadPoolExecutor(max(1, len(lanes)), "setup") as pool:
        works = [pool.submit(work, lane) for lane in lanes]
        while wait(works, _SIGNAL_SECONDS).not_done:
            pass
        for future in works:
            future.result()
    return ended


def _set_up(part: Part, tell: Callable[[Event], None], cancel: CancelToken) -> Event:
    advance = MonotonicProgress()

    def report(progress: PullProgress) -> None:
        now = advance.take(progress.amount)
        tell(Event(part.name, "running", progress.message, now.fraction, now.done, now.total))

    try:
        cancel.raise_if_cancelled()
        message = part.set_up(report, cancel)
    except Cancelled:
        return Event(part.name, "skipped", CANCELLED.format(part.title))
    except Skipped as error:
        return Event(part.name, "skipped", str(error))
    except BreadknifeError as error:
        return Event(part.name, "failed", str(error))
    except OSError as error:  # a folder that can't be written, a full disk
        remedy = "make room and let it be written, or set BREADKNIFE_HOME to another folder"
        return Event(part.name, "failed", f"{error.filename or part.title}: {error.strerror or error}; {remedy}")
    except Exception as error:
        return Event(part.name, "failed", f"an error that nobody foresaw: {type(error).__name__}: {error}")
    arrivals.announce()
    return Event(part.name, "done", message, 1.0)
