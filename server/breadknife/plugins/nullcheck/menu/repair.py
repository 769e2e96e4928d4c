"""What is done when an action is chosen: the content is written, and the edits climb the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineError, ModelError
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.menu.content import only_words_differ, written
from breadknife.plugins.nullcheck.values import SOURCE, Dereference, RepairOffer, Strategy
from breadknife.plugins.nullcheck.verify.ladder import Ladder, LadderResult, ProposedEdit, Rung
from breadknife.plugins.nullcheck.verify.oracle.tools import InstalledChecker
from breadknife.task.cascade import Kind, PassedOn, Settled, Step, Verdict, Vetoed
from breadknife.task.plugin import Context
from breadknife.task.reasons import silence
from breadknife.task.values import Finding, Origin
from breadknife.text.document import TextEdit

_WORDS_SECONDS = 0.8
"""How long a chosen fix waits for a model's words."""


@dataclass(frozen=True, eq=False)
class ChosenRepair:
    """A place, the way that was chosen to repair it, and the best verified edits so far."""

    file: NullFile
    place: Dereference
    offer: RepairOffer
    edits: tuple[TextEdit, ...]
    origin: Origin = field(default_factory=Origin)


@dataclass(frozen=True)
class CheckerStep:
    """The installed checker that must agree to an edit."""

    ladder: Ladder
    checker: InstalledChecker
    seconds: float
    about: Sequence[Finding]
    """The findings that the edit ends."""

    def begin(self, edited: ProposedEdit, context: Context) -> None:
        """Begin to ask the checker, in the background."""
        self.ladder.prepare([edited], self.about, self.checker, self.seconds, context)

    @property
    def steps(self) -> tuple[Step[ProposedEdit, LadderResult], ...]:
        """Return one step, which passes the edit or vetoes it."""
        return (Step(self.checker.tool.name, Kind.RULE, ProposedEdit, LadderResult, self._climb),)

    def _climb(self, edited: ProposedEdit, context: Context) -> Verdict:
        climb = self.ladder.climb(edited, self.about, self.checker, self.seconds, context)
        if climb.problem is None:
            return Settled(climb)
        said = climb.problem.message.partition("\n")[0]
        checker, file = climb.checker, climb.problem.path.name
        reason = "hides-another" if climb.broken is Rung.OTHERS else "checker-objects"
        return Vetoed(silence(reason, checker=checker, file=file, problem=said))


def rule(strategy: Strategy) -> str:
    return f"{SOURCE}/{strategy}"


def _template(repair: ChosenRepair, context: Context) -> Verdict:
    made = replace(repair, origin=Origin(rule(repair.offer.strategy)))
    return PassedOn(made) if repair.offer.content else Settled(made)


def _written(repair: ChosenRepair, context: Context) -> Verdict:
    """The template is as correct as a model's content, only less well put: so it stands wherever a model fails, or
    takes longer than anybody would wait for words."""
    offer, limit = repair.offer, CancelToken.after(_WORDS_SECONDS)
    forget = context.cancel.on_cancel(limit.cancel)
    try:
        said = written(repair.file, repair.place, offer, context.model(SOURCE), limit)
    except (Cancelled, ModelError, EngineError):
        context.cancel.raise_if_cancelled()
        said = None
    finally:
        forget()
    made = repair.file.repair(repair.place, offer.strategy, said[0]) if said else None
    if said is None or made is None or made == offer.edits or not only_words_differ(made, offer.edits):
        return PassedOn(repair)
    return Settled(replace(repair, edits=made, origin=replace(said[1], rule=rule(offer.strategy))))


CONTENT = (
    Step("template", Kind.RULE, ChosenRepair, ChosenRepair, _template),
    Step("model", Kind.SMALL, ChosenRepair, ChosenRepair, _written, role=SOURCE),
)
"""Who writes the words of a message."""
