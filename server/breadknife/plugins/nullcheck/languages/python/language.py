"""Python, as the core sees it."""

from __future__ import annotations

import builtins
import re
from functools import cache

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.il import Type
from breadknife.plugins.nullcheck.core.knowledge import Knowledge, read
from breadknife.plugins.nullcheck.core.names import Language, Others
from breadknife.plugins.nullcheck.languages.python.outline import Outline
from breadknife.text.syntax import SyntaxTree

_LONGEST_PATTERN = 200


class _Python(Language):
    def refined_result(self, name: str, argument: str, /) -> Type | None:
        """A pattern that matches the empty text matches any."""
        if name != "re.compile" or not argument or len(argument) > _LONGEST_PATTERN:
            return None
        pattern = argument.lstrip("rR")
        if pattern[:1] not in ("'", '"') or pattern[:3] in ("'''", '"""'):
            return None
        try:
            return Type("re.AnyPattern") if re.match(pattern[1:-1], "") is not None else None
        except (re.error, RecursionError, OverflowError):
            return None


_PYTHON = _Python(frozenset(dir(builtins)), null_attributes=frozenset(dir(None)))


@cache
def knowledge() -> Knowledge:
    return read("python")


def home_of(tree: SyntaxTree, others: Others | None = None, uri: str = "", its: Knowledge | None = None) -> FileHome:
    """The analysis of one file. `its` is the knowledge with the user's own rows."""
    its = its or knowledge()
    return FileHome(Outline(tree, its).file(), its, _PYTHON, others, uri)
