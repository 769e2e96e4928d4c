"""One line of the table that the bench prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    what: str
    goal: str
    reached: str

    def line(self) -> str:
        return f"| {self.what} | {self.goal} | {self.reached} |"


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
