"""Where a file imports what an edit needs, in the order in which isort puts it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import takewhile

from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.text.document import Span, TextEdit, line_break
from breadknife.text.syntax import Node, SyntaxTree

_IMPORTS = ("import_statement", "import_from_statement")
_ORDERS: tuple[Callable[[str], tuple[int, str]], ...] = (
    lambda name: (_kind(name), name.lower()),
    lambda name: (0, name),
    lambda name: (0, name.lower()),
)
"""isort's, that of the characters, and that of the words."""


def importing(tree: SyntaxTree, module: str, names: Sequence[str]) -> tuple[TextEdit, ...]:
    """The edits that import these names of a module of the standard library; () where they can't stand."""
    statements = [node for node in tree.root.named_children if node.type != "comment" and not _is_first(node)]
    for node in statements:
        if node.type == "import_from_statement" and _module(node) == module and (made := _added(tree, node, names)):
            return made
    line = f"from {module} import {', '.join(sorted(names, key=_ORDERS[0]))}{line_break(tree.text)}"
    at = next((at for at, node in enumerate(statements) if node.type in _IMPORTS), None)
    if at is None:
        return _before(tree, statements[0], line + 2 * line_break(tree.text)) if statements else ()
    imports = list(takewhile(lambda node: node.type in _IMPORTS, statements[at:]))
    library = [node for node in imports if _module(node).partition(".")[0] in sys.stdlib_module_names]
    if not library:
        return _before(tree, imports[0], line + line_break(tree.text))
    return _among(tree, library, module, line) or _before(tree, imports[0], line)


def _among(tree: SyntaxTree, library: list[Node], module: str, line: str) -> tuple[TextEdit, ...]:
    """Among the standard library's: where both kinds are sorted as one, by the module, else below `import x`."""
    modules = [_module(node).lower() for node in library]
    kinds = [node.type == "import_from_statement" for node in library]
    is_mixed = kinds != sorted(kinds) and modules == sorted(modules)
    before = [node for node, is_from in zip(library, kinds, strict=True) if is_from or is_mixed]
    above = [node for node in before if _module(node).lower() <= module] or [
        node for node in library if node not in before
    ]
    return _after(tree, above[-1], line) if above else _before(tree, library[0], line)


def _before(tree: SyntaxTree, statement: Node, line: str) -> tuple[TextEdit, ...]:
    at = tree.span(statement).start
    return () if statement.start_point.column else (TextEdit(Span(at, at), line),)


def _after(tree: SyntaxTree, statement: Node, line: str) -> tuple[TextEdit, ...]:
    """Below the line that it ends in, if nothing else is done there."""
    end = tree.span(statement).end
    at = tree.text.find("\n", end) + 1
    rest = tree.text[end : at or len(tree.text)].strip()
    if not at or (rest and not rest.startswith("#")):
        return ()
    return (TextEdit(Span(at, at), line),)


def _added(tree: SyntaxTree, statement: Node, names: Sequence[str]) -> tuple[TextEdit, ...]:
    """To what the statement imports: where they belong if those are sorted, else behind them."""
    there = statement.children_by_field_name("name")
    if not there or any(child.type == "comment" for child in statement.children):
        return ()
    known = [_name(node) for node in there]
    order = next((order for order in _ORDERS if known == sorted(known, key=order)), None)
    places = dict[int, list[str]]()
    for name in sorted(names, key=order or _ORDERS[0]):
        place = next((at for at, each in enumerate(known) if order and order(each) > order(name)), len(known))
        places.setdefault(place, []).append(name)
    edits = list[TextEdit]()
    for place, added in places.items():
        is_last = place == len(there)
        beside = there[-1] if is_last else there[place]
        blank = _blank_before(tree, beside) if any(child.type == "(" for child in statement.children) else " "
        span = tree.span(beside)
        at = span.end if is_last else span.start
        written = "".join(f",{blank}{name}" if is_last else f"{name},{blank}" for name in added)
        edits.append(TextEdit(Span(at, at), written))
    return tuple(edits)


def _blank_before(tree: SyntaxTree, node: Node) -> str:
    """What parts a name from the one before: a blank, or a new line where it begins one."""
    start = tree.span(node).start
    indent = tree.text[tree.text.rfind("\n", 0, start) + 1 : start]
    return " " if indent.strip() else line_break(tree.text) + indent


def _module(statement: Node) -> str:
    """What it imports from, or the first that it imports; "" of a relative import."""
    module = statement.child_by_field_name("module_name")
    if module is None:
        names = statement.children_by_field_name("name")
        return _name(names[0]) if names else ""
    return text(module) if module.type == "dotted_name" else ""


def _name(imported: Node) -> str:
    return text(imported.child_by_field_name("name") or imported)


def _kind(name: str) -> int:
    """Constants come first, then classes."""
    return 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2


def _is_first(statement: Node) -> bool:
    """A docstring or a `from __future__` import."""
    inner = statement.named_children[:1] if statement.type == "expression_statement" else []
    return statement.type == "future_import_statement" or any(node.type == "string" for node in inner)
