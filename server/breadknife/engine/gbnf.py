"""GBNF, llama.cpp's format for grammars, as a grammar for llguidance.

Rules that don't refer to themselves become one regular expression, which llguidance runs as an automaton. Others become
rules of single characters: llguidance looks for the longest word at each place, as a lexer does, which for words of one
character is the same as GBNF's own meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

MOST_SYMBOLS = 50_000
"""Characters and classes of a grammar with all its rules and repetitions written out."""
DEEPEST = 100
"""Parentheses within parentheses. Rust's `regex` takes 250 levels, and a level of ours may be two of its."""


class GbnfError(ValueError):
    """Something that is no GBNF; the message says where."""


@dataclass(frozen=True)
class Literal:
    text: str


@dataclass(frozen=True)
class Class:
    """One character of several."""

    pattern: str
    """As a regular expression."""


@dataclass(frozen=True)
class Reference:
    name: str


@dataclass(frozen=True)
class Sequence:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Choice:
    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repetition:
    node: Node
    least: int
    most: int | None
    """None is any number."""


Node: TypeAlias = Literal | Class | Reference | Sequence | Choice | Repetition


@dataclass(frozen=True)
class Gbnf:
    """What `root` needs of a grammar; all rules that are referred to exist."""

    rules: Mapping[str, Node]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The rules, each after those that it refers to; empty where a rule refers to itself, be it through others."""
        try:
            return tuple(
                TopologicalSorter({name: set(_references(node)) for name, node in self.rules.items()}).static_order()
            )
        except CycleError:
            return ()

    @cached_property
    def symbols(self) -> int:
        """Characters and classes with all repetitions written out, and all rules too where none refers to itself."""
        sizes = dict.fromkeys(self.rules, 1)
        for name in self.order or self.rules:
            sizes[name] = _size(self.rules[name], sizes.__getitem__)
        return sizes["root"] if self.order else sum(sizes.values())

    def lark(self) -> str:
        """The grammar in llguidance's dialect of Lark's language. Raises GbnfError for one that is too big."""
        if self.symbols > MOST_SYMBOLS:
            raise GbnfError(
                f"written out it has {self.symbols:,} symbols, and {MOST_SYMBOLS:,} are the most; repeat less in it"
            )
        if not self.order:
            return _Rules(self.rules).lark()
        patterns: dict[str, str] = {}
        for name in self.order:
            patterns[name] = _pattern(self.rules[name], patterns.__getitem__)
        return f"start: /{patterns['root']}/"


def _references(node: Node) -> Iterator[str]:
    match node:
        case Reference(name):
            yield name
        case Sequence(nodes) | Choice(nodes):
            for each in nodes:
                yield from _references(each)
        case Repetition(inner):
            yield from _references(inner)
        case Literal() | Class():
            pass


def _size(node: Node, rule: Callable[[str], int]) -> int:
    match node:
        case Literal(text):
            return len(text)
        case Class():
            return 1
        case Reference(name):
            return rule(name)
        case Sequence(nodes) | Choice(nodes):
            return sum(_size(each, rule) for each in nodes)
        case Repetition(inner, least, most):
            return _size(inner, rule) * max(least, most or 0, 1)


def _pattern(node: Node, rule: Callable[[str], str]) -> str:
    """As a regular expression."""
    match node:
        case Literal(text):
            return "".join(map(_escaped, text))
        case Class(pattern):
            return pattern
        case Reference(name):
            return rule(name)
        case Sequence(nodes):
            return "".join(_pattern(each, rule) for each in nodes)
        case Choice(nodes):
            return f"(?:{'|'.join(_pattern(each, rule) for each in nodes)})"
        case Repetition(Class(pattern)):
            return pattern + _times(node)
        case Repetition(inner):
            return f"(?:{_pattern(inner, rule)}){_times(node)}"


def _times(node: Repetition) -> str:
    match node.least, node.most:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case least, most:
            return f"{{{least},{'' if most is None else most}}}"


def _escaped(char: str) -> str:
    """A character as regular expressions have it, in a class or alone."""
    return char if char.isascii() and char.isalnum() else f"\\x{{{ord(char):x}}}"


class _Rules:
    """Rules of Lark's. Each group is a rule of its own, as llguidance takes few nested parentheses."""

    def __init__(self, rules: Mapping[str, Node]) -> None:
        self._rules = rules
        self._numbers = {name: number for number, name in enumerate(rules)}
        self._groups: list[str] = []

    def lark(self) -> str:
        lines = [f"{self._name(name)}: {self._options(node)}" for name, node in self._rules.items()]
        return "\n".join([f"start: {self._name('root')}", *lines, *self._groups])

    def _name(self, rule: str) -> str:
        return f"r{self._numbers[rule]}"

    def _options(self, node: Node) -> str:
        options = node.options if isinstance(node, Choice) else (node,)
        return " | ".join(map(self._option, options))

    def _option(self, node: Node) -> str:
        parts = node.parts if isinstance(node, Sequence) else (node,)
        return " ".join(map(self._part, parts)) or '""'

    def _part(self, node: Node) -> str:
        match node:
            case Class(pattern):
                return f"/{pattern}/"
            case Reference(name):
                return self._name(name)
            case Literal(text) if len(text) != 1:
                return self._part(Sequence(tuple(map(Literal, text))))
            case Literal(text):
                return f"/{_escaped(text)}/"
            case Repetition(Repetition() as inner):
                return self._part(Sequence((inner,))) + _times(node)
            case Repetition(inner):
                return self._part(inner) + _times(node)
            case Sequence() | Choice():
                name = f"g{len(self._groups)}"
                self._groups.append("")
                self._groups[int(name[1:])] = f"{name}: {self._options(node)}"
                return name


