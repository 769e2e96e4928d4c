"""Ignores that ignore nothing any more: lines of the project's file, and comments."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.directives import directives
from breadknife.plugins.prose.workspace import EVERYWHERE, Sentence, ignored_lines, ignores_path
from breadknife.task.values import Finding
from breadknife.text.document import Document
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.syntax import parse


@dataclass(frozen=True)
class Stale:
    path: Path
    line: int
    """From 1."""
    why: str


def stale_lines(root: Path, documents: Iterable[Document]) -> list[Stale]:
    """Of the file of ignored findings those whose sentence is in none of the project's documents."""
    path = ignores_path(root)
    ignored = [each for each in ignored_lines(path) if each.hash != EVERYWHERE]
    if not ignored:
        return []
    said = {
        sentence.hash
        for document in documents
        if document.language in LANGUAGES
        for paragraph in extract(document, parse(document.text, document.language), CancelToken())
        for sentence in Sentence.all(paragraph.text)
    }
    return [
        Stale(path, each.line, f"{each.rule}: no document says “{each.excerpt}” any more")
        for each in ignored
        if each.hash not in said
    ]


def stale_comments(document: Document, check: Callable[[Document], Sequence[Finding]]) -> Iterator[Stale]:
    """The comments for whose rules there is nothing to silence; `check` finds what is wrong in a document."""
    found = list(directives(document))
    path = document.path
    if not found or path is None:
        return
    text = list(document.text)
    for each in found:  # the same document without them, each character at its place
        text[each.span.start : each.span.end] = " " * len(each.span)
    findings = check(replace(document, text="".join(text)))
    for each in found:
        if not any(each.silences(finding.code, document.line_at(finding.span.start)) for finding in findings):
            what = "nothing" if EVERYWHERE in each.rules else "no finding of " + ", ".join(sorted(each.rules))
            yield Stale(path, document.line_at(each.span.start) + 1, f"there is {what} to ignore")
