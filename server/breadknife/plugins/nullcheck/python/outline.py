"""The functions, classes, imports and constants of one file: what its own calls may mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.python.rules import ANNOTATED_KINDS, KINDS
from breadknife.text.syntax import Node, SyntaxTree

_SHARED = re.compile(rb"^[ \t]*(?:global|nonlocal)[ \t]+([\w \t,]+)", re.MULTILINE)
_TRANSPARENT = frozenset({
    "if_statement", "elif_clause", "else_clause", "for_statement", "while_statement", "try_statement", "except_clause",
    "finally_clause", "with_statement", "match_statement", "case_clause", "block",
})  # fmt: skip
_HARMLESS_DECORATORS = frozenset({
    "staticmethod", "classmethod", "property", "cached_property", "functools.cached_property", "lru_cache",
    "functools.lru_cache", "cache", "functools.cache", "override",
})  # fmt: skip


@dataclass(frozen=True, eq=False)
class Function:
    node: Node
    body: Node
    name: str
    owner: int | None
    """Start byte of the class that it is a method of."""
    is_async: bool
    is_property: bool
    is_plain: bool
    """No decorator that may change what a call returns."""


@dataclass
class Outline:
    source: bytes
    functions: list[Function] = field(default_factory=list[Function])
    by_name: dict[str, Function | None] = field(default_factory=dict[str, "Function | None"])
    """Functions of the module; None for a name with several."""
    methods: dict[tuple[int, str], Function | None] = field(default_factory=dict[tuple[int, str], "Function | None"])
    imports: dict[str, str] = field(default_factory=dict[str, str])
    """Local name -> qualified name."""
    kinds: dict[str, str] = field(default_factory=dict[str, str])
    """Names and `self.` names that are assigned once, at module or class level, and the kind of their value."""
    shared: frozenset[str] = frozenset()
    """Names that some function declares global or nonlocal: any call may change them."""


def text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def outline(tree: SyntaxTree) -> Outline:
    source = tree.root.text or b""
    shared = {
        name for found in _SHARED.finditer(source) for name in re.split(r"[\s,]+", found[1].decode("utf-8", "replace"))
    }
    made = Outline(source, shared=frozenset(shared))
    constants: dict[str, list[str]] = {}
    stack: list[tuple[Node, int | None, bool]] = [(tree.root, None, False)]  # block, class, inside a function
    while stack:
        block, owner, local = stack.pop()
        for node in block.named_children:
            kind = node.type
            if kind == "expression_statement":
                if not local:
                    _constant(made, constants, node, "" if owner is None else "self.")
            elif kind in _TRANSPARENT:
                stack.append((node, owner, local))
            elif kind in ("import_statement", "import_from_statement"):
                _import(made, node)
            elif kind in ("function_definition", "class_definition", "decorated_definition"):
                _definition(made, stack, node, owner, local)
    made.functions.sort(key=lambda function: function.node.start_byte)
    made.kinds = {name: kinds[0] for name, kinds in constants.items() if len(kinds) == 1 and kinds[0]}
    return made


def _definition(
    made: Outline, stack: list[tuple[Node, int | None, bool]], node: Node, owner: int | None, local: bool
) -> None:
    decorators: list[str] = []
    if node.type == "decorated_definition":
        decorators = [
            text(child)[1:].partition("(")[0].strip() for child in node.named_children if child.type == "decorator"
        ]
        inner = node.child_by_field_name("definition")
        if inner is None:
            return
        node = inner
    name, body = node.child_by_field_name("name"), node.child_by_field_name("body")
    if name is None or body is None:
        return
    if node.type == "class_definition":
        stack.append((body, node.start_byte, local))
        return
    function = Function(
        node,
        body,
        text(name),
        owner,
        is_async=node.children[0].type == "async",
        is_property=any(decorator.endswith("property") for decorator in decorators),
        is_plain=all(decorator in _HARMLESS_DECORATORS for decorator in decorators),
    )
    made.functions.append(function)
    stack.append((body, None, True))
    if any(decorator.endswith((".setter", ".deleter")) for decorator in decorators):
        return
    if owner is not None:
        key = (owner, function.name)
        made.methods[key] = None if key in made.methods else function
    elif not local:
        made.by_name[function.name] = None if function.name in made.by_name else function


def _import(made: Outline, node: Node) -> None:
    prefix = ""
    if node.type == "import_from_statement":
        module = node.child_by_field_name("module_name")
        # A relative import's "." keeps a module of the project from passing for the standard library's.
        prefix = "." if module is None or module.type == "relative_import" else text(module) + "."
    for child in node.children_by_field_name("name"):
        if child.type == "aliased_import":
            name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
            if name is not None and alias is not None:
                made.imports[text(alias)] = prefix + text(name)
        elif prefix:
            made.imports[text(child)] = prefix + text(child)
        else:
            root = text(child).partition(".")[0]
            made.imports[root] = root


def _constant(made: Outline, constants: dict[str, list[str]], statement: Node, prefix: str) -> None:
    node = statement.named_children[0] if statement.named_child_count else None
    if node is None or node.type != "assignment":
        return
    left, right, annotation = (node.child_by_field_name(name) for name in ("left", "right", "type"))
    if left is None or left.type != "identifier":
        return
    kind = annotated_kind(text(annotation)) if annotation is not None else ""
    if not kind and right is not None:
        if right.type in ("dictionary", "dictionary_comprehension"):
            kind = "dict"
        elif right.type == "call" and (function := right.child_by_field_name("function")) is not None:
            kind = KINDS.get(made_name(made, text(function)), "")
    constants.setdefault(prefix + text(left), []).append(kind)


def made_name(made: Outline, dotted: str) -> str:
    """A dotted name with its first part replaced by what was imported under it."""
    root, dot, rest = dotted.partition(".")
    return made.imports.get(root, root) + dot + rest


def annotated_kind(annotation: str) -> str:
    parts = [part for part in union_parts(annotation) if part not in ("None", "")]
    return ANNOTATED_KINDS.get(parts[0].partition("[")[0].rpartition(".")[2], "") if len(parts) == 1 else ""


def is_optional(annotation: str) -> bool:
    return "None" in union_parts(annotation)


def union_parts(annotation: str) -> list[str]:
    """The members of `A | B`, `Optional[A]` and `Union[A, B]`; anything else is its own only member."""
    annotation = annotation.strip().strip("'\"").strip()
    head, bracket, inside = annotation.partition("[")
    head = head.strip().rpartition(".")[2]
    if bracket and annotation.endswith("]") and head in ("Optional", "Union"):
        members = [part for member in _split(inside[:-1], ",") for part in union_parts(member)]
        return [*members, "None"] if head == "Optional" else members
    parts = _split(annotation, "|")
    return [part for member in parts for part in union_parts(member)] if len(parts) > 1 else [annotation]


def _split(annotation: str, separator: str) -> list[str]:
    parts, depth, start = list[str](), 0, 0
    for at, char in enumerate(annotation):
        depth += (char in "[(") - (char in "])")
        if char == separator and not depth:
            parts.append(annotation[start:at])
            start = at + 1
    return [*parts, annotation[start:]]
