"""By which names other files can see what an edit changes: a file that has none of them needs no second look.

What has changed in a function shows in what it gives, unless that is declared, and in the attributes and global names
that it sets; and so on in all that mentions one of these. It is told by names alone, whatever they are names of.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from breadknife.plugins.nullcheck.repairs.python.nodes import text
from breadknife.text.document import Span, TextEdit
from breadknife.text.syntax import Node, SyntaxTree, captures, path_to

_WORD = re.compile(r"[^\W\d]\w*")
_SET = re.compile(r"\.\s*(\w+)")
_IMPORT = re.compile(r"\s*(?:from [\w.]+ )?import [\w, ]+\s*|(?:,\s*\w+)+|(?:\w+,\s*)+")
"""What an edit writes to have a name: nobody takes it from this file."""
_COMMENT = re.compile(r"[ \t]*#[^\n]*")
_TYPE = re.compile(r"(?!.*\w \w)[\"'\w.\[\]|, ]{1,80}")
"""A string that may be an annotation; others mention nothing."""
_DUNDER = re.compile(r"__\w+__")
_CONSTRUCTORS = frozenset({"__init__", "__new__", "__post_init__", "__init_subclass__", "__set_name__"})
"""They are called by the name of the class, and all but one give nothing."""
_QUERY = """
    [(string) (comment)] @silent
    (assignment left: (_) @set)
    (augmented_assignment left: (_) @changed)
    (named_expression name: (_) @changed)
    (for_statement left: (_) @changed)
    (for_in_clause left: (_) @changed)
    (as_pattern alias: (_) @changed)
    [(global_statement) (delete_statement)] @words
"""
_COMPOUND = frozenset({
    "if_statement", "try_statement", "with_statement", "for_statement", "while_statement", "match_statement",
})  # fmt: skip
_SAYS_NOTHING = frozenset({"import_statement", "import_from_statement", "future_import_statement", "comment"})


@dataclass(frozen=True)
class _Part:
    """A function with all that is in it, the head of a class, or a statement outside of functions."""

    span: Span
    body: int
    """Where a function's head ends; of the others the start."""
    mentions: frozenset[str]
    shows: frozenset[str] | None
    """The names by which a change in the body can be seen; None: by any, such as what `+` calls."""
    head: frozenset[str] | None
    """Those of a change in the head."""


def visible(tree: SyntaxTree, edits: Collection[TextEdit]) -> frozenset[str] | None:
    """None: by any."""
    if tree.error_count:
        return None
    parts = list(_parts(tree.root, _Source(tree), ""))
    names = set[str]()
    for edit in edits:
        shown = _shown(tree, parts, edit)
        if shown is None:
            return None
        names |= shown
    return _and_what_mentions(names, parts)


def _shown(tree: SyntaxTree, parts: list[_Part], edit: TextEdit) -> set[str] | None:
    node = tree.node_at(Span(max(edit.span.start - 1, 0), edit.span.start))
    around = (*path_to(tree, node), node)
    if _COMMENT.fullmatch(edit.new_text) and not edit.span:
        return set()
    if _IMPORT.fullmatch(edit.new_text) and not edit.span and ("import " in edit.new_text or _is_import(around)):
        return set()
    if declared := _declared(tree, around, edit):
        return declared
    touched = [part for part in parts if part.span.touches(edit.span)]
    names = set(_SET.findall(edit.new_text)) if touched else None
    for part in touched:
        is_inside = part.span.start < part.body <= edit.span.start and edit.span.end <= part.span.end
        shown = part.shows if is_inside or part.body == part.span.start else part.head
        if shown is None or names is None:
            return None
        names |= shown | (set() if is_inside else set(_WORD.findall(edit.new_text)))
    return names


def _is_import(around: tuple[Node, ...]) -> bool:
    return any(node.type == "import_from_statement" for node in around)


def _declared(tree: SyntaxTree, around: tuple[Node, ...], edit: TextEdit) -> set[str]:
    """What is declared by an annotation that is written, or changed; nothing where that is something else."""
    for node in reversed(around):
        left = node.child_by_field_name("left") if node.type == "assignment" else None
        if left is None:
            continue
        annotation = node.child_by_field_name("type")
        end = tree.span(annotation if annotation is not None else left).end
        if not tree.span(left).end <= edit.span.start <= edit.span.end <= end:
            return set()
        owner = next((outer for outer in reversed(around) if outer.type in _OWNERS), None)
        if owner is not None and owner.type == "function_definition":
            return {name for name, is_local in _targets(left) if not is_local}
        name = owner.child_by_field_name("name") if owner is not None else None
        return {name for name, _ in _targets(left)} | ({text(name)} if name is not None else set())
    return set()


