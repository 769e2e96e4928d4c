"""What a file's own text says of types: of a value's source, and which names an annotation may use."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from breadknife.plugins.nullcheck.repairs.python.reading.annotations import CLASS, LITERALS, union_parts
from breadknife.plugins.nullcheck.repairs.python.reading.nodes import parameter_of, text
from breadknife.text.syntax import Node, SyntaxTree

_BUILTINS = frozenset({
    "str", "int", "float", "bool", "bytes", "bytearray", "list", "dict", "set", "tuple", "frozenset",
})  # fmt: skip
EMPTY = {"str": '""', "int": "0", "float": "0.0", "list": "[]", "dict": "{}", "set": "set()", "tuple": "()"}
"""Type -> the value that stands for nothing in it; bool isn't here: False says something."""
_BYTES = re.compile(r"(?:br?|rb)['\"]", re.IGNORECASE)
MAX_UNION = 3
"""Types that are still worth writing out."""


def type_of(tree: SyntaxTree, value: Node | None, function: Node | None) -> str:
    """The type of a value, or "" where the file's text doesn't say or it may be None."""
    while value is not None and value.type == "parenthesized_expression" and value.named_child_count == 1:
        value = value.named_children[0]
    if value is None:
        return ""
    if value.type == "string" and _BYTES.match(text(value)):
        return "bytes"
    if value.type in LITERALS:
        return LITERALS[value.type]
    if value.type == "identifier" and function is not None:
        annotation = annotation_of(function, text(value))
        return annotation if annotation and "None" not in annotation and usable(tree, annotation) else ""
    if value.type == "call" and (callee := value.child_by_field_name("function")) is not None:
        name = text(callee)
        if name in _BUILTINS:
            return name
        if CLASS.fullmatch(name.rpartition(".")[2]) and re.fullmatch(r"[\w.]+", name) and usable(tree, name):
            return name
    return ""


def annotation_of(function: Node, name: str) -> str:
    """The annotation of the function's parameter of that name, without quotes, or ""."""
    parameter = parameter_of(function, name)
    annotation = parameter.child_by_field_name("type") if parameter is not None else None
    return text(annotation).strip("'\"") if annotation is not None else ""


def arguments_of(call: Node) -> list[Node]:
    arguments = call.child_by_field_name("arguments")
    return [one for one in arguments.named_children if one.type != "comment"] if arguments is not None else []


def usable(tree: SyntaxTree, annotation: str) -> bool:
    """Whether every name of an annotation is a class or an import of the module's top level, or a builtin."""
    roots = re.findall(r"(?<![\w.])[A-Za-z_]\w*", annotation)
    return bool(roots) and all(root in _BUILTINS or root in ("None", "object") or root in _module_names(tree)
                               for root in roots)  # fmt: skip


def is_defined_before(tree: SyntaxTree, annotation: str, at: Node) -> bool:
    """Whether an annotation that is evaluated there finds its names: one in quotes isn't evaluated."""
    if annotation[:1] in ("'", '"'):
        return True
    roots = set(re.findall(r"(?<![\w.])[A-Za-z_]\w*", annotation)) - _BUILTINS - {"None", "object"}
    return are_bound_before(tree, roots, at, for_checkers=are_deferred(tree))


def are_deferred(tree: SyntaxTree) -> bool:
    """Whether no annotation of the file is evaluated when it runs."""
    imported = (node for node in tree.root.named_children if node.type == "future_import_statement")
    return any("annotations" in text(node) for node in imported)


def are_bound_before(tree: SyntaxTree, roots: Collection[str], at: Node, *, for_checkers: bool = False) -> bool:
    """Whether the file's top level has these classes and imports there."""
    names = dict(_bound_at_top(tree, for_checkers=for_checkers))
    return all(names.get(root, at.start_byte) < at.start_byte for root in roots)


def without_none(annotation: str) -> str:
    """The annotation without its None, or "" where none of it is left or it isn't a plain union."""
    annotation = annotation.strip()
    quote = annotation[:1] if annotation[:1] in "'\"" else ""
    parts = union_parts(annotation)
    rest = [part.strip() for part in parts if part not in ("None", "")]
    if not rest or len(rest) == len(parts) or any("'" in part or '"' in part for part in rest if quote):
        return ""
    if len(rest) > 1 and annotation.strip("'\"").startswith(
        ("Union[", "typing.Union[", "Optional[", "typing.Optional[")
    ):
        head = "typing.Union" if annotation.strip("'\"").startswith("typing.") else "Union"
        if "Union[" not in annotation:
            return ""
        return f"{quote}{head}[{', '.join(rest)}]{quote}"
    return f"{quote}{' | '.join(rest)}{quote}"


def _module_names(tree: SyntaxTree) -> frozenset[str]:
    return frozenset(name for name, _ in _bound_at_top(tree))


def _bound_at_top(tree: SyntaxTree, *, for_checkers: bool = True) -> Iterator[tuple[str, int]]:
    """Classes and imports of the module's top level, and where they stand; `for_checkers`: those that only type
    checkers see, too."""
    stack = list(reversed(tree.root.named_children))
    while stack:
        node = stack.pop()
        match node.type:
            case "class_definition" if (name := node.child_by_field_name("name")) is not None:
                yield text(name), node.start_byte
            case "decorated_definition" if (inner := node.child_by_field_name("definition")) is not None:
                stack.append(inner)
            case "import_statement" | "import_from_statement":
                for name in node.children_by_field_name("name"):
                    alias = name.child_by_field_name("alias")
                    yield text(alias if alias is not None else name).partition(".")[0], node.start_byte
            case "if_statement" if for_checkers and "TYPE_CHECKING" in text(node.named_children[0]):
                body = node.child_by_field_name("consequence")
                stack += reversed(body.named_children) if body is not None else []
            case _:
                pass
