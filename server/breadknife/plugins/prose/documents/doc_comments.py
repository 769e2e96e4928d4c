"""Functions whose parameters are documented in a comment above them: JSDoc, Javadoc, Doxygen, PHPDoc, Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.prose.documents.functions import DocumentedFunction
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

COMMENTED = frozenset(
    ("javascript", "javascriptreact", "typescript", "typescriptreact", "java", "c", "cpp", "php", "rust")
)
_TAGGED = re.compile(
    r"[@\\]param(?:\[[\w, ]+\])?[ \t]+(?:\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\}[ \t]*)?"
    r"(?:(?:[\w|\\?,*-]|<(?:[^<>\n]|<[^<>\n]*>)*>|\[[^\]\n]*\]|\{[^}\n]*\}|\([^)\n]*\))+[ \t]+(?=[&.]*\$))?"
    r"[\[&.]*\$?(?P<name>\w+)"
)
_RUST_TITLE = re.compile(r"^[ \t]*//[/!][ \t]*#+[ \t]*(?:Arguments|Parameters)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_RUST_NAME = re.compile(r"^[ \t]*//[/!][ \t]*[*-][ \t]*`(?P<name>\w+)`", re.MULTILINE)
_RUST_END = re.compile(r"^[ \t]*//[/!][ \t]*#", re.MULTILINE)
_OF_SOMETHING_ELSE = re.compile(r"@(?:callback|typedef|overload|event|function|method|name|template|inheritDoc)\b")
_COMMENTS = frozenset(("comment", "line_comment", "block_comment"))
_LISTS = frozenset(("formal_parameters", "parameters", "parameter_list"))
_PATTERNS = frozenset(("object_pattern", "array_pattern", "tuple_pattern", "struct_pattern", "tuple_struct_pattern"))
_NAMES = frozenset(("identifier", "variable_name"))
_INTO = ("name", "pattern", "declarator", "left")
_NOT_INTO = frozenset(
    ("statement_block", "block", "compound_statement", "class_body", "declaration_list", "field_declaration_list",
     "field_initializer_list", "type_definition", "type_parameters", "template_parameter_list", "ERROR", "decorator",
     "modifiers", "attribute_list")
)  # fmt: skip
"""Bodies, and what has lists of parameters of its own."""


def commented_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    for comments, node in _documented(tree.root):
        start, end = tree.span(comments[0]).start, tree.span(comments[-1]).end
        text = tree.text[start:end]
        documented = tuple(dict(_names(text, start)).items())
        found = _parameters(node) if documented and not _OF_SOMETHING_ELSE.search(text) else None
        if found is None or _is_broken(node, found):
            continue
        parameters = [each for each in found.named_children if each.type not in _COMMENTS]
        names = [_name(tree, each) for each in parameters if each.type != "self_parameter"]
        if not names and "arguments" in tree.source(node):  # JavaScript's, without names
            continue
        yield DocumentedFunction(
            _title(tree, found),
            tuple(name for name in names if name),
            any(name is None for name in names),
            documented,
            own=True,
        )


def _documented(root: Node) -> Iterator[tuple[Sequence[Node], Node]]:
    """Each comment, or several lines of them, with what stands right below it."""
    stack = [root]
    while stack:
        comments: list[Node] = []
        children = stack.pop().named_children
        for child in children:
            touches = bool(comments) and child.start_point.row <= _last_row(comments[-1]) + 1
            if child.type in _COMMENTS:
                comments = [*comments, child] if touches else [child]
            else:
                if touches:
                    yield comments, child
                comments = []
        stack.extend(reversed([child for child in children if child.named_child_count]))


def _last_row(node: Node) -> int:
    """Rust's grammar counts the line break."""
    return node.end_point.row - (node.end_point.column == 0)


def _names(text: str, start: int) -> Iterator[tuple[str, Span]]:
    for match in _TAGGED.finditer(text):
        yield match["name"], Span(start + match.start("name"), start + match.end("name"))
    for title in _RUST_TITLE.finditer(text):
        end = _RUST_END.search(text, title.end())
        for match in _RUST_NAME.finditer(text, title.end(), end.start() if end else len(text)):
            yield match["name"], Span(start + match.start("name"), start + match.end("name"))


def _parameters(node: Node) -> Node | None:
    """The first list of parameters in what a comment documents, not in its body."""
    stack = [node]
    while stack:
        each = stack.pop()
        if each.type in _LISTS:
            return each
        if each.type not in _NOT_INTO:
            stack.extend(reversed(each.named_children))
    return None


def _is_broken(node: Node, parameters: Node) -> bool:
    """Whether what is wrong there (C's macros) stands before the parameters' end: in the body it doesn't matter."""
    if parameters.has_error:
        return True
    around = parameters.parent
    while around is not None:
        if any(each.is_error or each.is_missing for each in around.children if each.start_byte < parameters.end_byte):
            return True
        if around == node:
            return False
        around = around.parent
    return False


def _name(tree: SyntaxTree, parameter: Node) -> str | None:
    """Empty for what has no name and needs none (`void`, `...`), None for what is taken apart."""
    node: Node | None = parameter
    while node is not None:
        if node.type in _NAMES:
            return tree.source(node).lstrip("$")
        if node.type in _PATTERNS:
            return None
        into = next((found for field in _INTO if (found := node.child_by_field_name(field))), None)
        inner = [c for c in node.named_children if c.type in _NAMES | _PATTERNS or c.type.endswith("declarator")]
        node = into or (inner[-1] if inner else None)
    return ""


def _title(tree: SyntaxTree, parameters: Node) -> str:
    """The name of the function that has these parameters."""
    above = parameters.parent
    while above is not None and above.parent is not None:
        name = above.child_by_field_name("name") or above.child_by_field_name("declarator")
        if name is not None and name.named_child_count == 0:
            return tree.source(name)
        above = above.parent
    return "This function"
