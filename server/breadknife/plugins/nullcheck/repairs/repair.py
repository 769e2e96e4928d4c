"""The frame of all repairs: a repair looks at a site and proposes what could be written there.

A language is added in three steps, and the rest of the server doesn't change for it:

1. `knowledge/grammar/<language>.toml` names the nodes of its grammar, has the templates of what is written, and lists
   the order of its proposals (`LanguageGrammar` says what each key means).
2. A table `REPAIRS` in `repairs/<language>/` lists its repairs: the neutral ones that fit (`leaving`, `conditions`),
   and what is special to the language. A repair is a function of a site.
3. Its `NullFile` makes a `Site` for a place, and gives both to `offering.Offering`.

A repair needn't prove that it is right: `offering` drops each proposal that doesn't parse, doesn't end the finding,
brings a new one, or hands a caller a null that it uses. A guard in front of that is only worth its lines where the
analysis can't see the harm, as when an exception is lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import MessageContent, Strategy
from breadknife.text.document import TextEdit

Edits = tuple[TextEdit, ...]
S = TypeVar("S", contravariant=True)

FILE_HABIT = "the file does so elsewhere"
FUNCTION_HABIT = "the function does so elsewhere"
LOOP_HABIT = "the loop does so elsewhere"
GOES_ON = "a check before it goes on"
AT_HAND = "the error at hand is what counts"
PARAMETER = "it is what the caller passes"
IN_LOOP = "it is in a loop"
NO_RESULT = "the function returns nothing"
NO_NEED = "nothing after it needs its result"
REST = "what follows in its block can do without it"
KEPT = "what it sets stays as it is"
IN_TEST = "it is a test"
LOST = "its effect would be lost"
OTHERWISE = "it fails anyway, without a message"


@dataclass(frozen=True)
class RepairProposal:
    """A repair that can be written at a site, before it is verified."""

    strategy: Strategy
    title: str
    evidence: str
    """Why it fits, as a clause for people; the order table has it word for word where it decides."""
    write: Callable[[MessageContent], Edits | None]
    """The edits with that content; None where it can't be written."""
    content: MessageContent | None = None
    """The part that a model may write better, as it is without one; None where there is no such part."""
    is_asked_for: bool = False
    """See `RepairOffer`."""
    there: Site | None = None
    """The declaration in another file that it edits, in place of the one at hand."""


class RepairRule(Protocol[S]):
    """Proposes what one kind of repair could write at a site."""

    def __call__(self, site: S, /) -> Iterator[RepairProposal]: ...


def written(edits: Edits) -> Callable[[MessageContent], Edits]:
    """Return what `RepairProposal.write` is where the content makes no difference."""
    return lambda _content: edits


@dataclass(frozen=True)
class ProposalOrder:
    """Which proposals come first: rows of data, the best first. A row is a strategy, or "strategy: evidence"."""

    rows: Sequence[str]

    def rank(self, proposal: RepairProposal) -> int:
        """Return the place of its row. A row with the evidence counts before one of the strategy alone; without a row
        it comes last."""
        said = (f"{proposal.strategy.value}: {proposal.evidence}", proposal.strategy.value)
        return next((self.rows.index(row) for row in said if row in self.rows), len(self.rows))

    def sorted(self, proposals: Iterable[RepairProposal]) -> Sequence[RepairProposal]:
        """Return the proposals, best first."""
        return sorted(proposals, key=self.rank)
