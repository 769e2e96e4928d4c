"""Where no edit is right: the code means to fail, or only a checker's comment says what the author relies on."""

from __future__ import annotations

import re

from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.task.values import Finding
from breadknife.text.document import Span, TextEdit

_EXPECTS = re.compile(r"(?:^expect\(.*\.(?:not\.)?toThrow\w*|\b(?:assert|t)\.(?:throws|rejects))$", re.DOTALL)


def is_expected(site: Site) -> bool:
    """Whether a test expects the error."""
    functions = (node.child_by_field_name("function") for node in site.path if node.type == "call_expression")
    return any(function is not None and _EXPECTS.search(site.text(function)) for function in functions)


def ignored(site: Site, finding: Finding, reason: str) -> tuple[str, TextEdit] | None:
    """The checker's name and the comment in its own form, on a line of its own before the place."""
    text = site.tree.text
    start = text.rfind("\n", 0, finding.span.start) + 1
    line = text[start : finding.span.start]
    indent = line[: len(line) - len(line.lstrip())]
    if finding.source == SOURCE:
        return None
    if finding.source.lower() == "eslint":
        name, comment = "ESLint", f"// eslint-disable-next-line {finding.code} -- {reason}"
    elif site.is_typed:
        name, comment = "TypeScript", f"// @ts-expect-error {reason}"
    else:
        return None
    return name, TextEdit(Span(start, start), f"{indent}{comment}{site.style.line_break}")
