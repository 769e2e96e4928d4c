"""Python, as the null check sees it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property

from breadknife.plugins.nullcheck.languages.cards import kept_cards
from breadknife.plugins.nullcheck.languages.file import CoreFile, CoreLanguage
from breadknife.plugins.nullcheck.languages.python.language import known_with
from breadknife.plugins.nullcheck.languages.python.project import PythonProject
from breadknife.plugins.nullcheck.menu.never_first import is_test
from breadknife.plugins.nullcheck.repairs.line_length import line_length
from breadknife.plugins.nullcheck.repairs.python.declaring.cures import cures, is_declaration
from breadknife.plugins.nullcheck.repairs.python.declaring.declarations import Cure
from breadknife.plugins.nullcheck.repairs.python.declaring.handed_on import (
    is_default_here,
    is_handed_on,
    is_set_here,
    of_handed_on,
)
from breadknife.plugins.nullcheck.repairs.python.doubts import doubt
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_site
from breadknife.plugins.nullcheck.repairs.python.guarding.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.guarding.strategies import edits, is_inner, options
from breadknife.plugins.nullcheck.repairs.python.guarding.wrapping import wrapped
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker, checker_of, comment
from breadknife.plugins.nullcheck.repairs.python.reading.modules import Module
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, lines_of, site_at
from breadknife.plugins.nullcheck.repairs.verified import ended, is_declaration_right
from breadknife.plugins.nullcheck.values import MEANT, SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.plugins.nullcheck.verify.checking import Verifier
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree

_CERTAIN = 95
"""Weight of a repair beside which no other is right: what the declaration says is wrong."""


class Python(CoreLanguage[PythonProject]):
    ids = frozenset({"python"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `rows`."""
        known, cards = known_with(nullable), kept_cards("python", nullable)
        super().__init__(lambda project: PythonProject(project, known, cards=cards))

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        return PythonFile(document, tree, self.files(project), project)


class PythonFile(CoreFile):
    def __init__(self, document: Document, tree: SyntaxTree, files: PythonProject, project: Project | None) -> None:
        super().__init__(document, tree, files)
        self._project = project
        self._verifier = Verifier(self.home, tree, lambda tree: files.home_of(tree, document.uri))
        self._module = Module(document, tree, project)

    @cached_property
    def _line_length(self) -> int:
        return line_length(self.document, self._project)

    @cached_property
    def _spans(self) -> frozenset[Span]:
        return frozenset(finding.span for finding in self.findings())

    def _foreign(self, finding: Finding) -> Place | None:
        site = foreign_site(self.tree, finding)
        return Place(site.span, site.use) if site else None

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        site, checker = self._site(place), checker_of(about)
        if is_declaration(site):
            yield from sorted(self._cures(site, checker, about), key=lambda offer: -offer.weight)
            return
        if reason := doubt(site):
            yield from _ignoring(site, checker, reason)
            return
        ways = list(self._cures(site, checker, about))
        is_meant = is_handed_on(site, self._module)
        if is_meant and checker.codes:
            ways += _ignoring(site, checker, MEANT, 85 if is_set_here(site) or is_default_here(site) else 5)
        if not any(offer.weight >= _CERTAIN for offer in ways):
            ways += (replace(offer, is_asked_for=is_meant or offer.is_asked_for) for offer in self._options(site))
        is_told = any(finding.source != SOURCE for finding in about)
        if is_told and all(offer.is_asked_for for offer in ways):
            ways += _ignoring(site, checker, MEANT if is_meant else _why_none(site), 1)
        seen = set[Strategy]()
        for offer in sorted(ways, key=lambda offer: -offer.weight):
            if offer.strategy not in seen:
                seen.add(offer.strategy)
                yield offer

    def _cures(self, site: Site, checker: Checker, about: Sequence[Finding]) -> Iterator[Offer]:
        """The declaration, in this file."""
        spans = None if any(finding.source != SOURCE for finding in about) else self._spans
        of_place = (finding for finding in self.findings() if finding.span == site.span and finding.related)
        begins = next((each.related[0].span for each in of_place if each.related[0].uri is None), None)
        for cure in cures(site, checker, self._module, begins):
            if offer := self._declared(cure, spans):
                yield offer
        for cure in of_handed_on(site):
            if offer := self._declared(cure, spans):
                yield offer

    def _declared(self, cure: Cure, spans: frozenset[Span] | None) -> Offer | None:
        if not self._is_right(cure):
            return None
        changed = [edit.span for edit in cure.edits]
        within = Span(min(span.start for span in changed), max(span.end for span in changed))
        return replace(_offer(cure, spans), edits=cure.edits, within=within)

    def _is_right(self, cure: Cure) -> bool:
        with self.files.lock:
            return is_declaration_right(self._verifier, cure.edits)

    def _options(self, site: Site) -> Iterator[Offer]:
        """At the place."""
        found = options(site, Evidence(site, is_test(self.document.uri)))
        possible = [(option, made) for option in found if (made := self._edits(site, option.strategy, option.content))]
        for option, made in possible:
            if removes := self._verified(site, made):
                content = option.content if option.has_content else None
                yield Offer(
                    option.strategy, option.title, made, option.weight, option.reason, content, lines_of(site),
                    removes=removes, is_asked_for=option.is_asked_for, is_inner=is_inner(site, option.strategy),
                )  # fmt: skip

    def _verified(self, site: Site, edits: tuple[TextEdit, ...]) -> int:
        with self.files.lock:
            return ended(self._verifier, site.span, lines_of(site), edits)

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        site = self._site(place)
        made = self._edits(site, strategy, content)
        return made if made is not None and self._verified(site, made) else None

    def _edits(self, site: Site, strategy: Strategy, content: Content) -> tuple[TextEdit, ...] | None:
        return wrapped(site, edits(site, strategy, content), self._line_length)

    def _site(self, place: Place) -> Site:
        site = site_at(self.tree, place.span, place.use)
        return replace(site, nullable=tuple(self._nullable(site))) if site.is_name else site

    def _nullable(self, site: Site) -> Iterator[str]:
        """What a dotted name begins with that may be None, too, the shortest first."""
        inner = site.node.child_by_field_name("object")
        if inner is not None:
            begin = site_at(self.tree, self.tree.span(inner), Use.ATTRIBUTE)
            yield from self._nullable(begin)
            if begin.span in self._spans:
                yield begin.source


def _offer(cure: Cure, spans: frozenset[Span] | None) -> Offer:
    """Without its edits. `spans` are the findings that count, None for all that another checker has."""
    removes = max(1, len([span for span in cure.ends if spans is None or span in spans]))
    return Offer(
        cure.strategy, cure.titled, (), cure.weight, cure.reason, removes=removes, is_asked_for=cure.is_asked_for
    )


def _why_none(site: Site) -> str:
    """Why another checker's finding gets its comment alone, or beside what nothing but a person may choose."""
    if site.node.type == "none":
        return "None is intended here"
    return "no check can be placed before it here" if site.statement is None else "no edit is certain to be right here"


def _ignoring(site: Site, checker: Checker, reason: str, weight: int = 50) -> Iterator[Offer]:
    made = comment(site.tree, site.span, checker, checker.codes, reason)
    if made is not None:
        yield Offer(Strategy.IGNORE, f"Ignore it: {reason}", (made,), weight, reason)
