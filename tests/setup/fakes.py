"""Parts that do as a test says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from breadknife.cancel import CancelToken
from breadknife.setup.values import Look, Step


@dataclass
class FakePart:
    name: str
    does: Callable[[Callable[[Step], None], CancelToken], str] = lambda report, cancel: "it is there"
    lane: str = "one"
    title: str = "a part"
    purpose: str = "to be tested"
    calls: list[str] = field(default_factory=list[str])

    def look(self) -> Look:
        return Look(False, "not installed")

    def set_up(self, report: Callable[[Step], None], cancel: CancelToken) -> str:
        self.calls.append(self.name)
        return self.does(report, cancel)
