"""Repairs findings by asking the plugins, as an editor would whose documents aren't saved yet."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cache
from pathlib import Path

from breadknife.disk.walking import walk
from breadknife.errors import DocumentError
from breadknife.plugins.nullcheck.formats.places import located
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.project.causes import Found
from breadknife.plugins.nullcheck.project.changes import Changes, Edits, together
from breadknife.plugins.nullcheck.project.checking import Tests
from breadknife.plugins.nullcheck.project.covering import holds, is_left_with, is_reached
from breadknife.plugins.nullcheck.project.workspace import Answer, Workspace
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import DECLARATION, HIDING, NullFile, Offer, Strategy, Use
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, Installed, installed
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.task.values import Action, ActionRequest, CheckRequest, Finding, Request, ResolveRequest
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree

GUARDS = frozenset({
    Strategy.ASSERT, Strategy.RAISE, Strategy.RETURN, Strategy.CONTINUE, Strategy.BREAK, Strategy.CHECK_ERROR,
    Strategy.MAKE,
})  # fmt: skip
"""After one of these the value is no null in the rest of the function."""
_FAILS = frozenset({Use.ATTRIBUTE, Use.SUBSCRIPT, Use.CALL})
UNASKED = frozenset(Strategy) - HIDING
"""What may be done without a person who chooses it."""

CHECKER_SECONDS = 50.0
"""Nobody waits with a finger on a key: a repair that no checker has looked at is the exception."""

NO_ACTION = "no edit is certain to be right here"
TO_CHOOSE = "a null may be meant here: what is done about it is for you to choose"


class Turn(IntEnum):
    """Which repairs are made before which: one may end what others are about."""

    VALUE = 0
    """The declaration of an attribute, a variable, a parameter."""
    RESULT = 1
    """That of a function, which gives such a value."""
    PLACE = 2


@dataclass(frozen=True)
class Repair:
    """A verified action for a finding."""

    found: Found
    action: Action
    edits: Edits

    @property
    def strategy(self) -> Strategy:
        return strategy_of(self.action)


@dataclass(frozen=True)
class Refused:
    """No action for a finding, and why."""

    found: Found
    why: str


class Repairs:
    def __init__(self, workspace: Workspace, changes: Changes, tests: Tests | None = None) -> None:
        self.workspace = workspace
        self.changes = changes
        self.tests = tests
        """That must pass with each change."""
        self._files: dict[Path, tuple[str, NullFile]] = {}

    # --- what is found ---

    def await_projects(self, paths: Iterable[Path]) -> None:
        """What other files say, and which import one, is known from here on."""
        for root in {self.workspace.root(path) for path in paths}:
            self.workspace.read(root)

    def own(self, path: Path) -> list[Finding]:
        """What the null check finds in the file as it is by now, nothing in a language that it doesn't know.

        Raises DocumentError.
        """
        document = self.changes.document(path)
        if document.language not in LANGUAGE_IDS:
            return []
        answer = self._ask(path, CheckRequest(document, whole=True, all_fixes=False, each_place=True))
        if answer.failure:
            raise DocumentError(f"{path}: {answer.failure}")
        return [*answer.findings]

    def found(self, path: Path) -> list[Found]:
        """`own`, with the places."""
        findings = self.own(path)
        file = self.file(path) if findings else None
        places = ((finding, file.place(finding)) for finding in findings) if file else ()
        return [Found(path, finding, place) for finding, place in places if place]

    def told(self, path: Path, said: Iterable[Said]) -> list[Found]:
        """What a checker has said of the file's text about null, one finding for each place."""
        file = self.file(path)
        if file is None:
            return []
        document = self.changes.document(path)
        found = (at for each in said if (at := located(file, document, each)))
        return list({place: Found(path, finding, place) for finding, place in found}.values())

    def file(self, path: Path) -> NullFile | None:
        """The null check's view of the file's text; None in a language that it doesn't know."""
        document = self.changes.document(path)
        known = self._files.get(path)
        if known is None or known[0] != document.text or not known[1].is_current():
            tree = self.workspace.tree(document) if document.language in LANGUAGE_IDS else None
            if tree is None:
                return None
            spoken = language(document.language, self._settings(path)[1].nullable)
            project = self.workspace.project(self.workspace.root(path))
            self._files[path] = (document.text, spoken.open(document, tree, project))
        return self._files[path][1]

    def tree(self, path: Path) -> SyntaxTree | None:
        """None where it can't be read, or is in a language that the null check doesn't know."""
        try:
            file = self.file(path)
        except DocumentError:
            return None
        return file.tree if file else None

    def checker(self, path: Path) -> Installed | None:
        """The one that has a say in the file's repairs."""
        trusted, ours = self._settings(path)
        return installed(ours.oracle, self.changes.document(path).language, self.workspace.root(path), trusted)

    def unchecked(self, found: Iterable[Found]) -> list[str]:
        """The languages of findings whose repairs no checker has a say in, though one could."""
        first = {self.changes.document(each.path).language: each.path for each in found}
        could = {language for tool in TOOLS for language in tool.languages}
        return sorted(
            language
            for language, path in first.items()
            if language in could and self._settings(path)[1].oracle != "off" and self.checker(path) is None
        )

    def problems(self, checker: Installed, document: Document, beside: Mapping[Path, str]) -> Sequence[Problem]:
        """What a checker says of a file, `beside` others that aren't as they are on disk. Raises Cancelled when it
        takes too long, and EngineError."""
        return self.workspace.problems(checker, document, beside, CHECKER_SECONDS)

    # --- what can be done ---

    def offers(self, found: Found) -> Sequence[Offer]:
        """What the null check would do, whatever a checker says. Raises DocumentError where it breaks or hangs."""
        file = self.file(found.path)
        if file is None:
            return ()
        return self.workspace.limited(str(found.path), lambda: tuple(file.offers(found.place, (found.finding,))))

    def menu(self, found: Found, *, is_read: bool = False) -> list[Action]:
        """The actions for a finding that are made once they are chosen, best first: our own ignore comment isn't.
        `is_read`: by somebody who then chooses one."""
        document, finding = self.changes.document(found.path), found.finding
        request = ActionRequest(document, finding.span, (finding,), invoked=is_read)
        actions = self._ask(found.path, request).actions
        return [action for action in actions if found.finding in action.findings and action.data]

    def resolved(self, found: Found, action: Action) -> Repair | Refused:
        answer = self._ask(found.path, ResolveRequest(self.changes.document(found.path), action))
        if not answer.actions:
            return Refused(found, answer.reason)
        done = answer.actions[0]
        return Repair(found, replace(done, data=action.data), {found.path: done.edits})

    def first(
        self, found: Found, strategies: frozenset[Strategy] = UNASKED, *, of: Finding | None = None
    ) -> Repair | Refused:
        """The first action that can be carried out, of these strategies. `of`: what the checker has found, where
        `found` is the declaration behind it."""
        refused = Refused(found, NO_ACTION)
        for action in self.menu(found):
            if action.data["asked"]:
                refused = Refused(found, TO_CHOOSE) if refused.why == NO_ACTION else refused
            elif strategy_of(action) in strategies:
                done = self.resolved(found, replace(action, findings=(of,)) if of else action)
                if isinstance(done, Repair):
                    return done
                refused = done
        return refused

    def turn(self, found: Found) -> Turn:
        """Of the first that may be done unasked."""
        return turn_of(next((strategy_of(action) for action in self.menu(found) if may_be_first(action)), None))

    # --- what comes of it ---

    def covers(self, repair: Repair, found: Found) -> bool:
        """Whether a guard for the same expression stands before in the same function, in a block around, and nothing
        gives it another value between them. Where the expression was given a name, the check is of that: it has to
        stand in the later place, too."""
        guarded, within = repair.found, repair.action.within
        if repair.strategy not in GUARDS or guarded.path != found.path or within is None:
            return False
        tree, before, here = self.tree(found.path), guarded.place.span, found.place.span
        if tree is None or before.end > here.start or not within.contains(here):
            return False
        same = tree.text[before.start : before.end] == tree.text[here.start : here.end]
        edits = repair.edits[found.path]
        replaced = {edit.span for edit in edits}
        is_element = tree.text[before.end - 1] == "]"
        if before in replaced or (repair.strategy is Strategy.MAKE and is_element):  # which tsc forgets
            return here in replaced
        return same and holds(tree, min(edit.span.start for edit in edits), before, here)

    def comes_late(self, earlier: Found, later: Found) -> bool:
        """Whether the same value was used before as if it were there: a check of it comes too late."""
        file, before, here = self.file(later.path), earlier.place.span, later.place.span
        if file is None or earlier.path != later.path or before.end > here.start:
            return False
        fails = earlier.place.use in _FAILS or any(file.place(each) == earlier.place for each in file.findings())
        tree = file.tree
        same = tree.text[before.start : before.end] == tree.text[here.start : here.end]
        stays = holds(tree, before.start, before, here) or is_left_with(tree, before, here)
        return fails and same and stays and is_reached(tree, before)

    def put(self, documents: Iterable[tuple[Path, Document]]) -> None:
        for path, document in documents:
            self.changes.put([(path, document)])
            self.workspace.changed(document, self.workspace.root(path))

    def accepted(self, repairs: Sequence[Repair]) -> list[Repair]:
        """Make all edits that can be made together, given in positions of the texts as they are now, so that nothing
        new is found in any of the files, and the tests pass. The repairs that were made."""
        before = {path: (self.changes.document(path), self._seen(path)) for path in _paths(repairs)}
        made = self._together([], repairs, before)
        self.put(self._edited(made, before))
        return made

    @property
    def objection(self) -> str:
        """Why `accepted` refuses a repair."""
        return (
            "the tests fail with it, or something new would be found" if self.tests else "something new would be found"
        )

    def _together(self, made: list[Repair], more: Sequence[Repair], before: _Before) -> list[Repair]:
        if not more:
            return made
        if self._holds([*made, *more], _paths(more), before):
            return [*made, *more]
        if len(more) == 1:
            return made
        half = len(more) // 2
        return self._together(self._together(made, more[:half], before), more[half:], before)

    def _holds(self, repairs: Sequence[Repair], paths: Sequence[Path], before: _Before) -> bool:
        try:
            documents = self._edited(repairs, before)
        except ValueError:  # two edits of one place
            return False
        self.put(documents)
        try:
            clean = all(not self._seen(path) - before[path][1] for path in paths)
            return clean and (self.tests is None or self.tests({each.path: each.after for each in self.changes}))
        finally:
            self.put((path, document) for path, (document, _) in before.items())

    def _edited(self, repairs: Sequence[Repair], before: _Before) -> list[tuple[Path, Document]]:
        """Raises ValueError for edits that overlap."""
        edits = together(repair.edits for repair in repairs)
        return [(path, before[path][0].edited(edits[path])) for path in sorted(edits)]

    def _seen(self, path: Path) -> Counter[tuple[str, str]]:
        file = self.file(path)
        return Counter((finding.code, finding.message) for finding in file.findings()) if file else Counter()

    def _settings(self, path: Path) -> tuple[bool, NullCheckSettings]:
        return self.workspace.settings(self.changes.document(path), self.workspace.root(path))

    def _ask(self, path: Path, request: Request) -> Answer:
        return self.workspace.ask(request, self.workspace.root(path))


