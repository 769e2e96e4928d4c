"""Marked-up Python, as the null check's Python side is asked about it."""

from __future__ import annotations

from breadknife.plugins.nullcheck.languages.python.file import Python
from breadknife.plugins.nullcheck.values import Dereference, RepairOffer, Use
from breadknife.project.values import Project
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits
from breadknife.text.syntax import parse
from support import marked_spans

CODES = {"pyright": "reportOptionalMemberAccess", "mypy": "union-attr", "ty": "missing-attribute", "nullcheck": ""}


def offered(
    marked: str,
    source: str = "pyright",
    use: Use = Use.ATTRIBUTE,
    uri: str = "file:///project/a.py",
    project: Project | None = None,
) -> tuple[str, list[RepairOffer]]:
    """The text, and what is offered for its place between ⟦ and ⟧, of which the checker `source` has a finding."""
    text, (span,) = marked_spans(marked)
    tree = parse(text, "python")
    assert tree is not None
    assert not tree.error_count, text
    finding = Finding(span, source, CODES.get(source, ""), "it may be None")
    return text, list(
        Python().open(Document(uri, "python", text), tree, project).offers(Dereference(span, use), (finding,))
    )


def swapped_in(marked: str, *changes: tuple[str, str]) -> str:
    """With the new text of each change in place of the old one, which must stand there."""
    for old, new in changes:
        assert old in marked
        marked = marked.replace(old, new)
    return marked


def written(text: str, offer: RepairOffer) -> str:
    return apply_edits(text, offer.edits)
