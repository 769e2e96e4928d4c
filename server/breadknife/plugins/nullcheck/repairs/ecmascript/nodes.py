"""What the nodes of the grammar are, as far as edits ask, and which of them declare something."""

from __future__ import annotations

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes
from breadknife.text.syntax import Node

FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
BLOCKS = frozenset({"statement_block", "program"})
LOOPS = frozenset({"for_statement", "for_in_statement", "while_statement", "do_statement"})
EFFECTS = frozenset({
    "call_expression", "new_expression", "await_expression", "yield_expression", "assignment_expression",
    "augmented_assignment_expression", "update_expression",
})  # fmt: skip
CHANGES = frozenset({"update_expression", "augmented_assignment_expression", "assignment_expression"})
SHORT_CIRCUITS = frozenset({"&&", "||", "??", "&&=", "||=", "??="})
PARTS = frozenset({"member_expression", "subscript_expression"})


def inner(node: Node) -> Node:
    """Without the parentheses around it."""
    while node.type == "parenthesized_expression":
        held = [child for child in node.named_children if child.type != "comment"]
        if len(held) != 1:
            break
        node = held[0]
    return node


def is_optional(link: Node) -> bool:
    """Whether an optional chain may end before this call or subscript of it."""
    node: Node | None = link
    while node is not None and node.type in ("call_expression", "member_expression", "subscript_expression"):
        if any(child.type in ("?.", "optional_chain") for child in node.children):
            return True
        node = node.child_by_field_name("function") or node.child_by_field_name("object")
    return False


def may_change(node: Node) -> bool:
    """Whether what was read before it may be another afterwards, by this node itself."""
    match node.type:
        case "unary_expression":
            return node.children[0].type == "delete"
        case "variable_declarator":  # of a `var`, which may be one that is there already
            return node.parent is not None and node.parent.type == "variable_declaration"
        case "for_in_statement":
            sets = node.child_by_field_name("kind") is None
            return sets or any(child.type == "await" for child in node.children)
        case _:
            return node.type in EFFECTS or node.type == "class_body"


def first_part(node: Node) -> Node | None:
    """Its first child that is no comment."""
    return next((child for child in node.named_children if child.type != "comment"), None)


def has_effect(node: Node) -> bool:
    return node.type in EFFECTS or any(map(has_effect, node.named_children))


def own_nodes(function: Node, kinds: frozenset[str], but: frozenset[str] = frozenset()) -> list[Node]:
    """The function's (or loop's) statements of some kinds, without those of functions, and of `but`, in it."""
    body = function.child_by_field_name("body")
    found, stack = list[Node](), [body] if body is not None else []
    while stack:
        node = stack.pop()
        if node.type in kinds:
            found.append(node)
        elif node.type not in FUNCTIONS | but and not node.type.endswith("_expression"):
            stack.extend(node.named_children)
    return found


_NAMED = ("class_declaration", "abstract_class_declaration", "class", "interface_declaration", "type_alias_declaration")

SHAPES = Shapes(
    {
        **dict.fromkeys(
            ("function_declaration", "generator_function_declaration", "function_signature", "method_definition",
             "method_signature", "abstract_method_signature"),
            (Kind.FUNCTION, "name"),
        ),
        "required_parameter": (Kind.PARAMETER, "pattern"),
        "optional_parameter": (Kind.PARAMETER, "pattern"),
        "assignment_pattern": (Kind.PARAMETER, "left"),
        "public_field_definition": (Kind.ATTRIBUTE, "name"),
        "field_definition": (Kind.ATTRIBUTE, "property"),
        "property_signature": (Kind.ATTRIBUTE, "name"),
        "variable_declarator": (Kind.VARIABLE, "name"),
        "assignment_expression": (Kind.VARIABLE, "left"),
    },
    dict.fromkeys(_NAMED, "name"),
    values=frozenset({"arrow_function", "function_expression", "generator_function"}),
    blocks=frozenset({"statement_block", "program"}),
    own=("this.",),
)  # fmt: skip
