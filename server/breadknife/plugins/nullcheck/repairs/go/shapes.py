"""What declares something in Go."""

from __future__ import annotations

from breadknife.plugins.nullcheck.project.declared import Kind, Shapes

SHAPES = Shapes(
    {
        "function_declaration": (Kind.FUNCTION, "name"),
        "method_declaration": (Kind.FUNCTION, "name"),
        "method_elem": (Kind.FUNCTION, "name"),
        "parameter_declaration": (Kind.PARAMETER, "name"),
        "field_declaration": (Kind.ATTRIBUTE, "name"),
        "var_spec": (Kind.VARIABLE, "name"),
        "short_var_declaration": (Kind.VARIABLE, "left"),
        "assignment_statement": (Kind.VARIABLE, "left"),
    },
    {"type_spec": "name"},
    values=frozenset({"func_literal"}),
    blocks=frozenset({"block", "statement_list", "source_file"}),
)
