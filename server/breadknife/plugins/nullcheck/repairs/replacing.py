"""Another value in the place of a null: the literal that says "nothing" of its type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.leaving import last_of_check
from breadknife.plugins.nullcheck.repairs.repair import Proposal
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.text.document import TextEdit

_NEEDS = frozenset({Use.ARGUMENT, Use.RETURN, Use.ASSIGN, Use.ITERATE})


def replace(site: Site) -> Iterator[Proposal]:
    """`(x ?? "").length`, in whatever form the language has."""
    default = default_of(site)
    if site.is_certain or not default or not site.grammar.writing.choice or _is_changed(site):
        return
    is_bare = site.parent.type in site.grammar.nodes.apart
    evidence = repair.NEEDED if site.use in _NEEDS else repair.OTHERWISE
    evidence = repair.GOES_ON if last_of_check(site) is not None else evidence

    def edits(said: Content) -> tuple[TextEdit, ...]:
        chosen = site.filled(site.grammar.writing.choice, default=said.default)
        return (TextEdit(site.span, chosen if is_bare else f"({chosen})"),)

    title = f"Use a default such as `{default}` if {site.said} is {site.said_null}"
    yield Proposal(Strategy.DEFAULT, title, evidence, edits, Content(default=default))


def default_of(site: Site) -> str:
    """The literal that is wanted at a site; "" where none is known."""
    kind = site.fact.type.name if site.fact.type is not None else ""
    if not kind and site.use is Use.ITERATE:
        kind = "list"
    if not kind and site.use is Use.ATTRIBUTE:
        called = re.match(r"\s*\.\s*(\w+)\(", site.tree.text[site.span.end :])
        functions = site.home.knowledge.functions
        kinds = (kind for kind in ("string", "array") if called and called[1] in functions.get(f"{kind}_methods", ()))
        kind = next(kinds, "").replace("array", "list")
    return site.grammar.defaults.get(kind, "")


def _is_changed(site: Site) -> bool:
    """Whether the value itself is changed there: a change of a default would be lost."""
    outer = site.parent.parent
    return outer is not None and any(
        outer.child_by_field_name(field) == site.parent for field in ("left", "argument") if "assign" in outer.type
        or "update" in outer.type
    )  # fmt: skip
