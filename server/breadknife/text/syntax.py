"""Concrete syntax trees, by tree-sitter. The only module (with `extract/`) that knows tree-sitter."""

from __future__ import annotations

import importlib
import threading
import time
from dataclasses import dataclass
from functools import cache, cached_property

from tree_sitter import Language, Node, Parser, Point, Query, QueryCursor, Tree

from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.languages import LANGUAGES

__all__ = [
    "Node",
    "SyntaxTree",
    "captures",
    "changed_tree",
    "difference",
    "has_grammar",
    "matches",
    "parse",
    "parses_no_worse",
]

PARSE_SECONDS = 3.0
"""tree-sitter-python takes time with the square of the number of comment lines in a row: 16 s for 16,000."""
CHANGE_SECONDS = 0.5
"""After an edit: p99 is 30 ms. What takes longer is a search for a recovery, in Kotlin's grammar after a stray `]`."""
READ_BYTES = 1 << 16


@cache
def _language(name: str) -> Language | None:
    if name not in LANGUAGES:
        return None
    module, function = LANGUAGES[name].grammar
    try:
        capsule: object = getattr(importlib.import_module(module), function)()
    except ImportError:
        return None
    return Language(capsule)


def has_grammar(language: str) -> bool:
    return _language(language) is not None


@dataclass(frozen=True, eq=False)
class SyntaxTree:
    """The tree of one text. Nodes have byte offsets; `span` and `byte_offset` convert to code points and back."""

    text: str
    language: str
    tree: Tree

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @cached_property
    def _bytes_before_line(self) -> tuple[list[int], list[int]]:
        """Byte and code-point offset of each line's start, for texts that aren't ASCII."""
        in_bytes, in_chars, b, c = [0], [0], 0, 0
        for line in self.text.split("\n")[:-1]:
            b += len(line.encode("utf-8", "surrogatepass")) + 1
            c += len(line) + 1
            in_bytes.append(b)
            in_chars.append(c)
        return in_bytes, in_chars

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, point: Point, byte: int) -> int:
        """The code-point offset of a tree-sitter position."""
        if self._ascii:
            return byte
        in_bytes, in_chars = self._bytes_before_line
        start = in_chars[point.row]
        # A column never has more code points than bytes, so this slice holds it.
        line = self.text[start : start + byte - in_bytes[point.row]].encode("utf-8", "surrogatepass")
        return start + len(line[: byte - in_bytes[point.row]].decode("utf-8", "surrogatepass"))

    def span(self, node: Node) -> Span:
        return Span(self.offset(node.start_point, node.start_byte), self.offset(node.end_point, node.end_byte))

    def source(self, node: Node) -> str:
        span = self.span(node)
        return self.text[span.start : span.end]

    def byte_offset(self, offset: int) -> int:
        if self._ascii:
            return offset
        return len(self.text[:offset].encode("utf-8", "surrogatepass"))

    def node_at(self, span: Span) -> Node:
        """The smallest named node that covers `span`."""
        found = self.root.named_descendant_for_byte_range(self.byte_offset(span.start), self.byte_offset(span.end))
        return found or self.root

    @property
    def error_count(self) -> int:
        return len(self.errors)

    @cached_property
    def errors(self) -> list[tuple[int, int]]:
        """Start and end (bytes) of error and missing nodes, found without entering subtrees that have none; sorted."""
        found: list[tuple[int, int]] = []
        stack = [self.root] if self.root.has_error else []
        while stack:
            node = stack.pop()
            if node.is_error or node.is_missing:
                found.append((node.start_byte, node.end_byte))
            stack.extend(child for child in node.children if child.has_error or child.is_missing)
        return sorted(found)


def parse(text: str, language: str) -> SyntaxTree | None:
    """The syntax tree of `text`; None without a grammar for the language, or when parsing takes too long."""
    return _parsed(text, language, text.encode("utf-8", "surrogatepass"), None, PARSE_SECONDS)


def changed_tree(old: SyntaxTree, edit: TextEdit, seconds: float = CHANGE_SECONDS) -> SyntaxTree | None:
    """The tree after one edit, made incrementally; `old` stays as it was. None as in `parse`."""
    text = old.text[: edit.span.start] + edit.new_text + old.text[edit.span.end :]
    start, end = old.byte_offset(edit.span.start), old.byte_offset(edit.span.end)
    source = text.encode("utf-8", "surrogatepass")
    new_end = start + len(edit.new_text.encode("utf-8", "surrogatepass"))
    before = old.text.encode("utf-8", "surrogatepass")
    tree = old.tree.copy()
    tree.edit(start, end, new_end, _point(before, start), _point(before, end), _point(source, new_end))
    return _parsed(text, old.language, source, tree, seconds)


def _parsed(text: str, language: str, source: bytes, old: Tree | None, seconds: float) -> SyntaxTree | None:
    grammar = _language(language)
    if grammar is None:
        return None
    end = time.monotonic() + seconds

    def read(offset: int, _point: Point) -> bytes:
        return source[offset : offset + READ_BYTES]

    def overdue(_at: int, _has_error: bool) -> bool:
        return time.monotonic() > end

    parser = Parser(grammar)
    try:
        tree = (
            parser.parse(read, old, progress_callback=overdue)
            if old is not None
            else parser.parse(read, progress_callback=overdue)
        )
    except ValueError:  # "Parsing failed": the callback has stopped it
        return None
    return SyntaxTree(text, language, tree)


