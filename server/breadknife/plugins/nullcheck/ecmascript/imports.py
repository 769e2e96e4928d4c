"""What a file imports and exports, by which names: modules of ECMAScript and of CommonJS."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.text.syntax import Node

DEFAULT, ALL, WHOLE = "default", "*", "module.exports"
"""Names that stand for something else than one: the default export, all of them, what CommonJS gives as a whole."""

_NAMED = frozenset({
    "function_declaration", "generator_function_declaration", "function_signature", "class_declaration",
    "abstract_class_declaration", "interface_declaration", "type_alias_declaration", "enum_declaration",
})  # fmt: skip
_VARIABLES = frozenset({"lexical_declaration", "variable_declaration"})


@dataclass(frozen=True, slots=True)
class Source:
    """Where a name comes from."""

    module: str
    name: str


@dataclass
class Links:
    imports: dict[str, Source] = field(default_factory=dict[str, Source])
    """By the name that it has in the file."""
    exports: dict[str, str] = field(default_factory=dict[str, str])
    """Name outside -> name in the file."""
    passed_on: dict[str, Source] = field(default_factory=dict[str, Source])
    """Name outside -> what is exported from another module."""
    stars: list[str] = field(default_factory=list[str])
    """Modules of which all is exported."""


def links(root: Node) -> Links:
    made = Links()
    for node in root.named_children:
        match node.type:
            case "import_statement":
                _import(made, node)
            case "export_statement":
                _export(made, node)
            case "expression_statement" if node.named_child_count:
                _assigned(made, node.named_children[0])
            case kind if kind in _VARIABLES:
                _required(made, node)
            case _:
                pass
    return made


def _text(node: Node | None) -> str:
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def _import(made: Links, node: Node) -> None:
    module = _text(node.child_by_field_name("source"))[1:-1]
    for clause in node.named_children if module else ():
        for part in clause.named_children if clause.type == "import_clause" else ():
            match part.type:
                case "identifier":
                    made.imports[_text(part)] = Source(module, DEFAULT)
                case "namespace_import" if part.named_child_count:
                    made.imports[_text(part.named_children[0])] = Source(module, ALL)
                case "named_imports":
                    for there, here in _pairs(part):
                        made.imports[here] = Source(module, there)
                case _:
                    pass


def _pairs(clause: Node) -> Iterator[tuple[str, str]]:
    """Of `{a as b}`."""
    for each in clause.named_children:
        if (name := each.child_by_field_name("name")) is not None:
            yield _text(name), _text(each.child_by_field_name("alias") or name)


def _export(made: Links, node: Node) -> None:
    module = _text(node.child_by_field_name("source"))[1:-1]
    clause = next((child for child in node.named_children if child.type == "export_clause"), None)
    if clause is not None:
        for name, outside in _pairs(clause):
            if module:
                made.passed_on[outside] = Source(module, name)
            else:
                made.exports[outside] = name
        return
    if module:
        if not any(child.type == "namespace_export" for child in node.named_children):
            made.stars.append(module)
        return
    declaration = node.child_by_field_name("declaration")
    if declaration is not None and declaration.type == "ambient_declaration" and declaration.named_child_count:
        declaration = declaration.named_children[0]
    is_default = any(child.type == "default" for child in node.children)
    if declaration is None:
        value = node.child_by_field_name("value")
        if is_default and value is not None and value.type == "identifier":
            made.exports[DEFAULT] = _text(value)
    elif declaration.type in _NAMED:
        name = _text(declaration.child_by_field_name("name"))
        made.exports[DEFAULT if is_default else name] = name
    elif declaration.type in _VARIABLES:
        for declarator in declaration.named_children:
            name = declarator.child_by_field_name("name")
            if name is not None and name.type == "identifier":
                made.exports[_text(name)] = _text(name)


def _required(made: Links, node: Node) -> None:
    """`const { a, b: c } = require('./x')`."""
    for declarator in node.named_children:
        name, value = declarator.child_by_field_name("name"), declarator.child_by_field_name("value")
        if name is None or value is None or value.type != "call_expression":
            continue
        arguments = value.child_by_field_name("arguments")
        given = arguments.named_children if arguments is not None else []
        if _text(value.child_by_field_name("function")) != "require" or [one.type for one in given] != ["string"]:
            continue
        module = _text(given[0])[1:-1]
        if name.type == "identifier":
            made.imports[_text(name)] = Source(module, ALL)
        for child in name.named_children if name.type == "object_pattern" else ():
            key, its = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "shorthand_property_identifier_pattern":
                made.imports[_text(child)] = Source(module, _text(child))
            elif key is not None and its is not None and its.type == "identifier":
                made.imports[_text(its)] = Source(module, _text(key))


def _assigned(made: Links, node: Node) -> None:
    """`module.exports = …`, `exports.a = …`."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "assignment_expression" or left is None or right is None:
        return
    written = _text(left)
    if written == "module.exports" and right.type == "identifier":
        made.exports[WHOLE] = _text(right)
    elif written == "module.exports" and right.type == "object":
        for child in right.named_children:
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            if child.type == "shorthand_property_identifier":
                made.exports[_text(child)] = _text(child)
            elif key is not None and value is not None and value.type == "identifier":
                made.exports[_text(key)] = _text(value)
    elif written.startswith(("module.exports.", "exports.")) and right.type == "identifier":
        made.exports[written.rpartition(".")[2]] = _text(right)
