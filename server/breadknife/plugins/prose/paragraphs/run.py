"""One check of a document: what it was asked with, whom it waits for, and what it lacks."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled
from breadknife.plugins.prose.engine_set import EngineSet
from breadknife.plugins.prose.engines.engine_health import EngineHealth
from breadknife.plugins.prose.engines.lint import BackgroundLinter
from breadknife.plugins.prose.engines.refreshes import RefreshQueue
from breadknife.plugins.prose.language import DocumentLanguage
from breadknife.plugins.prose.model.reviewer import ModelReviewer
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context
from breadknife.task.values import Consulted
from breadknife.text.document import Document


@dataclass
class Coverage:
    """What a check lacks: of engines that it could not ask, that didn't answer, or that are still at work."""

    absent: set[str] = field(default_factory=set[str])
    """Their names, as a report of stale suppressions has them."""
    unanswered: list[str] = field(default_factory=list[str])
    """A sentence for each that was asked and didn't answer: without it less is found than elsewhere."""
    awaited: list[BackgroundLinter | ModelReviewer] = field(default_factory=list[BackgroundLinter | ModelReviewer])
    """Those that were asked, and answer later."""
    consulted: Consulted = field(default_factory=Consulted)
    is_fleeting: bool = False
    """Another check of the same text may find something else, so nobody keeps this."""
    are_unasked: bool = False
    """The slow ones are asked by the next check, once Harper has read what this one had no time for."""

    def waits(self, owner: str) -> bool:
        """Tell whether something that this owner asked for is still to come."""
        return any(engine.waits(owner) for engine in self.awaited)


@dataclass(frozen=True)
class CheckRun:
    """One check of a document, with all that its parts need."""

    document: Document
    context: Context
    settings: ProseSettings
    language: DocumentLanguage
    engines: EngineSet
    vale: BackgroundLinter | None
    refreshes: RefreshQueue
    coverage: Coverage
    """Filled by the check."""
    whole: bool
    """Wait until every engine has answered, as lint does; an editor is told of later answers through `refreshes`."""
    timeout_s: float | None
    """The seconds that a `whole` check waits for slow engines, None for as long as they take; with 0 they aren't asked,
    but what they have said before counts."""
    began: float = field(default_factory=time.monotonic)
    """By the monotonic clock."""

    @property
    def owner(self) -> str:
        """The name under which engines keep requests; lint's own, so that an editor's don't replace its requests."""
        return f"{self.document.uri}#{id(self.context)}" if self.whole else self.document.uri

    @property
    def on_news(self) -> Callable[[], None]:
        """Return the function that engines call when they have answered."""
        if self.whole:  # lint waits: nobody needs to be told that results have come
            return lambda: None
        return partial(self.refreshes.add, self.document.uri, self.context.refresh, self._has_ended)

    def _has_ended(self) -> bool:
        return not self.coverage.waits(self.owner)

    @property
    def asks(self) -> bool:
        """Tell whether slow engines are asked at all."""
        return self.timeout_s is None or self.timeout_s > 0

    def wait(self, wait: Callable[[CancelToken], None]) -> None:
        """Wait for an engine, as long as the asker wants to. Raises Cancelled."""
        if self.timeout_s is None:
            wait(self.context.cancel)
            return
        limit = self.context.cancel.within(max(self.began + self.timeout_s - time.monotonic(), 0.0))
        with contextlib.suppress(Cancelled):
            wait(limit)
        self.context.cancel.raise_if_cancelled()

    def excuse(self, name: str, health: EngineHealth, sentence: str) -> None:
        """Say what is missing, in a notice; or else, where an engine that lint asked gave no answer, in `coverage`, so
        that lint fails."""
        if not self.whole or health.is_absent:
            self.context.notify(sentence, optional=health.is_absent)
        elif health.failure is not None:
            self.coverage.unanswered.append(f"{name} did not answer: {health.failure}.")
        else:
            self.coverage.unanswered.append(sentence)
