"""Comments that silence rules.

`breadknife: ignore RULE` stands on a finding's own line or above its paragraph, and `breadknife: ignore-file RULE`
anywhere. Without a rule, they silence all rules. A rule may be written as lint prints it, `harper/AnA`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from breadknife.text.document import Document, Span, TextEdit
from breadknife.text.languages import LANGUAGES
from breadknife.text.languages.documents import FORMATS
from breadknife.text.notebooks import Cell, cells_of, is_notebook
from breadknife.text.syntax import Node, SyntaxTree, changed_tree

_SIGN = "breadknife:"
_NAME = r"[A-Za-z][\w-]*(?:\.[\w-]+)*"
"""A rule's name. Vale's have a dot: `House.Terms`."""
_SOURCE = r"(?:[\w+-]+/)?"
_DIRECTIVE = re.compile(
    rf"\bbreadknife:[ \t]*ignore(?P<file>-file)?\b(?P<rules>(?:[ \t,]+{_SOURCE}{_NAME}(?!\S*[<>]))*)"
)
_RULE = re.compile(_SOURCE + _NAME)
_ALL = "*"
_CLOSING = {"/*": "*/", '"""': '"""', "'''": "'''", "--[[": "]]"}
_OPENING = re.compile(r"[ \t]*[rRuU]?(/\*|\"{3}|'{3}|--\[\[)")
"""The start of a comment or docstring that may have blank lines: it counts as one paragraph."""


@dataclass(frozen=True)
class Directive:
    """One comment that silences rules in the lines from `first` (counted from 0) up to `end`."""

    span: Span
    rules: frozenset[str]
    """Names of rules, or `*` for all."""
    first: int
    end: int

    def silences(self, rule: str, line: int) -> bool:
        """Tell whether the comment silences `rule` in a line."""
        return self.first <= line < self.end and not {_ALL, rule}.isdisjoint(self.rules)


def rules_named(written: Iterable[str]) -> frozenset[str]:
    """Return the names of rules, which may be written with their source: `AnA`, or `harper/AnA` as lint prints it."""
    return frozenset(rule.rpartition("/")[2] for rule in written)


def directives(document: Document) -> Iterator[Directive]:
    """Yield a document's directives in the order of the text."""
    if _SIGN not in document.text:
        return
    if is_notebook(document):
        for cell in cells_of(document):
            yield from (_in_file(directive, cell, document) for directive in directives(cell.document))
        return
    for match in _DIRECTIVE.finditer(document.text):
        rules = rules_named(_RULE.findall(match["rules"])) or frozenset((_ALL,))
        line = document.line_at(match.start())
        first, end = (0, document.line_count) if match["file"] else (line, _end(document, line))
        yield Directive(Span(match.start(), match.end()), rules, first, end)


def _in_file(directive: Directive, cell: Cell, notebook: Document) -> Directive:
    """Return a directive of a cell as one of the notebook's file. One for the whole file speaks for all cells."""
    span = Span(cell.start_of(directive.span.start), cell.end_of(directive.span.end))
    if (directive.first, directive.end) == (0, cell.document.line_count) and "ignore-file" in notebook.slice(span):
        return replace(directive, span=span, end=notebook.line_count)
    starts = (*cell.document.line_starts, len(cell.document.text))
    first, last = cell.start_of(starts[directive.first]), cell.end_of(starts[directive.end])
    return Directive(span, directive.rules, notebook.line_at(first), notebook.line_at(last) + 1)


@dataclass(frozen=True)
class Directives:
    """The directives of a document."""

    all: tuple[Directive, ...] = ()
    absent: bool = False
    """Nothing in the document looks like a directive, so that most edits needn't be looked at."""

    @classmethod
    def of(cls, document: Document) -> Directives:
        return cls(tuple(directives(document))) if _SIGN in document.text else cls(absent=True)

    def after(self, edit: TextEdit, document: Document) -> Directives:
        """Return the directives of `document`, which `edit` has made of the one that these are of."""
        near = Span(max(0, edit.span.start - len(_SIGN)), edit.span.start + len(edit.new_text) + len(_SIGN))
        return self if self.absent and _SIGN not in document.slice(near) else Directives.of(document)

    def silence(self, rule: str, line: int) -> bool:
        """Tell whether a finding of `rule` on that 0-based line is to be left out."""
        return any(directive.silences(rule, line) for directive in self.all)


_FORMS = {
    "markdown": "<!-- {} -->", "html": "<!-- {} -->", "mdx": "{{/* {} */}}", "restructuredtext": ".. {}\n",
    "latex": "% {}", "typst": "// {}", "asciidoc": "// {}\n", "org": "# {}", "po": "# {}", "git-commit": "# {}",
    "css": "/* {} */", "php": "/* {} */",
}  # fmt: skip
_ANYWHERE = frozenset(_FORMS) - {"css", "php"}
"""Languages in which such a comment may stand above any paragraph. In code, a paragraph may be inside of a string."""


def ignoring(rules: Iterable[str], language: str) -> str:
    """Return the comment to put above a paragraph, in that language's form; empty where it has none that is known."""
    text = f"breadknife: ignore {', '.join(rules)}"
    language = next((format.id for format in FORMATS if language in format.aliases), language)
    if language in _FORMS:
        return _FORMS[language].format(text)
    sign = LANGUAGES[language].line_comment if language in LANGUAGES else ""
    return f"{sign} {text}" if sign else ""


def stands_anywhere(language: str) -> bool:
    """Tell whether the comment may be put above any paragraph, not only above a comment."""
    return next((format.id for format in FORMATS if language in format.aliases), language) in _ANYWHERE


def comment_made(tree: SyntaxTree, edit: TextEdit, at: int) -> Span | None:
    """Return the span of the comment at the offset `at` after an edit; None if there is none, or if the edit adds an
    error of syntax."""
    after = changed_tree(tree, edit)
    if after is None or after.error_count > tree.error_count:
        return None
    node: Node | None = after.node_at(Span(at, at + 1))
    while node is not None and node.type not in LANGUAGES[tree.language].comments:
        node = node.parent
    return after.span(node) if node is not None else None


def _end(document: Document, line: int) -> int:
    """Return the line after the last one that a directive on `line` speaks for: the paragraph or the comment below
    it."""
    is_alone = re.sub(r"[\W_]", "", _DIRECTIVE.sub("", document.line_text(line))) == ""
    if not is_alone:
        return line + 1
    end = line + 1
    while end < document.line_count and not document.line_text(end).strip():
        end += 1
    opening = _OPENING.match(document.line_text(end)) if end < document.line_count else None
    # Quotes below a directive that is itself in a docstring end that docstring.
    is_in_docstring = (
        opening is not None and opening[1][0] in "\"'" and not document.line_text(line).lstrip().startswith("#")
    )
    if opening is not None and not is_in_docstring:
        closing = document.text.find(_CLOSING[opening[1]], document.line_starts[end] + opening.end())
        end = document.line_at(max(closing, document.line_starts[end]))
    while end < document.line_count and document.line_text(end).strip():
        end += 1
    return end
