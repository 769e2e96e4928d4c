"""How a file is written: what new lines in it should look like."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.line_length import USUAL
from breadknife.text.document import line_break

_SHORT_EXIT = re.compile(r"^[ \t]*if \(.*\) (?:return|throw|continue|break)\b", re.MULTILINE)
_LONG_EXIT = re.compile(r"\) \{\r?\n[ \t]*(?:return|throw|continue|break)\b[^\n]*\n[ \t]*\}")
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", re.DOTALL)
"""Their words end in no semicolon, and have apostrophes."""
_THROWN = re.compile(r"\bthrow new (\w+)\(")
_NEW_ERROR = re.compile(r"""(\s*throw new \w+\()("[^"]*"|'[^']*'|`[^`]*`)(\);?)""")
_ERRORS = frozenset({"Error", "TypeError", "RangeError", "ReferenceError"})
"""Exceptions that take one message."""
_ASSERTED = re.compile(
    r"^import\s+(?:type\s+)?(?:\{[^}]*\b(?P<a>assert|invariant)\b[^}]*\}|(?:\*\s+as\s+)?(?P<b>assert|invariant))\s+from",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Style:
    line_break: str
    step: str
    """One level of indentation."""
    semicolon: str
    quote: str
    short_exits: bool
    """`if (a) return` on one line."""
    asserts: str
    """The assertion function that the file imports."""
    text: str
    length: int = USUAL
    """Of a line."""

    @classmethod
    def of(cls, text: str, length: int = USUAL) -> Style:
        code = _COMMENT.sub("", text)
        indents = re.search(r"^(\t|  +)\S", text, re.MULTILINE)
        step = indents[1] if indents is not None and len(indents[1]) <= 8 else "  "
        ends = re.findall(r"[\w)\]'\"`](;?)[ \t]*\r?$", code, re.MULTILINE)
        asserted = _ASSERTED.search(text)
        return cls(
            line_break(text),
            step,
            ";" if not ends or 3 * sum(1 for end in ends if end) >= len(ends) else "",
            "'" if code.count("'") > code.count('"') else '"',
            len(_SHORT_EXIT.findall(text)) > len(_LONG_EXIT.findall(text)),
            (asserted["a"] or asserted["b"]) if asserted is not None else "",
            text,
            length,
        )

    def string(self, content: str) -> str:
        quote = self.quote if self.quote not in content else '"'
        return f"{quote}{content}{quote}"

    def literal(self, default: str) -> str:
        """A literal with the file's quotes, where its content allows that."""
        inside = default[1:-1]
        if default[:1] == '"' and not set(inside) & set("'\"\\"):
            return self.string(inside)
        return default

    def exception(self, function: str) -> str:
        """What the function throws most, or the file; `Error` where that says nothing."""
        for text in (function, self.text):
            thrown = [name for name in _THROWN.findall(text) if name in _ERRORS]
            if thrown:
                return max(thrown, key=thrown.count)
        return "Error"

    def exit(self, test: str, action: str, indent: str) -> list[str]:
        """The lines of `if (test) action`, the first without its indentation."""
        short = f"if ({test}) {action}{self.semicolon}"
        if self.short_exits and self.semicolon and self._fits(indent + short):
            return [short]
        inner = f"{indent}{self.step}"
        return [f"if ({test}) {{", *self._broken(f"{inner}{action}{self.semicolon}", inner), f"{indent}}}"]

    def _fits(self, line: str) -> bool:
        return len(line.expandtabs(4)) <= self.length

    def _broken(self, line: str, indent: str) -> list[str]:
        """An error whose line is too long has its message on a line of its own."""
        found = _NEW_ERROR.fullmatch(line)
        if found is None or self._fits(line):
            return [line]
        return [found[1], f"{indent}{self.step}{found[2]}", f"{indent}{found[3]}"]
