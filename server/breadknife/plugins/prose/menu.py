"""The entries of the editor's menu at a place: fixes, words for the dictionary, and what silences rules.

At most three fixes are listed and one entry that silences the finding; the others are behind the entry "More…".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.prose.above import comment_above
from breadknife.plugins.prose.flaws import Flaw
from breadknife.plugins.prose.naming import in_words
from breadknife.plugins.prose.project.workspace import EVERYWHERE, Sentence
from breadknife.task.values import Action, Actions, Command, Finding, Origin
from breadknife.text.document import Document
from breadknife.text.printable import shortened
from breadknife.text.syntax import SyntaxTree

ADD_WORD, IGNORE_HERE = "prose.addWord", "prose.ignoreHere"
OWN = "own"
"""Of a word that is right for its user, whatever the project's dictionary holds."""
REASONS: Mapping[str, str] = {"it is right": "", "it is intentional": ": intentional"}
"""Why a finding is ignored, and how the title ends. No editor asks for a text here; whoever has more to say edits the
file."""


LONGEST = 50
"""Characters of a title: menus cut longer ones."""
_FIXES = 3
"""Fixes before "More…". With them one entry is listed that says that the text is right."""


@dataclass(frozen=True)
class Place:
    """The document that a menu is for."""

    document: Document
    tree: SyntaxTree | None
    root: Path | None


def menu(flaws: Sequence[Flaw], about: Sequence[Finding], place: Place) -> Iterator[Action]:
    """For the flaws of one spot, and for findings about the document as a whole that are there too."""
    entries = list(_entries(flaws, about, place))
    fixing = {fix.edits for finding in (*(flaw.finding for flaw in flaws), *about) for fix in finding.fixes}
    fixes = [entry for entry in entries if entry.edits in fixing][:_FIXES]
    others = [entry for entry in entries if entry.edits not in fixing][:1]
    listed = {*map(id, fixes), *map(id, others)}
    yield from (entry if id(entry) in listed else replace(entry, listed=False) for entry in entries)


def _entries(flaws: Sequence[Flaw], about: Sequence[Finding], place: Place) -> Iterator[Action]:
    named = set[str]()
    for flaw in flaws:
        finding, rule = flaw.finding, in_words(flaw.finding.code, flaw.finding.source)
        for fix in finding.fixes:
            yield Action(fix.title, edits=fix.edits, findings=(finding,), preferred=fix.preferred, origin=fix.origin)
        if flaw.mistake.unknown_word:
            yield from _adding(flaw, place.root)
        if place.root is not None:
            name = _name(flaw.word, rule, named)
            yield from _ignoring(finding, flaw.sentence, name, "sentence", flaw.mistake.rules)
    for finding in about:
        yield from Actions.fixing((finding,), finding.span).items
        if place.root is not None:
            line = Sentence.of_line(place.document, finding.span.start)
            name = _name(place.document.slice(finding.span), in_words(finding.code), named)
            yield from _ignoring(finding, line, name, "line", (finding.code,))
    for silenced in _silenced(flaws, about):
        yield from _silencing(silenced, place)


def _name(text: str, rule: str, named: set[str]) -> str:
    """What a finding's entries call it: its text, or its rule where that tells nothing or another finding has it."""
    text = " ".join(text.split())
    name = rule if not text or text in named else text
    named.add(name)
    return name


def _title(name: str, before: str, after: str) -> str:
    """With a name in the middle, in as much of it as there is room for."""
    return f"{before} “{shortened(name, LONGEST - len(before) - len(after) - 3)}”{after}"


@dataclass(frozen=True)
class _Silenced:
    """A finding of the place, and all rules that spoke there: with only some of them silenced the others would say
    the same again."""

    finding: Finding
    rules: tuple[str, ...]


def _silenced(flaws: Iterable[Flaw], about: Iterable[Finding]) -> Iterable[_Silenced]:
    found: dict[str, _Silenced] = {}
    spoken = [*((flaw.finding, flaw.mistake.rules) for flaw in flaws), *((each, (each.code,)) for each in about)]
    for finding, rules in spoken:
        known = found.get(finding.code)
        rules = tuple(dict.fromkeys((*(known.rules if known else ()), *rules)))
        found[finding.code] = _Silenced(known.finding if known else finding, rules)
    return found.values()


def _adding(flaw: Flaw, root: Path | None) -> Iterator[Action]:
    title = _title(flaw.word, "Add", " to the dictionary")
    yield Action(title, command=Command(ADD_WORD, title, (flaw.word,)), findings=(flaw.finding,))
    if root is not None:
        title = _title(flaw.word, "Add", " to your own dictionary")
        yield Action(title, command=Command(ADD_WORD, title, (flaw.word, OWN)), findings=(flaw.finding,))


def _ignoring(finding: Finding, where: Sentence, name: str, what: str, rules: Iterable[str]) -> Iterator[Action]:
    for reason, ending in REASONS.items():
        title = _title(name, "Ignore", f" in this {what}{ending}")
        arguments = (where.hash, where.excerpt, reason, *rules)
        yield Action(title, command=Command(IGNORE_HERE, title, arguments), findings=(finding,))


def _silencing(silenced: _Silenced, place: Place) -> Iterator[Action]:
    """The entries that switch the finding's rules off, for its paragraph and for the project."""
    finding = silenced.finding
    rule = in_words(finding.code, finding.source)
    edit = comment_above(place.document, place.tree, finding.span, silenced.rules)
    if edit is not None:
        title = _title(rule, "Ignore", " in this paragraph")
        yield Action(title, edits=(edit,), findings=(finding,), origin=Origin(rule=finding.code))
    if place.root is not None:
        title = _title(rule, "Switch", " off in this project")
        command = Command(IGNORE_HERE, title, (EVERYWHERE, "everywhere", "not wanted here", *silenced.rules))
        yield Action(title, command=command, findings=(finding,))
