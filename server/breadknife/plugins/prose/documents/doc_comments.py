"""Functions whose parameters are documented in a comment above them: JSDoc, Javadoc, Doxygen, PHPDoc, Rust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from breadknife.plugins.prose.documents.elements import DocumentedFunction
from breadknife.text.document import Span
from breadknife.text.syntax import Node, SyntaxTree

COMMENTED = frozenset(
    ("javascript", "javascriptreact", "typescript", "typescriptreact", "java", "c", "cpp", "php", "rust")
)
_BRACED = r"\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\}"
_GENERIC = r"<(?:[^<>\n]|<[^<>\n]*>)*>"
_PHP_TYPE = rf"(?:[\w|\\?,*-]|{_GENERIC}|\[[^\]\n]*\]|\{{[^}}\n]*\}}|\([^)\n]*\))+[ \t]+(?=[&.]*\$)"
_TAGGED = re.compile(rf"[@\\]param(?:\[[\w, ]+\])?[ \t]+(?:{_BRACED}[ \t]*)?(?:{_PHP_TYPE})?[\[&.]*\$?(?P<name>\w+)")
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


def find_commented_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    for comments, node in _documented(tree.root):
        start, end = tree.span(comments[0]).start, tree.span(comments[-1]).end
        text = tree.text[start:end]
        documented = tuple(dict(_find_names(text, start)).items())
        parameter_list = _find_parameters(node) if documented and not _OF_SOMETHING_ELSE.search(text) else None
        if parameter_list is None or _is_broken(node, parameter_list):
            continue
        parameters = [child for child in parameter_list.named_children if child.type not in _COMMENTS]
        names = [_name(tree, parameter) for parameter in parameters if parameter.type != "self_parameter"]
        if not names and "arguments" in tree.source(node):  # JavaScript's, without names
            continue
        yield DocumentedFunction(
            _find_name(tree, parameter_list),
            tuple(name for name in names if name),
            any(name is None for name in names),
            documented,
        )


def _documented(root: Node) -> Iterator[tuple[Sequence[Node], Node]]:
    """Yield each comment, or several lines of them, with what stands right below it."""
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
    """Return the row in which a comment ends: Rust's grammar counts the line break."""
    return node.end_point.row - (node.end_point.column == 0)


def _find_names(text: str, start: int) -> Iterator[tuple[str, Span]]:
    for match in _TAGGED.finditer(text):
        yield match["name"], Span(start + match.start("name"), start + match.end("name"))
    for title in _RUST_TITLE.finditer(text):
        end = _RUST_END.search(text, title.end())
        for match in _RUST_NAME.finditer(text, title.end(), end.start() if end else len(text)):
            yield match["name"], Span(start + match.start("name"), start + match.end("name"))


def _find_parameters(node: Node) -> Node | None:
    """Return the first list of parameters in what a comment documents, not in its body."""
    stack = [node]
    while stack:
        inner = stack.pop()
        if inner.type in _LISTS:
            return inner
        if inner.type not in _NOT_INTO:
            stack.extend(reversed(inner.named_children))
    return None


def _is_broken(node: Node, parameters: Node) -> bool:
    """Tell whether something is wrong before the parameters' end (C's macros): in the body it doesn't matter."""
    if parameters.has_error:
        return True
    around = parameters.parent
    while around is not None:
        before = (child for child in around.children if child.start_byte < parameters.end_byte)
        if any(child.is_error or child.is_missing for child in before):
            return True
        if around == node:
            return False
        around = around.parent
    return False


def _name(tree: SyntaxTree, parameter: Node) -> str | None:
    """Return a parameter's name: empty for what needs none (`void`, `...`), None for what is taken apart."""
    node: Node | None = parameter
    while node is not None:
        if node.type in _NAMES:
            return tree.source(node).lstrip("$")
        if node.type in _PATTERNS:
            return None
        into = next((child for field in _INTO if (child := node.child_by_field_name(field))), None)
        inner = [c for c in node.named_children if c.type in _NAMES | _PATTERNS or c.type.endswith("declarator")]
        node = into or (inner[-1] if inner else None)
    return ""


def _find_name(tree: SyntaxTree, parameters: Node) -> str:
    """Return the name of the function that has these parameters."""
    above = parameters.parent
    while above is not None and above.parent is not None:
        name = above.child_by_field_name("name") or above.child_by_field_name("declarator")
        if name is not None and name.named_child_count == 0:
            return tree.source(name)
        above = above.parent
    return "This function"
