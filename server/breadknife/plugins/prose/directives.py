"""Comments that silence rules: `breadknife: ignore RULE`, on a finding's own line or above its paragraph, and
`breadknife: ignore-file RULE` anywhere. Without a rule, all of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from breadknife.text.document import Document
from breadknife.text.languages import LANGUAGES

_DIRECTIVE = re.compile(r"\bbreadknife:[ \t]*ignore(?P<file>-file)?\b(?P<rules>(?:[ \t,]+[A-Za-z][\w-]*(?!\S*[<>]))*)")
_RULE = re.compile(r"[A-Za-z][\w-]*")
_ALL = "*"


@dataclass(frozen=True)
class Directives:
    everywhere: frozenset[str] = frozenset()
    """Rules, or `*`."""
    lines: tuple[tuple[int, int, frozenset[str]], ...] = ()
    """(first line, line after the last, rules) in rising order."""

    @classmethod
    def of(cls, document: Document) -> Directives:
        if "breadknife:" not in document.text:
            return cls()
        everywhere, lines = set[str](), list[tuple[int, int, frozenset[str]]]()
        for match in _DIRECTIVE.finditer(document.text):
            rules = frozenset(_RULE.findall(match["rules"])) or frozenset((_ALL,))
            if match["file"]:
                everywhere |= rules
                continue
            line = document.line_at(match.start())
            lines.append((line, _end(document, line), rules))
        return cls(frozenset(everywhere), tuple(lines))

    def silence(self, rule: str, line: int) -> bool:
        """Whether a finding of `rule` on that 0-based line is to be left out."""
        if not {_ALL, rule}.isdisjoint(self.everywhere):
            return True
        before = bisect_left(self.lines, (line + 1,))
        return any(line < end and not {_ALL, rule}.isdisjoint(rules) for _, end, rules in self.lines[:before])


def ignoring(rule: str, language: str) -> str:
    """The comment to put above a paragraph, in that language's form; empty where it has none that is known."""
    text = f"breadknife: ignore {rule}"
    if language in ("markdown", "html"):
        return f"<!-- {text} -->"
    sign = LANGUAGES[language].line_comment if language in LANGUAGES else ""
    return f"{sign} {text}" if sign else f"/* {text} */" if language in ("css", "php") else ""


def _end(document: Document, line: int) -> int:
    """The line after the last one that a directive on `line` speaks for: the paragraph below it."""
    alone = re.sub(r"[\W_]", "", _DIRECTIVE.sub("", document.line_text(line))) == ""
    if not alone:
        return line + 1
    end = line + 1
    while end < document.line_count and not document.line_text(end).strip():
        end += 1
    while end < document.line_count and document.line_text(end).strip():
        end += 1
    return end
