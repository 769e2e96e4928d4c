"""Ignores that ignore nothing any more: lines of the project's file, and comments; and words that nobody writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.plugins.prose.documents.rules import DOCUMENT_RULES
from breadknife.plugins.prose.hearing import Hearing
from breadknife.plugins.prose.model.thresholds import PROPOSED
from breadknife.plugins.prose.project.spelling import folded
from breadknife.plugins.prose.project.workspace import (
    EVERYWHERE,
    Ignored,
    Sentence,
    dictionary_path,
    ignored_lines,
    ignores_path,
    numbered_lines,
)
from breadknife.task.values import Finding
from breadknife.text.directives import directives
from breadknife.text.document import Document
from breadknife.text.extract import LANGUAGES, extract
from breadknife.text.syntax import parse

_NAMES = {"languagetool": "LanguageTool", "vale": "Vale", "model": "the model"}
_OF_LANGUAGETOOL = re.compile(r"[A-Z][A-Z0-9_]+")


@dataclass(frozen=True)
class Stale:
    path: Path
    line: int
    """From 1."""
    why: str
    certain: bool = True
    """Or else it could not be found out here: somebody who could speak isn't there."""


@dataclass(frozen=True)
class Heard:
    """What a check of one document found."""

    findings: Sequence[Finding]
    hearing: Hearing = field(default_factory=Hearing)


Check = Callable[[Document], Heard]


def stale_lines(root: Path, documents: Iterable[Document], check: Check) -> list[Stale]:
    """Of the file of ignored findings those whose sentence is in none of the project's documents, or whose rule says
    nothing of it any more. Raises what `check` does."""
    path = ignores_path(root)
    ignored = [each for each in ignored_lines(path) if each.hash != EVERYWHERE]
    wanted, said, hearing = {each.hash for each in ignored}, set[str](), Hearing()
    for document in documents if wanted else ():
        if document.language in LANGUAGES and (here := wanted & _hashes(document)):
            said |= here
            heard = check(_without_comments(document)).hearing
            hearing.absent |= heard.absent
            hearing.spoken |= heard.spoken
    return [Stale(path, each.line, *why) for each in ignored if (why := _why(each, said, hearing))]


def _why(ignored: Ignored, said: set[str], hearing: Hearing) -> tuple[str, bool] | None:
    if ignored.hash not in said:
        return f"{ignored.rule}: no document contains “{ignored.excerpt}”", True
    if (ignored.rule, ignored.hash) in hearing.spoken:
        return None
    if absent := _absent((ignored.rule,), hearing):
        return f"not checked: {absent}", False
    return f"{ignored.rule}: it no longer reports “{ignored.excerpt}”", True


def _hashes(document: Document) -> set[str]:
    """Whatever may be ignored of a document: its sentences, and the lines that the rules about documents speak of."""
    lines = {Sentence.of_line(document, start).hash for start in document.line_starts}
    return lines | {
        sentence.hash
        for paragraph in extract(document, parse(document.text, document.language), CancelToken())
        for sentence in Sentence.all(paragraph.text)
    }


def stale_words(root: Path, documents: Iterable[Document]) -> list[Stale]:
    """Of the project's dictionary the words that are in none of its documents."""
    path = dictionary_path(root)
    unused = dict(numbered_lines(path))
    for document in documents if unused else ():
        own = document.path is not None and document.path.parent == path.parent  # the dictionary itself
        if document.language in LANGUAGES and not own:
            text = document.text.replace("’", "'").casefold()
            unused = {number: word for number, word in unused.items() if folded(word) not in text}
    return [Stale(path, number, f"no document contains “{word}”") for number, word in unused.items()]


def stale_comments(document: Document, check: Check) -> Iterator[Stale]:
    """Yield the comments for whose rules there is nothing to silence; `check` finds what is wrong in a document."""
    found = list(directives(document))
    path = document.path
    if not found or path is None:
        return
    heard = check(_without_comments(document))
    places = heard.hearing.places | {(finding.code, finding.span.start) for finding in heard.findings}
    for each in found:
        if any(each.silences(rule, document.line_at(at)) for rule, at in places):
            continue
        line = document.line_at(each.span.start) + 1
        if absent := _absent(each.rules, heard.hearing):
            yield Stale(path, line, f"not checked: {absent}", certain=False)
        else:
            what = "nothing" if EVERYWHERE in each.rules else "no finding of " + ", ".join(sorted(each.rules))
            yield Stale(path, line, f"there is {what} to ignore")


def _without_comments(document: Document) -> Document:
    """The same document without its directives, each character at its place."""
    text = list(document.text)
    for each in directives(document):
        text[each.span.start : each.span.end] = " " * len(each.span)
    return replace(document, text="".join(text))


def _absent(rules: Iterable[str], hearing: Hearing) -> str:
    """Who was not asked and might have spoken by these names."""
    engines = {_engine_of(rule) for rule in rules}
    asked = hearing.absent if EVERYWHERE in engines else engines & hearing.absent
    return ", ".join(_NAMES[each] for each in sorted(asked))


def _engine_of(rule: str) -> str:
    """Of those that may be absent, by what their rules' names look like; EVERYWHERE for all."""
    if rule == EVERYWHERE:
        return EVERYWHERE
    if any(rule == each.code for each in DOCUMENT_RULES):
        return ""
    if rule in PROPOSED:
        return "model"
    if "." in rule:
        return "vale"
    return "languagetool" if _OF_LANGUAGETOOL.fullmatch(rule) else ""