def captures(tree: SyntaxTree, query: str) -> dict[str, list[Node]]:
    """The nodes that a tree-sitter query finds, by the name of its capture."""
    return QueryCursor(_query(tree.language, query)).captures(tree.root)


def matches(tree: SyntaxTree, query: str) -> list[tuple[int, dict[str, list[Node]]]]:
    """(Number of the pattern, nodes by capture) for each match of a tree-sitter query."""
    return QueryCursor(_query(tree.language, query)).matches(tree.root)


@cache
def _query(language: str, source: str) -> Query:
    grammar = _language(language)
    assert grammar is not None
    return Query(grammar, source)


def _point(source: bytes, byte: int) -> Point:
    row = source.count(b"\n", 0, byte)
    return Point(row, byte - (source.rfind(b"\n", 0, byte) + 1))


RECOVERY_BYTES = 40
"""How much an error elsewhere may grow: tree-sitter's recovery takes in a token more or less after any edit."""


def parses_no_worse(before: SyntaxTree, after: SyntaxTree) -> bool:
    """Whether the text after an edit is broken no more than before it.

    The number of errors alone doesn't tell: one that was a word may have become half of the file, and where the file
    is broken elsewhere, recovery finds now more errors, now fewer in the same text. So no more errors may begin in the
    new text than in what it replaces, none may newly reach into it, and there may be more elsewhere only if they cover
    less, outside of the edited lines.

    Measured with lines of files in ten languages, put back where they had been: spoiled (2,700), 48 % passed by the
    number alone and 21 % pass so; right ones (900, in files broken elsewhere), 4 % were refused and 5 % are.
    """
    if not after.root.has_error:
        return True
    if not before.root.has_error:
        return False
    edit = difference(before.text, after.text)
    inserted = Span(edit.span.start, edit.span.start + len(edit.new_text))
    was, now = _Errors.of(before, edit.span), _Errors.of(after, inserted)
    if now.begin > was.begin or (now.reach and not was.near):
        return False
    return now.outside < was.outside or (
        now.outside <= was.outside + RECOVERY_BYTES and after.error_count <= before.error_count
    )


@dataclass(frozen=True)
class _Errors:
    """The errors of a tree, seen from an edited span."""

    begin: int
    """How many begin in it."""
    reach: bool
    """Whether one has a part of it."""
    near: bool
    """Whether one has a part of it or borders on it."""
    outside: int
    """Bytes of the text that errors cover, without the lines of the span."""

    @classmethod
    def of(cls, tree: SyntaxTree, span: Span) -> _Errors:
        start, end = tree.byte_offset(span.start), tree.byte_offset(span.end)
        line = tree.byte_offset(tree.text.rfind("\n", 0, span.start) + 1)
        line_end = tree.text.find("\n", span.end)
        rest = tree.byte_offset(line_end if line_end >= 0 else len(tree.text))
        outside, at = 0, 0
        for first, last in tree.errors:
            outside += max(0, min(last, line) - max(first, at)) + max(0, last - max(first, at, rest))
            at = max(at, last)
        return cls(
            begin=sum(start <= first < end for first, _ in tree.errors),
            reach=any(first < end and start < last for first, last in tree.errors),
            near=any(first <= end and start <= last for first, last in tree.errors),
            outside=outside,
        )


class TreeCache:
    """The trees of the newest versions of documents, each made from its predecessor where that is near.

    Bounded; safe to use from several threads.
    """

    def __init__(self, capacity: int = 32) -> None:
        self._capacity = capacity
        self._trees: dict[str, SyntaxTree] = {}
        self._hopeless: dict[str, str] = {}
        """URI -> the text that took too long to parse."""
        self._lock = threading.Lock()

    def tree(self, document: Document) -> SyntaxTree | None:
        with self._lock:
            old = self._trees.pop(document.uri, None)
            if self._hopeless.get(document.uri) == document.text:
                return None
        if old is None or old.language != document.language:
            new = parse(document.text, document.language)
        elif old.text == document.text:
            new = old
        else:
            new = changed_tree(old, difference(old.text, document.text), PARSE_SECONDS)
        with self._lock:
            self._hopeless.pop(document.uri, None)
            if new is not None:
                self._trees[document.uri] = new
            elif has_grammar(document.language):
                self._hopeless[document.uri] = document.text
            for table in (self._trees, self._hopeless):
                while len(table) > self._capacity:
                    del table[next(iter(table))]
        return new


def difference(old: str, new: str) -> TextEdit:
    """The one edit between two texts: what is left when the common start and end are taken off."""
    start, limit = 0, min(len(old), len(new))
    step = 1 << 16
    while start < limit and step:
        if start + step <= limit and old[start : start + step] == new[start : start + step]:
            start += step
        else:
            step >>= 1
    end, limit, step = 0, limit - start, 1 << 16
    while end < limit and step:
        if (
            end + step <= limit
            and old[len(old) - end - step : len(old) - end] == new[len(new) - end - step : len(new) - end]
        ):
            end += step
        else:
            step >>= 1
    return TextEdit(Span(start, len(old) - end), new[start : len(new) - end])
