"""What is special to Java: a value is required in its place."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.conditions import test_in_condition
from breadknife.plugins.nullcheck.repairs.held import releases
from breadknife.plugins.nullcheck.repairs.leaving import is_let_through, leave_round, return_early, skip, throw
from breadknife.plugins.nullcheck.repairs.repair import Edits, RepairProposal, RepairRule
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.repairs.testing import fail_test
from breadknife.plugins.nullcheck.repairs.words import words_for
from breadknife.plugins.nullcheck.values import MessageContent, Strategy, Use
from breadknife.text.document import Span, TextEdit, line_break

_UTIL = "java.util."


def require(site: Site) -> Iterator[RepairProposal]:
    """Propose `Objects.requireNonNull(x, "…")` in its place: it throws anyway, and then says what is missing."""
    if site.is_certain or site.use is Use.RETURN or releases(site):  # it would throw with a lock held
        return
    evidence = repair.FILE_HABIT if "requireNonNull(" in site.tree.text else repair.OTHERWISE
    if site.handler is not None or is_let_through(site):
        evidence = repair.LOST  # what was caught would be dropped, or what a check meant to go on with
    name, add = _imported(site, "Objects")
    yield RepairProposal(
        Strategy.ASSERT, f"Require that {site.said} is not null (NullPointerException if it is)", evidence,
        lambda said: (*add, TextEdit(site.span, f'{name}.requireNonNull({site.source}, "{said.message}")')),
        MessageContent("NullPointerException", words_for(site)),
    )  # fmt: skip


def _imported(site: Site, name: str) -> tuple[str, Edits]:
    """Return what a class of `java.util` is called here, and its import where there is none yet. A file that imports
    nothing writes the whole name."""
    tree, end, line = site.tree, line_break(site.tree.text), f"import {_UTIL}{name};"
    if line in tree.text or f"import {_UTIL}*;" in tree.text:
        return name, ()
    lines = [node for node in tree.root.named_children if node.type == "import_declaration"]
    if not lines or name in site.home.file.imports:  # another one
        return _UTIL + name, ()
    same = [node for node in lines if site.text(node).startswith("import java.")]
    after = next((node for node in same if site.text(node) > line), None)
    at = tree.span(after).start if after is not None else tree.span((same or lines)[-1]).end
    return name, (TextEdit(Span(at, at), line + end if after is not None else end + line),)


REPAIRS: tuple[RepairRule[Site], ...] = (
    fail_test, require, throw, leave_round, return_early, skip, test_in_condition,
)  # fmt: skip
