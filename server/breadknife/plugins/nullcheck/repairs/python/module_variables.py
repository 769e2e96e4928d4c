"""A variable of the module that is None until a function sets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from breadknife.plugins.nullcheck.repairs.python.declarations import Cure
from breadknife.plugins.nullcheck.repairs.python.kinds import MAX_UNION, is_defined_before, open_type, type_of
from breadknife.plugins.nullcheck.repairs.python.nodes import parameter_of, text
from breadknife.plugins.nullcheck.repairs.python.occurrences import Occurrence, Role, occurrences
from breadknife.plugins.nullcheck.repairs.python.site import Site
from breadknife.plugins.nullcheck.values import Strategy
from breadknife.plugins.nullcheck.wording import in_title
from breadknife.text.document import Span, TextEdit

_RELIANCE = 2
"""So many uses rely on a value for each place that reckons with a None: more of them, and it isn't meant."""
_WEIGHT = 52


def of_module_variable(site: Site, *, asked: bool = False, files: Callable[[str], int] = lambda _: 0) -> Iterator[Cure]:
    """`asked`: the declaration itself was asked about, not one of its uses. `files`: how many others use a name of what
    they import from this one; it takes a while."""
    name = text(site.node)
    if site.node.type != "identifier":
        return
    found = _of_module(list(occurrences(site.tree, name, site.tree.root)), name)
    sets = [one for one in found if one.role is Role.SET and one.path[-1].type != "global_statement"]
    at_top = [one for one in sets if one.scope is None]
    values = [one.value for one in sets if one not in at_top]
    if len(at_top) != 1 or not values or any(value is not None and value.type == "none" for value in values):
        return
    declared = at_top[0]
    assignment = declared.assignment
    if assignment is None or declared.value is None or declared.value.type != "none" or len(declared.path) != 3:
        return
    if declared.annotation is not None or assignment.child_by_field_name("right") != declared.value:
        return
    setting = {one.function_start for one in sets}
    others = [one for one in found if one.function_start not in setting]
    uses = tuple(site.tree.span(one.node) for one in others if one.role is Role.USE)
    doubts = sum(one.role is Role.TEST for one in others)
    if site.span not in uses and not (asked and site.node == declared.node):
        return
    if len(uses) <= _RELIANCE * doubts and not (asked and _RELIANCE * doubts <= len(uses) + files(name)):
        return
    kinds = {type_of(site.tree, one.value, one.inside("function_definition")) for one in sets if one is not declared}
    known = sorted(kinds) if "" not in kinds and len(kinds) <= MAX_UNION else []
    kind, imports = open_type(site.tree, known, evaluated=True)
    after, start = site.tree.span(declared.node).end, site.tree.span(assignment).start
    if not kind or any(edit.span.end > start for edit in imports):
        return
    if not is_defined_before(site.tree, kind, assignment, imports):
        return
    yield Cure(
        Strategy.FIELD,
        f"Declare {in_title(name)} as {in_title(kind.strip(chr(34)))}",
        (TextEdit(Span(after, after), f": {kind}"), *imports),
        _WEIGHT,
        "nearly all of its uses rely on it",
        uses,
        "fails if used before it is set",
    )


def _of_module(found: Sequence[Occurrence], name: str) -> list[Occurrence]:
    """Those that aren't a parameter, a function's own variable, or a class's attribute."""
    shared = {one.function_start for one in found if one.path[-1].type == "global_statement"}
    own = {one.function_start for one in found if one.role is Role.SET} - shared
    return [
        one
        for one in found
        if not (one.role is Role.SET and one.scope is not None and one.scope.type == "class_definition")
        and not any(
            node.type == "lambda" or parameter_of(node, name) is not None or node.start_byte in own
            for node in one.path
            if node.type in ("function_definition", "lambda")
        )
    ]
