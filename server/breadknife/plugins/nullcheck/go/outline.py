"""The functions, types and imports of one Go file: what its own calls may give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from breadknife.text.syntax import Node, SyntaxTree

_VERSION = re.compile(r"v\d+$")


@dataclass(frozen=True, eq=False)
class Function:
    node: Node
    body: Node
    name: str
    receiver: str
    """The receiver's name, "" for a function or where it has none."""
    owner: str
    """The type that it is a method of, without `*`."""
    by_pointer: bool
    results: tuple[str, ...]
    """The types of what it gives back."""
    named_results: bool


@dataclass
class Outline:
    source: bytes
    package: str = ""
    functions: list[Function] = field(default_factory=list[Function])
    by_name: dict[str, Function] = field(default_factory=dict[str, Function])
    methods: dict[tuple[str, str], Function] = field(default_factory=dict[tuple[str, str], Function])
    structs: dict[str, dict[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """Struct -> field -> type."""
    interfaces: set[str] = field(default_factory=set[str])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> path."""
    variables: dict[str, str] = field(default_factory=dict[str, str])
    """Package-level variables -> type, as far as it is written."""

    def text(self, node: Node) -> str:
        return self.source[node.start_byte : node.end_byte].decode("utf-8", "replace")


def outline(tree: SyntaxTree) -> Outline:
    made = Outline(tree.encoded)
    for node in tree.root.named_children:
        match node.type:
            case "function_declaration" | "method_declaration":
                _add_function(made, node)
            case "type_declaration":
                for spec in node.named_children:
                    _type(made, spec)
            case "package_clause" if node.named_child_count:
                made.package = made.text(node.named_children[0])
            case "import_declaration":
                for spec in specs(node, "import_spec"):
                    _import(made, spec)
            case "var_declaration":
                for spec in specs(node, "var_spec"):
                    _variables(made, spec)
            case _:
                pass
    return made


def _variables(made: Outline, spec: Node) -> None:
    kind, value = spec.child_by_field_name("type"), spec.child_by_field_name("value")
    values = value.named_children if value is not None else []
    for at, name in enumerate(spec.children_by_field_name("name")):
        written = made.text(kind) if kind is not None else _made(made, values[at]) if at < len(values) else ""
        if written:
            made.variables[made.text(name)] = written


def _made(made: Outline, value: Node) -> str:
    """The type of `T{}`, `&T{}`, `make(T)`."""
    arguments = value.child_by_field_name("arguments") if value.type == "call_expression" else None
    if arguments is not None and arguments.named_children and made.text(value).startswith("make("):
        return made.text(arguments.named_children[0])
    literal = value.named_children[-1] if value.type == "unary_expression" and value.named_children else value
    kind = literal.child_by_field_name("type") if literal.type == "composite_literal" else None
    return ("*" if literal != value else "") + made.text(kind) if kind is not None else ""


def specs(node: Node, kind: str) -> Iterator[Node]:
    """The specs of a declaration, grouped in parentheses or not."""
    for child in node.named_children:
        if child.type == kind:
            yield child
        elif child.type.endswith("_spec_list"):
            yield from (inner for inner in child.named_children if inner.type == kind)


def _add_function(made: Outline, node: Node) -> None:
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    receiver = owner = ""
    by_pointer = False
    if (receivers := node.child_by_field_name("receiver")) is not None and receivers.named_children:
        parameter = receivers.named_children[0]
        its_name, its_type = parameter.child_by_field_name("name"), parameter.child_by_field_name("type")
        receiver = made.text(its_name) if its_name is not None else ""
        written = made.text(its_type) if its_type is not None else ""
        by_pointer, owner = written.startswith("*"), written.lstrip("*").partition("[")[0]
    results, named = result_types(made, node)
    function = Function(node, body, made.text(name), receiver, owner, by_pointer, results, named)
    made.functions.append(function)
    if owner:
        made.methods[owner, function.name] = function
    else:
        made.by_name[function.name] = function


def result_types(made: Outline, node: Node) -> tuple[tuple[str, ...], bool]:
    """What a function, or a literal of one, gives back, and whether its results have names."""
    result = node.child_by_field_name("result")
    if result is None:
        return (), False
    if result.type != "parameter_list":
        return (made.text(result),), False
    types, named = list[str](), False
    for parameter in result.named_children:
        kind = parameter.child_by_field_name("type")
        names = parameter.children_by_field_name("name")
        named = named or bool(names)
        if kind is not None:
            types += [made.text(kind)] * max(1, len(names))
    return tuple(types), named


def _type(made: Outline, spec: Node) -> None:
    name, kind = spec.child_by_field_name("name"), spec.child_by_field_name("type")
    if name is None or kind is None:
        return
    if kind.type == "interface_type":
        made.interfaces.add(made.text(name))
    elif kind.type == "struct_type":
        fields: dict[str, str] = {}
        for part in kind.named_children:
            for declared in part.named_children:
                if declared.type == "field_declaration" and (its := declared.child_by_field_name("type")) is not None:
                    for field_name in declared.children_by_field_name("name"):
                        fields[made.text(field_name)] = made.text(its)
        made.structs[made.text(name)] = fields


def _import(made: Outline, spec: Node) -> None:
    path, name = spec.child_by_field_name("path"), spec.child_by_field_name("name")
    if path is None:
        return
    where = made.text(path).strip('"`')
    parts = where.split("/")
    last = parts[-2] if len(parts) > 1 and _VERSION.match(parts[-1]) else parts[-1]
    made.imports[made.text(name) if name is not None else last] = where
