"""What a module imports and exports."""

from __future__ import annotations

from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.languages.ecmascript.types import inner, text
from breadknife.text.syntax import Node

DOT = "․"
"""Stands for a dot in the name of a module: a qualified name has dots of its own."""


@dataclass
class Links:
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> `module.name`; `module` for all of it, `module.default` for its default."""
    exports: dict[str, str] = field(default_factory=dict[str, str])
    """Exported name -> local name, or the qualified name of what another module has."""
    stars: list[str] = field(default_factory=list[str])
    """Modules all of whose names are passed on."""


def links(root: Node) -> Links:
    """What the statements at the top of a module say."""
    found = Links()
    for node in inner(root):
        match node.type:
            case "import_statement":
                _import(node, found)
            case "export_statement":
                _export(node, found)
            case "lexical_declaration" | "variable_declaration":
                for each in inner(node):
                    _require(each, found)
            case "expression_statement":
                _common(node, found)
            case _:
                pass
    return found


def module_of(node: Node | None) -> str:
    """The name of a module as qualified names have it; "" if it isn't written there."""
    return text(node)[1:-1].replace(".", DOT) if node is not None and node.type == "string" else ""


def _import(node: Node, found: Links) -> None:
    module = module_of(node.child_by_field_name("source"))
    for clause in inner(node):
        if clause.type != "import_clause":
            continue
        for each in inner(clause):
            if each.type == "identifier":
                found.imports[text(each)] = f"{module}.default"
            elif each.type == "namespace_import":
                for name in inner(each):
                    found.imports[text(name)] = module
            elif each.type == "named_imports":
                for one in inner(each):
                    name = text(one.child_by_field_name("name"))
                    found.imports[text(one.child_by_field_name("alias")) or name] = f"{module}.{name}"


def _export(node: Node, found: Links) -> None:
    module = module_of(node.child_by_field_name("source"))
    is_default = any(child.type == "default" for child in node.children[:2])
    declaration = node.child_by_field_name("declaration")
    if declaration is not None:
        for name in _declared(declaration):
            found.exports["default" if is_default else name] = name
        return
    if (value := node.child_by_field_name("value")) is not None and value.type == "identifier":
        found.exports["default"] = text(value)
    for clause in inner(node):
        if clause.type == "export_clause":
            for each in inner(clause):
                name = text(each.child_by_field_name("name"))
                outside = text(each.child_by_field_name("alias")) or name
                found.exports[outside] = f"{module}.{name}" if module else name
    if module and any(child.type == "*" for child in node.children):
        found.stars.append(module)


def _declared(node: Node) -> list[str]:
    if node.type in ("lexical_declaration", "variable_declaration"):
        return [text(each.child_by_field_name("name")) for each in inner(node)]
    return [text(node.child_by_field_name("name"))]


def _require(node: Node, found: Links) -> None:
    """`const a = require("b")`, and `const {a} = require("b")`."""
    name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
    if name is None or value is None or text(value.child_by_field_name("function")) != "require":
        return
    given = inner(value.child_by_field_name("arguments"))
    module = module_of(given[0]) if given else ""
    if not module:
        return
    if name.type == "identifier":
        found.imports[text(name)] = module
    for each in inner(name) if name.type == "object_pattern" else ():
        key, local = each.child_by_field_name("key") or each, each.child_by_field_name("value") or each
        if local.type in ("identifier", "shorthand_property_identifier_pattern"):
            found.imports[text(local)] = f"{module}.{text(key)}"


def _common(node: Node, found: Links) -> None:
    """`module.exports = {a, b: c}`, and `exports.a = b`."""
    for each in inner(node):
        left, right = text(each.child_by_field_name("left")), each.child_by_field_name("right")
        if each.type != "assignment_expression" or right is None:
            continue
        if left == "module.exports":
            for part in inner(right) if right.type == "object" else ():
                key, value = part.child_by_field_name("key") or part, part.child_by_field_name("value") or part
                if value.type in ("identifier", "shorthand_property_identifier"):
                    found.exports[text(key)] = text(value)
        elif left.startswith(("exports.", "module.exports.")):
            name = left.rpartition(".")[2]
            found.exports[name] = text(right) if right.type == "identifier" else name
