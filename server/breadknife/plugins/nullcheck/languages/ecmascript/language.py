"""TypeScript and JavaScript, as the core sees them."""

from __future__ import annotations

from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Others
from breadknife.plugins.nullcheck.languages.ecmascript.outline import Outline
from breadknife.text.syntax import SyntaxTree


class EcmaScriptLanguage:
    null_attributes = frozenset[str]()
    calls_methods_of_null = False

    def __init__(self, knowledge: Knowledge) -> None:
        self.builtins = knowledge.functions["builtins"]

    def refined_result(self, _name: str, _argument: str, /) -> Type | None:
        return None


@cache
def knowledge() -> Knowledge:
    return read("ecmascript")


@cache
def language() -> EcmaScriptLanguage:
    return EcmaScriptLanguage(knowledge())


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "") -> FileHome:
    """The analysis of one file."""
    return FileHome(Outline(tree, knowledge()).file(), knowledge(), language(), others, uri)
