"""The declaration of a function says that it may give null, as its code does."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.repair import Proposal, written
from breadknife.plugins.nullcheck.repairs.site import Site, part_of
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.text.document import TextEdit


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
