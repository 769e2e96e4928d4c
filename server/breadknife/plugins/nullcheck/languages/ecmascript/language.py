"""TypeScript and JavaScript, as the core sees them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, NullableCall, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.core.nullness import OriginKind
from breadknife.plugins.nullcheck.languages.ecmascript.imports import DOT
from breadknife.plugins.nullcheck.languages.ecmascript.outline import Outline
from breadknife.plugins.nullcheck.rows import rows
from breadknife.text.syntax import SyntaxTree

LANGUAGES = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})


@cache
def knowledge() -> Knowledge:
    """Its calls are shown without the types that they are of."""
    known = read("ecmascript")
    calls = {name: rule._replace(shown=rule.shown or name.rpartition(".")[2]) for name, rule in known.calls.items()}
    return replace(known, calls=calls)


def known(nullable: Iterable[str]) -> Knowledge:
    """The knowledge with the user's own rows: `Orders.find -> when there is none` for a type, `@acme/orders.find` and
    `./orders.find` for a module, as an import writes it."""
    its = knowledge()
    calls, words = dict(its.calls), set(its.words[""])
    for row in rows(nullable):
        module = row.owner.replace(".", DOT)
        for name in (f"{module}.{row.name}", f"{module}.default.{row.name}") if module else ():
            calls[name] = NullableCall(name, row.why or "at times", OriginKind.CALL, "never", 0, None, shown=row.name)
            words.add(row.name.encode())
    return replace(its, calls=calls, words={**its.words, "": frozenset(words)})


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "", its: Knowledge | None = None) -> FileHome:
    """The analysis of one file. `its` is the knowledge with the user's own rows."""
    its = its or knowledge()
    return FileHome(Outline(tree, its).file(), its, Language(its.functions["builtins"]), others, uri)
