"""The place of one value that may be null in JavaScript or TypeScript, and how its file is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from breadknife.plugins.nullcheck.repairs.site import Site

_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", re.DOTALL)
"""Their words end in no semicolon, and have apostrophes."""
_STRING = re.compile(r'"([^"\'\\]*)"')
_LEAVES = r"(?:return|throw|continue|break)\b"
_SHORT = re.compile(rf"^[ \t]*if \(.*\) {_LEAVES}", re.MULTILINE)
_LONG = re.compile(rf"\) \{{\r?\n[ \t]*{_LEAVES}[^\n]*\n[ \t]*\}}")


@dataclass(frozen=True, eq=False)
class EcmaScriptSite(Site):
    @cached_property
    def _code(self) -> str:
        return _COMMENT.sub("", self.tree.text)

    @cached_property
    def has_semicolons(self) -> bool:
        ends = re.findall(r"[\w)\]'\"`](;?)[ \t]*\r?$", self._code, re.MULTILINE)
        return not ends or 3 * sum(1 for end in ends if end) >= len(ends)

    def block(self, test: str, lines: Sequence[str]) -> list[str]:
        """Return the statements as a block: on one line if the file mostly leaves so."""
        if len(_SHORT.findall(self._code)) > len(_LONG.findall(self._code)) and len(lines) == 1:
            return [f"if ({test}) {lines[0]}"]
        return super().block(test, lines)

    def styled(self, line: str) -> str:
        """Return the code with the file's quotes, and without semicolons if the file has none."""
        if self._code.count("'") > self._code.count('"'):
            line = _STRING.sub(r"'\1'", line)
        return line if self.has_semicolons else line.removesuffix(";")
