"""Offers for a site: what the repairs of its language propose, in the order of its rows, as far as it is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from breadknife.plugins.nullcheck.repairs.repair import Edits, ProposalOrder, RepairProposal, RepairRule
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, MessageContent, RepairOffer, Strategy
from breadknife.task.values import DocumentEdits
from breadknife.text.document import Document, Span
from breadknife.text.syntax import is_misread

S = TypeVar("S", bound=Site)
_CLAIMS = HIDING | {Strategy.ASSERT}
"""What says that there is no null."""
_ELSEWHERE = DECLARATION | HIDING | {Strategy.WIDEN}
"""What puts no check where a null may be meant."""


@dataclass(frozen=True)
class Offering(Generic[S]):
    """The repairs of one language, and the order of what they propose, for the sites of one text."""

    repairs: Sequence[RepairRule[S]]
    order: ProposalOrder
    verification: Verification

    def offers(self, site: S) -> Iterator[RepairOffer]:
        """Yield the offers, best first, one for each strategy."""
        for proposal in self._proposals(site):
            edits, removes = self._made(site, proposal, proposal.content or MessageContent())
            if edits is None:
                continue
            elsewhere, there = (), proposal.there
            if there is not None:
                document = Document(there.uri, there.tree.language, there.tree.text)
                elsewhere, edits = (DocumentEdits(document, edits),), ()
            is_asked_for = proposal.is_asked_for or (site.is_meant and proposal.strategy not in _ELSEWHERE)
            yield RepairOffer(
                proposal.strategy, proposal.title, edits, proposal.evidence, proposal.content,
                self._within(site, edits, proposal.strategy), removes=removes, is_asked_for=is_asked_for,
                elsewhere=elsewhere,
            )  # fmt: skip

    def repair(self, site: S, strategy: Strategy, content: MessageContent) -> Edits | None:
        """Return the edits of an offer with other content; None where they fail."""
        found = (proposal for proposal in self._proposals(site) if proposal.strategy is strategy)
        return next((self._made(site, proposal, content)[0] for proposal in found), None)

    def _proposals(self, site: S) -> Sequence[RepairProposal]:
        """Return the proposals: none where the parser didn't understand the text around. Where a check of the file's
        own says that the value is there, nothing but a claim that it is, for the checker that doesn't see it."""
        if is_misread(site.node):
            return ()
        is_denied = site.assumed is not None and self.verification.is_denied(site.span, site.assumed)
        found = (proposal for repair in self.repairs for proposal in repair(site))
        return self.order.sorted(each for each in found if not is_denied or each.strategy in _CLAIMS)

    def _made(self, site: S, proposal: RepairProposal, content: MessageContent) -> tuple[Edits | None, int]:
        edits = proposal.write(content)
        check, there, strategy = self.verification, proposal.there, proposal.strategy
        if not edits:
            removes = 0
        elif there is not None:
            removes = check.ended_there(site.span, there, edits, strategy, is_own=site.found is not None)
        else:
            removes = check.ended(site.span, edits, strategy, site.assumed)
        return (edits, removes) if removes else (None, 0)

    def _within(self, site: S, edits: Edits, strategy: Strategy) -> Span:
        """Return the whole declaration around the place, and whatever else the template itself edits."""
        limits = site.tree.span(site.limits) if site.limits is not None else Span(0, len(site.tree.text))
        return self.verification.touched(limits, edits, strategy)
