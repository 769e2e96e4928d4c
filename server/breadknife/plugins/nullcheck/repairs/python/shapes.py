"""What declares something in Python."""

from __future__ import annotations

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes

SHAPES = Shapes(
    {
        "function_definition": (Kind.FUNCTION, "name"),
        "typed_parameter": (Kind.PARAMETER, ""),
        "default_parameter": (Kind.PARAMETER, "name"),
        "typed_default_parameter": (Kind.PARAMETER, "name"),
        "assignment": (Kind.VARIABLE, "left"),
    },
    {"class_definition": "name"},
    blocks=frozenset({"block", "module"}),
    own=("self.", "cls."),
)
