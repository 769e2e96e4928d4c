"""What is told of a use of None."""

from __future__ import annotations

import re
from dataclasses import replace

from breadknife.plugins.nullcheck.confidence import confidence_of
from breadknife.plugins.nullcheck.python.facts import NullUse
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.plugins.nullcheck.wording import capitalised, first_line, quote
from breadknife.task.values import Finding, Related
from breadknife.text.syntax import Node, SyntaxTree

_IGNORE = re.compile(r"#\s*(?:type|pyright|ty|pyrefly|basedpyright)\s*:\s*ignore")


def as_finding(tree: SyntaxTree, use: NullUse) -> Finding:
    """With the path: where the None comes from, where it gets its name, and the check that doesn't help."""
    finding, origin, cause = explained(tree, use), first_line(tree, use.cause.node), use.cause
    path = [cause.elsewhere or Related(origin, capitalised(cause.reason))]
    name = quote(tree.source(use.node))
    if use.via is not None and (given := tree.span(use.via)) not in (origin, finding.span):
        path.append(Related(given, f"{capitalised(quote(tree.source(use.via)))} gets it here"))
    if use.test is not None:
        path.append(Related(first_line(tree, use.test), f"This checks {name}, but doesn't cover the use"))
    else:
        path[-1] = replace(path[-1], message=f"{path[-1].message}; nothing checks it before the use")
    return replace(finding, related=tuple(path))


def explained(tree: SyntaxTree, use: NullUse) -> Finding:
    """The finding by itself: its cause may lie in another tree."""
    span = tree.span(use.node)
    message = f"{capitalised(quote(tree.text[span.start : span.end]))} may be None: {use.cause.reason}"
    confidence = confidence_of(tree.text, span, use.use.value, use.cause.reason)
    return Finding(span, SOURCE, use.use.value, message, confidence=confidence)


def is_told_otherwise(source: bytes, assignment: Node) -> bool:
    """Whether a comment on it tells a type checker so."""
    end = source.find(b"\n", assignment.end_byte)
    line = source[assignment.start_byte : end if end >= 0 else len(source)]
    return b"ignore" in line and _IGNORE.search(line.decode("utf-8", "replace")) is not None


def is_ignored(tree: SyntaxTree, node: Node) -> bool:
    """Whether the author has already told a type checker that they know better."""
    start = tree.span(node).start
    end = tree.text.find("\n", start)
    return _IGNORE.search(tree.text, start, end if end >= 0 else len(tree.text)) is not None
