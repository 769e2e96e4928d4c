"""The comment with which each checker is told that the author knows better."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.python.doubts import doubt
from breadknife.plugins.nullcheck.repairs.python.lines import comment
from breadknife.plugins.nullcheck.repairs.python.site import PythonSite
from breadknife.plugins.nullcheck.repairs.repair import Proposal, written
from breadknife.plugins.nullcheck.values import MEANT, SOURCE, Strategy

_EVERY = "type: ignore"
"""All checkers understand it."""


def ignore(site: PythonSite) -> Iterator[Proposal]:
    """Where no edit of the code is certain to be right, the reason for that; ours and others' comments are alike."""
    reason = doubt(site)
    told = [each for each in site.about if each.source != SOURCE]
    if not reason and told:
        reason = MEANT if site.is_meant else ""
        if site.statement is None or site.node.type == "none":
            reason = reason or "no check can be placed before it here"
    if not reason:
        return
    rows = {row.comment: row for row in site.grammar.ignores for each in told if each.source.lower() in row.names}
    is_one = len({each.source.lower() for each in told}) == 1
    said = next(iter(rows)) if rows and is_one else _EVERY
    codes = ", ".join(dict.fromkeys(each.code for each in told if each.code)) if is_one else ""
    made = comment(site.tree, site.span, f"{said}[{codes}]" if codes else said, reason)
    if made is not None:
        evidence = "the function sets it to None itself" if reason == MEANT and site.falls_back else reason
        yield Proposal(Strategy.IGNORE, f"Ignore it: {reason}", evidence, written((made,)))
