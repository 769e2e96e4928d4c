"""The findings of a project, and what becomes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.nullcheck.values import Place, Strategy
from breadknife.task.values import Action, Finding
from breadknife.text.document import TextEdit

Edits = Mapping[Path, tuple[TextEdit, ...]]
"""Of each file, in positions of its present text."""


@dataclass(frozen=True)
class Found:
    """A finding about null, and the value that it is about."""

    path: Path
    finding: Finding
    place: Place

    def moved(self, made: Sequence[Edits]) -> Found | None:
        """Where it is after edits, each in positions of what those before it have made; None where they have changed
        its text."""
        found = self
        for edits in made:
            for edit in sorted(edits.get(found.path, ()), reverse=True):
                spans = (found.place.span, found.finding.span)
                if any(edit.span.start < span.end and span.start < edit.span.end for span in spans):
                    return None
                if edit.span.end <= min(span.start for span in spans):
                    by = len(edit.new_text) - len(edit.span)
                    place = replace(found.place, span=found.place.span.shifted(by))
                    finding = replace(found.finding, span=found.finding.span.shifted(by), related=())
                    found = Found(found.path, finding, place)
        return found


@dataclass(frozen=True)
class Repair:
    """A verified action for a finding."""

    found: Found
    action: Action
    edits: Edits

    @property
    def strategy(self) -> Strategy:
        return strategy_of(self.action)


@dataclass(frozen=True)
class Refused:
    """No action for a finding, and why."""

    found: Found
    why: str


@dataclass(frozen=True)
class Ended:
    """A finding that isn't there any more, after the repairs of others."""

    found: Found


def strategy_of(action: Action) -> Strategy:
    return Strategy(action.data["strategy"])
