"""The parameter that a null is given to: it may say that it takes one, where its function looks at that at once."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import first_part
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.repairs.ecmascript.strategies import Option
from breadknife.plugins.nullcheck.values import Strategy, Use
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, matches

_DECLARED = """
    [(function_declaration name: (identifier) @name) @function
     (variable_declarator name: (identifier) @name value: [(arrow_function) (function_expression)] @function)]
"""
_BOUND = """
    [(function_declaration name: (_) @bound) (generator_function_declaration name: (_) @bound)
     (class_declaration name: (_) @bound) (variable_declarator name: (_) @bound) (required_parameter) @bound
     (optional_parameter) @bound (arrow_function parameter: (_) @bound) (catch_clause parameter: (_) @bound)
     (for_in_statement left: (_) @bound) (import_clause) @bound (import_require_clause) @bound
     (enum_declaration name: (_) @bound) (internal_module name: (_) @bound)
     (assignment_expression left: (_) @bound)]
"""
"""Where names are given a meaning."""
_SIMPLE = frozenset({"predefined_type", "type_identifier", "array_type", "generic_type", "union_type"})
_LEAVES = re.compile(r"\b(?:return|throw)\b")


def taken(site: Site) -> Iterator[Option]:
    if site.use is not Use.ARGUMENT or site.null not in ("null", "undefined") or site.parent.type != "arguments":
        return
    function = _called(site)
    given = [child for child in site.parent.named_children if child.type != "comment"]
    parameters = function.child_by_field_name("parameters") if function is not None else None
    declared = [child for child in parameters.named_children if child.type != "comment"] if parameters else []
    at = given.index(site.node)
    spread = any(child.type == "spread_element" for child in given[:at])
    if function is None or at >= len(declared) or spread or declared[at].type != "required_parameter":
        return
    pattern, annotation = (declared[at].child_by_field_name(name) for name in ("pattern", "type"))
    type = annotation.named_children[0] if annotation is not None and annotation.named_child_count == 1 else None
    if pattern is None or pattern.type != "identifier" or type is None or type.type not in _SIMPLE:
        return
    name = site.text(pattern)
    if declared[at].child_by_field_name("value") is None and _looks(site, function, name):
        end = site.tree.span(type).end
        title = f"Add {site.null} to the type of {in_title(name)}"
        edits = (TextEdit(Span(end, end), f" | {site.null}"),)
        yield Option(Strategy.WIDEN, title, 70, f"the function tests `{name}` at once", edits=edits)


def _called(site: Site) -> Node | None:
    """The function that has the name, where nothing else of the file may have it."""
    called = site.path[-2].child_by_field_name("function")
    if called is None or called.type != "identifier":
        return None
    name = re.compile(rf"(?<![\w$]){re.escape(site.text(called))}(?![\w$])")
    bound = (at["bound"][0] for _, at in matches(site.tree, _BOUND))
    if sum(name.search(site.text(node)) is not None for node in bound) != 1:
        return None
    declared = matches(site.tree, _DECLARED)
    return next((at["function"][0] for _, at in declared if name.fullmatch(site.text(at["name"][0]))), None)


def _looks(site: Site, function: Node, name: str) -> bool:
    """Whether it leaves at its first statement where the parameter isn't there."""
    body = function.child_by_field_name("body")
    first = first_part(body) if body is not None and body.type == "statement_block" else None
    test, then = (first.child_by_field_name(field) for field in ("condition", "consequence")) if first else (None, None)
    if test is None or then is None or not _LEAVES.search(site.text(then)):
        return False
    asked = re.compile(rf"!{re.escape(name)}|{re.escape(name)}\s*(?:===\s*{site.null}|==\s*(?:null|undefined))")
    parts = site.text(test).removeprefix("(").removesuffix(")").split("||")
    return any(asked.fullmatch(part.strip()) for part in parts)
