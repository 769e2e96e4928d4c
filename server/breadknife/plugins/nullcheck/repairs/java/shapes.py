"""What declares something in Java."""

from __future__ import annotations

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes

_NAMED = ("class_declaration", "interface_declaration", "record_declaration", "enum_declaration")

SHAPES = Shapes(
    {
        "method_declaration": (Kind.FUNCTION, "name"),
        "formal_parameter": (Kind.PARAMETER, "name"),
        "field_declaration": (Kind.ATTRIBUTE, "declarator.name"),
        "local_variable_declaration": (Kind.VARIABLE, "declarator.name"),
        "assignment_expression": (Kind.VARIABLE, "left"),
    },
    dict.fromkeys(_NAMED, "name"),
    blocks=frozenset({"block", "constructor_body", "lambda_expression", "program"}),
    own=("this.",),
)
