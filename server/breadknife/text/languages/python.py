"""The syntax of Python, as data."""

from __future__ import annotations

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

PYTHON = LanguageSyntax(
    id="python",
    grammar=("tree_sitter_python", "language"),
    suffixes=(".py", ".pyi", ".pyw"),
    block=BlockStyle.INDENT,
    line_comment="#",
    comments=kinds("comment"),
    strings=kinds("string concatenated_string"),
    interpolations=kinds("interpolation"),
    statements=kinds(
        """
        assert_statement break_statement class_definition continue_statement decorated_definition delete_statement
        expression_statement for_statement function_definition future_import_statement global_statement if_statement
        import_from_statement import_statement match_statement nonlocal_statement pass_statement raise_statement
        return_statement try_statement type_alias_statement while_statement with_statement
        """
    ),
    identifiers=kinds("identifier"),
    decorators=kinds("decorator"),
    wrappers=kinds("decorated_definition"),
    definitions="""
        (class_definition name: (identifier) @name
          body: (block . (expression_statement . (string) @docstring .)? ) @signature_end) @class
        (function_definition name: (identifier) @name
          body: (block . (expression_statement . (string) @docstring .)? ) @signature_end) @function
        (module (expression_statement (assignment left: (identifier) @name)) @constant)
        (type_alias_statement left: (type [(identifier) @name (generic_type (identifier) @name)])) @type
    """,
    imports="""
        (import_statement name: [
          (dotted_name) @module
          (aliased_import name: (dotted_name) @module alias: (identifier) @alias)]) @import
        (import_from_statement module_name: (_) @module name: [
          (dotted_name) @name
          (aliased_import name: (dotted_name) @name alias: (identifier) @alias)]) @import
        (import_from_statement module_name: (_) @module (wildcard_import) @name) @import
    """,
)
