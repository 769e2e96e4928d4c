"""Another value in the place of a null: the literal that says "nothing" of its type."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs import repair
from breadknife.plugins.nullcheck.repairs.diagnostics import recognised
from breadknife.plugins.nullcheck.repairs.leaving import is_let_through
from breadknife.plugins.nullcheck.repairs.repair import Proposal
from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.plugins.nullcheck.values import Content, Strategy, Use
from breadknife.text.document import TextEdit


def replace(site: Site) -> Iterator[Proposal]:
    """`(x ?? "").length`, in whatever form the language has."""
    default = default_of(site)
    choice = site.grammar.writing.choice
    is_once = site.is_name or (choice.count("{x}") == 1 and site.node.type in site.grammar.nodes.results)
    if site.is_certain or not default or not is_once or _is_changed(site):
        return
    is_bare = site.parent.type in site.grammar.nodes.apart
    is_gone_through = site.use is Use.ITERATE and site.parent.type != "variable_declarator"
    evidence = repair.EMPTY if is_gone_through else repair.OTHERWISE
    evidence = repair.GOES_ON if is_let_through(site) else evidence

    def edits(said: Content) -> tuple[TextEdit, ...]:
        chosen = site.styled(site.filled(choice, default=said.default))
        return (TextEdit(site.span, chosen if is_bare else f"({chosen})"),)

    title = f"Use a default such as `{default}` if {site.said} is {site.said_null}"
    yield Proposal(Strategy.DEFAULT, title, evidence, edits, Content(default=default))


def default_of(site: Site) -> str:
    """The literal that is wanted at a site; "" where none is known."""
    if site.use is Use.SUBSCRIPT:
        return ""  # an empty list has no elements, either
    kind = site.fact.type.name if site.fact.type is not None else ""
    for finding in site.about:
        said = (said.groupdict().get("wanted") for _, said in recognised(site.grammar.language, finding))
        kind = kind or next((wanted for wanted in said if wanted), "")
    if not kind and site.use is Use.ITERATE:
        kind = "list"
    if not kind and site.use is Use.ATTRIBUTE:
        called = re.match(r"\s*\.\s*(\w+)\(", site.tree.text[site.span.end :])
        functions = site.home.knowledge.functions
        tables = {"string": "string_methods", "list": "array_methods"}
        kind = next((kind for kind in tables if called and called[1] in functions.get(tables[kind], ())), "")
    is_divisor = re.search(r"[/%]\s*$", site.tree.text[: site.span.start]) is not None
    return site.grammar.defaults.get(kind, "") if not is_divisor else ""


def _is_changed(site: Site) -> bool:
    """Whether the value itself is changed there: a change of a default would be lost."""
    outer = site.parent.parent
    begins = next((node for node in site.around if node.type == "expression_statement"), None)
    if begins is not None and begins.start_byte == site.node.start_byte:
        return True
    return outer is not None and any(
        outer.child_by_field_name(field) == site.parent for field in ("left", "argument") if "assign" in outer.type
        or "update" in outer.type
    )  # fmt: skip
