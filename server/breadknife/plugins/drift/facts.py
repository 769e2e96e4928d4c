"""Reads what one version of a source file says: its definitions, their parameters, and the comments around them.

The grammars' words are data (`_PARAMETERS`, `_GRAMMARS`); a language is a row of them.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from breadknife.plugins.drift.values import Block, Parameter, SourceFacts, Symbol
from breadknife.text.document import Document
from breadknife.text.languages import LANGUAGES
from breadknife.text.outline import Definition, outline
from breadknife.text.syntax import Node, SyntaxTree, captures

TOKEN = re.compile(r"[A-Za-z_$][\w$]*|\d+(?:\.\d+)*|(?<![\w\"])\"(?:[^\"\\\n]|\\.)*\"|(?<![\w'])'(?:[^'\\\n]|\\.)*'")
"""A name, a number, or a string on one line of code."""
WORD = re.compile(r"[A-Za-z_$][\w$]*")
_SIGN = re.compile(r"^\s*(?:/\*+!?|\*+/|\*(?!/)|//[/!]?|#+:?!?|[rRuU]?(?:\"\"\"|'''|\"|'))")
_END = re.compile(r"(?:\*+/|\"\"\"|'''|\"|')\s*$")
_PRAGMA = re.compile(
    r"^\W*(?:noqa|type:|pylint|pyright|mypy|fmt:|isort|ruff|eslint|prettier|tslint|@ts-|istanbul|c8 |nolint|go:|\+build"
    r"|NOSONAR|CHECKSTYLE|copyright|SPDX|licensed? |region|endregion|-\*-|vim:)",
    re.IGNORECASE,
)
_TAG = re.compile(r"\s*@(?:param|returns?|throws)\b")
"""What only the documentation of a function has."""
_MOST_SYMBOLS = 5_000
_MOST_OVERLOADS = 40


@dataclass(frozen=True)
class _Grammar:
    """The node types of a grammar that matter here."""

    functions: frozenset[str]
    constructors: frozenset[str]
    """Names of the method that a class is called by."""
    raises: str
    """The node that raises its first child."""
    declares: str
    """The node in a function's head with the exceptions that it declares."""
    gives: frozenset[str]
    """Nodes that give the caller a value, if they have a child."""
    nested: frozenset[str]
    """Functions within functions: what they return isn't the outer one's."""


_PYTHON = _Grammar(
    frozenset(("function_definition",)), frozenset(("__init__", "__new__")), "raise_statement", "",
    frozenset(("return_statement", "yield")), frozenset(("function_definition", "lambda", "class_definition")),
)  # fmt: skip
_ECMASCRIPT = _Grammar(
    frozenset(
        [
            "function_declaration",
            "generator_function_declaration",
            "method_definition",
            "arrow_function",
            "function_expression",
            "function_signature",
            "method_signature",
            "abstract_method_signature",
        ]
    ),
    frozenset(("constructor",)),
    "throw_statement",
    "",
    frozenset(("return_statement", "yield_expression")),
    frozenset(("arrow_function", "function_expression", "function_declaration", "method_definition")),
)
_GO = _Grammar(
    frozenset(("function_declaration", "method_declaration", "method_elem", "method_spec")), frozenset(), "", "",
    frozenset(("return_statement",)), frozenset(("func_literal",)),
)  # fmt: skip
_JAVA = _Grammar(
    frozenset(("method_declaration", "constructor_declaration")), frozenset(), "throw_statement", "throws",
    frozenset(("return_statement",)), frozenset(("lambda_expression", "class_body")),
)  # fmt: skip
_GRAMMARS = {
    "python": _PYTHON, "javascript": _ECMASCRIPT, "javascriptreact": _ECMASCRIPT, "typescript": _ECMASCRIPT,
    "typescriptreact": _ECMASCRIPT, "go": _GO, "java": _JAVA,
}  # fmt: skip
SOURCES = frozenset(_GRAMMARS)
"""The languages that are read."""

