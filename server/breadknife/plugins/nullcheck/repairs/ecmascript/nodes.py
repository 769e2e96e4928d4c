"""What declares something in JavaScript and TypeScript."""

from __future__ import annotations

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes

FUNCTIONS = frozenset({
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition",
})  # fmt: skip
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
