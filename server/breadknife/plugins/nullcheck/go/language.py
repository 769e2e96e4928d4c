"""Go, as the null check sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.braces.verify import verified
from breadknife.plugins.nullcheck.go.detector import FileAnalysis
from breadknife.plugins.nullcheck.go.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.go.site import Site, site_of
from breadknife.plugins.nullcheck.go.strategies import Option, options
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree

_MAX_CODE = 2000
"""Code points of a function that a model is shown."""
_LITERALS = (re.compile(r"-?\d+"), re.compile(r"-?\d+\.\d+"), re.compile(r'"[^"\\\n]*"'), re.compile(r"true|false"))


class Go:
    ids = frozenset({"go"})

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> GoFile:
        return GoFile(tree, is_test=document.uri.endswith("_test.go"))

    def literal(self, default: str, like: str, /) -> bool:
        return any(kind.fullmatch(default) and kind.fullmatch(like) for kind in _LITERALS)


class GoFile:
    def __init__(self, tree: SyntaxTree, is_test: bool = False) -> None:
        self.tree = tree
        self._is_test = is_test
        self._analysis = FileAnalysis(tree, is_test)

    @cached_property
    def _findings(self) -> Sequence[Finding]:
        return tuple(self._analysis.findings())

    def findings(self) -> Sequence[Finding]:
        return self._findings

    def place(self, finding: Finding, /) -> Place | None:
        if finding.source == SOURCE:
            return Place(finding.span, Use(finding.code)) if finding.code in set(Use) else None
        return foreign_place(self.tree, finding)

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        site = self._site(place)
        ignores = next((said for finding in about if (said := ignored_by(finding))), "")
        for option in self._options(site, ignores):
            made = self._verified(place, option, option.content or Content())
            if made is not None:
                yield Offer(
                    option.strategy,
                    option.title,
                    made,
                    option.weight,
                    option.reason,
                    option.content,
                    self._within(site, made),
                )

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        site = self._site(place)
        option = next((option for option in self._options(site, "") if option.strategy is strategy), None)
        return self._verified(place, option, content) if option is not None else None

    def code(self, place: Place, /) -> str:
        function = self._site(place).declaration
        code = self.tree.source(function) if function is not None else self.tree.text
        if len(code) > _MAX_CODE:
            start = max(0, place.span.start - _MAX_CODE // 2)
            code = self.tree.text[start : start + _MAX_CODE]
        return code

    def _options(self, site: Site, ignores: str) -> list[Option]:
        return options(site, self._analysis.fact_at(site.node), ignores)

    def _verified(self, place: Place, option: Option, content: Content) -> tuple[TextEdit, ...] | None:
        edits = option.edits(content)
        if edits is None or not verified(
            self._analysis, lambda tree: FileAnalysis(tree, self._is_test), place.span, edits
        ):
            return None
        return edits

    def _within(self, site: Site, edits: tuple[TextEdit, ...]) -> Span:
        """The whole lines of the declaration, and whatever else the template itself edits."""
        declaration = site.declaration
        span = self.tree.span(declaration) if declaration is not None else Span(0, len(self.tree.text))
        return Span(
            min(span.start, *(edit.span.start for edit in edits)), max(span.end, *(edit.span.end for edit in edits))
        )

    def _site(self, place: Place) -> Site:
        return site_of(self.tree, self._analysis.outline, self.tree.node_at(place.span), place.use)