_Before = dict[Path, tuple[Document, "Counter[tuple[str, str]]"]]


def may_be_first(action: Action) -> bool:
    """Whether it may be done without a person who chooses it: the first of a menu is tried first."""
    return not action.data["asked"] and strategy_of(action) in UNASKED


def strategy_of(action: Action) -> Strategy:
    return Strategy(action.data["strategy"])


def turn_of(strategy: Strategy | None) -> Turn:
    if strategy is Strategy.RETURN_TYPE:
        return Turn.RESULT
    return Turn.VALUE if strategy in DECLARATION else Turn.PLACE


def near(one: Repair, other: Repair) -> bool:
    """Whether they change the same function, or the same lines."""
    return any(
        here.touches(there)
        for path in one.edits.keys() & other.edits.keys()
        for here in _changed(one, path)
        for there in _changed(other, path)
    )


def _changed(repair: Repair, path: Path) -> Sequence[Span]:
    within = repair.action.within if path == repair.found.path else None
    spans = [edit.span for edit in repair.edits[path]]
    return [within] if within and all(within.contains(span) for span in spans) else spans


def named(path: Path, folder: Path) -> str:
    """For people and programs: below the folder, with `/` on every system."""
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def resolve_path(printed: str, folder: Path) -> Path | None:
    """The file that a checker's output means, below the folder: as it is printed, or of another machine's absolute
    path, or of SpotBugs' short one, what fits best. None for one elsewhere, and where several fit as well."""
    path = Path(os.path.abspath(folder / printed))
    if not os.path.isfile(path):  # which raises nothing, whatever is printed
        parts = Path(printed.replace("\\", "/")).parts
        tails = (folder.joinpath(*parts[start:]) for start in range(1, len(parts)) if ".." not in parts)
        path = next((tail for tail in tails if os.path.isfile(tail)), None)
        if path is None and parts and not Path(printed).is_absolute() and ".." not in parts:
            found = [each for each in below(folder).get(parts[-1], ()) if each.parts[-len(parts) :] == parts]
            path = found[0] if len(found) == 1 else None
    # A link may lead out of the folder.
    return path if path and path.is_relative_to(folder) and path.resolve().is_relative_to(folder.resolve()) else None


@cache
def below(folder: Path) -> Mapping[str, Sequence[Path]]:
    """The files and folders below it, by their names: a report may name many that aren't where it says."""
    found = dict[str, list[Path]]()
    for at, folders, files in walk(folder):
        for name in (*folders, *files):
            found.setdefault(name, []).append(Path(at, name))
    return found


def _paths(repairs: Sequence[Repair]) -> list[Path]:
    return sorted({path for repair in repairs for path in repair.edits})
