"""GBNF, llama.cpp's format for grammars, as a grammar for llguidance.

If no rule refers to itself, the rules become one regular expression, which llguidance runs as an automaton. Otherwise
they become rules of single characters: llguidance takes the longest word at each place, as a lexer does, and only for
words of one character is that what GBNF means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import TypeAlias

MOST_SYMBOLS = 50_000
"""Characters and classes of a grammar with all its rules and repetitions written out."""


class GbnfError(ValueError):
    """A text that isn't GBNF, or a grammar that is too big; the message says where or why."""


@dataclass(frozen=True)
class Literal:
    text: str


@dataclass(frozen=True)
class CharacterClass:
    """Any one of several characters."""

    pattern: str
    """The characters as a class of a regular expression, with its brackets."""


@dataclass(frozen=True)
class RuleReference:
    name: str


@dataclass(frozen=True)
class Concatenation:
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Alternation:
    options: tuple[Node, ...]


@dataclass(frozen=True)
class Repetition:
    node: Node
    least: int
    most: int | None
    """None is any number."""


Node: TypeAlias = Literal | CharacterClass | RuleReference | Concatenation | Alternation | Repetition


@dataclass(frozen=True)
class Gbnf:
    """A grammar: the rule `root` and those that it needs. All rules that are referred to exist."""

    rules: Mapping[str, Node]

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The names of the rules, each after those that it refers to; empty if a rule refers to itself, directly or
        through others."""
        try:
            return tuple(
                TopologicalSorter({name: set(references(node)) for name, node in self.rules.items()}).static_order()
            )
        except CycleError:
            return ()

    @cached_property
    def symbols(self) -> int:
        """The number of characters and classes with all repetitions written out, and if no rule refers to itself, with
        all references written out, too."""
        sizes = dict.fromkeys(self.rules, 1)
        for name in self.order or self.rules:
            sizes[name] = _size(self.rules[name], sizes.__getitem__)
        return sizes["root"] if self.order else sum(sizes.values())

    @property
    def beginning(self) -> str:
        """The text of a grammar that says only how the output begins, `root ::= "text" [^\\x00]*`; empty for others."""
        match self.rules["root"]:
            case Concatenation((Literal(text), Repetition(CharacterClass("[^\\x{0}]"), 0, None))):
                return text
            case _:
                return ""

    def lark(self) -> str:
        """Return the grammar in llguidance's dialect of Lark's language. Raises GbnfError for one that is too big."""
        if self.symbols > MOST_SYMBOLS:
            raise GbnfError(
                f"written out it has {self.symbols:,} symbols, and {MOST_SYMBOLS:,} are the most; repeat less in it"
            )
        if not self.order:
            return _LarkWriter(self.rules).written()
        patterns: dict[str, str] = {}
        for name in self.order:
            patterns[name] = _pattern(self.rules[name], patterns.__getitem__)
        return f"start: /{patterns['root']}/"


def references(node: Node) -> Iterator[str]:
    """Yield the names of the rules that a node refers to."""
    match node:
        case RuleReference(name):
            yield name
        case Concatenation(nodes) | Alternation(nodes):
            for part in nodes:
                yield from references(part)
        case Repetition(inner):
            yield from references(inner)
        case Literal() | CharacterClass():
            pass


def _size(node: Node, size_of: Callable[[str], int]) -> int:
    """Return the number of a node's symbols; `size_of` returns that of a rule."""
    match node:
        case Literal(text):
            return len(text)
        case CharacterClass():
            return 1
        case RuleReference(name):
            return size_of(name)
        case Concatenation(nodes) | Alternation(nodes):
            return sum(_size(part, size_of) for part in nodes)
        case Repetition(inner, least, most):
            return _size(inner, size_of) * max(least, most or 0, 1)


def _pattern(node: Node, pattern_of: Callable[[str], str]) -> str:
    """Return a node as a regular expression; `pattern_of` returns that of a rule."""
    match node:
        case Literal(text):
            return "".join(map(escaped, text))
        case CharacterClass(pattern):
            return pattern
        case RuleReference(name):
            return pattern_of(name)
        case Concatenation(nodes):
            return "".join(_pattern(part, pattern_of) for part in nodes)
        case Alternation(nodes):
            return f"(?:{'|'.join(_pattern(part, pattern_of) for part in nodes)})"
        case Repetition(CharacterClass(pattern)):
            return pattern + _quantifier(node)
        case Repetition(inner):
            return f"(?:{_pattern(inner, pattern_of)}){_quantifier(node)}"


def _quantifier(node: Repetition) -> str:
    """Return how a regular expression, or Lark, says how often something is repeated."""
    match node.least, node.most:
        case 0, None:
            return "*"
        case 1, None:
            return "+"
        case 0, 1:
            return "?"
        case least, most:
            return f"{{{least},{'' if most is None else most}}}"


def escaped(char: str) -> str:
    """Return a character as regular expressions have it, in a class or alone."""
    return char if char.isascii() and char.isalnum() else f"\\x{{{ord(char):x}}}"


class _LarkWriter:
    """Writes rules in Lark's language. Each group becomes a rule, as llguidance takes few nested parentheses."""

    def __init__(self, rules: Mapping[str, Node]) -> None:
        self._rules = rules
        self._numbers = {name: number for number, name in enumerate(rules)}
        self._groups: list[str] = []

    def written(self) -> str:
        lines = [f"{self._name(name)}: {self._options(node)}" for name, node in self._rules.items()]
        return "\n".join([f"start: {self._name('root')}", *lines, *self._groups])

    def _name(self, rule: str) -> str:
        return f"r{self._numbers[rule]}"

    def _options(self, node: Node) -> str:
        options = node.options if isinstance(node, Alternation) else (node,)
        return " | ".join(map(self._option, options))

    def _option(self, node: Node) -> str:
        parts = node.parts if isinstance(node, Concatenation) else (node,)
        return " ".join(map(self._part, parts)) or '""'

    def _part(self, node: Node) -> str:
        match node:
            case CharacterClass(pattern):
                return f"/{pattern}/"
            case RuleReference(name):
                return self._name(name)
            case Literal(text) if len(text) != 1:
                return self._part(Concatenation(tuple(map(Literal, text))))
            case Literal(text):
                return f"/{escaped(text)}/"
            case Repetition(Repetition() as inner):
                return self._part(Concatenation((inner,))) + _quantifier(node)
            case Repetition(inner):
                return self._part(inner) + _quantifier(node)
            case Concatenation() | Alternation():
                number = len(self._groups)
                self._groups.append("")  # the groups inside it come after it
                self._groups[number] = f"g{number}: {self._options(node)}"
                return f"g{number}"
