"""A test fails in the way of its own library where a value is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.leaving import before, guarded, may_be_guarded
from breadknife.plugins.nullcheck.repairs.repair import RepairProposal
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.words import words_for
from breadknife.plugins.nullcheck.values import MessageContent, Strategy
from breadknife.project.tests import is_test

_TEST_VALUE = re.compile(r"\b(\w+) \*?testing\.(?:T|B|TB|F)\b")
"""The parameter of a test of Go."""


def test_value(site: Site) -> str:
    """Return what a test of Go is given to fail by; "" without one."""
    heads = (
        site.text(node).partition("{")[0] for node in reversed(site.path) if node.type in site.grammar.nodes.functions
    )
    return next((found[1] for head in heads if (found := _TEST_VALUE.search(head)) is not None), "")


def fail_test(site: Site) -> Iterator[RepairProposal]:
    """Propose the first way whose library the file uses."""
    if not is_test(site.uri) or not may_be_guarded(site):
        return
    given = test_value(site)
    for row in site.grammar.tests:
        if not re.search(row.needs, site.tree.text, re.MULTILINE) or ("{t}" in row.line and not given):
            continue

        def edits(said: MessageContent, line: str = row.line, *, fails: bool = row.fails) -> repair.Edits | None:
            if fails:
                return guarded(site, site.filled(line, t=given, message=said.message))
            return before(site, lambda name: [site.styled(site.filled(line, t=given, x=name))])

        yield RepairProposal(
            Strategy.ASSERT, f"Let the test fail if {site.said} is {site.said_null}", repair.IN_TEST, edits,
            MessageContent("test", words_for(site)) if row.fails else None,
        )  # fmt: skip
        return
