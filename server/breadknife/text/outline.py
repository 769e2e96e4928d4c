"""What a file defines, imports and uses, by its syntax alone: no language server needed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from breadknife.text.document import Span
from breadknife.text.languages import LANGUAGES, LanguageSyntax
from breadknife.text.syntax import Node, SyntaxTree, captures, matches


@dataclass(frozen=True)
class Definition:
    """One thing that a file defines."""

    name: str
    kind: str
    """`class`, `function`, `method`, `constant`, `type`."""
    container: str
    """The class (or type) that the definition stands in; empty at the top level."""
    signature: str
    """The head as it stands in the file, without the body, decorators and comments; a constant's first line."""
    docstring: str
    """The first paragraph of its documentation."""
    span: Span
    """The whole definition, with decorators and body."""


@dataclass(frozen=True)
class Import:
    """What a file imports from one module."""

    module: str
    """The module as it is written: `..pkg.mod`, `./util`, `java.util.List`, `<stdio.h>`, `fmt` without Go's quotes."""
    names: tuple[tuple[str, str], ...] = ()
    """(name in the module, name in this file) of what is imported; empty for the module as a whole. `*` stands for
    all of its names, and JavaScript's default export is called `default`."""
    alias: str = ""
    """The module's own name here."""
    span: Span = Span(0, 0)  # noqa: RUF009  # frozen

    @property
    def bound(self) -> tuple[str, ...]:
        """The names that the file has by it."""
        return tuple(name for _, name in self.names) or (self.alias or self.module.partition(".")[0],)


@dataclass(frozen=True)
class Outline:
    """What a file defines, imports and uses."""

    definitions: tuple[Definition, ...]
    """In the order of the file. What is local to a function isn't among them."""
    imports: tuple[Import, ...]
    names: frozenset[str]
    """Every identifier that occurs."""


MAX_CONSTANT = 200
"""Characters of a constant's signature: a table may stand in one line."""

_KINDS = ("class", "function", "constant", "type", "scope")
_QUOTES = re.compile(r"\w*(\"\"\"|'''|\"|')")
_COMMENT_MARK = re.compile(r"^\s*(?:/\*+!?|//[/!]?|\*+/|\*(?!/)|#+:?|--+\[*|<!--)?\s?")
_COMMENT_END = re.compile(r"\s*(?:\*+/|\]\]|-->)\s*$")
_SUMMARY = re.compile(r"</?(?:summary|para)>")
_TAG = re.compile(r"[@\\]\w|<(?:param|returns|remarks|typeparam|exception|example)\b")
"""Where the prose of a documentation comment ends: JavaDoc's, Doxygen's and C#'s tags."""


def outline(tree: SyntaxTree) -> Outline:
    """Return the outline of one text; empty for markup and data. A broken text gives what is whole."""
    syntax = LANGUAGES[tree.language]
    if not syntax.definitions:
        return Outline((), (), frozenset())
    source = _Source(tree, syntax)
    return Outline(definitions(tree), tuple(_imports(source)), _names(source))


def definitions(tree: SyntaxTree) -> tuple[Definition, ...]:
    """Return what the outline of a text defines; none for markup and data."""
    syntax = LANGUAGES[tree.language]
    return tuple(_definitions(_Source(tree, syntax))) if syntax.definitions else ()


class _Source:
    """A tree with what is needed to read texts out of it."""

    def __init__(self, tree: SyntaxTree, syntax: LanguageSyntax) -> None:
        self.tree = tree
        self.syntax = syntax
        self.utf8 = tree.encoded

    def slice(self, start: int, end: int) -> str:
        return self.utf8[start:end].decode("utf-8", "surrogatepass")

    def text(self, node: Node) -> str:
        return self.slice(node.start_byte, node.end_byte)

    def begins_line(self, node: Node) -> bool:
        return not self.utf8[node.start_byte - node.start_point.column : node.start_byte].strip()

    def ends_line(self, node: Node) -> bool:
        line_end = self.utf8.find(b"\n", node.end_byte)
        return not node.end_point.column or not self.utf8[node.end_byte : line_end if line_end >= 0 else None].strip()


@dataclass
class _DefinitionMatch:
    """What the language's query for definitions finds for one name."""

    kind: str
    """One of `_KINDS`."""
    node: Node
    pattern: int
    """The number of the pattern in the query."""
    parts: Mapping[str, list[Node]]
    """Nodes by capture."""


def _definitions(source: _Source) -> Iterator[Definition]:
    """Yield the definitions in the order of the file, without broken ones and those in a function."""
    above = _lines_above(source)
    enclosing: list[tuple[Node, str, str]] = []
    """(Node, kind, name) of the definitions and scopes around the one at hand."""
    for match in _definition_matches(source):
        node = match.node
        name = source.text(match.parts["name"][0])
        while enclosing and (enclosing[-1][0].end_byte <= node.start_byte or enclosing[-1][0] == node):
            enclosing.pop()
        _, outer_kind, container = enclosing[-1] if enclosing else (None, "", "")
        is_local = outer_kind == "function"
        # What is in a local class is local, too.
        enclosing.append((node, "function" if is_local else match.kind, name))
        if is_local or match.kind == "scope":
            continue
        container = source.text(match.parts["container"][0]) if "container" in match.parts else container
        kind = "method" if match.kind == "function" and container else match.kind
        nodes = [node, *_wrappers(node, source.syntax.wrappers)]
        head = _signature(source, match, nodes)
        if head is None:
            continue
        if above is None:
            docstring = _quoted(source.text(match.parts["docstring"][0])) if "docstring" in match.parts else ""
        else:
            docstring = _comment_above(source, nodes[-1], above)
        yield Definition(name, kind, container, head, docstring, source.tree.span(nodes[-1]))