# The parser

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
_LAST = 0x10FFFF
_ANY = f"\\x{{0}}-\\x{{{_LAST:x}}}"


def parse_gbnf(text: str) -> Gbnf:
    """Raises GbnfError."""
    rules = _Parser(text).rules()
    needed: dict[str, Node] = {}
    names = ["root"]
    while names:
        name = names.pop()
        if name not in needed:
            if name not in rules:
                raise GbnfError(f"it has no rule `{name}`")
            needed[name] = rules[name]
            names += _references(rules[name])
    return Gbnf(needed)


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def rules(self) -> dict[str, Node]:
        """Of a rule that is defined twice the last definition counts, as in llama.cpp."""
        found: dict[str, Node] = {}
        self._match(_LINES)
        while self._at < len(self._text):
            name = self._expect(_NAME, "the name of a rule").group()
            self._match(_SPACE)
            self._expect(_DEFINED, "`::=`")
            self._match(_LINES)
            found[name] = self._choice(_SPACE)
            self._expect(_LINE_END, "the end of the line")
            self._match(_LINES)
        return found

    def _choice(self, space: re.Pattern[str]) -> Node:
        options = [self._sequence(space)]
        while self._take("|"):
            self._match(_LINES)
            options.append(self._sequence(space))
        return options[0] if len(options) == 1 else Choice(tuple(options))

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
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _item(self) -> Node | None:
        match self._text[self._at : self._at + 1]:
            case '"':
                found = self._expect(_LITERAL, 'a literal that ends with `"`')
                return Literal("".join(map(chr, self._characters(found[1], found.start(1)))))
            case "[":
                return self._class()
            case ".":
                self._at += 1
                return Class(f"[{_ANY}]")
            case "(":
                return self._group()
            case "<" | "!":
                raise self._error("names of tokens are not taken; write the text itself")
            case _:
                found = self._match(_NAME)
                return Reference(found.group()) if found else None

    def _group(self) -> Node:
        self._at += 1
        self._depth += 1
        if self._depth > DEEPEST:
            raise self._error(f"more than {DEEPEST} nested parentheses")
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
            if self._text[self._at : self._at + 1] == "-" and self._text[self._at + 1 : self._at + 2] != "]":
                self._at += 1
                last = self._character()
                if last < first:
                    raise self._error("a range that ends before it begins")
            ends = _escaped(chr(first)), _escaped(chr(last))
            ranges.append(ends[0] if first == last else "-".join(ends))
        if not ranges:  # none of no characters is any
            return Class(f"[{'' if negated else '^'}{_ANY}]")
        return Class(f"[{'^' if negated else ''}{''.join(ranges)}]")

    def _characters(self, source: str, start: int) -> Iterator[int]:
        """Those of a literal's source, which begins at `start`."""
        if "\\" not in source:
            yield from map(ord, source)
            return
        end, after = start + len(source), self._at
        self._at = start
        while self._at < end:
            yield self._character()
        self._at = after

    def _character(self) -> int:
        found = self._match(_CHARACTER)
        if found is None:
            ended = self._at >= len(self._text)
            raise self._error("it ends within a class" if ended else "an escape that is not known")
        *codes, escaped, plain = found.groups()
        if plain or escaped:
            return ord(plain or _CONTROLS.get(escaped, escaped))
        code = int(next(filter(None, codes)), 16)
        if code > _LAST:
            raise self._error("no such character")
        return code

    def _take(self, text: str) -> bool:
        taken = self._text.startswith(text, self._at)
        self._at += taken * len(text)
        return taken

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._text, self._at)
        if found:
            self._at = found.end()
        return found

    def _expect(self, pattern: re.Pattern[str], what: str) -> re.Match[str]:
        found = self._match(pattern)
        if found is None:
            raise self._error(f"{what} is expected")
        return found

    def _error(self, message: str) -> GbnfError:
        line = self._text.count("\n", 0, self._at) + 1
        column = self._at - self._text.rfind("\n", 0, self._at)
        return GbnfError(f"line {line}, column {column}: {message}")
