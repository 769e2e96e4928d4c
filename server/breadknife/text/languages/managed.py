"""The syntax of Java, Kotlin and C#, as data."""

from __future__ import annotations

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

JAVA = LanguageSyntax(
    id="java",
    grammar=("tree_sitter_java", "language"),
    suffixes=(".java",),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("line_comment block_comment"),
    strings=kinds("string_literal character_literal"),
    interpolations=kinds("string_interpolation"),
    statements=kinds(
        """
        annotation_type_declaration assert_statement break_statement class_declaration
        compact_constructor_declaration constant_declaration constructor_declaration continue_statement do_statement
        enhanced_for_statement enum_declaration explicit_constructor_invocation expression_statement
        field_declaration for_statement if_statement import_declaration interface_declaration labeled_statement
        local_variable_declaration method_declaration package_declaration record_declaration return_statement
        switch_expression synchronized_statement throw_statement try_statement try_with_resources_statement
        while_statement yield_statement
        """
    ),
    identifiers=kinds("identifier type_identifier"),
    decorators=kinds("annotation marker_annotation"),
    definitions="""
        (class_declaration name: (_) @name body: (_) @signature_end) @class
        (interface_declaration name: (_) @name body: (_) @signature_end) @class
        (enum_declaration name: (_) @name body: (_) @signature_end) @class
        (record_declaration name: (_) @name body: (_) @signature_end) @class
        (annotation_type_declaration name: (_) @name body: (_) @signature_end) @type
        (method_declaration name: (_) @name body: (_)? @signature_end) @function
        (constructor_declaration name: (_) @name body: (_) @signature_end) @function
        (field_declaration (modifiers "static" "final") declarator: (variable_declarator name: (_) @name)) @constant
        (constant_declaration declarator: (variable_declarator name: (_) @name)) @constant
    """,
    imports="""
        (import_declaration (scoped_identifier name: (_) @name) @module .) @import
        (import_declaration (_) @module (asterisk) @name) @import
    """,
)

KOTLIN = LanguageSyntax(
    id="kotlin",
    grammar=("tree_sitter_kotlin", "language"),
    suffixes=(".kt", ".kts"),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("line_comment block_comment"),
    strings=kinds("string_literal multiline_string_literal character_literal"),
    interpolations=kinds("interpolation"),
    statements=kinds(
        """
        assignment class_declaration companion_object do_while_statement for_statement function_declaration
        if_expression import object_declaration package_header property_declaration return_expression
        secondary_constructor throw_expression try_expression type_alias when_expression while_statement
        """
    ),
    identifiers=kinds("identifier"),
    decorators=kinds("annotation"),
    definitions="""
        (class_declaration name: (_) @name [(class_body) (enum_class_body)] @signature_end) @class
        (class_declaration name: (_) @name) @class
        (object_declaration name: (_) @name (class_body)? @signature_end) @class
        (function_declaration name: (_) @name (function_body) @signature_end) @function
        (function_declaration name: (_) @name) @function
        (source_file (property_declaration (variable_declaration . (identifier) @name)) @constant)
        (companion_object (class_body (property_declaration (variable_declaration . (identifier) @name)) @constant))
        (type_alias type: (_) @name) @type
    """,
    imports="""
        (import (qualified_identifier (identifier) @name .) @module .) @import
        (import (qualified_identifier (identifier) @name .) @module "as" (identifier) @alias) @import
        (import (qualified_identifier) @module "*" @name) @import
    """,
)

CSHARP = LanguageSyntax(
    id="csharp",
    grammar=("tree_sitter_c_sharp", "language"),
    aliases=("cs",),
    suffixes=(".cs", ".csx"),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("comment"),
    strings=kinds(
        """
        string_literal verbatim_string_literal raw_string_literal interpolated_string_expression character_literal
        """
    ),
    interpolations=kinds("interpolation"),
    statements=kinds(
        """
        break_statement checked_statement class_declaration constructor_declaration continue_statement
        delegate_declaration destructor_declaration do_statement enum_declaration event_declaration
        event_field_declaration expression_statement field_declaration file_scoped_namespace_declaration
        fixed_statement for_statement foreach_statement global_statement goto_statement if_statement
        indexer_declaration interface_declaration labeled_statement local_declaration_statement
        local_function_statement lock_statement method_declaration namespace_declaration operator_declaration
        property_declaration record_declaration return_statement struct_declaration switch_statement
        throw_statement try_statement unsafe_statement using_directive using_statement while_statement
        yield_statement
        """
    ),
    identifiers=kinds("identifier"),
    decorators=kinds("attribute_list"),
    definitions="""
        (class_declaration name: (_) @name body: (_)? @signature_end) @class
        (struct_declaration name: (_) @name body: (_)? @signature_end) @class
        (record_declaration name: (_) @name body: (_)? @signature_end) @class
        (interface_declaration name: (_) @name body: (_) @signature_end) @class
        (enum_declaration name: (_) @name body: (_) @signature_end) @type
        (delegate_declaration name: (_) @name) @type
        (method_declaration name: (_) @name body: (_)? @signature_end) @function
        (constructor_declaration name: (_) @name body: (_)? @signature_end) @function
        (property_declaration name: (_) @name accessors: (_) @signature_end) @function
        (property_declaration name: (_) @name value: (_) @signature_end) @function
        ((field_declaration (modifier) @_const
          (variable_declaration (variable_declarator name: (_) @name))) @constant
          (#any-of? @_const "const" "static"))
    """,
    imports="""
        (using_directive name: (_) @alias (_) @module .) @import
        (using_directive !name (_) @module .) @import
    """,
)