def _definition_matches(source: _Source) -> list[_DefinitionMatch]:
    """Return the definitions in the order of the file, outer ones first, one for each name."""
    by_name: dict[int, _DefinitionMatch] = {}
    for pattern, parts in matches(source.tree, source.syntax.definitions):
        kind = next(kind for kind in _KINDS if kind in parts)
        name_start = parts["name"][0].start_byte
        known = by_name.get(name_start)
        if known is None or (pattern, -len(parts)) < (known.pattern, -len(known.parts)):
            by_name[name_start] = _DefinitionMatch(kind, parts[kind][0], pattern, parts)
    return sorted(by_name.values(), key=lambda match: (match.node.start_byte, -match.node.end_byte))


def _wrappers(node: Node, kinds: frozenset[str]) -> Iterator[Node]:
    """Yield the nodes around a definition that hold nothing but it."""
    while (parent := node.parent) and parent.type in kinds:
        if sum(child.type == node.type for child in parent.children) > 1:  # `const (…)` of Go
            return
        yield parent
        node = parent


def _signature(source: _Source, match: _DefinitionMatch, nodes: list[Node]) -> str | None:
    """Return the head of a definition as it stands in the file; None if it is broken."""
    start, end = nodes[-1].start_byte, match.node.end_byte
    if ends := match.parts.get("signature_end"):
        end = min(node.start_byte for node in ends)
    left_out = source.syntax.decorators | source.syntax.comments
    pieces: list[str] = []
    for child in _head(nodes, end):
        if child.is_error and source.begins_line(child):  # the body's first statement: Python's grammar puts it here
            end = child.start_byte
            break
        if child.is_error or (child.has_error and child.end_byte <= end):
            return None
        if child.type in left_out and child.start_byte >= start:
            pieces.append(source.slice(start, child.start_byte))
            start = child.end_byte
    text = "".join((*pieces, source.slice(start, end)))
    if match.kind == "constant":
        return text.strip().partition("\n")[0].rstrip()[:MAX_CONSTANT]
    return "\n".join(line.rstrip() for line in text.strip().splitlines() if line.strip())


def _head(nodes: list[Node], end: int) -> Iterator[Node]:
    """Yield what a definition consists of before its body, in the order of the file."""
    for node in reversed(nodes):
        for child in node.children:
            if child.start_byte >= end:
                break
            if child.type == "modifiers":  # Java's and Kotlin's annotations
                yield from child.children
            elif child not in nodes:
                yield child


def _lines_above(source: _Source) -> dict[int, Node] | None:
    """Return the comment or decorator that ends in each row; None where documentation is a string in the body."""
    if "@docstring" in source.syntax.definitions:
        return None
    kinds = source.syntax.comments | source.syntax.decorators
    query = f"[{' '.join(f'({kind})' for kind in sorted(kinds))}] @node"
    nodes = captures(source.tree, query).get("node", [])
    return {node.end_point.row - (node.end_point.column == 0): node for node in nodes}


def _comment_above(source: _Source, definition: Node, above: Mapping[int, Node]) -> str:
    """Return the first paragraph of the comment that ends on the line above."""
    comments: list[str] = []
    node, row = definition, definition.start_point.row
    while source.begins_line(node) and (node := above.get(row - 1)) and source.ends_line(node):
        if not source.begins_line(node):
            break  # a remark on the code before it
        if node.type in source.syntax.comments:
            comments.append(source.text(node))
        elif comments:
            break
        row = node.start_point.row
    text = "\n".join(_COMMENT_END.sub("", comment) for comment in reversed(comments))
    return _first_paragraph(_SUMMARY.sub("", _COMMENT_MARK.sub("", line)) for line in text.splitlines())


def _quoted(literal: str) -> str:
    """Return the first paragraph of a string literal."""
    match = _QUOTES.match(literal)
    text = literal[match.end() :].removesuffix(match[1]) if match else literal
    return _first_paragraph(text.splitlines())


def _first_paragraph(lines: Iterable[str]) -> str:
    """Return the lines up to the first blank one or the first tag, without the blanks around them."""
    paragraph: list[str] = []
    for line in map(str.strip, lines):
        if (not line and paragraph) or _TAG.match(line):
            break
        if line:
            paragraph.append(line)
    return "\n".join(paragraph)


def _imports(source: _Source) -> Iterator[Import]:
    """Yield one import for each module of an import statement; the query matches once for each imported name."""
    imports: dict[tuple[int, int], tuple[Node, Node, list[tuple[str, str]], list[str]]] = {}
    for _, parts in matches(source.tree, source.syntax.imports):
        [node], [module] = parts["import"], parts["module"]
        _, _, names, aliases = imports.setdefault((node.start_byte, module.start_byte), (node, module, [], []))
        alias = source.text(parts["alias"][0]) if "alias" in parts else ""
        if "name" in parts:
            name = source.text(parts["name"][0])
            names.append((name, alias or name))
        elif "default" in parts:
            names.append(("default", source.text(parts["default"][0])))
        elif alias:
            aliases.append(alias)
    for node, module, names, aliases in imports.values():
        if ("*", "*") in names:
            names = [("*", "*")]
        alias = aliases[0] if aliases else ""
        yield Import(source.text(module), tuple(dict.fromkeys(names)), alias, source.tree.span(node))


def _names(source: _Source) -> frozenset[str]:
    """Return every identifier of the text."""
    query = f"[{' '.join(f'({kind})' for kind in sorted(source.syntax.identifiers))}] @name"
    nodes = captures(source.tree, query).get("name", [])
    names = {source.utf8[node.start_byte : node.end_byte] for node in nodes}
    return frozenset(name.decode("utf-8", "surrogatepass") for name in names)
