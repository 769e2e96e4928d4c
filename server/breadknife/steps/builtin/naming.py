"""Names that code suggests for a local variable: what it gets, what its type is, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.steps.builtin.scopes import Local, is_bound, tables
from breadknife.text.syntax import Node, SyntaxTree

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def plain(name: str) -> str:
    """Write a name in snake_case."""
    return _HUMPS.sub("_", name.strip("_")).lower()


def suggested(tree: SyntaxTree, local: Local) -> Iterator[str]:
    """Yield the likeliest first; some are empty, or no names yet."""
    for node in local.places:
        if not is_bound(node) or (parent := node.parent) is None:
            continue
        if parent.type == "assignment":
            if kind := parent.child_by_field_name("type"):
                yield from _of_type(tree.source(kind))
            if value := parent.child_by_field_name("right"):
                yield noun(tree, value)
        elif parent.type == "for_statement" and (many := parent.child_by_field_name("right")):
            yield singular(noun(tree, many))
        elif parent.type == "as_pattern_target" and parent.parent is not None:
            yield noun(tree, parent.parent.named_children[0])
        elif parent.type == "named_expression" and (value := parent.child_by_field_name("value")):
            yield noun(tree, value)
    yield from _of_use(tree, local)


def _of_type(annotation: str) -> Iterator[str]:
    match = re.fullmatch(r"(?:\w+\.)*([A-Z]\w+)(?: \| None)?", annotation.strip("\"'"))
    if match and match[1] not in ("Any", "Optional", "Callable", "List", "Dict"):
        yield match[1]


def _of_use(tree: SyntaxTree, local: Local) -> Iterator[str]:
    """What is appended to it, which keyword takes it, which attribute it becomes, and what the function returns."""
    for node in local.places:
        parent = node.parent
        if parent is None:
            continue
        call = parent.parent
        if parent.type == "attribute" and call is not None and call.type == "call":
            method = parent.child_by_field_name("attribute")
            arguments = call.child_by_field_name("arguments")
            if method is not None and tree.source(method) in ("append", "add") and arguments is not None:
                yield from (plural(noun(tree, each)) for each in arguments.named_children[:1])
        elif parent.type == "keyword_argument" and (key := parent.child_by_field_name("name")):
            yield tree.source(key)
        elif parent.type == "assignment" and parent.child_by_field_name("right") == node:
            left = parent.child_by_field_name("left")
            if left is not None and left.type == "attribute":
                yield noun(tree, left)
        elif parent.type == "return_statement" and (name := local.function.child_by_field_name("name")):
            yield _without_verb(tree.source(name), only=True)


def noun(tree: SyntaxTree, node: Node) -> str:
    """Return what an expression is about, in a word or two that its own names have; empty if they don't say."""
    match node.type:
        case "identifier":
            return tree.source(node)
        case "attribute":
            last = node.child_by_field_name("attribute")
            return tree.source(last) if last is not None else ""
        case "await" if node.named_children and node.named_children[0].type == "call":
            return _of_call(tree, node.named_children[0])  # what is awaited otherwise isn't what it gives
        case "parenthesized_expression" if node.named_children:
            return noun(tree, node.named_children[0])
        case "subscript":
            return _of_key(tree, node)
        case "call":
            return _of_call(tree, node)
        case "list_comprehension" if node.named_children:
            return plural(noun(tree, node.named_children[0]))
        case _:
            return ""


def _of_key(tree: SyntaxTree, node: Node) -> str:
    key, whole = node.child_by_field_name("subscript"), node.child_by_field_name("value")
    if key is None or whole is None:
        return ""
    if key.type == "string":
        return _word(tree.source(key))
    return singular(noun(tree, whole)) if key.type in ("integer", "identifier") else ""


def _of_call(tree: SyntaxTree, node: Node) -> str:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return ""
    first = arguments.named_children[0] if arguments.named_children else None
    name = noun(tree, function)
    if name in ("get", "getattr", "pop", "getenv") and first is not None:
        text = next((each for each in arguments.named_children[:2] if each.type == "string"), None)
        return _word(tree.source(text)) if text is not None else ""
    if (known := tables().calls.get(name)) is not None:
        receiver = function.child_by_field_name("object") if function.type == "attribute" else None
        inner = receiver if receiver is not None else first
        about = noun(tree, inner) if inner is not None and "{}" in known else ""
        if known == "{}_count":
            about = singular(about)
        return known.replace("{}", about) if about or "{}" not in known else ""
    return name if name[:1].isupper() else _without_verb(name)


def _word(literal: str) -> str:
    inside = literal.strip("rbfu\"'").replace("-", "_")
    return inside if re.fullmatch(r"[A-Za-z][A-Za-z_]+", inside) else ""


def _without_verb(name: str, *, only: bool = False) -> str:
    """`load_config` gives `config`. A name without such a verb is taken as it is, unless `only` those count."""
    first, _, rest = plain(name).partition("_")
    if first in tables().verbs:
        return re.sub(r"^(?:or|the|all|all_the)_|_(?:from|by|for|of|in|with|to|as|at|or)_.*$", "", rest)
    return "" if only or "_" not in plain(name) else plain(name)


def plural(name: str) -> str:
    if not name or name.endswith("s"):
        return name
    if re.search("[^aeiou]y$", name):
        return f"{name[:-1]}ies"
    return f"{name}es" if re.search("(x|ch|sh)$", name) else f"{name}s"


def singular(name: str) -> str:
    """Return the singular of a plural; of anything else, nothing."""
    if name.endswith("ies") and len(name) > 4:
        return f"{name[:-3]}y"
    if re.search("(x|ch|sh|ss)es$", name):
        return name[:-2]
    return name[:-1] if re.search("[^su]s$", name) and len(name) > 3 else ""
