"""Concrete syntax trees, by tree-sitter. The only module (with `extract/`) that knows tree-sitter."""

from __future__ import annotations

import importlib
import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from tree_sitter import Language, Node, Parser, Point, Query, QueryCursor, Tree

from breadknife.lru import LruCache
from breadknife.text.document import Document, Span, TextEdit, apply_edits, common_prefix, common_suffix
from breadknife.text.languages import LANGUAGES

__all__ = [
    "Node",
    "SyntaxTree",
    "captures",
    "changed_tree",
    "difference",
    "grammar_version",
    "has_grammar",
    "is_misread",
    "matches",
    "nodes_in",
    "parse",
]

_SHORT = 1 << 12
"""Bytes that every grammar parses within 0.3 s, whatever they are: such a parse needs no time limit."""
_SOON, _SOON_AFTER_EDIT = 0.1, 0.005
"""Seconds. A parse with errors that took no longer is made a second time, from bytes (see `_parsed`)."""
PARSE_SECONDS = 3.0
"""The time limit of a parse. tree-sitter-python's time grows with the square of the number of comment lines in a row:
16 s for 16,000."""
CHANGE_SECONDS = 0.5
"""The time limit of a parse after an edit: p99 is 30 ms. What takes longer is a search for a recovery, in Kotlin's
grammar after a stray `]`."""
STRIDE = 1 << 8
"""Code points between two known byte offsets. Offsets of lines wouldn't do: a line may have a megabyte."""
_PARSED_BYTES, _READ_BYTES = 1 << 16, 1 << 9
"""Bytes that a parser gets at once, and bytes that `Node.text` gets later: with 64 kB each time an analysis took four
times as long; with 512 bytes a parse takes a thirtieth longer."""
_CHANGED_BYTES = 1 << 6
"""Bytes that a parser gets at once after an edit, when it reads little. py-tree-sitter 0.26 never frees the last piece:
with 64 kB each key would cost the size of the document."""


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
    """Tell whether texts in the language can be parsed."""
    return _language(language) is not None


def grammar_version(language: str) -> str:
    """Return the version of a language's grammar, for caches: two versions may make two trees of a text. Empty without
    a grammar."""
    grammar = _language(language)
    return str(grammar.semantic_version) if grammar is not None else ""


@dataclass(frozen=True, eq=False)
class SyntaxTree:
    """The tree of one text. Nodes have byte offsets; `span` and `byte_offset` convert to code points and back."""

    text: str
    language: str
    tree: Tree
    encoded: bytes
    """The text in UTF-8, in which the nodes' offsets count. It is kept, because encoding takes long for each key."""

    @property
    def root(self) -> Node:
        return self.tree.root_node

    @cached_property
    def _bytes_before(self) -> list[int]:
        """Return the byte offset of every STRIDE-th code point and of the end, for texts that aren't ASCII."""
        offsets, at = [0], 0
        for start in range(0, len(self.text), STRIDE):
            at += len(self.text[start : start + STRIDE].encode("utf-8", "surrogatepass"))
            offsets.append(at)
        return offsets

    @cached_property
    def _ascii(self) -> bool:
        return self.text.isascii()

    def offset(self, byte: int) -> int:
        """Return the code-point offset of a byte offset of tree-sitter's."""
        if self._ascii:
            return byte
        index = min(bisect_right(self._bytes_before, byte) - 1, len(self.text) // STRIDE)
        start = index * STRIDE
        piece = self.text[start : start + STRIDE].encode("utf-8", "surrogatepass")
        return start + len(piece[: byte - self._bytes_before[index]].decode("utf-8", "surrogatepass"))

    def span(self, node: Node) -> Span:
        """Return a node's span in code points."""
        return Span(self.offset(node.start_byte), self.offset(node.end_byte))

    def source(self, node: Node) -> str:
        """Return a node's text."""
        span = self.span(node)
        return self.text[span.start : span.end]

    def byte_offset(self, offset: int) -> int:
        """Return the byte offset of a code-point offset."""
        if self._ascii:
            return offset
        index = offset // STRIDE
        return self._bytes_before[index] + len(self.text[index * STRIDE : offset].encode("utf-8", "surrogatepass"))

    def node_at(self, span: Span) -> Node:
        """Return the smallest named node that covers `span`."""
        node = self.root.named_descendant_for_byte_range(self.byte_offset(span.start), self.byte_offset(span.end))
        return node or self.root

    @property
    def error_count(self) -> int:
        return len(self.errors)

    @cached_property
    def errors(self) -> list[tuple[int, int]]:
        """Start and end (bytes) of error and missing nodes, found without entering subtrees that have none; sorted."""
        errors: list[tuple[int, int]] = []
        stack = [self.root] if self.root.has_error else []
        while stack:
            node = stack.pop()
            if node.is_error or node.is_missing:
                errors.append((node.start_byte, node.end_byte))
            stack.extend(child for child in node.children if child.has_error or child.is_missing)
        return sorted(errors)


def parse(text: str, language: str) -> SyntaxTree | None:
    """Return the syntax tree of `text`; None without a grammar for the language, or when parsing takes too long."""
    return _parsed(text, language, text.encode("utf-8", "surrogatepass"), None, PARSE_SECONDS)


def changed_tree(old: SyntaxTree, *edits: TextEdit, seconds: float = CHANGE_SECONDS) -> SyntaxTree | None:
    """Return the tree after the edits, made incrementally; `old` stays as it was. None as in `parse`.

    Raises ValueError as `apply_edits` does.
    """
    text = apply_edits(old.text, edits)
    before = old.encoded
    tree = old.tree.copy()
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):  # what stands before one stays where it is
        start, end = old.byte_offset(edit.span.start), old.byte_offset(edit.span.end)
        added = edit.new_text.encode("utf-8", "surrogatepass")
        first, last = _point(before, start), _point(added, len(added))
        new_end = Point(first.row + last.row, last.column if last.row else first.column + last.column)
        tree.edit(start, end, start + len(added), first, _point(before, end), new_end)
    return _parsed(text, old.language, text.encode("utf-8", "surrogatepass"), tree, seconds)