_PARAMETERS = {
    "default_parameter": ("name", "value", ""),
    "typed_default_parameter": ("name", "value", "type"),
    "typed_parameter": ("", "", "type"),
    "required_parameter": ("pattern", "value", "type"),
    "optional_parameter": ("pattern", "value", "type"),
    "assignment_pattern": ("left", "right", ""),
    "parameter_declaration": ("name", "", "type"),
    "variadic_parameter_declaration": ("name", "", "type"),
    "formal_parameter": ("name", "", "type"),
    "spread_parameter": ("", "", ""),
    "identifier": ("", "", ""),
    "list_splat_pattern": ("", "", ""),
    "dictionary_splat_pattern": ("", "", ""),
    "rest_pattern": ("", "", ""),
}
"""Node type -> the fields with the name, the default and the type; without a name's field, it is the first identifier
in the node."""
_TAKEN_APART = frozenset(("object_pattern", "array_pattern"))
"""A parameter that is taken apart at once: documentation calls it whatever it likes, its properties by their names."""
_PROPERTIES = {
    "shorthand_property_identifier_pattern": ("", ""),
    "object_assignment_pattern": ("left", "right"),
    "pair_pattern": ("key", ""),
}
"""Of such a parameter: the fields with a property's name (none for the node itself) and its default."""
_STARRED = ("splat", "rest_", "spread_", "variadic_")


def read_facts(document: Document, tree: SyntaxTree) -> SourceFacts:
    """Return what a text of one of `SOURCES` says. Of one that doesn't parse, or whose lines end with CR alone, `whole`
    is False and the rest is empty."""
    if tree.error_count or "\r" in document.text.replace("\r\n", ""):
        return SourceFacts((), {}, (), whole=False)
    return _Reader(document, tree).read()


