"""TypeScript and JavaScript, as the core sees them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.ecmascript.outline import Outline
from breadknife.text.syntax import SyntaxTree

LANGUAGES = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})


@cache
def knowledge() -> Knowledge:
    """Its calls are shown without the types that they are of."""
    known = read("ecmascript")
    calls = {name: rule._replace(shown=rule.shown or name.rpartition(".")[2]) for name, rule in known.calls.items()}
    return replace(known, calls=calls)


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "", its: Knowledge | None = None) -> FileHome:
    """The analysis of one file. `its` is the knowledge with the user's own rows."""
    its = its or knowledge()
    return FileHome(Outline(tree, its).file(), its, Language(its.functions["builtins"]), others, uri)
