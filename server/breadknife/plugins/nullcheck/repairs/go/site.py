"""The place of one value that may be nil in Go: what the function gives back, and the error that came with a value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from breadknife.plugins.nullcheck.repairs.site import Site
from breadknife.text.syntax import Node, nodes_in

_ASSIGNS = frozenset({"short_var_declaration", "assignment_statement"})
_FINDS_ERROR = re.compile(r"(?<!!)errors\.(?:Is|As)\((\w*[eE]rr)\b|\b(\w*[eE]rr) (?:!= nil\b|== (?!nil\b))")


@dataclass(frozen=True)
class PairedAssignment:
    """The statement that gave a name its value, together with what tells whether there is one."""

    statement: Node
    value: Node
    """The one call, type assertion or index on its right."""
    tells: Node
    """The `err`, `ok` or `_` on its left."""


@dataclass(frozen=True, eq=False)
class GoSite(Site):
    @cached_property
    def results(self) -> tuple[str, ...]:
        """Return the types of what the function gives back."""
        result = self.function.child_by_field_name("result") if self.function is not None else None
        if result is None or result.type != "parameter_list":
            return (self.text(result),) if result is not None else ()
        types = list[str]()
        for parameter in result.named_children:
            written = self.text(parameter.child_by_field_name("type"))
            types += [written] * max(1, len(parameter.children_by_field_name("name"))) if written else []
        return tuple(types)

    @property
    def gives_error(self) -> bool:
        return self.results[-1:] == ("error",)

    @cached_property
    def _condition(self) -> tuple[Node | None, str]:
        """Return the innermost condition around the place that has found an error, and the error's name; without one,
        None and ""."""
        for inner, outer in pairwise((self.node, *self.around)):
            field = {"if_statement": "condition", "expression_case": "value"}.get(outer.type, "")
            test = outer.child_by_field_name(field)
            is_inside = inner not in (test, outer.child_by_field_name("alternative"))
            found = _FINDS_ERROR.search(self.text(test)) if is_inside and "||" not in self.text(test) else None
            if found is not None:
                return outer, found[1] or found[2]
        return None, ""

    @property
    def error(self) -> str:
        """Return the error that a condition around the place has found, which is what counts there; "" for none."""
        return self._condition[1]

    @property
    def handler(self) -> Node | None:
        """Return the statement whose condition has found the error."""
        return self._condition[0]

    @property
    def caught(self) -> str:
        return self.error

    @cached_property
    def given(self) -> PairedAssignment | None:
        """Return where the name got its value together with an error or an `ok`, nearest before the place."""
        if self.function is None or self.node.type != "identifier":
            return None
        found: Node | None = None
        for node in nodes_in(self.function):
            if node.type in _ASSIGNS and node.end_byte <= self.node.start_byte:
                found = node if self.source in map(self.text, _parts(node, "left")) else found
        if found is None:
            return None
        targets, values = _parts(found, "left"), _parts(found, "right")
        tells = len(targets) > 1 and len(values) == 1 and targets[-1].type == "identifier"
        return (
            PairedAssignment(found, values[0], targets[-1]) if tells and self.text(targets[-1]) != self.source else None
        )

    def zeros(self, results: tuple[str, ...]) -> list[str]:
        """Return what the function gives back of these types beside an error."""
        return [_zero(self, kind) for kind in results]


def _parts(node: Node, field: str) -> list[Node]:
    side = node.child_by_field_name(field)
    return side.named_children if side is not None else []


_NUMBER = re.compile(r"u?int(?:8|16|32|64|ptr)?|float(?:32|64)|byte|rune|(?:time\.)?Duration")
_NILABLE = re.compile(
    r"\*|\[\]|map\[|(?:<-)?chan\b|func\(|interface\{|(?:any|error|context\.Context|io\.(?:Read|Writ|Clos|Seek)\w+)\Z"
)
"""Types whose zero value is nil, by what they begin with, or as a whole."""
_SIMPLE = {"string": '""', "bool": "false"}


def _zero(site: GoSite, kind: str) -> str:
    """Return the zero value of a type, as code."""
    if _NILABLE.match(kind):
        return "nil"
    target = site.home.class_target(kind) if kind.isidentifier() else None
    class_ = target.class_ if target is not None else None
    if class_ is not None and class_.is_interface:
        return "nil"
    if (class_ is not None and class_.stores) or f"return {kind}{{}}" in site.text(site.function):
        return f"{kind}{{}}"
    return "0" if _NUMBER.fullmatch(kind) else _SIMPLE.get(kind, f"*new({kind})")
