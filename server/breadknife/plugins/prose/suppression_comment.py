"""Where the comment goes that silences rules in a paragraph: above it, and in code above its comment or docstring.

What the edit makes is looked at before it is offered: no comment is better than one in a string.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.text.directives import Directives, comment_made, ignoring, stands_anywhere
from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.languages import LANGUAGES
from breadknife.text.languages.documents import GETTEXT, GIT_COMMIT
from breadknife.text.syntax import Node, SyntaxTree

_SIGN = re.compile(r"//|#(?!!)|--(?!\[)")
"""What begins a line of comment, a script's first line left out."""
_CODING = re.compile(r"[ \t]*#.*?coding[:=]")
_EDGE = re.compile(r"(?:---|\+\+\+|\.\.\.)[ \t]*$")
"""Of front matter, which is no front matter any more below something else."""
_SCISSORS = re.compile(r"[#;] -+ >8 -+")
_ENTRY = re.compile(r"[ \t]*(?:#|msgctxt\b|msgid\b)")
_BOM = "\ufeff"


def comment_above(document: Document, tree: SyntaxTree | None, span: Span, rules: Sequence[str]) -> TextEdit | None:
    """Return the edit that puts the comment there; None where it would be no comment, or would not silence the rules at
    `span`."""
    comment = ignoring(rules, document.language)
    line = _line(document, tree, span.start) if comment else None
    if line is None:
        return None
    source = document.line_text(line).removeprefix(_BOM)
    margin = source[: len(source) - len(source.lstrip())]
    ending = "\r\n" if "\r\n" in document.text else "\n"
    at = document.line_starts[line] + document.text.startswith(_BOM, document.line_starts[line])
    edit = TextEdit(Span(at, at), f"{margin}{comment}\n".replace("\n", ending))
    after = document.edited([edit])
    silenced, moved = Directives.of(after), after.line_at(span.start + len(edit.new_text))
    if not all(silenced.silence(rule, moved) for rule in rules):
        return None
    if not stands_anywhere(document.language) or document.language == "html":
        return edit if tree is not None and _is_comment(tree, edit, at + len(margin)) else None
    return edit


def _line(document: Document, tree: SyntaxTree | None, offset: int) -> int | None:
    """Return the line to put the comment above."""
    if not stands_anywhere(document.language):
        return _line_in_code(document, tree, offset) if tree is not None else None
    if document.language in (GIT_COMMIT.id, *GIT_COMMIT.aliases) and not _strips_comments(document):
        return None
    is_catalog = document.language in (GETTEXT.id, *GETTEXT.aliases)
    line = document.line_at(offset)
    while line > 0 and (above := document.line_text(line - 1)).strip() and not _EDGE.match(above):
        if is_catalog and _ENTRY.match(document.line_text(line)) and not _ENTRY.match(above):
            break
        line -= 1
    return line


def _strips_comments(document: Document) -> bool:
    """Tell whether git takes lines with a sign out of this message: it has put some there itself."""
    for number in range(document.line_count):
        text = document.line_text(number)
        if _SCISSORS.match(text):
            return False
        if text.startswith("#"):
            return True
    return False


def _line_in_code(document: Document, tree: SyntaxTree, offset: int) -> int | None:
    node = _find_comment(tree, offset)
    if node is None:
        return None
    start = tree.span(node).start
    line = document.line_at(start)
    column = start - document.line_starts[line]
    if _continues(document.line_text(line), column):  # lines of comment below each other are one
        while line > 0 and _continues(document.line_text(line - 1), column):
            line -= 1
    # Below a line that goes on there is no place for a comment, whatever a grammar takes it for.
    return None if line > 0 and document.line_text(line - 1).rstrip().endswith("\\") else line


def _continues(line: str, column: int) -> bool:
    return _SIGN.match(line, column) is not None and not line[:column].strip() and not _CODING.match(line)


def _find_comment(tree: SyntaxTree, offset: int) -> Node | None:
    """Return the comment or docstring that the offset is in."""
    node: Node | None = tree.node_at(Span(offset, offset))
    while node is not None:
        if node.type in LANGUAGES[tree.language].comments:
            return node
        if node.type == "string" and node.parent is not None and node.parent.type == "expression_statement":
            return node
        node = node.parent
    return None


def _is_comment(tree: SyntaxTree, edit: TextEdit, at: int) -> bool:
    """Tell whether what is put in begins a comment at `at`, and all else stays what it is."""
    comment = comment_made(tree, edit, at)
    return comment is not None and comment.start == at
