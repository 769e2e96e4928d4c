"""The entries of the editor's menu at a span: fixes, words for the dictionary, and what silences rules.

At most three fixes are listed and one entry that silences the finding; the others are behind the entry "More…".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.plugins.prose.finding import ProseFinding
from breadknife.plugins.prose.project.workspace import Sentence
from breadknife.plugins.prose.rule_names import name_rule
from breadknife.plugins.prose.suppression_comment import comment_above
from breadknife.project.decisions import EVERYWHERE
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
class MenuTarget:
    """The document that a menu is for."""

    document: Document
    tree: SyntaxTree | None
    root: Path | None


def list_actions(
    in_prose: Sequence[ProseFinding], about_document: Sequence[Finding], target: MenuTarget
) -> Iterator[Action]:
    """Yield the entries for the findings at one span, in prose and about the document as a whole."""
    actions = list(_list_all(in_prose, about_document, target))
    findings = (*(each.finding for each in in_prose), *about_document)
    edits = {fix.edits for finding in findings for fix in finding.fixes}
    fixes = [action for action in actions if action.edits in edits][:_FIXES]
    others = [action for action in actions if action.edits not in edits][:1]
    listed = {id(action) for action in (*fixes, *others)}
    yield from (action if id(action) in listed else replace(action, listed=False) for action in actions)


def _list_all(
    in_prose: Sequence[ProseFinding], about_document: Sequence[Finding], target: MenuTarget
) -> Iterator[Action]:
    names, rules_of = set[str](), dict[str, tuple[Finding, list[str]]]()
    for prose_finding in in_prose:
        finding, rules = prose_finding.finding, prose_finding.candidate.rules
        for fix in finding.fixes:
            yield Action(fix.title, edits=fix.edits, findings=(finding,), preferred=fix.preferred, origin=fix.origin)
        if prose_finding.candidate.unknown_word:
            yield from _add_word(prose_finding, target.root)
        if target.root is not None:
            name = _choose_name(prose_finding.word, name_rule(finding.code, finding.source), names)
            yield from _ignore(finding, prose_finding.sentence, name, "sentence", rules)
        rules_of.setdefault(finding.code, (finding, []))[1].extend(rules)
    for finding in about_document:
        yield from Actions.fixing((finding,), finding.span).items
        if target.root is not None:
            line = Sentence.of_line(target.document, finding.span.start)
            name = _choose_name(target.document.slice(finding.span), name_rule(finding.code), names)
            yield from _ignore(finding, line, name, "line", (finding.code,))
        rules_of.setdefault(finding.code, (finding, []))[1].append(finding.code)
    # With only some of the rules silenced that spoke there, the others would say the same again.
    for finding, rules in rules_of.values():
        yield from _silence(finding, tuple(dict.fromkeys(rules)), target)


def _choose_name(text: str, rule: str, names: set[str]) -> str:
    """Return what a finding's entries call it: its text, or its rule where that says nothing or is in `names`."""
    text = " ".join(text.split())
    name = rule if not text or text in names else text
    names.add(name)
    return name


def _title(name: str, before: str, after: str) -> str:
    """Return a title with a name in the middle, in as much of it as there is room for."""
    return f"{before} “{shortened(name, LONGEST - len(before) - len(after) - 3)}”{after}"


def _add_word(finding: ProseFinding, root: Path | None) -> Iterator[Action]:
    title = _title(finding.word, "Add", " to the dictionary")
    yield Action(title, command=Command(ADD_WORD, title, (finding.word,)), findings=(finding.finding,))
    if root is not None:
        title = _title(finding.word, "Add", " to your own dictionary")
        yield Action(title, command=Command(ADD_WORD, title, (finding.word, OWN)), findings=(finding.finding,))


def _ignore(finding: Finding, sentence: Sentence, name: str, what: str, rules: Iterable[str]) -> Iterator[Action]:
    for reason, ending in REASONS.items():
        title = _title(name, "Ignore", f" in this {what}{ending}")
        arguments = (sentence.hash, sentence.excerpt, reason, *rules)
        yield Action(title, command=Command(IGNORE_HERE, title, arguments), findings=(finding,))


def _silence(finding: Finding, rules: tuple[str, ...], target: MenuTarget) -> Iterator[Action]:
    """Yield the entries that switch the finding's rules off, for its paragraph and for the project."""
    rule = name_rule(finding.code, finding.source)
    edit = comment_above(target.document, target.tree, finding.span, rules)
    if edit is not None:
        title = _title(rule, "Ignore", " in this paragraph")
        yield Action(title, edits=(edit,), findings=(finding,), origin=Origin(rule=finding.code))
    if target.root is not None:
        title = _title(rule, "Switch", " off in this project")
        command = Command(IGNORE_HERE, title, (EVERYWHERE, "everywhere", "not wanted here", *rules))
        yield Action(title, command=command, findings=(finding,))
