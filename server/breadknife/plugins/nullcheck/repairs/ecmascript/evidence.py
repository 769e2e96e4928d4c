"""What the surroundings of a place say of the way that its author would choose."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.repairs.ecmascript.nodes import FUNCTIONS
from breadknife.plugins.nullcheck.repairs.ecmascript.site import Site
from breadknife.plugins.nullcheck.values import Strategy

_TEST_FILE = re.compile(r"/__tests__/|/(?:tests?|specs?)/[^/]*$|\.(?:test|spec)\.[cm]?[jt]sx?$")
_EXITS = {
    "throw": Strategy.RAISE,
    "return": Strategy.RETURN,
    "continue": Strategy.CONTINUE,
    "break": Strategy.BREAK,
}


def is_test(uri: str) -> bool:
    return _TEST_FILE.search(uri) is not None


def is_declaration(uri: str) -> bool:
    """Whether a file only says what code elsewhere, or none, is like: no edit of it changes what happens."""
    return uri.endswith((".d.ts", ".d.mts", ".d.cts"))


@dataclass(frozen=True, eq=False)
class Evidence:
    site: Site
    in_tests: bool

    @cached_property
    def guards(self) -> Counter[Strategy]:
        """What the file does elsewhere where the same name is null."""
        if not self.site.is_name:
            return Counter()
        name = re.escape(self.site.source)
        guard = (
            rf"\bif\s?\((?:!{name}|{name}\s*===?\s*(?:null|undefined))\)\s*(?:\{{\s*)?(throw|return|continue|break)\b"
        )
        return Counter(_EXITS[word] for word in re.findall(guard, self.site.tree.text))

    @cached_property
    def caught(self) -> bool:
        """Whether a `catch` of the function handles what is thrown here."""
        inner = self.site.node
        for outer in reversed(self.site.path):
            if outer.type in FUNCTIONS:
                return False
            if outer.type == "try_statement" and outer.child_by_field_name("body") == inner:
                return outer.child_by_field_name("handler") is not None
            inner = outer
        return False
