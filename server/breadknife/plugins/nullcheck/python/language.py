"""Python, as the null check sees it."""

from __future__ import annotations

import ast
import re
import sys
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from itertools import chain
from pathlib import Path

from breadknife.plugins.nullcheck.line_length import line_length
from breadknife.plugins.nullcheck.python.assigned import assigned
from breadknife.plugins.nullcheck.python.cures import cures, is_declaration
from breadknife.plugins.nullcheck.python.declarations import Cure
from breadknife.plugins.nullcheck.python.detector import FileAnalysis
from breadknife.plugins.nullcheck.python.doubts import doubt
from breadknife.plugins.nullcheck.python.elements import of_element
from breadknife.plugins.nullcheck.python.evidence import Evidence
from breadknife.plugins.nullcheck.python.foreign import foreign_site
from breadknife.plugins.nullcheck.python.handed_on import is_default_here, is_handed_on, is_set_here, of_handed_on
from breadknife.plugins.nullcheck.python.ignoring import Checker, checker_of, comment
from breadknife.plugins.nullcheck.python.installed import Installed
from breadknife.plugins.nullcheck.python.modules import Module, Source
from breadknife.plugins.nullcheck.python.optional_imports import of_import
from breadknife.plugins.nullcheck.python.receivers import of_receiver
from breadknife.plugins.nullcheck.python.results import of_result
from breadknife.plugins.nullcheck.python.rules import users_rules
from breadknife.plugins.nullcheck.python.site import Site, site_at
from breadknife.plugins.nullcheck.python.strategies import edits, is_inner, options
from breadknife.plugins.nullcheck.python.summary import summarise
from breadknife.plugins.nullcheck.python.tuple_results import of_tuple
from breadknife.plugins.nullcheck.python.verify import as_it_is, declaration_verified, lines_of, verified
from breadknife.plugins.nullcheck.python.wrapping import wrapped
from breadknife.plugins.nullcheck.recent import Recent
from breadknife.plugins.nullcheck.silenced import unsilenced
from breadknife.plugins.nullcheck.summaries import Outside, ProjectSummaries
from breadknife.plugins.nullcheck.values import DECLARATION, MEANT, SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import DocumentEdits, Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree

_TEST_FILE = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$|/tests?/[^/]*\.py$")
_CERTAIN = 95
"""Weight of a repair beside which no other is right: what the declaration says is wrong."""
_OF_ASSIGNED = 51
"""Of the ignore comment where the value is surely set before: a declaration may still say so better, a check can't."""
KEPT = 8
"""Documents whose last analysis may serve the next."""
_OTHERS, _FRESH_SECONDS = 16, 60.0
"""Files that stay parsed, and for how long."""


