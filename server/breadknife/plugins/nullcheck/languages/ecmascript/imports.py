"""Reads what a module imports and exports."""

from __future__ import annotations

from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.languages.outlining import first, inner, part, text, word
from breadknife.text.syntax import Node

WHOLE = "="
"""The exported name of a module itself, after `module.exports = name`."""
STAR = "*"
"""Begins the exported name of a module all of whose names are passed on: `export * from "b"`."""
DOT = "․"
"""Stands for a dot in the name of a module: a qualified name has dots of its own."""


@dataclass
class ModuleLinks:
    """What a module imports and exports. A name is qualified by that of its module: `module.name`."""

    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> `module.name`; `module` for all of it, `module.default` for its default."""
    exports: dict[str, str] = field(default_factory=dict[str, str])
    """Exported name -> local name, or the qualified name of what another module has."""


def links(root: Node) -> ModuleLinks:
    """Return what the statements at the top of a module say."""
    module_links = ModuleLinks()
    for node in inner(root):
        if node.type == "import_statement":
            _import(node, module_links)
        elif node.type == "export_statement":
            _export(node, module_links)
        elif node.type.endswith("_declaration"):
            for child in inner(node):
                _require(child, module_links)
        elif node.type == "expression_statement":
            _export_assigned(node, module_links)
    return module_links


def module_of(node: Node | None) -> str:
    """Return the name of a module as qualified names have it; "" if it isn't written there."""
    return text(node)[1:-1].replace(".", DOT) if node is not None and node.type == "string" else ""


def _import(node: Node, module_links: ModuleLinks) -> None:
    module = module_of(part(node, "source"))
    for child in inner(next((child for child in inner(node) if child.type == "import_clause"), None)):
        if child.type == "identifier":
            module_links.imports[text(child)] = f"{module}.default"
        elif child.type == "namespace_import":
            module_links.imports[text(first(child))] = module
        elif child.type == "named_imports":
            for specifier in inner(child):
                module_links.imports[word(specifier, "alias") or word(specifier, "name")] = (
                    f"{module}.{word(specifier, 'name')}"
                )


def _export(node: Node, module_links: ModuleLinks) -> None:
    module, declaration, value = (part(node, name) for name in ("source", "declaration", "value"))
    source = module_of(module)
    if declaration is not None:
        is_default = any(child.type == "default" for child in node.children[:2])
        is_variable = declaration.type in ("lexical_declaration", "variable_declaration")
        for child in inner(declaration) if is_variable else [declaration]:
            module_links.exports["default" if is_default else word(child, "name")] = word(child, "name")
    elif value is not None and value.type == "identifier":
        module_links.exports["default"] = text(value)
    for specifier in (child for clause in inner(node) if clause.type == "export_clause" for child in inner(clause)):
        name = word(specifier, "name")
        module_links.exports[word(specifier, "alias") or name] = f"{source}.{name}" if source else name
    if source and any(child.type == "*" for child in node.children):
        module_links.exports[f"{STAR}{source}"] = source


def _require(node: Node, module_links: ModuleLinks) -> None:
    """`const a = require("b")`, and `const {a} = require("b")`."""
    name, value = part(node, "name"), part(node, "value")
    module = module_of(first(part(value, "arguments"))) if word(value, "function") == "require" else ""
    if name is None or not module:
        return
    if name.type == "identifier":
        module_links.imports[text(name)] = module
    for child in inner(name) if name.type == "object_pattern" else ():
        key, local = part(child, "key") or child, part(child, "value") or child
        if local.type in ("identifier", "shorthand_property_identifier_pattern"):
            module_links.imports[text(local)] = f"{module}.{text(key)}"


def _export_assigned(node: Node, module_links: ModuleLinks) -> None:
    """`module.exports = {a, b: c}`, and `exports.a = b`."""
    for child in inner(node):
        left, right = word(child, "left"), part(child, "right")
        if child.type != "assignment_expression" or right is None:
            continue
        if left == "module.exports" and right.type == "identifier":
            module_links.exports[WHOLE] = text(right)
        for member in inner(right) if left == "module.exports" and right.type == "object" else ():
            value = part(member, "value") or member
            if value.type in ("identifier", "shorthand_property_identifier"):
                module_links.exports[word(member, "key") or text(member)] = text(value)
        if left.startswith(("exports.", "module.exports.")):
            name = left.rpartition(".")[2]
            module_links.exports[name] = text(right) if right.type == "identifier" else name