class _Reader:
    def __init__(self, document: Document, tree: SyntaxTree) -> None:
        self.document = document
        self.tree = tree
        self.grammar = _GRAMMARS[tree.language]
        self.lines = document.text.replace("\r\n", "\n").split("\n")
        self.kinds = [False] * len(self.lines)
        """Which lines are documentation."""
        self.tokens: list[list[tuple[str, int]]] = []
        """Names, numbers and strings of the code in each line, with its number."""

    def read(self) -> SourceFacts:
        blocks = list(self._blocks())
        self.tokens = [
            [] if is_documentation else [(token, row) for token in TOKEN.findall(self.lines[row])]
            for row, is_documentation in enumerate(self.kinds)
        ]
        definitions = outline(self.tree).definitions[:_MOST_SYMBOLS]
        often = Counter((each.container, each.name) for each in definitions)
        symbols = [self._symbol(each) for each in definitions if often[each.container, each.name] <= _MOST_OVERLOADS]
        symbols = _with_constructors(symbols, self.grammar.constructors)
        tokens = list(chain.from_iterable(self.tokens))
        counts = Counter(token for token, _ in tokens)
        rest = Symbol("", "", 0, len(self.lines) - 1, 0, (), False, frozenset(), False, "", (), tokens)
        return SourceFacts(tuple(_owned([*symbols, rest], blocks, self.lines)), counts, tuple(self.lines), whole=True)

    def _blocks(self) -> Iterator[Block]:
        """Yield docstrings, and comments in a row, that stand in lines of their own."""
        query = f"[{' '.join(f'({kind})' for kind in sorted(LANGUAGES[self.tree.language].comments))}] @node"
        nodes = captures(self.tree, query).get("node", [])
        strings = (
            captures(self.tree, "(expression_statement . (string) @node .)").get("node", [])
            if self.tree.language == "python"
            else []
        )
        in_strings: set[int] = set()
        at_columns: dict[int, int] = {}
        for node in [*nodes, *strings]:
            first, last = node.start_point.row, node.end_point.row - (node.end_point.column == 0)
            before = self.tree.encoded[node.start_byte - node.start_point.column : node.start_byte]
            if before.strip() or last >= len(self.lines):
                continue
            for row in range(first, last + 1):
                self.kinds[row] = True
                at_columns[row] = len(before.expandtabs(4)) if row == first else at_columns.get(row - 1, 0)
            if node in strings:
                in_strings.update(range(first, last + 1))
                yield self._block(first, last, documents=True)
        rows = [row for row, is_documentation in enumerate(self.kinds) if is_documentation and row not in in_strings]
        while rows:
            end = 1
            while end < len(rows) and rows[end] == rows[0] + end and at_columns[rows[end]] == at_columns[rows[0]]:
                end += 1
            yield self._block(rows[0], rows[end - 1], documents=False)
            rows = rows[end:]

    def _block(self, first: int, last: int, *, documents: bool) -> Block:
        lines: list[str] = []
        for row in range(first, last + 1):
            line = self.lines[row]
            if not documents or row == first:
                line = _SIGN.sub(lambda match: " " * len(match[0]), line, count=1)
            if row == last or not documents:
                line = _END.sub(lambda match: " " * len(match[0]), line)
            lines.append("" if _PRAGMA.match(line) else line)
        return Block(first, tuple(lines), documents)

    def _symbol(self, definition: Definition) -> Symbol:
        start, end = definition.span.start, definition.span.end
        first, last = self.document.line_at(start), self.document.line_at(max(start, end - 1))
        tokens = list(chain.from_iterable(self.tokens[first : last + 1]))
        head = next((row for token, row in tokens if token == definition.name), first)
        function = self._function(definition)
        parameters, raises, returns, result = (), frozenset[str](), False, ""
        if function is not None:
            parameters = tuple(self._parameters(function))
            nodes = list(self._within(function))
            raises = frozenset(self._raised(function, nodes))
            returns = self._gives(function, nodes)
            declared = function.child_by_field_name("return_type")
            result = " ".join(self.tree.source(declared).lstrip(": ").split()) if declared is not None else ""
        return Symbol(
            definition.name, definition.container, first, last, head, parameters, function is not None, raises, returns,
            result, (), tokens,
        )  # fmt: skip

    def _function(self, definition: Definition) -> Node | None:
        """Return the node with the parameters of a definition; None if it isn't a function."""
        if definition.kind not in ("function", "method"):
            return None
        nodes = [self.tree.node_at(definition.span)]
        for _ in range(6):
            for node in nodes:
                if node.type in self.grammar.functions:
                    return node
            nodes = [child for node in nodes for child in node.named_children]
        return None

    def _parameters(self, function: Node) -> Iterator[Parameter]:
        listed = function.child_by_field_name("parameters")
        if listed is None:
            single = function.child_by_field_name("parameter")
            if single is not None:
                yield Parameter(self.tree.source(single))
            return
        for node in listed.named_children:
            fields = _PARAMETERS.get(node.type)
            if fields is None:
                if node.type in _TAKEN_APART:
                    yield from self._properties(node)
                continue
            name, default, kind = fields
            names = node.children_by_field_name(name) if name else [_first_identifier(node)]
            for each in names:
                if each is None:
                    continue
                if each.type in _TAKEN_APART:
                    yield from self._properties(each)
                    continue
                parts = [node.child_by_field_name(field) if field else None for field in (default, kind)]
                texts = [" ".join(self.tree.source(part).split()) if part is not None else "" for part in parts]
                starred = node.type.startswith(_STARRED) or "splat" in node.type or (each.type in _PARAMETERS and (
                    "splat" in each.type or each.type == "rest_pattern"
                ))  # fmt: skip
                text = self.tree.source(each).lstrip("*.")
                yield Parameter(text if WORD.fullmatch(text) else "", texts[0], texts[1].lstrip(": "), starred)

    def _properties(self, pattern: Node) -> Iterator[Parameter]:
        """Yield the properties that a parameter is taken apart into; one without a name for what can't be named."""
        listed = [(node, _PROPERTIES.get(node.type)) for node in pattern.named_children if node.type != "comment"]
        if not listed:
            yield Parameter("")
        for node, fields in listed:
            name, default = (node.child_by_field_name(field) if field else None for field in fields or ("", ""))
            text = self.tree.source(name or node) if fields is not None else ""
            given = " ".join(self.tree.source(default).split()) if default is not None else ""
            yield Parameter(text if WORD.fullmatch(text) else "", given, is_property=True)

    def _raised(self, function: Node, nodes: Sequence[Node]) -> Iterator[str]:
        """Yield the names of the exceptions that a function raises itself, or declares."""
        for node in function.named_children:
            if node.type == self.grammar.declares:
                for each in node.named_children:
                    yield self.tree.source(each).rpartition(".")[2]
        for node in nodes:
            if node.type == self.grammar.raises and node.named_children:
                names = WORD.findall(self.tree.source(node.named_children[0]).partition("(")[0])
                if names:
                    yield names[-1]

    def _gives(self, function: Node, nodes: Sequence[Node]) -> bool:
        body = function.child_by_field_name("body")
        if body is None:
            return True  # a declaration alone: nobody can tell
        if function.type == "arrow_function" and body.type != "statement_block":
            return True
        return any(node.type in self.grammar.gives and node.named_children for node in nodes)

    def _within(self, function: Node) -> Iterator[Node]:
        """Yield the nodes of a function without those of functions in it."""
        stack = [function.child_by_field_name("body")]
        while stack:
            node = stack.pop()
            if node is None or node.type in self.grammar.nested:
                continue
            yield node
            stack += node.named_children


