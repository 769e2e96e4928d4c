"""A model as a part."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

from breadknife.cancel import CancelToken
from breadknife.engine.models.adding import fetch
from breadknife.engine.models.catalog import ModelInfo
from breadknife.engine.models.progress import PullProgress
from breadknife.engine.models.pull import fetched
from breadknife.engine.models.store import ModelStore
from breadknife.errors import Cancelled
from breadknife.setup.values import PartStatus

_POLL_SECONDS = 0.1
"""How often is looked whether the download is to stop."""
_GRACE_SECONDS = 1.0
"""Seconds in which a download may notice the cancellation itself, as most do at once."""


@dataclass(frozen=True)
class ModelPart:
    model: ModelInfo
    offline: bool = False
    store: ModelStore = field(default_factory=ModelStore)

    lane = "models"

    @property
    def name(self) -> str:
        return f"model:{self.model.name}"

    @property
    def title(self) -> str:
        return self.model.name

    @property
    def purpose(self) -> str:
        what = self.model.purpose or ", ".join(self.model.roles)
        return f"{what} ({self.model.languages})" if self.model.languages else what

    def status(self) -> PartStatus:
        if path := self.store.find(self.model):
            return PartStatus(True, str(path), self.model.size)
        fetched_bytes = fetched(self.model, self.store)  # of a download that was interrupted
        size = self.model.download_size
        state = f"{fetched_bytes * 100 // size} % fetched" if 0 < fetched_bytes < size else "not here"
        return PartStatus(False, state, max(size - fetched_bytes, 0))

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        def on_progress(progress: PullProgress) -> None:
            cancel.raise_if_cancelled()
            report(progress)

        path = _run_until_cancelled(cancel, lambda: fetch(self.model, self.store, on_progress, offline=self.offline))
        return f"{self.model.name} is ready: {path}"


def _run_until_cancelled(cancel: CancelToken, work: Callable[[], Path]) -> Path:
    """Run `work` in a thread, and return its result or raise its error.

    Raises Cancelled soon after `cancel`, even while a silent server keeps the work waiting. The thread is then left
    alone, and ends with this process.
    """
    result: Future[Path] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    Thread(target=run, name="pull", daemon=True).start()
    while not wait([result], _POLL_SECONDS).done:
        if cancel.cancelled and not wait([result], _GRACE_SECONDS).done:
            raise Cancelled("the pull was cancelled")
    return result.result()