_OWNERS = ("function_definition", "class_definition")


def _and_what_mentions(names: set[str], parts: list[_Part]) -> frozenset[str] | None:
    left = parts
    while seen := [part for part in left if not part.mentions.isdisjoint(names)]:
        left = [part for part in left if part.mentions.isdisjoint(names)]
        for part in seen:
            if part.shows is None:
                return None
            names |= part.shows
    return frozenset(names)


@dataclass(frozen=True, order=True)
class _Bound:
    """A name that is bound."""

    start: int
    name: str
    is_local: bool
    """In a function: nobody else sees it."""
    is_only_set: bool


class _Source:
    """What is found in the whole text at once, for all parts of it."""

    def __init__(self, tree: SyntaxTree) -> None:
        self.tree = tree
        found = captures(tree, _QUERY)
        pieces, at = list[str](), 0
        for span in sorted(tree.span(node) for node in found.get("silent", ())):
            if span.start >= at and not _TYPE.fullmatch(tree.text, span.start, span.end):
                pieces += (tree.text[at : span.start], " " * len(span))
                at = span.end
        self._words = "".join((*pieces, tree.text[at:]))
        bound = [
            _Bound(tree.span(node).start, name, is_local, kind == "set" and node.type in ("identifier", "attribute"))
            for kind in ("set", "changed")
            for node in found.get(kind, ())
            for name, is_local in _targets(node)
        ]
        for node in found.get("words", ()):
            bound += [_Bound(tree.span(node).start, name, False, False) for name in _WORD.findall(text(node))]
        self._bound = sorted(bound)

    def mentioned(self, span: Span) -> frozenset[str]:
        """The words there, but those that are only set."""
        words = Counter(_WORD.findall(self._words, span.start, span.end))
        return frozenset(words - Counter(each.name for each in self._within(span) if each.is_only_set))

    def bound(self, span: Span, *, in_function: bool) -> frozenset[str]:
        return frozenset(each.name for each in self._within(span) if not (in_function and each.is_local))

    def _within(self, span: Span) -> list[_Bound]:
        first, last = (bisect_left(self._bound, at, key=lambda each: each.start) for at in (span.start, span.end))
        return self._bound[first:last]


def _parts(block: Node, source: _Source, owner: str) -> Iterator[_Part]:
    for child in block.named_children:
        inner = child.child_by_field_name("definition") or child
        body = inner.child_by_field_name("body")
        if inner.type == "function_definition" and body is not None:
            yield _function(child, inner, source, owner)
        elif inner.type == "class_definition" and body is not None:
            span = source.tree.span(child)
            span = Span(span.start, source.tree.span(body).start)
            name = frozenset({text(inner.child_by_field_name("name") or inner)})
            yield _Part(span, span.start, source.mentioned(span), name, name)
            yield from _parts(body, source, *name)
        elif child.type not in _SAYS_NOTHING:
            yield _statement(child, source, owner)
            if child.type in _COMPOUND:
                yield from _parts_within(child, source, owner)


def _parts_within(statement: Node, source: _Source, owner: str) -> Iterator[_Part]:
    """Functions and classes in a statement outside of functions."""
    for child in statement.named_children:
        if child.type == "block":
            yield from _parts(child, source, owner)
        else:
            yield from _parts_within(child, source, owner)


def _function(whole: Node, function: Node, source: _Source, owner: str) -> _Part:
    span = source.tree.span(whole)
    colon = next((child for child in function.children if child.type == ":"), function)
    name = text(function.child_by_field_name("name") or function)
    sets = source.bound(span, in_function=True)
    names = frozenset({name, owner} - {""})
    is_called_by_name = name in _CONSTRUCTORS or not _DUNDER.fullmatch(name)
    is_declared = function.child_by_field_name("return_type") is not None or name in _CONSTRUCTORS - {"__new__"}
    shows = sets if is_declared else sets | names if is_called_by_name else None
    head = sets | names if is_called_by_name else None
    return _Part(span, source.tree.span(colon).end, source.mentioned(span), shows, head)


def _statement(statement: Node, source: _Source, owner: str) -> _Part:
    span = source.tree.span(statement)
    shows = source.bound(span, in_function=False) | ({owner} - {""})
    return _Part(span, span.start, source.mentioned(span), shows, shows)


def _targets(target: Node) -> Iterator[tuple[str, bool]]:
    """The names of attributes and variables in what is assigned to, and whether it is a variable."""
    stack = [target]
    while stack:
        node = stack.pop()
        if node.type == "attribute" and (name := node.child_by_field_name("attribute")) is not None:
            yield text(name), False
        elif node.type == "identifier":
            yield text(node), True
        else:
            stack += node.named_children
