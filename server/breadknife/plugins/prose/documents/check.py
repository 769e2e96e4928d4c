"""Asks the rules about whole documents about one document."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from breadknife.disk.reading import read_regular
from breadknife.paths import is_marked
from breadknife.plugins.prose.documents.formats import LINE_BY_LINE
from breadknife.plugins.prose.documents.rule import DocumentContext
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.settings import ProseSettings
from breadknife.task.plugin import Context
from breadknife.task.values import Finding
from breadknife.text.directives import rules_named
from breadknife.text.document import Document
from breadknife.text.prose import ProseText
from breadknife.text.syntax import parse

_LARGEST_FILE = 1 << 20
_MANIFESTS = ("pyproject.toml", "package.json")


def find_document_findings(
    document: Document, context: Context, paragraphs: Sequence[ProseText], knows: Callable[[str], bool]
) -> list[Finding]:
    """Return what is wrong with a document as a whole; `knows` tells whether a word is in a dictionary."""
    settings: ProseSettings = context.settings(ProseSettings)
    disabled = rules_named(settings.disabled_rules)
    rules = [rule for rule in DOCUMENT_RULES if document.language in rule.languages and rule.code not in disabled]
    tree = context.tree(document) if rules else None
    if tree is None:  # a format without a grammar
        by_line = document.language in LINE_BY_LINE
        rules, tree = [rule for rule in rules if rule.needs_no_tree or by_line], parse("", "markdown")
    if tree is None:
        return []
    root = context.root
    if root is not None and not (is_marked(root) or any((root / name).exists() for name in _MANIFESTS)):
        root = None
    read = partial(_read_text, root=root)
    # `Path.exists` raises for a name that is too long, such as a token in quotes.
    subject = DocumentContext(document, tree, root, os.path.exists, read, tuple(paragraphs), knows)
    if context.project is not None:
        subject = replace(subject, ways=context.project.ways)
    findings: list[Finding] = []
    for rule in rules:
        context.cancel.raise_if_cancelled()
        findings += rule.find(subject)
    return findings


def _read_text(path: Path, root: Path | None) -> str | None:
    try:
        return read_regular(path, _LARGEST_FILE, root).decode("utf-8")
    except (OSError, ValueError):
        return None
