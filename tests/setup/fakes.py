"""Parts that do as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from breadknife.cancel import CancelToken
from breadknife.engine.models.progress import PullProgress
from breadknife.setup.values import PartStatus


@dataclass
class FakePart:
    name: str
    does: Callable[[Callable[[PullProgress], None], CancelToken], str] = lambda report, cancel: "it is there"
    lane: str = "one"
    title: str = "a part"
    purpose: str = "to be tested"
    calls: list[str] = field(default_factory=list[str])

    def status(self) -> PartStatus:
        return PartStatus(False, "not installed")

    def set_up(self, report: Callable[[PullProgress], None], cancel: CancelToken) -> str:
        self.calls.append(self.name)
        return self.does(report, cancel)
