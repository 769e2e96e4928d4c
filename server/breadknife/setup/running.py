"""Sets up several parts: those of one lane one after the other, different lanes side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from itertools import groupby

from breadknife import arrivals
from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import MonotonicProgress, PullProgress
from breadknife.errors import BreadknifeError, Cancelled
from breadknife.setup.values import Event, Part, Skipped, State

_SIGNAL_SECONDS = 0.2
"""How often the main thread wakes up while it waits: on Windows it gets no signal, such as Ctrl-C, while it sleeps."""
CANCELLED = "{} was cancelled; the same command goes on from here"


def set_up(parts: Sequence[Part], tell: Callable[[Event], None], cancel: CancelToken) -> dict[str, State]:
    """Set the parts up, and return the last state of each, by its name.

    `tell` is called from several threads, but for one part never from two at once. Its last event of a part has another
    state than `running`.
    """
    last_states: dict[str, State] = {}

    def set_up_lane(lane: Sequence[Part]) -> None:
        for part in lane:
            event = _set_up(part, tell, cancel)
            last_states[part.name] = event.state
            tell(event)

    lanes = [list(lane) for _, lane in groupby(sorted(parts, key=lambda part: part.lane), key=lambda part: part.lane)]
    with ThreadPoolExecutor(max(1, len(lanes)), "setup") as pool:
        futures = [pool.submit(set_up_lane, lane) for lane in lanes]
        while wait(futures, _SIGNAL_SECONDS).not_done:
            pass
        for future in futures:
            future.result()  # raises what nobody expected
    return last_states


def _set_up(part: Part, tell: Callable[[Event], None], cancel: CancelToken) -> Event:
    """Set one part up, and return its last event. Every error becomes an event, so that the other parts go on."""
    monotonic = MonotonicProgress()

    def report(progress: PullProgress) -> None:
        amount = monotonic.take(progress.amount)
        tell(Event(part.name, "running", progress.message, amount.fraction, amount.done, amount.total))

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
    arrivals.announce()  # so that running servers use it
    return Event(part.name, "done", message, 1.0)
