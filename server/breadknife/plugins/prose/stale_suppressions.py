"""Ignores that ignore nothing any more: lines of the project's file, and comments; and words that nobody writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.evidence.kinds import KINDS
from breadknife.plugins.prose.model.thresholds import PROPOSED
from breadknife.plugins.prose.project.spelling import folded
from breadknife.plugins.prose.project.workspace import Sentence, dictionary_path
from breadknife.plugins.prose.rule_log import RuleLog
from breadknife.project.decisions import EVERYWHERE, IgnoredFinding, ignored_lines, ignores_path, numbered_lines
from breadknife.task.values import Finding
from breadknife.text.directives import directives
from breadknife.text.document import Document
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.syntax import parse

_NAMES = {"languagetool": "LanguageTool", "vale": "Vale", "model": "the model"}
_OF_LANGUAGETOOL = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class StaleSuppression:
    path: Path
    line: int
    """From 1."""
    why: str
    certain: bool = True
    """Or else it could not be found out here: an engine that could report something isn't there."""


@dataclass(frozen=True)
class LoggedCheck:
    """What a check of one document found."""

    findings: Sequence[Finding]
    log: RuleLog = field(default_factory=RuleLog)


Check = Callable[[Document], LoggedCheck]


def find_stale_lines(root: Path, documents: Iterable[Document], check: Check) -> list[StaleSuppression]:
    """Return the lines of the file of ignored findings whose sentence is in none of the project's documents, or whose
    rule says nothing of it any more. A rule of another plugin, which has a `/`, isn't asked. Raises what
    `check` does."""
    path = ignores_path(root)
    ignored = [line for line in ignored_lines(path) if line.hash != EVERYWHERE and "/" not in line.rule]
    wanted, present, log = {line.hash for line in ignored}, set[str](), RuleLog()
    for document in documents if wanted else ():
        if document.language in LANGUAGES and (hashes := wanted & _list_hashes(document)):
            present |= hashes
            own = check(_without_comments(document)).log
            log.absent |= own.absent
            log.sentences |= own.sentences
    reasons = ((line, _why_stale(line, present, log)) for line in ignored)
    return [StaleSuppression(path, line.line, *why) for line, why in reasons if why]


def _why_stale(ignored: IgnoredFinding, present: set[str], log: RuleLog) -> tuple[str, bool] | None:
    if ignored.hash not in present:
        return f"{ignored.rule}: no document contains “{ignored.excerpt}”", True
    if (ignored.rule, ignored.hash) in log.sentences:
        return None
    if absent := _name_absent((ignored.rule,), log):
        return f"not checked: {absent}", False
    return f"{ignored.rule}: it no longer reports “{ignored.excerpt}”", True


def _list_hashes(document: Document) -> set[str]:
    """Return whatever may be ignored of a document: its sentences, and the lines that the rules about documents speak
    of."""
    lines = {Sentence.of_line(document, start).hash for start in document.line_starts}
    return lines | {
        sentence.hash
        for paragraph in extract(document, parse(document.text, document.language), CancelToken())
        for sentence in Sentence.all(paragraph.text)
    }


def find_stale_words(root: Path, documents: Iterable[Document]) -> list[StaleSuppression]:
    """Return the words of the project's dictionary that are in none of its documents."""
    path = dictionary_path(root)
    unused = dict(numbered_lines(path))
    for document in documents if unused else ():
        own = document.path is not None and document.path.parent == path.parent  # the dictionary itself
        if document.language in LANGUAGES and not own:
            text = document.text.replace("’", "'").casefold()
            unused = {number: word for number, word in unused.items() if folded(word) not in text}
    return [StaleSuppression(path, number, f"no document contains “{word}”") for number, word in unused.items()]


def find_stale_comments(document: Document, check: Check) -> Iterator[StaleSuppression]:
    """Yield the comments for whose rules there is nothing to silence; `check` finds what is wrong in a document."""
    comments, path = list(directives(document)), document.path
    if not comments or path is None:
        return
    checked = check(_without_comments(document))
    offsets = checked.log.offsets | {(finding.code, finding.span.start) for finding in checked.findings}
    for comment in comments:
        if any(comment.silences(rule, document.line_at(offset)) for rule, offset in offsets):
            continue
        line = document.line_at(comment.span.start) + 1
        if absent := _name_absent(comment.rules, checked.log):
            yield StaleSuppression(path, line, f"not checked: {absent}", certain=False)
        else:
            rules = ", ".join(sorted(comment.rules))
            what = "nothing" if EVERYWHERE in comment.rules else f"no finding of {rules}"
            yield StaleSuppression(path, line, f"there is {what} to ignore")


def _without_comments(document: Document) -> Document:
    """Return the same document without its directives, each character at its place."""
    text = list(document.text)
    for comment in directives(document):
        text[comment.span.start : comment.span.end] = " " * len(comment.span)
    return replace(document, text="".join(text))


def _name_absent(rules: Iterable[str], log: RuleLog) -> str:
    """Return who was not asked and might have spoken by these names."""
    engines = {_engine_of(rule) for rule in rules}
    absent = log.absent if EVERYWHERE in engines else engines & log.absent
    return ", ".join(_NAMES[engine] for engine in sorted(absent))


def _engine_of(rule: str) -> str:
    """Return which of those that may be absent it is, by what its rules' names look like; EVERYWHERE for all."""
    if rule == EVERYWHERE:
        return EVERYWHERE
    if any(rule == known.code for known in DOCUMENT_RULES):
        return ""
    if rule in PROPOSED or rule in KINDS.by_name:
        return "model"
    if "." in rule:
        return "vale"
    return "languagetool" if _OF_LANGUAGETOOL.fullmatch(rule) else ""
