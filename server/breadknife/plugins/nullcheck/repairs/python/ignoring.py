"""The comment with which each checker is told that the author knows better."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise, takewhile

from breadknife.plugins.nullcheck.repairs.layout import comment
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal, written
from breadknife.plugins.nullcheck.values import MEANT, SOURCE, Strategy

_EVERY = "type: ignore"
"""All checkers understand it."""
_BROAD = re.compile(r"except(?:\s+(?:Base)?Exception(?:\s+as\s+\w+)?)?\s*:")
_SCOPES = ("function_definition", "class_definition")
_CATCHING = ("except_clause", "with_clause")


def ignore(site: PythonSite) -> Iterator[RepairProposal]:
    """Yield where no edit of the code is certain to be right, the reason for that; ours and others' comments are
    alike."""
    reason = caught(site)
    told = [each for each in site.about if each.source != SOURCE]
    if not reason and told:
        reason = MEANT if site.is_meant else ""
        if site.statement is None or site.node.type == "none":
            reason = reason or "no check can be placed before it here"
    if not reason:
        return
    sources = {each.source.lower() for each in told}
    is_one = len(sources) == 1
    said = next((site.grammar.ignores.get(each, _EVERY) for each in sources if is_one), _EVERY)
    codes = ", ".join(dict.fromkeys(each.code for each in told if each.code)) if is_one else ""
    made = comment(site.tree, site.span, f"{said}[{codes}]" if codes else said, reason)
    if made is not None:
        evidence = "the function sets it to None itself" if reason == MEANT and site.falls_back else reason
        yield RepairProposal(Strategy.IGNORE, f"Ignore it: {reason}", evidence, written((made,)))


def caught(site: PythonSite) -> str:
    """Return why no edit of the code is right where what a None leads to is caught: an assertion fails in another way.
    "" where it isn't."""
    error = "AttributeError" if site.parent.type == "attribute" else "TypeError"
    around = takewhile(lambda outer: outer.type not in _SCOPES, reversed(site.path))
    for inner, outer in pairwise((site.node, *around)):
        if inner != outer.child_by_field_name("body"):
            continue
        for clause in outer.named_children if outer.type in ("try_statement", "with_statement") else ():
            said = site.text(clause) if clause.type in _CATCHING else ""
            if re.search(rf"\b{error}\b", said.partition(":")[0]):
                return f"the {error} is caught"
            if _BROAD.match(said) and "raise" not in said and inner.named_child_count == 1:
                return "any exception here is caught"
    return ""
