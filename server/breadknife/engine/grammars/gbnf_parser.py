"""Reads GBNF as llama.cpp's own parser does, except that names of tokens are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator

from breadknife.engine.grammars.gbnf import (
    Alternation,
    CharacterClass,
    Concatenation,
    Gbnf,
    GbnfError,
    Literal,
    Node,
    Repetition,
    RuleReference,
    escaped,
    references,
)

MAX_DEPTH = 100
"""The most parentheses within parentheses. Rust's `regex` takes 250 levels, and a level of ours may be two of its."""
_NAME = re.compile(r"[A-Za-z0-9-]+")
_SPACE = re.compile(r"(?:[ \t]|#[^\r\n]*)*")
_LINES = re.compile(r"(?:[ \t\r\n]|#[^\r\n]*)*")
_DEFINED = re.compile(r"::=")
_LINE_END = re.compile(r"\r\n?|\n|\Z")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_TIMES = re.compile(r"[*+?]|\{[ \t]*(\d{1,9})[ \t]*(?:(,)[ \t]*(\d{1,9})?[ \t]*)?\}")
_CHARACTER = re.compile(
    r"""\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([trn\\"\[\]-]))|([^\\])""", re.DOTALL
)
_MOST_TIMES = 4
"""Repetitions of repetitions, such as `a?*`: nobody needs more, and each is a level of nesting."""
_CONTROLS = {"t": "\t", "r": "\r", "n": "\n"}
_LAST_CHARACTER = 0x10FFFF
_ANY = f"\\x{{0}}-\\x{{{_LAST_CHARACTER:x}}}"
"""All characters, as a range in a class."""


def parse_gbnf(text: str) -> Gbnf:
    """Return the grammar without the rules that `root` doesn't need. Raises GbnfError."""
    rules = _Parser(text).rules()
    needed: dict[str, Node] = {}
    names = ["root"]
    while names:
        name = names.pop()
        if name not in needed:
            if name not in rules:
                raise GbnfError(f"it has no rule `{name}`")
            needed[name] = rules[name]
            names += references(rules[name])
    return Gbnf(needed)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def rules(self) -> dict[str, Node]:
        """Read the whole text, and return its rules. Of a rule's definitions the last counts, as in llama.cpp."""
        rules: dict[str, Node] = {}
        self._match(_LINES)
        while self._at < len(self._text):
            name = self._expect(_NAME, "the name of a rule").group()
            self._match(_SPACE)
            self._expect(_DEFINED, "`::=`")
            self._match(_LINES)
            rules[name] = self._choice(_SPACE)
            self._expect(_LINE_END, "the end of the line")
            self._match(_LINES)
        return rules

    def _choice(self, space: re.Pattern[str]) -> Node:
        options = [self._sequence(space)]
        while self._take("|"):
            self._match(_LINES)
            options.append(self._sequence(space))
        return options[0] if len(options) == 1 else Alternation(tuple(options))

    def _sequence(self, space: re.Pattern[str]) -> Node:
        parts: list[Node] = []
        while (node := self._item()) is not None:
            self._match(space)
            for _ in range(_MOST_TIMES):
                if not (times := self._match(_TIMES)):
                    break
                node = self._repetition(node, times)
                self._match(space)
            else:
                raise self._error(f"more than {_MOST_TIMES} repetitions of each other")
            parts.append(node)
        return parts[0] if len(parts) == 1 else Concatenation(tuple(parts))

    def _item(self) -> Node | None:
        match self._text[self._at : self._at + 1]:
            case '"':
                match = self._expect(_LITERAL, 'a literal that ends with `"`')
                return Literal("".join(map(chr, self._characters(match[1], match.start(1)))))
            case "[":
                return self._class()
            case ".":
                self._at += 1
                return CharacterClass(f"[{_ANY}]")
            case "(":
                return self._group()
            case "<" | "!":
                raise self._error("names of tokens are not taken; write the text itself")
            case _:
                match = self._match(_NAME)
                return RuleReference(match.group()) if match else None

    def _group(self) -> Node:
        self._at += 1
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._error(f"more than {MAX_DEPTH} nested parentheses")
        self._match(_LINES)
        node = self._choice(_LINES)
        if not self._take(")"):
            raise self._error("`)` is expected")
        self._depth -= 1
        return node

    def _repetition(self, node: Node, times: re.Match[str]) -> Repetition:
        match times.group()[0]:
            case "*":
                return Repetition(node, 0, None)
            case "+":
                return Repetition(node, 1, None)
            case "?":
                return Repetition(node, 0, 1)
            case _:
                least = int(times[1])
                most = (int(times[3]) if times[3] else None) if times[2] else least
                if most is not None and most < least:
                    raise self._error(f"at least {least} times and at most {most}")
                return Repetition(node, least, most)

    def _class(self) -> Node:
        self._at += 1
        negated, ranges = self._take("^"), list[str]()
        while not self._take("]"):
            first = last = self._character()
            if not self._text.startswith("-]", self._at) and self._take("-"):
                last = self._character()
                if last < first:
                    raise self._error("a range that ends before it begins")
            ends = escaped(chr(first)), escaped(chr(last))
            ranges.append(ends[0] if first == last else "-".join(ends))
        if not ranges:  # none of no characters is any
            return CharacterClass(f"[{'' if negated else '^'}{_ANY}]")
        return CharacterClass(f"[{'^' if negated else ''}{''.join(ranges)}]")

    def _characters(self, source: str, start: int) -> Iterator[int]:
        """Yield the characters of a literal, whose source begins at `start`."""
        if "\\" not in source:
            yield from map(ord, source)
            return
        end, after_literal = start + len(source), self._at
        self._at = start
        while self._at < end:
            yield self._character()
        self._at = after_literal

    def _character(self) -> int:
        """Read a character, which may be an escape, and return its code point."""
        match = self._match(_CHARACTER)
        if match is None:
            at_end = self._at >= len(self._text)
            raise self._error("it ends within a class" if at_end else "an escape that is not known")
        *codes, sign, plain = match.groups()
        if plain or sign:
            return ord(plain or _CONTROLS.get(sign, sign))
        code = int(next(filter(None, codes)), 16)
        if code > _LAST_CHARACTER:
            raise self._error("no such character")
        return code

    def _take(self, text: str) -> bool:
        """Move past a text if it is here; tell whether it is."""
        is_here = self._text.startswith(text, self._at)
        if is_here:
            self._at += len(text)
        return is_here

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Move past what matches a pattern here, and return the match; None if nothing does."""
        match = pattern.match(self._text, self._at)
        if match:
            self._at = match.end()
        return match

    def _expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        match = self._match(pattern)
        if match is None:
            raise self._error(f"{what} is expected")
        return match

    def _error(self, message: str) -> GbnfError:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - self._text.rfind("\n", 0, self._at)
        return GbnfError(f"line {line}, column {column}: {message}")