class Python:
    ids = frozenset({"python"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rules, see `users_rules`."""
        self._rules = users_rules(nullable)
        self._summaries = ProjectSummaries(
            "python", partial(summarise, rules=self._rules), sys.stdlib_module_names, beside=Installed(self._rules)
        )
        self._analyses = OrderedDict[str, FileAnalysis]()
        self._lock = threading.Lock()
        self._others = Recent[Path, Source](_OTHERS, _FRESH_SECONDS)

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        outside = Outside(document, project, self._summaries) if project is not None else None
        with self._lock:
            before = self._analyses.pop(document.uri, None)
        if outside is not None and before is not None and before.outside is not None:
            outside.take_over(before.outside)
        analysis = FileAnalysis(tree, outside, before.finished if before is not None else None, self._rules)
        with self._lock:
            self._analyses[document.uri] = analysis
            while len(self._analyses) > KEPT:
                self._analyses.popitem(last=False)
        return PythonFile(document, analysis, project, self._others)

    def literal(self, default: str, like: str, /) -> bool:
        try:
            return type(ast.literal_eval(default)) is type(ast.literal_eval(like))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return False


class PythonFile:
    def __init__(
        self, document: Document, analysis: FileAnalysis, project: Project | None, others: Recent[Path, Source]
    ) -> None:
        """`others`: files of the project that were looked into."""
        self.tree = analysis.tree
        self._in_tests = _TEST_FILE.search(document.uri) is not None
        self._analysis = analysis
        self._document, self._project = document, project
        self._module = Module(Source(document, analysis.tree), project, others)

    def is_current(self) -> bool:
        return self._analysis.outside is None or self._analysis.outside.is_current()

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        return unsilenced(self.tree, self._analysis.findings())

    @cached_property
    def _line_length(self) -> int:
        return line_length(self._document, self._project)

    @cached_property
    def _spans(self) -> frozenset[Span]:
        return frozenset(finding.span for finding in self._findings)

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        site = foreign_site(self.tree, finding)
        return Place(site.span, site.use) if site else None

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        site, checker = self._site(place), checker_of(about)
        if is_declaration(site):
            yield from sorted(self._cures(site, checker, about), key=lambda offer: -offer.weight)
            return
        if reason := doubt(site):
            yield from (offer for cure in of_import(site) if (offer := self._declared(cure, None)))
            yield from _ignoring(site, checker, reason)
            return
        ways = list(self._cures(site, checker, about))
        is_meant = is_handed_on(site, self._module)
        if is_meant and checker.codes:
            ways += _ignoring(site, checker, MEANT, 85 if is_set_here(site) or is_default_here(site) else 5)
        if not any(offer.weight >= _CERTAIN for offer in ways):
            ways += (replace(offer, is_asked_for=is_meant or offer.is_asked_for) for offer in self._options(site))
        is_told = any(finding.source != SOURCE for finding in about)
        if is_told and (reason := assigned(site)):
            ways = [_below(offer, _OF_ASSIGNED) for offer in ways]
            ways += _ignoring(site, checker, reason, _OF_ASSIGNED)
        if is_told and all(offer.is_asked_for for offer in ways):
            ways += _ignoring(site, checker, MEANT if is_meant else _why_none(site), 1)
        seen = set[Strategy]()
        for offer in sorted(ways, key=lambda offer: -offer.weight):
            if offer.strategy not in seen:
                seen.add(offer.strategy)
                yield offer

    def _cures(self, site: Site, checker: Checker, about: Sequence[Finding]) -> Iterator[Offer]:
        """The declaration, in this file or that of a base class."""
        spans = None if any(finding.source != SOURCE for finding in about) else self._spans
        of_place = (finding for finding in self._findings if finding.span == site.span and finding.related)
        begins = next((each.related[0].span for each in of_place if each.related[0].uri is None), None)
        for cure in cures(site, checker, self._module, begins):
            if offer := self._declared(cure, spans):
                yield offer
        here = self._module
        given = [of(site, here) for of in (of_tuple, of_handed_on, of_result, of_element)]
        given.append(of_receiver(site, here, checker))
        for result in chain.from_iterable(given):
            is_here = result.module.tree is self.tree
            analysis = self._analysis if is_here else FileAnalysis(result.module.tree)
            if offer := self._declared(result.cure, spans, analysis, None if is_here else result.module.document):
                yield offer

    def _declared(
        self,
        cure: Cure,
        spans: frozenset[Span] | None,
        analysis: FileAnalysis | None = None,
        document: Document | None = None,
    ) -> Offer | None:
        """In this file, else in that document."""
        here = analysis or self._analysis
        otherwise = self._declared(cure.otherwise, spans, analysis, document) if cure.otherwise else None
        if not declaration_verified(here, here.tree, cure.edits):
            return otherwise
        offer = replace(_offer(cure, spans), otherwise=otherwise)
        if document is not None:
            return replace(offer, elsewhere=(DocumentEdits(document, cure.edits),))
        changed = [edit.span for each in (cure, cure.otherwise) if each for edit in each.edits]
        within = Span(min(span.start for span in changed), max(span.end for span in changed))
        return replace(offer, edits=cure.edits, within=within)

    def _options(self, site: Site) -> Iterator[Offer]:
        """At the place."""
        found = options(site, Evidence(site, self._in_tests))
        possible = [(option, made) for option in found if (made := self._edits(site, option.strategy, option.content))]
        before = as_it_is(self._analysis, site) if possible else None
        for option, made in possible:
            if removes := verified(self._analysis, site, before, made):
                content = option.content if option.has_content else None
                yield Offer(
                    option.strategy, option.title, made, option.weight, option.reason, content, lines_of(site),
                    removes=removes, is_asked_for=option.is_asked_for, is_inner=is_inner(site, option.strategy),
                )  # fmt: skip

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        site = self._site(place)
        made = self._edits(site, strategy, content)
        if made is None or not verified(self._analysis, site, as_it_is(self._analysis, site), made):
            return None
        return made

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


def _below(offer: Offer, weight: int) -> Offer:
    """A way at the place ranks below `weight`, that of a declaration stays."""
    return offer if offer.strategy in DECLARATION else replace(offer, weight=min(offer.weight, weight - 1))


def _why_none(site: Site) -> str:
    """Why another checker's finding gets its comment alone, or beside what nothing but a person may choose."""
    if site.node.type == "none":
        return "None is intended here"
    return "no check can be placed before it here" if site.statement is None else "no edit is certain to be right here"


def _ignoring(site: Site, checker: Checker, reason: str, weight: int = 50) -> Iterator[Offer]:
    made = comment(site.tree, site.span, checker, checker.codes, reason)
    if made is not None:
        yield Offer(Strategy.IGNORE, f"Ignore it: {reason}", (made,), weight, reason)
