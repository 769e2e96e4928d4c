"""Python, as the null check sees it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import cached_property

from breadknife.plugins.nullcheck.python.detector import FileAnalysis
from breadknife.plugins.nullcheck.python.foreign import foreign_site
from breadknife.plugins.nullcheck.python.outline import text
from breadknife.plugins.nullcheck.python.site import Site, site_at
from breadknife.plugins.nullcheck.python.strategies import edits, options
from breadknife.plugins.nullcheck.python.verify import lines_of, verified
from breadknife.plugins.nullcheck.values import SOURCE, Content, Offer, Place, Strategy, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, TextEdit
from breadknife.text.syntax import SyntaxTree

_MAX_CODE = 2000
"""Code points of a function that a model is shown."""


class Python:
    ids = frozenset({"python"})

    def open(self, document: Document, tree: SyntaxTree, project: Project | None, /) -> PythonFile:
        return PythonFile(tree)

    def literal(self, default: str, like: str, /) -> bool:
        try:
            return type(ast.literal_eval(default)) is type(ast.literal_eval(like))
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            return False


class PythonFile:
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
        site = foreign_site(self.tree, finding)
        return Place(site.span, site.use) if site else None

    def offers(self, place: Place, about: Sequence[Finding] = (), /) -> Iterator[Offer]:
        site = self._site(place)
        for option in options(site):
            made = edits(site, option.strategy, option.content)
            if made is not None and verified(self._analysis, site, made):
                content = option.content if option.has_content else None
                yield Offer(option.strategy, option.title, made, option.weight, "", content, lines_of(site))

    def repair(self, place: Place, strategy: Strategy, content: Content, /) -> tuple[TextEdit, ...] | None:
        site = self._site(place)
        made = edits(site, strategy, content)
        return made if made is not None and verified(self._analysis, site, made) else None

    def code(self, place: Place, /) -> str:
        function = self._site(place).function
        code = text(function) if function is not None else self.tree.text
        if len(code) > _MAX_CODE:
            start = max(0, place.span.start - _MAX_CODE // 2)
            code = self.tree.text[start : start + _MAX_CODE]
        return code

    def _site(self, place: Place) -> Site:
        return site_at(self.tree, place.span, place.use)
