"""The entries of the editor's menu at a place: fixes, words for the dictionary, and what silences rules.

At most four are listed; the others are behind the entry "More…", which editors show as the fifth.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.prose.above import comment_above
from breadknife.plugins.prose.flaws import Flaw
from breadknife.plugins.prose.project.workspace import EVERYWHERE, Sentence
from breadknife.task.values import Action, Actions, Command, Finding, Origin
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

ADD_WORD, IGNORE_HERE = "prose.addWord", "prose.ignoreHere"
OWN = "own"
"""Of a word that is right for its user, whatever the project's dictionary holds."""
REASONS = ("it is right", "it is intentional")
"""No editor asks for a text here; whoever has more to say edits the file."""


LISTED, _FIXES = 4, 3
"""Entries before "More…", and fixes among them: there is room for one that says that the text is right."""


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
    others = [entry for entry in entries if entry.edits not in fixing][: LISTED - len(fixes)]
    listed = {*map(id, fixes), *map(id, others)}
    yield from (entry if id(entry) in listed else replace(entry, listed=False) for entry in entries)


def _entries(flaws: Sequence[Flaw], about: Sequence[Finding], place: Place) -> Iterator[Action]:
    for flaw in flaws:
        yield from _of_flaw(flaw, place.root)
    for finding in about:
        yield from Actions.fixing((finding,), finding.span).items
        if place.root is not None:
            line = Sentence.of_line(place.document, finding.span.start)
            yield from _ignoring(finding, line, "line", (finding.code,))
    for silenced in _silenced(flaws, about):
        yield from _silencing(silenced, place)


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


def _of_flaw(flaw: Flaw, root: Path | None) -> Iterator[Action]:
    finding = flaw.finding
    for fix in finding.fixes:
        yield Action(fix.title, edits=fix.edits, findings=(finding,), preferred=fix.preferred, origin=fix.origin)
    if flaw.mistake.unknown_word:
        title = f"Add “{flaw.word}” to the dictionary"
        yield Action(title, command=Command(ADD_WORD, title, (flaw.word,)), findings=(finding,))
        if root is not None:
            title = f"Add “{flaw.word}” to your own dictionary"
            yield Action(title, command=Command(ADD_WORD, title, (flaw.word, OWN)), findings=(finding,))
    if root is not None:
        yield from _ignoring(finding, flaw.sentence, "sentence", flaw.mistake.rules)


def _ignoring(finding: Finding, where: Sentence, what: str, rules: Iterable[str]) -> Iterator[Action]:
    for reason in REASONS:
        title = f"Ignore {finding.code} in this {what}: {reason}"
        arguments = (where.hash, where.excerpt, reason, *rules)
        yield Action(title, command=Command(IGNORE_HERE, title, arguments), findings=(finding,))


def _silencing(silenced: _Silenced, place: Place) -> Iterator[Action]:
    """The entries that switch the finding's rules off, for its paragraph and for the project."""
    finding = silenced.finding
    edit = comment_above(place.document, place.tree, finding.span, silenced.rules)
    if edit is not None:
        title = f"Ignore {finding.code} in this paragraph"
        yield Action(title, edits=(edit,), findings=(finding,), origin=Origin(rule=finding.code))
    if place.root is not None:
        title = f"Switch {finding.code} off in this project"
        command = Command(IGNORE_HERE, title, (EVERYWHERE, "everywhere", "not wanted here", *silenced.rules))
        yield Action(title, command=command, findings=(finding,))
