"""Java, as the null check sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.braces.verify import verified
from breadknife.plugins.nullcheck.java.detector import FileAnalysis
from breadknife.plugins.nullcheck.java.foreign import foreign_place, ignored_by
from breadknife.plugins.nullcheck.java.site import Site, site_of
from breadknife.plugins.nullcheck.java.strategies import Option, options
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.syntax import SyntaxTree

_MAX_CODE = 2000
"""Code points of a function that a model is shown."""
_LITERALS = (
    re.compile(r"-?\d+"), re.compile(r"-?\d+L"), re.compile(r"-?\d+\.\d+f"), re.compile(r"-?\d+\.\d+"),
    re.compile(r'"[^"\\\n]*"'), re.compile(r"true|false"),
)  # fmt: skip


class Java:
    ids = frozenset({"java"})

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> JavaFile:
        return JavaFile(tree)

    def literal(self, default: str, like: str, /) -> bool:
        return any(kind.fullmatch(default) and kind.fullmatch(like) for kind in _LITERALS)


class JavaFile:
    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        self._analysis = FileAnalysis(tree)

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
        function = self._site(place).member
        code = self.tree.source(function) if function is not None else self.tree.text
        if len(code) > _MAX_CODE:
            start = max(0, place.span.start - _MAX_CODE // 2)
            code = self.tree.text[start : start + _MAX_CODE]
        return code

    def _options(self, site: Site, ignores: str) -> list[Option]:
        return options(site, self._analysis.fact_at(site.node), ignores)

    def _verified(self, place: Place, option: Option, content: Content) -> tuple[TextEdit, ...] | None:
        edits = option.edits(content)
        return edits if edits is not None and verified(self._analysis, FileAnalysis, place.span, edits) else None

    def _within(self, site: Site, edits: tuple[TextEdit, ...]) -> Span:
        """The member of the class, and whatever else the template itself edits."""
        declaration = site.member
        span = self.tree.span(declaration) if declaration is not None else Span(0, len(self.tree.text))
        return Span(
            min(span.start, *(edit.span.start for edit in edits)), max(span.end, *(edit.span.end for edit in edits))
        )

    def _site(self, place: Place) -> Site:
        return site_of(self.tree, self._analysis.outline, self.tree.node_at(place.span), place.use)
