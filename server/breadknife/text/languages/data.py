"""The syntax of markup, style sheets, data and queries, as data."""

from __future__ import annotations

from breadknife.text.languages.values import BlockStyle, LanguageSyntax, kinds

HTML = LanguageSyntax(
    id="html",
    grammar=("tree_sitter_html", "language"),
    suffixes=(".html", ".htm"),
    comments=kinds("comment"),
    strings=kinds("quoted_attribute_value"),
    statements=kinds("element script_element style_element doctype"),
)

CSS = LanguageSyntax(
    id="css",
    grammar=("tree_sitter_css", "language"),
    suffixes=(".css",),
    block=BlockStyle.BRACES,
    comments=kinds("comment js_comment"),
    strings=kinds("string_value"),
    statements=kinds(
        """
        at_rule charset_statement declaration import_statement keyframe_block keyframes_statement media_statement
        namespace_statement rule_set scope_statement supports_statement
        """
    ),
)

JSON = LanguageSyntax(
    id="json",
    grammar=("tree_sitter_json", "language"),
    aliases=("jsonc",),
    suffixes=(".json", ".jsonc"),
    block=BlockStyle.BRACES,
    comments=kinds("comment"),
    strings=kinds("string"),
    statements=kinds("pair"),
)

YAML = LanguageSyntax(
    id="yaml",
    grammar=("tree_sitter_yaml", "language"),
    suffixes=(".yaml", ".yml"),
    block=BlockStyle.INDENT,
    line_comment="#",
    comments=kinds("comment"),
    strings=kinds("single_quote_scalar double_quote_scalar block_scalar"),
    statements=kinds("block_mapping_pair block_sequence_item flow_pair"),
)

TOML = LanguageSyntax(
    id="toml",
    grammar=("tree_sitter_toml", "language"),
    suffixes=(".toml",),
    line_comment="#",
    comments=kinds("comment"),
    strings=kinds("string"),
    statements=kinds("pair"),
)

SQL = LanguageSyntax(
    id="sql",
    grammar=("tree_sitter_sql", "language"),
    suffixes=(".sql",),
    line_comment="--",
    comments=kinds("comment marginalia"),
    strings=kinds("literal"),
    statements=kinds("statement"),
)

MARKDOWN = LanguageSyntax(
    id="markdown",
    grammar=("tree_sitter_markdown", "language"),
    aliases=("mdx",),  # what it has of JavaScript is read by extract/markdown/inline
    suffixes=(".md", ".markdown"),
    comments=kinds("html_block"),
    statements=kinds("paragraph list_item atx_heading setext_heading fenced_code_block"),
)
MARKDOWN_INLINE = LanguageSyntax(id="markdown_inline", grammar=("tree_sitter_markdown", "inline_language"))
"""The text of one paragraph or heading; no file has this language."""
