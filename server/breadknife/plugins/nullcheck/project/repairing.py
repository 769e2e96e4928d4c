"""Repairs findings one after the other, so that each repair sees those before it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.plugins.nullcheck.project.repairs import UNASKED, Outcome, Repairs, Wanted
from breadknife.plugins.nullcheck.project.values import (
    DereferenceFinding,
    Edits,
    EndedFinding,
    RefusedFinding,
    RepairedFinding,
    strategy_of,
)
from breadknife.plugins.nullcheck.repairs.merging import merging_model
from breadknife.plugins.nullcheck.values import DECLARATION, Strategy
from breadknife.task.values import Action

CHANGED = "another repair has changed it: run it again"
ONCE = "the same null has been repaired above in the function: run it again if that isn't enough"
TOO_LATE = "it is used before as if it were there"
NOT_WRITTEN = "a file has changed meanwhile: run it again"


@dataclass
class RepairRun:
    """Repairs findings in groups; each group sees the repairs of those before it.

    A repair is right in the text as it was, and with those made before it. For a null there is one in a function: a
    second one would be a check that the first has made needless, or one that it lacks."""

    repairs: Repairs
    wanted: Wanted
    _made: list[Edits] = field(default_factory=list[Edits])
    _kept: int = 0
    """Of what is made."""
    _left: list[DereferenceFinding] = field(default_factory=list[DereferenceFinding])
    _declared: set[object] = field(default_factory=set[object])
    _repaired: set[object] = field(default_factory=set[object])

    @classmethod
    def of(
        cls,
        repairs: Repairs,
        files: Sequence[Path],
        strategies: frozenset[Strategy] = UNASKED,
        *,
        makes_all: bool = True,
    ) -> RepairRun:
        """Return a run that makes actions of these strategies, and changes these files. Unless it `makes_all`, what few
        maintainers would write is only proposed."""
        return cls(repairs, Wanted(strategies, frozenset(files), 0.0 if makes_all else merging_model().least))

    def outcomes(self, found: Iterator[DereferenceFinding]) -> Iterator[Outcome]:
        """Yield the first verified action that is wanted for each finding that is still there when its turn comes.

        Declarations come first, since they may end more than was asked about: those of values, then those of functions
        that give them back. Otherwise findings come in the order of the text: of `a.b.c`, what is done about `a.b` may
        have to wait for `a`."""
        repairs, alone = self.repairs, dict[DereferenceFinding, list[Action]]()
        for told in found:
            here = told.moved(self._made)
            alone[told] = list(filter(self.wanted.admits, repairs.menu(here))) if here else []
        best = {each: next(iter(alone[each]), None) for each in alone}
        nulls = {each: repairs.null(each.moved(self._made) or each) for each in alone}
        excluded = repairs.ended(((each, each.moved(self._made) or each) for each in alone), at_first=True)
        for told in sorted(alone, key=lambda each: (_turn(best[each]), each.path, each.place.span)):
            here, change = told.moved(self._made), _change(told.path, best[told])
            if change in self._declared:
                outcome = EndedFinding(told)
            elif here is None:
                outcome = RefusedFinding(told, CHANGED)
            elif self._made and told not in excluded and repairs.ended([(told, here)]):
                outcome = EndedFinding(told)
            elif nulls[told] in self._repaired:
                outcome = RefusedFinding(told, ONCE)
            elif repairs.is_blocked(here, (now for each in self._left if (now := each.moved(self._made)))):
                outcome = RefusedFinding(told, TOO_LATE)
            else:
                outcome = repairs.first(here, self.wanted, alone[told], CHANGED)
            if isinstance(outcome, RepairedFinding):
                repairs.make(outcome.edits)
                self._made.append(outcome.edits)
                self._declared |= {_change(told.path, outcome.action)} - {None}
                self._repaired |= {nulls[told]} if outcome.strategy not in DECLARATION else set()
            elif isinstance(outcome, RefusedFinding):
                self._left.append(told)
            yield replace(outcome, found=told)

    def keep(self) -> None:
        """Note that what is made until now is shown or written."""
        self._kept = len(self._made)
        self.repairs.changes.keep()

    def take_back(self) -> None:
        """Take back what isn't kept: its files are left alone from now on."""
        before = self.repairs.changes.before()
        self.wanted = replace(self.wanted, files=self.wanted.files - {path for path, _ in before})
        self.repairs.put(before)
        del self._made[self._kept :]


def _turn(best: Action | None) -> int:
    strategy = strategy_of(best) if best is not None else None
    return int(strategy not in DECLARATION)


def _change(path: Path, action: Action | None) -> object:
    """Return the declaration that an action changes, which may be the same one for several findings."""
    is_declared = action is not None and strategy_of(action) in DECLARATION
    return (path, action.title, action.within) if action is not None and is_declared else None
