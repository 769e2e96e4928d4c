"""The table of one Go file for the files of its package, and for those that import it."""

from __future__ import annotations

from breadknife.plugins.nullcheck.go.detector import FileAnalysis
from breadknife.plugins.nullcheck.go.making import given_in
from breadknife.plugins.nullcheck.go.names import FileTable, Known
from breadknife.plugins.nullcheck.go.outline import Function
from breadknife.plugins.nullcheck.wording import first_line
from breadknife.text.syntax import SyntaxTree


def summarise(tree: SyntaxTree) -> FileTable:
    """By this file's text alone: what its functions hand on from other files stays unknown."""
    analysis = FileAnalysis(tree)
    outline = analysis.outline
    return FileTable(
        outline.package,
        {(function.owner, function.name): _known(analysis, function) for function in outline.functions},
        outline.structs,
        frozenset(outline.interfaces),
        outline.imports,
        given_in(outline),
    )


def _known(analysis: FileAnalysis, function: Function) -> Known:
    summary = analysis.summary(function)
    calls, checks = analysis.counts.of(function.name) if summary.nil_alone else (0, 0)
    return Known(
        function.results,
        summary,
        first_line(analysis.tree, function.node),
        function.by_pointer,
        bool(function.owner) and analysis.receiver_may_be_nil(function),
        calls,
        checks,
    )