def _first_identifier(node: Node) -> Node | None:
    stack = [node]
    while stack:
        node = stack.pop(0)
        if node.type == "identifier":
            return node
        stack += node.named_children
    return None


def _with_constructors(symbols: list[Symbol], names: frozenset[str]) -> list[Symbol]:
    """Return the symbols; a class has the parameters of its constructor, since its documentation lists them."""
    by_class = {symbol.container: symbol for symbol in symbols if symbol.name in names}
    return [
        replace(symbol, parameters=made.parameters, has_parameters=True)
        if not symbol.has_parameters
        and (made := by_class.get(symbol.name))
        and symbol.first < made.first <= symbol.last
        else symbol
        for symbol in symbols
    ]


def _owned(symbols: list[Symbol], blocks: list[Block], lines: Sequence[str]) -> Iterator[Symbol]:
    """Yield the symbols with their blocks: what documents them, and what stands in them alone."""
    found: dict[int, list[Block]] = {}
    starting: dict[int, int] = {}
    """Line -> the longest definition that begins there."""
    inside = [len(symbols) - 1] * len(lines)
    """Line -> the shortest definition around it; the last one has all lines."""
    for at, symbol in enumerate(symbols):
        if symbol.name and ((other := starting.get(symbol.first)) is None or symbol.last > symbols[other].last):
            starting[symbol.first] = at
    for at in sorted(range(len(symbols)), key=lambda at: (symbols[at].first - symbols[at].last, -at)):
        symbol = symbols[at]
        inside[symbol.first : symbol.last + 1] = [at] * (symbol.last + 1 - symbol.first)
    for block in blocks:
        row = block.last + 1
        if any(map(_TAG.match, block.lines)):  # a list may stand a blank line above
            row = next((n for n in range(row, len(lines)) if lines[n].strip()), row)
        if row in starting and not block.documents:
            found.setdefault(starting[row], []).append(replace(block, documents=True))
        else:
            at = inside[block.first]
            found.setdefault(at if block.last <= symbols[at].last else len(symbols) - 1, []).append(block)
    for at, symbol in enumerate(symbols):
        yield replace(symbol, blocks=tuple(found.get(at, ())))
