"""The declaration of a function says whether it may give null, as its code does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.core.nullness import Nullness
from breadknife.plugins.nullcheck.repairs.repair import Proposal, written
from breadknife.plugins.nullcheck.repairs.site import Site, part_of
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit


def never_null(site: Site) -> Iterator[Proposal]:
    """The null goes out of the declaration of a function of this file that never gives one."""
    writing, origin = site.grammar.writing, site.origin
    node = next((node for node in (origin, origin.parent) if node is not None and node.type in
                 site.grammar.nodes.functions), None) if origin is not None and writing.nullable else None  # fmt: skip
    if node is None:
        return
    said = part_of(node, site.grammar.nodes.result)
    found = re.search(writing.nullable, f"{site.text(said)} ")
    function = next((each for each in site.home.file.functions if each.at == (node.start_byte, node.end_byte)), None)
    if said is None or found is None or function is None:
        return
    outcomes = site.home.code_summary(function).outcomes
    if outcomes and all(each.result.nullness == Nullness.THERE for each in outcomes):
        start = site.tree.span(said).start
        title = f"Remove {site.grammar.null} from what {in_title(function.name)} returns (callers need no check)"
        edit = TextEdit(Span(start + found.start(), start + found.end()), "")
        yield Proposal(Strategy.RETURN_TYPE, title, "every path of it returns a value", written((edit,)))


def may_be_null(site: Site) -> Iterator[Proposal]:
    """The function that gives a null back, or the variable that gets one, says so. What others may call is changed only
    where somebody asks, or where the file has such annotations."""
    writing, nodes = site.grammar.writing, site.grammar.nodes
    if not writing.annotated or (writing.annotation and writing.annotation not in site.home.file.imports):
        return
    holder, field, what = {
        Use.RETURN: (site.function, nodes.result_type, "the function may return"),
        Use.ASSIGN: (site.parent, "type", "it may be"),
    }.get(site.use, (None, "", ""))
    kind = part_of(holder, field) if holder is not None and field else None
    if kind is not None and kind.type.endswith("annotation"):
        kind = kind.named_children[0]
    if kind is None or re.search(writing.nullable, f"{site.text(part_of(holder, nodes.result))} " if holder else ""):
        return
    edit = TextEdit(site.tree.span(kind), site.filled(writing.annotated, type=site.text(kind)))
    title = f"Declare that {what} {site.said_null} (its users must check)"
    yield Proposal(
        Strategy.ANNOTATE,
        title,
        "its declaration excludes what comes here",
        written((edit,)),
        is_asked_for=site.use is Use.RETURN and not writing.annotation,
    )