def _parsed(text: str, language: str, source: bytes, old: Tree | None, seconds: float) -> SyntaxTree | None:
    """Return the tree of a text, `source` in UTF-8; None without a grammar, or if that takes longer than `seconds`.

    `old` is the tree before an edit, which has been told of the edit.
    """
    grammar = _language(language)
    if grammar is None:
        return None
    source = source.replace(b"\0", b"\1")  # NUL is the end of the text to grammars: a search for a recovery each
    started = time.monotonic()
    end = started + seconds
    at_once = _PARSED_BYTES if old is None else _CHANGED_BYTES

    def read(offset: int, _point: Point) -> bytes:
        return source[offset : offset + at_once]

    def overdue(_at: int, _has_error: bool) -> bool:
        return time.monotonic() > end

    parser = Parser(grammar)
    if len(source) <= _SHORT:
        tree = parser.parse(source) if old is None else parser.parse(source, old)
        return SyntaxTree(text, language, tree, source)
    try:
        tree = (
            parser.parse(read, old, progress_callback=overdue)
            if old is not None
            else parser.parse(read, progress_callback=overdue)
        )
    except ValueError:  # "Parsing failed": the callback has stopped it
        return None
    at_once = _READ_BYTES
    # Out of bytes a node's text is cut, out of a callback it is read anew: an analysis takes a third longer. Nothing
    # has changed, so this takes over the whole tree, but for what stands around errors: that is parsed again.
    soon = _SOON if old is None else _SOON_AFTER_EDIT
    if not tree.root_node.has_error or time.monotonic() < started + soon:
        tree = parser.parse(source, tree)
    return SyntaxTree(text, language, tree, source)


def is_misread(node: Node) -> bool:
    """Tell whether there is an error in an expression, around it within its statement, or right beside it."""
    part: Node | None = node
    while part is not None:
        if part.is_error or any(near is not None and near.is_error for near in (part.prev_sibling, part.next_sibling)):
            return True
        if part.type.endswith(("_statement", "_declaration")):
            break
        part = part.parent
    return node.has_error


def path_to(tree: SyntaxTree, node: Node) -> tuple[Node, ...]:
    """Return the nodes around a node, from the root down."""
    path = list[Node]()
    at: Node | None = tree.root  # downwards: asking a node for its parent starts at the root each time
    while at is not None and at != node:
        path.append(at)
        at = at.child_with_descendant(node)
    return tuple(path)


def covers(outer: Node | None, inner: Node) -> bool:
    """Tell whether a node has all of another one's text."""
    return outer is not None and outer.start_byte <= inner.start_byte and inner.end_byte <= outer.end_byte


def nodes_in(top: Node, but: frozenset[str] = frozenset()) -> Iterator[Node]:
    """Yield a node and all named nodes in it, in the order of the text. Nodes of the kinds `but` are left out, with all
    that is in them."""
    stack = [top]
    while stack:
        node = stack.pop()
        yield node
        stack += (child for child in reversed(node.named_children) if child.type not in but)


def captures(tree: SyntaxTree, query: str) -> dict[str, list[Node]]:
    """Return the nodes that a tree-sitter query finds, by the name of its capture."""
    return QueryCursor(_query(tree.language, query)).captures(tree.root)


def matches(tree: SyntaxTree, query: str) -> list[tuple[int, dict[str, list[Node]]]]:
    """Return (number of the pattern, nodes by capture) for each match of a tree-sitter query."""
    return QueryCursor(_query(tree.language, query)).matches(tree.root)


@cache
def _query(language: str, source: str) -> Query:
    grammar = _language(language)
    assert grammar is not None
    return Query(grammar, source)


def _point(source: bytes, byte: int) -> Point:
    """Return the row and the column (in bytes) of a byte offset."""
    row = source.count(b"\n", 0, byte)
    return Point(row, byte - (source.rfind(b"\n", 0, byte) + 1))


class TreeCache:
    """The trees of the newest versions of documents, each made from its predecessor where that is near.

    Bounded; safe to use from several threads.
    """

    def __init__(self, capacity: int = 32) -> None:
        self._trees = LruCache[str, SyntaxTree](capacity)
        self._hopeless = LruCache[str, str](capacity)
        """URI -> the text that took too long to parse."""

    def tree(self, document: Document) -> SyntaxTree | None:
        """Return the tree of a document; None as in `parse`."""
        old = self._trees.pop(document.uri)
        if self._hopeless.get(document.uri) == document.text:
            return None
        if old is None or old.language != document.language:
            new = parse(document.text, document.language)
        elif old.text == document.text:
            new = old
        else:
            new = changed_tree(old, difference(old.text, document.text), seconds=PARSE_SECONDS)
        self._hopeless.pop(document.uri)
        if new is not None:
            self._trees[document.uri] = new
        elif has_grammar(document.language):
            self._hopeless[document.uri] = document.text
        return new


def difference(old: str, new: str) -> TextEdit:
    """Return the one edit between two texts: what is left when the common start and end are taken off."""
    start = common_prefix(old, new)
    end = common_suffix(old, new, start)
    return TextEdit(Span(start, len(old) - end), new[start : len(new) - end])
