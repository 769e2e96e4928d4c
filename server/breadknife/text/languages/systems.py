"""The syntax of Go, Rust, C and C++, as data."""

from __future__ import annotations

from dataclasses import replace

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

GO = LanguageSyntax(
    id="go",
    grammar=("tree_sitter_go", "language"),
    suffixes=(".go",),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("comment"),
    strings=kinds("interpreted_string_literal raw_string_literal rune_literal"),
    statements=kinds(
        """
        assignment_statement break_statement const_declaration continue_statement dec_statement defer_statement
        expression_statement expression_switch_statement fallthrough_statement field_declaration for_statement
        function_declaration go_statement goto_statement if_statement import_declaration inc_statement
        labeled_statement method_declaration package_clause return_statement select_statement send_statement
        short_var_declaration type_declaration type_switch_statement var_declaration
        """
    ),
    identifiers=kinds("identifier type_identifier field_identifier package_identifier"),
    wrappers=kinds("type_declaration const_declaration var_declaration"),
    definitions="""
        (function_declaration name: (_) @name body: (_)? @signature_end) @function
        (method_declaration
          receiver: (parameter_list (parameter_declaration type: [
            (type_identifier) @container
            (generic_type type: (type_identifier) @container)
            (pointer_type (type_identifier) @container)
            (pointer_type (generic_type type: (type_identifier) @container))]))
          name: (_) @name body: (_)? @signature_end) @function
        (type_spec name: (_) @name type: (struct_type (field_declaration_list) @signature_end)) @class
        (type_spec name: (_) @name) @type
        (type_alias name: (_) @name) @type
        (const_spec name: (_) @name) @constant
        (var_spec name: (_) @name) @constant
    """,
    imports="""
        (import_spec name: (_)? @alias path: (_ (_) @module)) @import
    """,
)

RUST = LanguageSyntax(
    id="rust",
    grammar=("tree_sitter_rust", "language"),
    suffixes=(".rs",),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("line_comment block_comment"),
    strings=kinds("string_literal raw_string_literal char_literal"),
    statements=kinds(
        """
        associated_type attribute_item const_item empty_statement enum_item expression_statement
        extern_crate_declaration field_declaration foreign_mod_item function_item function_signature_item impl_item
        inner_attribute_item let_declaration macro_definition mod_item static_item struct_item trait_item type_item
        union_item use_declaration
        """
    ),
    identifiers=kinds("identifier type_identifier field_identifier shorthand_field_identifier"),
    decorators=kinds("attribute_item"),
    scope="impl",
    definitions="""
        (function_item name: (_) @name body: (_) @signature_end) @function
        (function_signature_item name: (_) @name) @function
        (struct_item name: (_) @name body: (field_declaration_list) @signature_end) @class
        (struct_item name: (_) @name) @class
        (union_item name: (_) @name body: (_) @signature_end) @class
        (enum_item name: (_) @name body: (_) @signature_end) @type
        (trait_item name: (_) @name body: (_) @signature_end) @type
        (type_item name: (_) @name) @type
        (const_item name: (_) @name) @constant
        (static_item name: (_) @name) @constant
        (macro_definition name: (_) @name . ["{" "(" "["] @signature_end) @function
        (impl_item type: [
          (type_identifier) @name
          (generic_type type: (type_identifier) @name)
          (scoped_type_identifier name: (_) @name)
          (generic_type type: (scoped_type_identifier name: (_) @name))]) @scope
    """,
    imports="""
        (use_declaration argument: [
          (identifier) @module
          (scoped_identifier path: (_) @module name: (_) @name)
          (use_as_clause path: (identifier) @module alias: (_) @alias)
          (use_as_clause path: (scoped_identifier path: (_) @module name: (_) @name) alias: (_) @alias)
          (use_wildcard (_) @module "*" @name)
          (scoped_use_list path: (_) @module list: (use_list [
            (identifier) @name
            (scoped_identifier name: (_) @alias) @name
            (use_as_clause path: (_) @name alias: (_) @alias)
            (use_wildcard) @name
            (self)
            (scoped_use_list)]))]) @import
        (mod_item name: (_) @module !body) @import
    """,
)

