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
"""Languages, by their LSP ids, whose comments this reads."""
_BRACED = r"\{(?:[^{}\n]|\{(?:[^{}\n]|\{[^{}\n]*\})*\})*\}"
_GENERIC = r"<(?:[^<>\n]|<[^<>\n]*>)*>"
_PHP_TYPE = rf"(?:[\w|\\?,*-]|{_GENERIC}|\[[^\]\n]*\]|\{{[^}}\n]*\}}|\([^)\n]*\))+[ \t]+(?=[&.]*\$)"
_TAGGED = re.compile(rf"[@\\]param(?:\[[\w, ]+\])?[ \t]+(?:{_BRACED}[ \t]*)?(?:{_PHP_TYPE})?[\[&.]*\$?(?P<name>\w+)")
_RUST_TITLE = re.compile(r"^[ \t]*//[/!][ \t]*#+[ \t]*(?:Arguments|Parameters)[ \t]*$", re.MULTILINE | re.IGNORECASE)
_RUST_NAME = re.compile(r"^[ \t]*//[/!][ \t]*[*-][ \t]*`(?P<name>\w+)`", re.MULTILINE)
_RUST_END = re.compile(r"^[ \t]*//[/!][ \t]*#", re.MULTILINE)
_DOCUMENTS_SOMETHING_ELSE = re.compile(
    r"@(?:callback|typedef|overload|event|function|method|name|template|inheritDoc)\b"
)
"""Tags of comments that document something else than the function below them."""
_COMMENT_TYPES = frozenset(("comment", "line_comment", "block_comment"))
_PARAMETER_LIST_TYPES = frozenset(("formal_parameters", "parameters", "parameter_list"))
_PATTERN_TYPES = frozenset(
    ("object_pattern", "array_pattern", "tuple_pattern", "struct_pattern", "tuple_struct_pattern")
)
_IDENTIFIER_TYPES = frozenset(("identifier", "variable_name"))
_TARGET_TYPES = _IDENTIFIER_TYPES | _PATTERN_TYPES
_TARGET_FIELDS = ("name", "pattern", "declarator", "left")
"""Fields of a parameter's node that lead to what it binds."""
_SKIPPED_TYPES = frozenset(
    ("statement_block", "block", "compound_statement", "class_body", "declaration_list", "field_declaration_list",
     "field_initializer_list", "type_definition", "type_parameters", "template_parameter_list", "ERROR", "decorator",
     "modifiers", "attribute_list")
)  # fmt: skip
"""Node types that aren't searched for a declaration's parameters: bodies, and what has such lists of its own."""


def find_commented_functions(tree: SyntaxTree) -> Iterator[DocumentedFunction]:
    """Yield the functions that stand right below a comment with tags for parameters, in the tree's order."""
    for comments, declaration in _pair_comments_with_code(tree.root):
        start, end = tree.span(comments[0]).start, tree.span(comments[-1]).end
        comment = tree.text[start:end]
        documented = tuple(dict(_find_tags(comment, start)).items())
        if not documented or _DOCUMENTS_SOMETHING_ELSE.search(comment):
            continue
        parameter_list = _find_parameter_list(declaration)
        if parameter_list is None or _is_broken(declaration, parameter_list):
            continue
        parameters = [
            child for child in parameter_list.named_children if child.type not in {*_COMMENT_TYPES, "self_parameter"}
        ]
        if not parameters and "arguments" in tree.source(declaration):
            continue  # JavaScript's `arguments` has all that a caller gives, without names
        targets = [target for parameter in parameters if (target := _find_target(parameter)) is not None]
        identifiers = [tree.source(target).lstrip("$") for target in targets if target.type in _IDENTIFIER_TYPES]
        yield DocumentedFunction(
            _read_function_name(tree, parameter_list),
            parameters=tuple(filter(None, identifiers)),
            open_ended=any(target.type in _PATTERN_TYPES for target in targets),
            documented=documented,
        )


def _pair_comments_with_code(root: Node) -> Iterator[tuple[Sequence[Node], Node]]:
    """Yield the node right below each comment, with the comment: one node, or one for each of its lines."""
    stack = [root]
    while stack:
        comments: list[Node] = []
        children = stack.pop().named_children
        for child in children:
            touches = bool(comments) and child.start_point.row <= _last_row(comments[-1]) + 1
            if child.type in _COMMENT_TYPES:
                comments = [*comments, child] if touches else [child]
            else:
                if touches:
                    yield comments, child
                comments = []
        stack.extend(reversed([child for child in children if child.named_child_count]))


def _last_row(node: Node) -> int:
    """Return the row in which a comment ends: Rust's grammar counts the line break."""
    return node.end_point.row - (node.end_point.column == 0)


def _find_tags(text: str, start: int) -> Iterator[tuple[str, Span]]:
    """Yield each parameter that a comment names, with the name's span in the document, where the comment begins at
    `start`."""
    for match in _TAGGED.finditer(text):
        yield match["name"], Span(start + match.start("name"), start + match.end("name"))
    for title in _RUST_TITLE.finditer(text):
        end = _RUST_END.search(text, title.end())
        for match in _RUST_NAME.finditer(text, title.end(), end.start() if end else len(text)):
            yield match["name"], Span(start + match.start("name"), start + match.end("name"))


def _find_parameter_list(declaration: Node) -> Node | None:
    """Return the first list of parameters of a declaration, which isn't one of its body."""
    stack = [declaration]
    while stack:
        inner = stack.pop()
        if inner.type in _PARAMETER_LIST_TYPES:
            return inner
        if inner.type not in _SKIPPED_TYPES:
            stack.extend(reversed(inner.named_children))
    return None


def _is_broken(declaration: Node, parameter_list: Node) -> bool:
    """Tell whether the parser failed at a declaration up to its parameters' end, as at C's macros.

    What it fails at in the body changes nothing about the parameters.
    """
    if parameter_list.has_error:
        return True
    ancestor = parameter_list.parent
    while ancestor is not None:
        before = (child for child in ancestor.children if child.start_byte < parameter_list.end_byte)
        if any(child.is_error or child.is_missing for child in before):
            return True
        if ancestor == declaration:
            return False
        ancestor = ancestor.parent
    return False


def _find_target(parameter: Node) -> Node | None:
    """Return what an argument is bound to: an identifier, or a pattern that takes it apart (`{a, b}`).

    Returns None for a parameter that binds nothing, such as C's `void` and `...`.
    """
    node: Node | None = parameter
    while node is not None and node.type not in _TARGET_TYPES:
        by_field = next((child for field in _TARGET_FIELDS if (child := node.child_by_field_name(field))), None)
        by_type = [
            child for child in node.named_children if child.type in _TARGET_TYPES or child.type.endswith("declarator")
        ]
        node = by_field or (by_type[-1] if by_type else None)  # the last: C's type, an identifier too, stands before
    return node


def _read_function_name(tree: SyntaxTree, parameter_list: Node) -> str:
    """Return the name of the function with this list, or "This function" for one without a name."""
    ancestor = parameter_list.parent
    while ancestor is not None and ancestor.parent is not None:
        name = ancestor.child_by_field_name("name") or ancestor.child_by_field_name("declarator")
        if name is not None and name.named_child_count == 0:
            return tree.source(name)
        ancestor = ancestor.parent
    return "This function"
