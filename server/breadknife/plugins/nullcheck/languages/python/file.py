"""Python, as the null check sees it."""

from __future__ import annotations

import ast
import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path

from breadknife.plugins.nullcheck.core.findings import Explained, explained
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.python import installed
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
from breadknife.plugins.nullcheck.repairs.python.ended import ended, is_declaration_right
from breadknife.plugins.nullcheck.repairs.python.foreign import foreign_site
from breadknife.plugins.nullcheck.repairs.python.guarding.evidence import Evidence
from breadknife.plugins.nullcheck.repairs.python.guarding.strategies import edits, is_inner, options
from breadknife.plugins.nullcheck.repairs.python.guarding.wrapping import wrapped
from breadknife.plugins.nullcheck.repairs.python.ignoring import Checker, checker_of, comment
from breadknife.plugins.nullcheck.repairs.python.reading.modules import Module
from breadknife.plugins.nullcheck.repairs.python.reading.site import Site, lines_of, site_at
from breadknife.plugins.nullcheck.shown.silenced import unsilenced
from breadknife.plugins.nullcheck.values import MEANT, SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.plugins.nullcheck.verify.checking import Verifier
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree

_CERTAIN = 95
"""Weight of a repair beside which no other is right: what the declaration says is wrong."""


class Python:
    ids = frozenset({"python"})

    def __init__(self, nullable: Sequence[str] = ()) -> None:
        """`nullable` are the user's own rows, see `rows`."""
        self._known = known_with(nullable)
        self._projects = dict[Path, tuple[Project, PythonProject]]()
        """Folder -> what is known of its files."""
        self._lock = threading.RLock()
        """Of the projects, which are for one thread at a time."""

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        with self._lock:
            return PythonFile(document, tree, self._project(project), project, self._lock)

    def _project(self, project: Project | None) -> PythonProject:
        if project is None:
            return PythonProject(lambda _imported, _document: (), lambda _path: None, known=self._known)
        kept = self._projects.get(project.root)
        if kept is not None and kept[0] is project:
            return kept[1]

        def paths(imported: Import, document: Document) -> Sequence[Path]:
            return project.module(imported, document) or installed.module(imported, document, project.root)

        def text(path: Path) -> str | None:
            own = project.text(path)
            return own if own is not None else installed.text(path)

        made = PythonProject(paths, text, known=self._known, revision=project.revision)
        self._projects[project.root] = project, made
        return made

    def literal(self, default: str, like: str, /) -> bool:
        try:
            return type(ast.literal_eval(default)) is type(ast.literal_eval(like))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return False


class PythonFile:
    def __init__(
        self,
        document: Document,
        tree: SyntaxTree,
        project_files: PythonProject,
        project: Project | None,
        lock: threading.RLock,
    ) -> None:
        """`lock`: of `project_files`."""
        self.tree = tree
        self._document, self._files, self._project, self._lock = document, project_files, project, lock
        self._home = project_files.open(document, tree)
        self._verifier = Verifier(self._home, tree, partial(project_files.analysed, document))
        self._module = Module(document, tree, project)

    def is_current(self) -> bool:
        with self._lock:
            return self._files.is_current(self._home)

    @cached_property
    def _explained(self) -> Sequence[Explained]:
        with self._lock:
            return unsilenced(self.tree, explained(self._home))

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        return tuple(each.finding for each in self._explained)

    @cached_property
    def _line_length(self) -> int:
        return line_length(self._document, self._project)

    @cached_property
    def _spans(self) -> frozenset[Span]:
        return frozenset(finding.span for finding in self._findings)

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def kind(self, place: Place, /) -> OriginKind | None:
        return next((each.kind for each in self._explained if each.finding.span == place.span), None)

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
        of_place = (finding for finding in self._findings if finding.span == site.span and finding.related)
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
        with self._lock:
            return is_declaration_right(self._verifier, cure.edits)

    def _options(self, site: Site) -> Iterator[Offer]:
        """At the place."""
        found = options(site, Evidence(site, is_test(self._document.uri)))
        possible = [(option, made) for option in found if (made := self._edits(site, option.strategy, option.content))]
        for option, made in possible:
            if removes := self._verified(site, made):
                content = option.content if option.has_content else None
                yield Offer(
                    option.strategy, option.title, made, option.weight, option.reason, content, lines_of(site),
                    removes=removes, is_asked_for=option.is_asked_for, is_inner=is_inner(site, option.strategy),
                )  # fmt: skip

    def _verified(self, site: Site, edits: tuple[TextEdit, ...]) -> int:
        with self._lock:
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
