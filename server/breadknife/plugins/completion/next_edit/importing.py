"""Next edit: the import that a change needs, as the other files of the folder have it. A rule; it asks no model.

Python only, for now. In commits of repositories for testing it was the maintainers' own 76 of 80 times
(`bench/completion/follow_ups.py`), because nearly all that other files do in one way is done so here, too.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Collection, Sequence

from breadknife.plugins.completion.next_edit.following import Edit, stands
from breadknife.project.values import Project
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.outline import Import

FEWEST, SHARE = 2, 0.9
"""How many other files must import it, and what part of them in the same way."""
LARGEST = 200_000
"""Characters of a file that is looked at: a tenth of a second."""
MOST_NAMES = 4
"""The most names of a change that are looked up."""
_GIVEN = {*dir(builtins), "__file__", "__name__", "__doc__", "__path__", "__spec__"}
_NAME = re.compile(r"[^\W\d]\w*")


def missing_import(document: Document, edits: Sequence[Edit], project: Project) -> TextEdit | None:
    """Return the line that imports what the newest edit uses and nothing in the file binds; None if there is none, or
    the file doesn't parse, or other files don't agree on how."""
    path = document.path
    newest = next((edit for edit in edits if stands(document, edit)), None)
    if document.language != "python" or path is None or newest is None or len(document.text) > LARGEST:
        return None
    try:
        tree = ast.parse(document.text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # half a statement, say
        return None
    unbound = unbound_names(tree)
    names = [name for name in dict.fromkeys(_NAME.findall("\n".join(newest.after))) if name in unbound]
    for name in names[:MOST_NAMES]:
        ways = Counter(_statement(way, name) for way in project.ways_to_import(name, path))
        if not ways:
            continue
        [(statement, files)] = ways.most_common(1)
        if statement and files >= FEWEST and files >= SHARE * ways.total():
            return _inserted(document, tree, statement)
    return None


def _statement(imported: Import, name: str) -> str:
    """Return the statement that imports a name as another file does; empty for one that holds in that file only."""
    if imported.module.startswith("."):
        return ""
    if not imported.names:
        return f"import {imported.module}" + (f" as {name}" if imported.alias else "")
    original = next(original for original, local in imported.names if local == name)
    return f"from {imported.module} import {original}" + (f" as {name}" if original != name else "")


def unbound_names(tree: ast.Module, left_out: Collection[str] = ()) -> set[str]:
    """Return the names that are used and that nothing in the file binds, in whatever scope; none if the file imports
    all of a module. An import of a name that is `left_out` doesn't count."""
    used, bound = set[str](), set[str](_GIVEN)
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                used.add(name)
            case ast.Name(id=name) | ast.arg(arg=name) | ast.ExceptHandler(name=str(name)):
                bound.add(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                bound.add(name)
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
                bound.add(name)
            case ast.alias(name="*"):
                return set()
            case ast.alias(name=name, asname=local):
                bound |= {local or name.partition(".")[0]}.difference(left_out)
            case ast.Global(names=names) | ast.Nonlocal(names=names):
                bound.update(names)
            case _:
                pass
    return used - bound


def _inserted(document: Document, tree: ast.Module, statement: str) -> TextEdit | None:
    """Return the edit that puts an import where the file's order has it: after the last import that is before it in
    the alphabet, of those of the same package, or else of all; None in a file without imports."""
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    imports = [node for node in imports if getattr(node, "module", "") != "__future__"]
    if not imports:
        return None
    package, key = _module(statement).partition(".")[0], _order(statement)
    like = [node for node in imports if _module(ast.unparse(node)).partition(".")[0] == package] or imports
    before = [node for node in like if _order(ast.unparse(node)) < key]
    line = before[-1].end_lineno if before else like[0].lineno - 1
    if line is None or line >= document.line_count:
        return None
    at = document.line_starts[line]
    return TextEdit(Span(at, at), f"{statement}\n")


def _module(statement: str) -> str:
    return statement.split()[1]


def _order(statement: str) -> tuple[bool, str]:
    """Plain imports come first, as most formatters have it."""
    return statement.startswith("from "), _module(statement).lower()
