"""Lines of comments and docstrings that are code: examples, and what was commented out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from textwrap import dedent

from breadknife.text.document import Span
from breadknife.text.extract.passage import any_of
from breadknife.text.syntax import Node, SyntaxTree, parse

LONGEST_CODE = 1_000
"""Code points of a line that is asked whether it is code: a grammar may take seconds for one that isn't."""
PROMPT = re.compile(r">>>|\.\.\.\s|\$\s|In \[\d+\]:")
_COMPOUND = re.compile(
    rf"{any_of('if elif else for while def class with try except finally async match case')}\b.*:$|@\w"
)
_SUSPICIOUS = re.compile(r"[=\[{]|\w\(|^(?:import|from|return|raise|assert|del|print)\b")
_PYTHON_NODES = frozenset(
    (
        "comment", "import_statement", "import_from_statement", "augmented_assignment", "call", "subscript",
        "attribute", "return_statement", "raise_statement", "assert_statement", "delete_statement", "dictionary",
        "list",
    )
)  # fmt: skip
_STATEMENT = re.compile(
    r"[;{}]\s*$|^[)}\]]|=>|^\$ "
    r"|^\s*(?:if|for|while|switch|return|else|case)\b.*[({]"
    r"|^\s*@\w+(?:\(|$)"
)
_OPERATOR = re.compile(r"[=(\[]|::|->")
_CODE_LINES = {
    "yaml": re.compile(r"\s*(?:-[ ]+)*[\w.\"'/-]+:(?:\s*$|[ ]+(?:[\[{|>&*!\"']|\S+\s*$))"),
    "html": re.compile(r"\s*</?[A-Za-z]"),
}
"""What a line of code is like in languages whose grammars take any text."""
_AROUND_CODE = {"php": ("<?php ", " ?>")}
_INLINE_TAG = re.compile(r"\{@\w+[^}\n]*\}")
_COMMENT = re.compile(r"(?:^|\s)(?://|#|--|/\*).*")
_URL = re.compile(r"https?://[^\s<>]+")
_QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")
_WORDS = re.compile(r"(?<![\w.$@])[^\W\d_][\w.]*(?:[ ]+[^\W\d_][\w.]*){3}")
_KEYWORDS = any_of(
    """
    if unless while until do then end return raise throw puts echo require val var let const fun function fn func def
    else when case class object struct enum interface type new static public private protected internal final abstract
    override suspend async await export default import package extern inline virtual volatile register unsigned signed
    long short int char void float double bool boolean auto pub unsafe mut impl local instanceof
    """
)
_KEYWORD = re.compile(rf"\b{_KEYWORDS}\b")


def looks_like_python(line: str) -> bool:
    """Tell whether a line is more likely Python, or a prompt, than English."""
    line = line.strip()
    if PROMPT.match(line) or _COMPOUND.match(line):
        return True
    if len(line) > LONGEST_CODE or not _SUSPICIOUS.search(line):
        return False
    tree = parse(line, "python")
    if tree is None or tree.root.has_error or not tree.root.named_children:
        return False
    return all(_is_python(node) for node in tree.root.named_children)


def looks_like_code(line: str, language: str) -> bool:
    """Tell whether a comment's line is code of its language that was commented out."""
    if language == "python":
        return looks_like_python(line)
    if len(line) > LONGEST_CODE:
        return False
    line = _INLINE_TAG.sub("it", _URL.sub("it", line))
    if _STATEMENT.search(line):
        return True
    if language in _CODE_LINES:
        return _CODE_LINES[language].match(line) is not None
    if not _OPERATOR.search(line) or line.rstrip().endswith((".", "!", "?", ":")):
        return False
    return _is_without_error(line, language, line)


def without_code(source: str, lines: Sequence[Span], language: str) -> list[Span]:
    """Return the lines of a comment but for those that are code together with lines that look like it: strings over
    several lines, and the comments of code that was commented out."""
    kept: list[Span] = []
    for blank, run in groupby(lines, lambda line: not source[line.start : line.end].strip()):
        spans = [*run]
        if blank or not _is_code(source, spans, language):
            kept += spans
    return [] if len(kept) == len(lines) and _is_code(source, lines, language) else kept


def _is_code(source: str, lines: Sequence[Span], language: str) -> bool:
    """Tell whether several lines are code as a whole."""
    text = dedent("\n".join(source[line.start : line.end] for line in lines))
    if len(lines) < 2 or len(text) > LONGEST_CODE or language in _CODE_LINES or not _OPERATOR.search(text):
        return False
    if language == "python":
        tree = parse(text, language)
        return tree is not None and not tree.root.has_error and all(map(_is_python, tree.root.named_children))
    text += "}" * (text.count("{") - text.count("}"))  # a line of nothing but a sign isn't among those of a comment
    return _is_without_error(text, language, _COMMENT.sub("", text))


def _is_without_error(text: str, language: str, said: str) -> bool:
    """Tell whether a grammar takes a text for code. `said` is what of it may be words: where a call needs no brackets,
    a grammar takes `some words of it` for calls, so four words in a row are no code."""
    bare = _QUOTED.sub('""', said).replace("()", "").replace("`", "" if language == "kotlin" else '"')
    if language != "sql" and _WORDS.search(_KEYWORD.sub(";", bare)):
        return False
    before, after = _AROUND_CODE.get(language, ("", ""))
    tree = parse(f"{before}{text}\n{after}", language)
    return tree is not None and not tree.root.has_error and _is_read_to_its_end(tree)


def _is_read_to_its_end(tree: SyntaxTree) -> bool:
    """Tell whether the tree covers the text. Kotlin's ends early, and without an error, before a letter that takes two
    units of UTF-16."""
    end = tree.offset(tree.root.children[-1].end_byte) if tree.root.children else 0
    return not tree.text[end:].strip(" \t\n;")


def _is_python(node: Node) -> bool:
    """Tell whether a statement is one that English, read as Python, is not."""
    if node.type == "expression_statement" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type == "assignment":  # "Note: text" is an annotation to the grammar
        return node.child_by_field_name("right") is not None
    if node.type == "call":  # "value (optional)" is a call to the grammar
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        return function is not None and arguments is not None and function.end_byte == arguments.start_byte
    return node.type in _PYTHON_NODES
