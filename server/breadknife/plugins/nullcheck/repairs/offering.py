"""Offers for a site: what the repairs of its language propose, in the order of its rows, as far as it is right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from breadknife.plugins.nullcheck.repairs.merging import clues_of, merging_model
from breadknife.plugins.nullcheck.repairs.repair import IN_TEST, Edits, ProposalOrder, RepairProposal, RepairRule
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.verified import Verification
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, MessageContent, RepairOffer, Strategy
from breadknife.project.tests import is_test
from breadknife.task.values import DocumentEdits
from breadknife.text.document import Document, Span
from breadknife.text.syntax import is_misread

S = TypeVar("S", bound=Site)
_CLAIMS = HIDING | DECLARATION | {Strategy.ASSERT}
"""Strategies that claim that there is no null."""
_ADDS_NO_CHECK = DECLARATION | HIDING | {Strategy.WIDEN}
"""Strategies that add no check at the place, so that a null that is meant there goes on."""


def _may_be_claimed(site: Site, proposal: RepairProposal) -> bool:
    """Tell whether a proposal isn't another claim in a test than one in the words of the test's library."""
    return proposal.strategy is not Strategy.ASSERT or proposal.evidence == IN_TEST or not is_test(site.uri)


@dataclass(frozen=True)
class Offering(Generic[S]):
    """The repairs of one language, and the order of what they propose, for the sites of one text."""

    repairs: Sequence[RepairRule[S]]
    order: ProposalOrder
    verification: Verification

    def offers(self, site: S) -> Iterator[RepairOffer]:
        """Yield the offers, best first, one for each strategy: the one that a maintainer is most likely to write."""
        best = dict[Strategy, RepairOffer]()
        for offer in self.verified(site):
            known = best.get(offer.strategy)
            if known is None or offer.chance > known.chance:
                best[offer.strategy] = offer
        yield from best.values()

    def verified(self, site: S) -> Iterator[RepairOffer]:
        """Yield all that is proposed and right, in the order of the rows."""
        for proposal in self._proposals(site):
            edits, ended = self._verified(site, proposal, proposal.content or MessageContent())
            if edits is None:
                continue
            elsewhere, there = (), proposal.there
            if there is not None:
                document = Document(there.uri, there.tree.language, there.tree.text)
                elsewhere, edits = (DocumentEdits(document, edits),), ()
            clues = tuple(clues_of(site, proposal))
            is_asked_for = proposal.is_asked_for or (site.is_meant and proposal.strategy not in _ADDS_NO_CHECK)
            yield RepairOffer(
                proposal.strategy, proposal.title, edits, proposal.evidence, proposal.content,
                self._within(site, edits, proposal.strategy), removes=ended, is_asked_for=is_asked_for,
                elsewhere=elsewhere, clues=clues, chance=merging_model().chance(clues),
            )  # fmt: skip

    def repair(self, site: S, strategy: Strategy, content: MessageContent) -> Edits | None:
        """Return the edits of an offer with other content; None where they fail."""
        found = (each for each in self._proposals(site) if each.strategy is strategy and each.content is not None)
        return next((self._verified(site, proposal, content)[0] for proposal in found), None)

    def _proposals(self, site: S) -> Sequence[RepairProposal]:
        """Return the proposals: none where the parser didn't understand the text around. Where a check of the file's
        own says that the value is there, nothing but a claim that it is, for the checker that doesn't see it."""
        if is_misread(site.node):
            return ()
        is_denied = site.assumed is not None and self.verification.is_denied(site.span, site.assumed)
        proposals = (proposal for repair in self.repairs for proposal in repair(site))
        return self.order.sorted(
            proposal
            for proposal in proposals
            if (not is_denied or proposal.strategy in _CLAIMS) and _may_be_claimed(site, proposal)
        )

    def _verified(self, site: S, proposal: RepairProposal, content: MessageContent) -> tuple[Edits | None, int]:
        """Return the edits of a proposal with that content, and how many findings they end; (None, 0) if they can't be
        written, or aren't right."""
        edits = proposal.write(content)
        check, there, strategy = self.verification, proposal.there, proposal.strategy
        if not edits:
            ended = 0
        elif there is not None:
            ended = check.ended_there(site.span, there, edits, strategy, is_own=site.found is not None)
        else:
            ended = check.ended(site.span, edits, strategy, site.assumed, site.used_again)
        return (edits, ended) if ended else (None, 0)

    def _within(self, site: S, edits: Edits, strategy: Strategy) -> Span:
        """Return the whole declaration around the place, and whatever else the template itself edits."""
        limits = site.tree.span(site.limits) if site.limits is not None else Span(0, len(site.tree.text))
        return self.verification.touched(limits, edits, strategy)
