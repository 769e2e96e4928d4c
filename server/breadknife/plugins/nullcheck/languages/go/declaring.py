"""Go's declarations and assignments, lowered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.core import il
from breadknife.plugins.nullcheck.core.il import Block, Expression, Statement, Type
from breadknife.plugins.nullcheck.languages.go.expressions import Expressions, results_of
from breadknife.plugins.nullcheck.languages.lowering import at_of, attribute, inner, text
from breadknife.text.syntax import Node


@dataclass
class Declaring(Expressions):
    result_names: list[str] = field(default_factory=list[str], kw_only=True)

    def named_results(self, node: Node) -> Block:
        """What results with a name are before they get a value."""
        found = list[Statement]()
        for name, type_ in results_of(node):
            if name is not None:
                self.result_names.append(text(name))
                found += self._zero(name, self.types.read(type_), type_)
        return tuple(found)

    def short_declaration(self, node: Node) -> Iterable[Statement]:
        """`a, b := f()`: what isn't declared in this block is new."""
        left, right = inner(node.child_by_field_name("left")), node.child_by_field_name("right")
        is_new = any(child.type == ":=" for child in node.children)
        values = inner(right) if right is not None and right.type == "expression_list" else [right] if right else []
        lowered = self._values(values, left)
        targets = [
            self.declared(each) if is_new and self.scopes.is_new(text(each)) else self.target(each) for each in left
        ]
        return self._assigned(node, targets, lowered, values)

    def assignment(self, node: Node) -> Iterable[Statement]:
        left, right = inner(node.child_by_field_name("left")), inner(node.child_by_field_name("right"))
        operator = text(node.child_by_field_name("operator"))
        if operator not in ("=", "") and len(left) == 1 and len(right) == 1:
            read, target = self.expression(left[0]), self.target(left[0])
            given = self.expression(right[0])
            value = il.Operation(at_of(node), operator[:-1], (read, given), read.forks or given.forks)
            return (il.Assign(at_of(node), target, value),)
        values = self._values(right, left)
        return self._assigned(node, [self.target(each) for each in left], values, right)

    def step(self, node: Node) -> Iterable[Statement]:
        """`n++`."""
        if not inner(node):
            return ()
        read, target = self.expression(inner(node)[0]), self.target(inner(node)[0])
        return (il.Assign(at_of(node), target, il.Operation(at_of(node), "++", (read,), read.forks)),)

    def variables(self, node: Node) -> Iterator[Statement]:
        for spec in specs_of(node):
            names, value = spec.children_by_field_name("name"), spec.child_by_field_name("value")
            written = spec.child_by_field_name("type")
            type_ = self.types.read(written)
            if value is None:
                for name in names if node.type == "var_declaration" else ():
                    self.declared(name)
                    yield from self._zero(name, type_, written)
                continue
            values = inner(value)
            lowered = self._values(values, names)
            targets = [self.declared(each) for each in names]
            yield from self._assigned(spec, targets, lowered, values, type_)

    def _zero(self, name: Node, type_: Type | None, written: Node | None) -> Iterator[Statement]:
        """A variable without a value."""
        target, at = self.target(name), at_of(name)
        if self.types.zero_is_nil(type_):
            null = il.Null(at, "nil", why=f"`{text(name)}` is declared without a value", kind="initial")
            yield il.Assign(at, target, null, type_)
        elif target.key:
            yield il.Assign(at, target, il.Display(at, type_.name if type_ else "", (), forks=False), type_)
            if written is not None:
                yield from self._unmade(target, written, frozenset())

    def _values(self, values: Sequence[Node], targets: Sequence[Node]) -> list[Expression]:
        """The values of an assignment: one for each target, or one that gives several."""
        lowered = [self.expression(each) for each in values]
        if len(lowered) != 1 or len(targets) != 2:
            return lowered
        value, at = lowered[0], at_of(values[0])
        is_asked = text(targets[1]) != "_"
        if isinstance(value, il.Cast) and value.drops_null:
            null = il.Null(at, "nil", why=f"`{text(targets[0])}` is nil when the type is another one", kind="lookup")
            return [il.Attempt(at, value, null, value.forks)]
        if isinstance(value, il.Element) and is_asked:
            null = il.Null(at, "nil", why=f"`{text(targets[0])}` is nil when the key is missing", kind="lookup")
            return [il.Attempt(at, value, null, value.forks)]
        if isinstance(value, il.Element):
            return [il.Display(at, "tuple", (value, il.Parts(at, (), forks=False)), value.forks)]
        return lowered

    def _assigned(
        self,
        node: Node,
        targets: Sequence[Expression],
        values: Sequence[Expression],
        written: Sequence[Node],
        type_: Type | None = None,
    ) -> Iterator[Statement]:
        at = at_of(node)
        if len(targets) == 1 and len(values) == 1:
            yield il.Assign(at, targets[0], values[0], type_)
        elif len(values) == 1:
            yield il.Assign(at, _together(targets), values[0])
        else:
            yield il.Assign(at, _together(targets), _together(values))
        if len(targets) == len(written):
            for target, value in zip(targets, written, strict=True):
                made = _made(value)
                if made is not None and target.key:
                    yield from self._unmade(target, made[0], made[1])

    def _unmade(self, target: Expression, type_: Node, given: frozenset[str]) -> Iterator[Statement]:
        """The maps of a new struct that it doesn't give: they are nil."""
        struct = self.types.declaration(text(type_)) if type_.type == "type_identifier" else None
        if struct is None or struct.type != "struct_type":
            return
        for field_ in inner(inner(struct)[0]) if inner(struct) else []:
            kind = self.types.read(field_.child_by_field_name("type"))
            for name in field_.children_by_field_name("name"):
                if kind is not None and kind.name == "dict" and text(name) not in given:
                    null = il.Null(target.at, "nil", why=f"`{text(name)}` isn't made")
                    yield il.Assign(target.at, attribute(target.at, target, text(name)), null)


def _together(values: Sequence[Expression]) -> il.Display:
    at = (values[0].at[0], values[-1].at[1]) if values else (0, 0)
    return il.Display(at, "tuple", tuple(values), any(each.forks for each in values))


def _made(value: Node) -> tuple[Node, frozenset[str]] | None:
    """The type of a new struct, and the fields that get a value; None if they get it by their places."""
    if value.type == "unary_expression" and value.children[0].type == "&":
        value = value.named_children[-1]
    if value.type == "call_expression" and text(value.child_by_field_name("function")) == "new":
        given = inner(value.child_by_field_name("arguments"))
        return (given[0], frozenset()) if given else None
    written, body = value.child_by_field_name("type"), value.child_by_field_name("body")
    if value.type != "composite_literal" or written is None or body is None:
        return None
    elements = inner(body)
    if any(each.type != "keyed_element" for each in elements):
        return None
    return written, frozenset(text(each.child_by_field_name("key")) for each in elements)


def specs_of(node: Node) -> Iterator[Node]:
    for child in inner(node):
        if child.type in ("var_spec", "const_spec"):
            yield child
        else:
            yield from specs_of(child)
