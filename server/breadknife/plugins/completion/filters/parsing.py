"""The file parses no worse with the suggestion than without."""

from __future__ import annotations

from collections.abc import Iterator

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.task.reasons import silence
from breadknife.task.values import Silence
from breadknife.text.document import Span, TextEdit
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import changed_tree, has_grammar


def parsing(text: str, site: Site) -> str | Silence | None:
    """Return the text, or as many of its lines as parse. Without a grammar, the text."""
    tree, offset = site.draft.tree, site.draft.offset
    if tree is None:
        return silence("no-tree") if has_grammar(site.language) else text
    for form in _forms(text, site):
        after = changed_tree(tree, TextEdit(Span(offset, offset), form.replace("\n", site.line_break)))
        if after is None:  # it took too long, and so would every other form
            return silence("no-tree")
        if parses_no_worse(tree, after):
            return form
    return None


def _forms(text: str, site: Site) -> Iterator[str]:
    yield text
    if text.endswith(","):  # before a closing bracket, where it isn't allowed
        yield text[:-1]
    lines = text.split("\n")
    for count in range(len(lines) - 1, 0, -1):
        shorter = site.ended("\n".join(lines[:count]))
        if shorter and shorter != text:
            yield shorter


PARSING = Filter("parsing", "would-not-parse", parsing)
