"""The verifier: an edit is offered only if it parses, ends the finding, and brings no new one."""

from __future__ import annotations

from collections import Counter

from breadknife.plugins.nullcheck.python.detector import FileAnalysis, detect
from breadknife.plugins.nullcheck.python.site import Site
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit, apply_edits
from breadknife.text.syntax import Node, SyntaxTree, parse

MAX_ADDED = 400
"""Code points that one fix may add."""


def verified(file: FileAnalysis, site: Site, edits: tuple[TextEdit, ...]) -> bool:
    """Whether the edited file is right where the site's function is concerned; nothing else of it has changed."""
    if not edits or sum(len(edit.new_text) for edit in edits) > MAX_ADDED:
        return False
    limits = lines_of(site)
    if not all(limits.contains(edit.span) for edit in edits):
        return False
    old = site.tree.text[limits.start : limits.end]
    new = apply_edits(old, [TextEdit(edit.span.shifted(-limits.start), edit.new_text) for edit in edits])
    before, after = _check(file, site, old), _check(file, site, new)
    if before is None or after is None or after[0] > before[0]:
        return False
    fresh = Counter(_identity(finding) for finding in after[1]) - Counter(_identity(finding) for finding in before[1])
    moved = _moved(site.span, edits)
    return not fresh and all(finding.span != moved.shifted(after[2] - limits.start) for finding in after[1])


def _check(file: FileAnalysis, site: Site, source: str) -> tuple[int, list[Finding], int] | None:
    """Errors and findings of the site's function, or the file, with this source, and where the source starts."""
    function = _whole_lines(site)
    if function is None:
        tree = parse(source, site.tree.language)
        return None if tree is None else (tree.error_count, detect(tree), 0)
    prefix = "if 1:\n" if source[:1].isspace() else ""
    tree = parse(prefix + source, site.tree.language)
    changed = _first_function(tree) if tree is not None else None
    if tree is None or changed is None:
        return None
    return tree.error_count, file.findings_of(tree, changed, function), len(prefix)


def lines_of(site: Site) -> Span:
    """The whole lines of the innermost function, or the whole text."""
    function = _whole_lines(site)
    if function is None:
        return Span(0, len(site.tree.text))
    span = site.tree.span(function)
    return Span(site.tree.text.rfind("\n", 0, span.start) + 1, span.end)


def _whole_lines(site: Site) -> Node | None:
    """The site's function if its first line is its own."""
    function = site.function
    if function is None:
        return None
    start = site.tree.span(function).start
    return function if not site.tree.text[site.tree.text.rfind("\n", 0, start) + 1 : start].strip() else None


def _first_function(tree: SyntaxTree) -> Node | None:
    stack = [tree.root]
    while stack:
        node = stack.pop()
        if node.type == "function_definition":
            return node
        stack.extend(reversed(node.named_children))
    return None


def _identity(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.message


def _moved(span: Span, edits: tuple[TextEdit, ...]) -> Span:
    """Where a span lies after edits, none of which is inside it."""
    return span.shifted(sum(len(e.new_text) - len(e.span) for e in edits if e.span.end <= span.start))
