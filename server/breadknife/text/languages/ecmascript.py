"""The syntax of JavaScript, TypeScript, and both with JSX, as data."""

from __future__ import annotations

from dataclasses import replace

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

_STATEMENTS = kinds(
    """
    break_statement class_declaration continue_statement debugger_statement do_statement export_statement
    expression_statement for_in_statement for_statement function_declaration generator_function_declaration
    if_statement import_statement labeled_statement lexical_declaration method_definition return_statement
    switch_statement throw_statement try_statement variable_declaration while_statement with_statement
    """
)

_DEFINITIONS = """
    (class_declaration name: (_) @name body: (_) @signature_end) @class
    (function_declaration name: (_) @name body: (_) @signature_end) @function
    (generator_function_declaration name: (_) @name body: (_) @signature_end) @function
    (method_definition name: (_) @name body: (_) @signature_end) @function
    (program (expression_statement (assignment_expression
      left: (member_expression object: (_) @container property: (_) @name)
      right: [(arrow_function body: (_) @signature_end) (function_expression body: (_) @signature_end)])) @function)
    (lexical_declaration (variable_declarator name: (identifier) @name value: [
      (arrow_function body: (_) @signature_end)
      (function_expression body: (_) @signature_end)])) @function
    (program [
      (lexical_declaration (variable_declarator name: (identifier) @name)) @constant
      (variable_declaration (variable_declarator name: (identifier) @name)) @constant])
    (export_statement (lexical_declaration (variable_declarator name: (identifier) @name)) @constant)
"""

_IMPORTS = """
    (import_statement source: (string (string_fragment) @module)) @import
    (import_statement (import_clause (identifier) @default) source: (string (string_fragment) @module)) @import
    (import_statement (import_clause (namespace_import (identifier) @alias))
      source: (string (string_fragment) @module)) @import
    (import_statement (import_clause (named_imports (import_specifier name: (_) @name alias: (_)? @alias)))
      source: (string (string_fragment) @module)) @import
    (export_statement source: (string (string_fragment) @module)) @import
    (export_statement (export_clause (export_specifier name: (_) @name alias: (_)? @alias))
      source: (string (string_fragment) @module)) @import
    ((variable_declarator
      name: [
        (identifier) @alias
        (object_pattern [
          (shorthand_property_identifier_pattern) @name
          (pair_pattern key: (_) @name value: (identifier) @alias)])]
      value: (call_expression function: (identifier) @_require
        arguments: (arguments . (string (string_fragment) @module)))) @import
      (#eq? @_require "require"))
"""

JAVASCRIPT = LanguageSyntax(
    id="javascript",
    grammar=("tree_sitter_javascript", "language"),
    suffixes=(".js", ".mjs", ".cjs"),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("comment html_comment"),
    strings=kinds("string template_string regex"),
    interpolations=kinds("template_substitution"),
    statements=_STATEMENTS | kinds("field_definition using_declaration"),
    identifiers=kinds(
        """
        identifier property_identifier private_property_identifier shorthand_property_identifier
        shorthand_property_identifier_pattern
        """
    ),
    decorators=kinds("decorator"),
    wrappers=kinds("export_statement"),
    definitions=_DEFINITIONS
    + """
        (field_definition property: (_) @name value: (arrow_function body: (_) @signature_end)) @function
    """,
    imports=_IMPORTS,
)
JAVASCRIPT_REACT = replace(JAVASCRIPT, id="javascriptreact", suffixes=(".jsx",))
TYPESCRIPT = replace(
    JAVASCRIPT,
    id="typescript",
    grammar=("tree_sitter_typescript", "language_typescript"),
    suffixes=(".ts", ".mts", ".cts"),
    strings=JAVASCRIPT.strings | kinds("template_literal_type"),
    statements=_STATEMENTS
    | kinds(
        """
        abstract_class_declaration abstract_method_signature ambient_declaration enum_declaration import_alias
        interface_declaration internal_module method_signature module property_signature public_field_definition
        type_alias_declaration
        """
    ),
    identifiers=JAVASCRIPT.identifiers | kinds("type_identifier"),
    wrappers=kinds("export_statement ambient_declaration"),
    definitions=_DEFINITIONS
    + """
        (abstract_class_declaration name: (_) @name body: (_) @signature_end) @class
        (abstract_method_signature name: (_) @name) @function
        (public_field_definition name: (_) @name value: (arrow_function body: (_) @signature_end)) @function
        (function_signature name: (_) @name) @function
        (interface_declaration name: (_) @name body: (_) @signature_end) @type
        (method_signature name: (_) @name) @function
        (type_alias_declaration name: (_) @name) @type
        (enum_declaration name: (_) @name body: (_) @signature_end) @type
    """,
    imports=_IMPORTS
    + """
        (import_statement (import_require_clause (identifier) @alias
          source: (string (string_fragment) @module))) @import
    """,
)
TYPESCRIPT_REACT = replace(
    TYPESCRIPT, id="typescriptreact", grammar=("tree_sitter_typescript", "language_tsx"), suffixes=(".tsx",)
)