_C_STATEMENTS = kinds(
    """
    break_statement case_statement continue_statement declaration do_statement expression_statement
    field_declaration for_statement function_definition goto_statement if_statement labeled_statement preproc_call
    preproc_def preproc_function_def preproc_include return_statement switch_statement type_definition
    while_statement
    """
)
_PLAIN = "(function_declarator declarator: (identifier) @name)"
_DECLARATOR = f"[{_PLAIN} (pointer_declarator declarator: [{_PLAIN} (pointer_declarator declarator: {_PLAIN})])]"
"""Of a function, also where pointers are returned."""
_C_DEFINITIONS = f"""
    (function_definition declarator: {_DECLARATOR} body: (_) @signature_end) @function
    (declaration declarator: {_DECLARATOR}) @function
    (struct_specifier name: (type_identifier) @name body: (_) @signature_end) @class
    (union_specifier name: (type_identifier) @name body: (_) @signature_end) @class
    (enum_specifier name: (type_identifier) @name body: (_) @signature_end) @type
    (type_definition declarator: [
      (type_identifier) @name
      (pointer_declarator declarator: (type_identifier) @name)
      (function_declarator
        declarator: (parenthesized_declarator (pointer_declarator declarator: (type_identifier) @name)))]) @type
    (preproc_def name: (_) @name value: (_)) @constant
    (preproc_function_def name: (_) @name value: (_)? @signature_end) @function
    (declaration declarator: (init_declarator declarator: [
      (identifier) @name
      (array_declarator declarator: (identifier) @name)
      (pointer_declarator declarator: [(identifier) @name (array_declarator declarator: (identifier) @name)])
    ])) @constant
"""

C = LanguageSyntax(
    id="c",
    grammar=("tree_sitter_c", "language"),
    suffixes=(".c", ".h"),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("comment"),
    strings=kinds("string_literal concatenated_string char_literal system_lib_string"),
    statements=_C_STATEMENTS,
    identifiers=kinds("identifier type_identifier field_identifier"),
    definitions=_C_DEFINITIONS,
    imports="""
        (preproc_include path: [(string_literal (string_content) @module) (system_lib_string) @module]) @import
    """,
)

_MEMBER = "[(field_identifier) (destructor_name) (operator_name) (identifier)] @name"
_QUALIFIED = """
    (qualified_identifier
      scope: [(namespace_identifier) @container (template_type name: (_) @container)]
      name: [(identifier) (destructor_name) (operator_name)] @name)
"""
_QUALIFIED_TWICE = f"(qualified_identifier name: {_QUALIFIED})"
_CPP_FUNCTION = f"[{_MEMBER} {_QUALIFIED} {_QUALIFIED_TWICE}]"
_CPP_DECLARATOR = f"""[
    (function_declarator declarator: {_CPP_FUNCTION})
    (pointer_declarator declarator: (function_declarator declarator: {_CPP_FUNCTION}))
    (reference_declarator (function_declarator declarator: {_CPP_FUNCTION}))
]"""

CPP = replace(
    C,
    id="cpp",
    grammar=("tree_sitter_cpp", "language"),
    aliases=("c++",),
    suffixes=(".cc", ".cpp", ".cxx", ".c++", ".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl"),
    strings=C.strings | kinds("raw_string_literal"),
    statements=_C_STATEMENTS
    | kinds(
        """
        alias_declaration co_return_statement co_yield_statement concept_definition for_range_loop friend_declaration
        namespace_alias_definition namespace_definition static_assert_declaration template_declaration
        template_instantiation throw_statement try_statement using_declaration
        """
    ),
    identifiers=C.identifiers | kinds("namespace_identifier"),
    decorators=kinds("attribute_declaration field_initializer_list"),
    wrappers=kinds("template_declaration"),
    definitions=f"""
        (function_definition declarator: {_CPP_DECLARATOR} body: (_)? @signature_end) @function
        (field_declaration declarator: {_CPP_DECLARATOR}) @function
        (class_specifier name: [(_) @name (template_type name: (_) @name)] body: (_) @signature_end) @class
        (struct_specifier name: [(_) @name (template_type name: (_) @name)] body: (_) @signature_end) @class
        (alias_declaration name: (_) @name) @type
        (concept_definition name: (_) @name) @type
    """
    + _C_DEFINITIONS,
)
