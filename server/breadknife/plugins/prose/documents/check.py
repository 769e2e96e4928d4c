"""Asks the rules about whole documents about one document."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.paths import is_marked
from breadknife.plugins.prose.documents.formats import LINE_BY_LINE
from breadknife.plugins.prose.documents.rule import DocumentContext
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES, UNKNOWN_PARAMETER
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.project.words import keys_of
from breadknife.task.drift import DriftRequest
from breadknife.task.plugin import Context
from breadknife.task.values import Consulted, Finding, Findings
from breadknife.text.directives import rules_named
from breadknife.text.document import Document, Span
from breadknife.text.prose import ProseText
from breadknife.text.syntax import parse

_LARGEST_FILE = 1 << 20
"""Bytes of another file that a rule reads."""
_MANIFESTS = ("pyproject.toml", "package.json")
"""Files that make a folder a project, besides those that `paths.is_marked` knows."""


def find_document_findings(
    document: Document,
    context: Context,
    paragraphs: Sequence[ProseText],
    knows: Callable[[str], bool],
    consulted: Consulted,
) -> list[Finding]:
    """Return what is wrong with a document as a whole; `knows` tells whether a word is in a dictionary. Adds to
    `consulted` on what that depends."""

    def exists(path: Path) -> bool:
        consulted.paths.add(os.fspath(path))
        return os.path.exists(path)  # `Path.exists` raises for a name that is too long, such as a token in quotes

    def read(path: Path) -> str | None:
        consulted.paths.add(os.fspath(path))
        return _read_text(path, root)

    def ways(word: str) -> Mapping[str, int]:
        consulted.words.update(keys_of(word))
        return context.project.ways(word) if context.project is not None else {}

    settings: ProseSettings = context.settings(ProseSettings)
    disabled = rules_named(settings.disabled_rules)
    rules = [rule for rule in DOCUMENT_RULES if document.language in rule.languages and rule.code not in disabled]
    tree = context.tree(document) if rules else None
    if tree is None:  # a format without a grammar: only rules that don't look at the tree are asked, with an empty one
        is_read_by_line = document.language in LINE_BY_LINE
        rules = [rule for rule in rules if rule.needs_no_tree or is_read_by_line]
        tree = parse("", "markdown")
    if tree is None:
        return []
    root = context.root if context.root is not None and is_project(context.root) else None
    document_context = DocumentContext(document, tree, root, exists, read, tuple(paragraphs), knows, ways)
    findings: list[Finding] = []
    for rule in rules:
        context.cancel.raise_if_cancelled()
        findings += rule.find(document_context)
    return _without_drift(findings, document, context, consulted)


def _without_drift(
    findings: list[Finding], document: Document, context: Context, consulted: Consulted
) -> list[Finding]:
    """Return the findings without those of which the drift plugin says more: which change took a parameter away."""
    if all(each.code != UNKNOWN_PARAMETER for each in findings):
        return findings
    consulted.plugins.add("drift")
    answer = context.ask(DriftRequest(document, with_held=True))
    told = {each.span for each in answer.items} if isinstance(answer, Findings) else set[Span]()
    return [each for each in findings if each.code != UNKNOWN_PARAMETER or each.span not in told]


def is_project(root: Path) -> bool:
    """Tell whether something shows that a project lies in a folder, and not just some files."""
    return is_marked(root) or any((root / name).exists() for name in _MANIFESTS)


def _read_text(path: Path, root: Path | None) -> str | None:
    """Return a file's text; None for what is too large, no text, outside of `root`, or no ordinary file."""
    try:
        return read_regular(path, _LARGEST_FILE, root).decode("utf-8")
    except (OSError, ValueError):
        return None
