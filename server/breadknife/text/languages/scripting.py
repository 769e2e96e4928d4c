"""The syntax of Ruby, PHP, Lua and Bash, as data. `LanguageSyntax` says what each field means."""

from __future__ import annotations

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

RUBY = LanguageSyntax(
    id="ruby",
    grammar=("tree_sitter_ruby", "language"),
    suffixes=(".rb", ".rake", ".gemspec", ".ru"),
    block=BlockStyle.END,
    line_comment="#",
    comments=kinds("comment"),
    strings=kinds(
        "string chained_string heredoc_body regex subshell delimited_symbol string_array symbol_array character"
    ),
    interpolations=kinds("interpolation"),
    statements=kinds(
        """
        alias assignment begin break case case_match class for if if_modifier method module next operator_assignment
        redo rescue_modifier retry return singleton_class singleton_method undef unless unless_modifier until
        until_modifier while while_modifier yield
        """
    ),
    line_end_openers=(" do", "|", " then", "else", "ensure", "begin"),
    line_start_openers=(
        *("def", "class", "module", "if", "unless", "while", "until", "for", "case", "when", "in"),
        *("else", "elsif", "begin", "rescue", "ensure"),
    ),
    identifiers=kinds("identifier constant instance_variable class_variable global_variable hash_key_symbol"),
    definitions="""
        (class name: [(constant) @name (scope_resolution name: (_) @name)]
          body: (_)? @signature_end "end" @signature_end) @class
        (module name: [(constant) @name (scope_resolution name: (_) @name)]
          body: (_)? @signature_end "end" @signature_end) @class
        (method name: (_) @name body: (body_statement)? @signature_end "end" @signature_end) @function
        (method name: (_) @name "=" @signature_end) @function
        (singleton_method name: (_) @name body: (body_statement)? @signature_end "end" @signature_end) @function
        (singleton_method name: (_) @name "=" @signature_end) @function
        (assignment left: (constant) @name) @constant
    """,
    imports="""
        ((call method: (identifier) @_require arguments: (argument_list . (string (string_content) @module))) @import
          (#any-of? @_require "require" "require_relative" "load"))
    """,
)

PHP = LanguageSyntax(
    id="php",
    grammar=("tree_sitter_php", "language_php"),
    suffixes=(".php", ".phtml"),
    block=BlockStyle.BRACES,
    line_comment="//",
    comments=kinds("comment"),
    strings=kinds("string encapsed_string heredoc nowdoc shell_command_expression"),
    statements=kinds(
        """
        break_statement class_declaration const_declaration continue_statement declare_statement do_statement
        echo_statement enum_declaration exit_statement expression_statement for_statement foreach_statement
        function_definition function_static_declaration global_declaration goto_statement if_statement
        interface_declaration method_declaration namespace_definition namespace_use_declaration
        property_declaration return_statement switch_statement trait_declaration try_statement unset_statement
        use_declaration while_statement
        """
    ),
    identifiers=kinds("name"),
    decorators=kinds("attribute_list"),
    definitions="""
        (class_declaration name: (_) @name body: (_) @signature_end) @class
        (interface_declaration name: (_) @name body: (_) @signature_end) @class
        (trait_declaration name: (_) @name body: (_) @signature_end) @class
        (enum_declaration name: (_) @name body: (_) @signature_end) @class
        (function_definition name: (_) @name body: (_) @signature_end) @function
        (method_declaration name: (_) @name body: (_)? @signature_end) @function
        (const_declaration (const_element . (name) @name)) @constant
    """,
    imports="""
        (namespace_use_declaration (namespace_use_clause .
          [(name) @name (qualified_name (name) @name .)] @module alias: (_)? @alias)) @import
        (namespace_use_declaration (namespace_name) @module
          body: (_ (namespace_use_clause . (_) @name alias: (_)? @alias))) @import
        ([(require_expression (string (string_content) @module))
          (require_once_expression (string (string_content) @module))
          (include_expression (string (string_content) @module))
          (include_once_expression (string (string_content) @module))] @import)
    """,
)

LUA = LanguageSyntax(
    id="lua",
    grammar=("tree_sitter_lua", "language"),
    suffixes=(".lua",),
    block=BlockStyle.END,
    line_comment="--",
    comments=kinds("comment"),
    strings=kinds("string"),
    statements=kinds(
        """
        assignment_statement break_statement do_statement for_statement function_declaration goto_statement
        if_statement label_statement repeat_statement return_statement variable_declaration while_statement
        """
    ),
    line_end_openers=(" then", " do", "else", "repeat"),
    line_start_openers=("function", "local function"),
    identifiers=kinds("identifier"),
    wrappers=kinds("variable_declaration"),
    definitions="""
        (function_declaration
          name: [
            (identifier) @name
            (dot_index_expression table: (_) @container field: (_) @name)
            (method_index_expression table: (_) @container method: (_) @name)]
          body: (_)? @signature_end "end" @signature_end) @function
        (assignment_statement
          (variable_list . name: [
            (identifier) @name
            (dot_index_expression table: (_) @container field: (_) @name)])
          (expression_list . value: (function_definition body: (_)? @signature_end "end" @signature_end))) @function
        (chunk (variable_declaration (assignment_statement (variable_list . name: (identifier) @name)) @constant))
        (chunk (assignment_statement (variable_list . name: (identifier) @name)) @constant)
    """,
    imports="""
        ((assignment_statement
          (variable_list . name: (identifier) @alias)
          (expression_list . value: (function_call name: (identifier) @_require
            arguments: (arguments . (string content: (_) @module))) @import))
          (#eq? @_require "require"))
        ((function_call name: (identifier) @_require
          arguments: (arguments . (string content: (_) @module))) @import
          (#eq? @_require "require"))
    """,
)

BASH = LanguageSyntax(
    id="shellscript",
    grammar=("tree_sitter_bash", "language"),
    aliases=("sh", "bash", "zsh"),
    suffixes=(".sh", ".bash", ".zsh", ".ksh"),
    block=BlockStyle.END,
    line_comment="#",
    comments=kinds("comment"),
    strings=kinds("string raw_string ansi_c_string translated_string heredoc_body"),
    interpolations=kinds("command_substitution expansion simple_expansion arithmetic_expansion"),
    statements=kinds(
        """
        c_style_for_statement case_item case_statement command declaration_command for_statement
        function_definition if_statement list negated_command pipeline redirected_statement test_command
        unset_command variable_assignment variable_assignments while_statement
        """
    ),
    line_end_openers=(" then", " do", "else", " in"),
    identifiers=kinds("variable_name command_name"),
    definitions="""
        (function_definition name: (_) @name body: (_) @signature_end) @function
        (program (variable_assignment name: (_) @name) @constant)
        (program (declaration_command (variable_assignment name: (_) @name)) @constant)
    """,
    imports="""
        ((command name: (command_name) @_source . argument: (_) @module) @import (#any-of? @_source "source" "."))
    """,
)
