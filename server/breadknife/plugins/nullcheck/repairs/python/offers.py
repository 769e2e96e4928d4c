"""What is offered for a place: proposals in their order, each verified before it is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from breadknife.plugins.nullcheck.core.analysis import FileHome, Found
from breadknife.plugins.nullcheck.core.nullness import Fact, Nullness, Origin, OriginKind
from breadknife.plugins.nullcheck.menu.never_first import is_test
from breadknife.plugins.nullcheck.repairs.python.declarations import (
    Asked,
    declarations,
    falls_back,
    is_declaration,
    is_handed_on,
)
from breadknife.plugins.nullcheck.repairs.python.doubts import doubt
from breadknife.plugins.nullcheck.repairs.python.elsewhere import is_tested_elsewhere
from breadknife.plugins.nullcheck.repairs.python.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.guards import guards
from breadknife.plugins.nullcheck.repairs.python.ignoring import checker_of, comment
from breadknife.plugins.nullcheck.repairs.python.proposal import Edits, Proposal
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.plugins.nullcheck.repairs.verified import ended, moved_by
from breadknife.plugins.nullcheck.values import DECLARATION, MEANT, Content, Offer, Place, Strategy, Use
from breadknife.plugins.nullcheck.verify.checking import Verifier, new_findings
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree

_CERTAIN = 95
"""Rank of a repair beside which no other is right: what the declaration says is wrong."""
_DECLARES = DECLARATION | {Strategy.WIDEN}
_ADDS_NONE = frozenset({Strategy.ANNOTATE, Strategy.WIDEN})
_TOLD = Fact(Nullness.MAYBE, Origin(OriginKind.ANNOTATION, (0, 0), "another checker reports it"))


@dataclass(frozen=True, eq=False)
class Offers:
    """Of one text."""

    document: Document
    tree: SyntaxTree
    home: FileHome
    analysed: Callable[[SyntaxTree], FileHome]
    """The analysis of an edited text, with the same other files."""
    project: Project | None
    found: Mapping[Span, Found]
    """What the analysis finds, but for what a comment silences."""

    def offers(self, place: Place, about: Sequence[Finding]) -> Iterator[Offer]:
        site, checker = self._site(place), checker_of(about)
        if reason := "" if is_declaration(site) else doubt(site):
            yield from self._ignoring(site, about, reason)
            return
        is_meant = is_handed_on(site) and not is_declaration(site)
        seen = set[Strategy]()
        is_chosen = False
        for proposal in sorted(self._proposals(site, about), key=lambda each: -each.rank):
            if proposal.strategy in seen:
                continue
            if (
                is_meant
                and checker.codes
                and Strategy.IGNORE not in seen
                and proposal.rank < _CERTAIN
                and self._is_guard(proposal)
                and falls_back(site)
            ):
                seen.add(Strategy.IGNORE)
                yield from self._ignoring(site, about, MEANT)
            asked = proposal.is_asked_for or (is_meant and self._is_guard(proposal))
            if offer := self._offer(site, replace(proposal, is_asked_for=asked)):
                seen.add(proposal.strategy)
                is_chosen = is_chosen or not asked
                yield offer
                if proposal.rank >= _CERTAIN:
                    return
        if checker.codes and not is_chosen and Strategy.IGNORE not in seen and not is_declaration(site):
            why = (
                "no check can be placed before it here"
                if site.statement is None
                else "no edit is certain to be right here"
            )
            yield from self._ignoring(site, about, MEANT if is_meant else why)

    def repair(self, place: Place, strategy: Strategy, content: Content) -> Edits | None:
        site = self._site(place)
        for proposal in guards(site, self._evidence(site)):
            if proposal.strategy is strategy and self._ended(site, edits := proposal.edits(content)):
                return edits
        return None

    def _proposals(self, site: Site, about: Sequence[Finding]) -> Iterator[Proposal]:
        found = self.found.get(site.span)
        origin = found.use.fact.origin if found is not None else None
        tested = partial(is_tested_elsewhere, self.document, self.project)
        yield from declarations(site, Asked(checker_of(about), origin, tested))
        if not is_declaration(site) and site.node.type != "none":
            yield from guards(site, self._evidence(site))

    def _evidence(self, site: Site) -> Evidence:
        return Evidence(site, is_test(self.document.uri))

    def _is_guard(self, proposal: Proposal) -> bool:
        return proposal.strategy not in _DECLARES

    def _offer(self, site: Site, proposal: Proposal) -> Offer | None:
        content = proposal.content or Content()
        edits = proposal.edits(content)
        removes = self._ended(site, edits) if self._is_guard(proposal) else self._declared(site, proposal, edits)
        if not removes:
            return None
        spans = [edit.span for edit in edits]
        within = site.lines if self._is_guard(proposal) else Span(min(spans).start, max(span.end for span in spans))
        returns = site.function.child_by_field_name("return_type") if site.function is not None else None
        return Offer(
            proposal.strategy, proposal.title, edits, proposal.rank, proposal.reason, proposal.content, within,
            removes=removes, is_asked_for=proposal.is_asked_for,
            is_inner=returns is not None and self._is_guard(proposal),
        )  # fmt: skip

    def _ended(self, site: Site, edits: Edits) -> int:
        return ended(self._verifier(site, edits), site.span, site.lines, edits)

    def _verifier(self, site: Site, edits: Edits) -> Verifier:
        """Where only another checker has a finding, the value is assumed to be None: what an edit does about that is
        then seen."""
        if site.span in self.found:
            return Verifier(self.home, self.tree, self.analysed)
        at, moved = site.span, site.span.shifted(moved_by(site.span.start, edits))

        def assuming(tree: SyntaxTree) -> FileHome:
            home = self.analysed(tree)
            home.assumed = {(tree.byte_offset(moved.start), tree.byte_offset(moved.end)): _TOLD}
            return home

        known = {(self.tree.byte_offset(at.start), self.tree.byte_offset(at.end)): _TOLD}
        return Verifier(self.home.assuming(known), self.tree, assuming)

    def _declared(self, site: Site, proposal: Proposal, edits: Edits) -> int:
        """How many findings the repair of a declaration ends: it brings no new ones, also where a result is used that
        may be None by now."""
        spans = [site.span, *(edit.span for edit in edits)]
        whole = Span(0, len(self.tree.text))
        limits = whole if proposal.strategy in _ADDS_NONE else Span(min(spans).start, max(span.end for span in spans))
        verifier = Verifier(self.home, self.tree, self.analysed)
        after = verifier.after(limits, edits)
        if after is None or new_findings(verifier.before(limits), after, edits):
            return 0
        moved = site.span.shifted(moved_by(site.span.start, edits))
        if site.span in self.found and any(finding.span == moved for finding in after.findings):
            return 0
        counted: Collection[Span] = self.found if site.span in self.found else proposal.ends
        return max(1, sum(span in counted for span in proposal.ends))

    def _ignoring(self, site: Site, about: Sequence[Finding], reason: str) -> Iterator[Offer]:
        checker = checker_of(about)
        made = comment(self.tree, site.span, checker, checker.codes, reason)
        if made is not None:
            yield Offer(Strategy.IGNORE, f"Ignore it: {reason}", (made,), 0, reason)

    def _site(self, place: Place) -> Site:
        site = Site(self.home, self.tree, self.tree.node_at(place.span), place.use)
        return replace(site, nullable=tuple(self._nullable(site))) if site.is_name else site

    def _nullable(self, site: Site) -> Iterator[str]:
        """What a dotted name begins with that may be None, too, the shortest first."""
        inner = site.node.child_by_field_name("object")
        if inner is not None:
            begin = Site(self.home, self.tree, inner, Use.ATTRIBUTE)
            yield from self._nullable(begin)
            if begin.span in self.found:
                yield begin.source
