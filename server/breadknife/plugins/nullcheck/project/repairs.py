"""Repairs findings by asking the plugins, as an editor would whose documents aren't saved yet."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, DocumentError, EngineError
from breadknife.plugins.nullcheck.formats.places import located
from breadknife.plugins.nullcheck.formats.values import Said
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS, language
from breadknife.plugins.nullcheck.project.changes import Changes, together
from breadknife.plugins.nullcheck.project.commands import Command
from breadknife.plugins.nullcheck.project.declared import Shapes
from breadknife.plugins.nullcheck.project.values import Found, Refused, Repair, strategy_of
from breadknife.plugins.nullcheck.project.workspace import Answer, Workspace
from breadknife.plugins.nullcheck.repairs.grammar import grammar_of
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import HIDING, SOURCE, NullFile, Offer, Place, Strategy
from breadknife.plugins.nullcheck.verify.oracle.comparing import fault
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, Installed, installed
from breadknife.plugins.nullcheck.verify.proving.prover import Tried, proofs
from breadknife.project.values import Located
from breadknife.task.values import Action, ActionRequest, CheckRequest, Finding, Request, ResolveRequest
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree, parse

UNASKED = frozenset(Strategy) - HIDING
"""What may be done without a person who chooses it."""
CHECKER_SECONDS = 50.0
"""Nobody waits with a finger on a key: a repair that no checker has looked at is the exception."""
NO_ACTION = "no edit is certain to be right here"
TO_CHOOSE = "a null may be meant here: what is done about it is for you to choose"


class Repairs:
    def __init__(self, workspace: Workspace, changes: Changes, tests: Command | None = None) -> None:
        self.workspace = workspace
        self.changes = changes
        self.tests = tests
        """That must pass with each change."""
        self._files: dict[Path, tuple[str, NullFile]] = {}
        self._on_disk = dict[Path, frozenset[tuple[str, int]]]()
        """What an installed checker says of a file as it is on disk."""

    # --- what is found ---

    def await_projects(self, paths: Iterable[Path]) -> None:
        """What other files say, and which import one, is known from here on."""
        for root in {self.workspace.root(path) for path in paths}:
            self.workspace.read(root)

    def found(self, path: Path) -> list[Found]:
        """What the null check finds in the file as it is by now, nothing in a language that it doesn't know.

        Raises DocumentError.
        """
        document, file = self.changes.document(path), self.file(path)
        if file is None:
            return []
        answer = self._ask(path, CheckRequest(document, whole=True, all_fixes=False, each_place=True))
        if answer.failure:
            raise DocumentError(f"{path}: {answer.failure}")
        places = ((finding, file.place(finding)) for finding in answer.findings)
        return [Found(path, finding, place) for finding, place in places if place]

    def told(self, path: Path, said: Iterable[Said]) -> list[Found]:
        """What a checker has said of the file's text about null, one finding for each place."""
        file, document = self.file(path), self.changes.document(path)
        found = (at for each in said if file and (at := located(file, document, each)))
        return list({place: Found(path, finding, place) for finding, place in found}.values())

    def file(self, path: Path) -> NullFile | None:
        """The null check's view of the file's text; None in a language that it doesn't know. Raises DocumentError."""
        document = self.changes.document(path)
        known = self._files.get(path)
        if known is None or known[0] != document.text or not known[1].is_current():
            tree = parse(document.text, document.language) if document.language in LANGUAGE_IDS else None
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

    def shapes(self, path: Path) -> Shapes:
        """What declares something in the language of a file."""
        id = self.changes.document(path).language
        return grammar_of(id if id in ("go", "java", "python") else "ecmascript").shapes

    def functions(self, path: Path, name: str) -> Sequence[Located]:
        """The project's functions of that name, in the language of a file."""
        project = self.workspace.project(self.workspace.root(path))
        found = project.defining(name, self.changes.document(path).language) if project else ()
        return [each for each in found if each.definition.kind in ("function", "method")]

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

    def blocked(self, found: Iterable[Found]) -> set[Found]:
        """Those that come after another one of the same value, at which a null would have failed: a check comes too
        late."""
        late = set[Found]()
        for path, places in _by_path(found).items():
            if file := self.file(path):
                supposed = file.suppose(places.keys())
                unmet = places.keys() - supposed.found - supposed.tested.keys()
                in_order = sorted(supposed.found, key=lambda each: each.span, reverse=True)
                first = {file.tree.text[each.span.start : each.span.end]: each.span for each in in_order}
                for place in unmet:
                    before = first.get(file.tree.text[place.span.start : place.span.end])
                    late |= {places[place]} if before is not None and before.end < place.span.start else set[Found]()
        return late

    def ended(self, findings: Iterable[tuple[Found, Found]]) -> set[Found]:
        """Those that are gone, of the findings as they were told, each with where it would be by now: by who has found
        them, or, where that checker can't be asked, because a test now tells that there is no null.

        A finding that its checker doesn't see in the file as it is on disk is there as long as nobody says otherwise:
        that checker is of another version, or has other settings.
        """
        gone = set[Found]()
        for told, here in findings:
            checker, file = self.checker(here.path), self.file(here.path)
            if told.finding.source == SOURCE:
                is_gone = here.place not in {each.place for each in self.found(here.path)}
            elif checker is not None and checker.tool.has_found(told.finding):
                document, on_disk = self.changes.document(here.path), self.changes.on_disk(here.path)
                is_gone = _key(on_disk, told) in self._first_said(checker, on_disk, here.path) and (
                    _key(document, here) not in self._said(checker, document, here.path, self._beside(here.path))
                )
            else:
                is_gone = file is not None and here.place in file.suppose({here.place}).tested
            if is_gone:
                gone.add(told)
        return gone

    def _beside(self, path: Path) -> Mapping[Path, str]:
        return {each.path: each.after for each in self.changes if each.path != path}

    def _first_said(self, checker: Installed, on_disk: Document, path: Path) -> frozenset[tuple[str, int]]:
        if path not in self._on_disk:
            self._on_disk[path] = self._said(checker, on_disk, path, {})
        return self._on_disk[path]

    def _said(
        self, checker: Installed, document: Document, path: Path, beside: Mapping[Path, str]
    ) -> frozenset[tuple[str, int]]:
        """The codes and lines of what a checker says: messages tell types, which repairs change. Nothing where it
        doesn't answer."""
        try:
            problems = self.workspace.problems(checker, document, beside, CHECKER_SECONDS)
        except (EngineError, Cancelled):
            return frozenset()
        return frozenset((fault(each.code), document.line_at(each.start)) for each in problems if each.path == path)

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
        elsewhere = {path: each.edits for each in done.elsewhere if (path := each.document.path) is not None}
        edits = ({found.path: done.edits} if done.edits else {}) | elsewhere
        return Repair(found, replace(done, data=action.data), edits)

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

    def proof(self, repair: Repair) -> str:
        """A test for pytest that fails now, and passes with the repair; "" where none is found. It runs the project's
        code, so only in a folder that the user trusts."""
        found = repair.found
        is_trusted, settings = self._settings(found.path)
        if not is_trusted or not settings.prove or [*repair.edits] != [found.path]:
            return ""
        document, root = self.changes.document(found.path), self.workspace.root(found.path)
        tried = Tried.of(document, found.place, [repair.edits[found.path]], root)
        tree = self.tree(found.path)
        if tried is None or tree is None:
            return ""
        return next((proof.test for proof in proofs(tried, tree, CancelToken()).values()), "")

    # --- what comes of it ---

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
        return f"{'the tests fail with it, or ' if self.tests else ''}something new would be found"

    def _together(self, made: list[Repair], more: Sequence[Repair], before: _Before) -> list[Repair]:
        if not more or self._holds([*made, *more], _paths(more), before):
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
            return clean and (self.tests is None or self.tests.passes({each.path: each.after for each in self.changes}))
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


def named(path: Path, folder: Path) -> str:
    """For people and programs: below the folder, with `/` on every system."""
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _key(document: Document, found: Found) -> tuple[str, int]:
    return fault(found.finding.code), document.line_at(found.finding.span.start)


def _by_path(found: Iterable[Found]) -> Mapping[Path, Mapping[Place, Found]]:
    by_path = defaultdict[Path, dict[Place, Found]](dict)
    for each in found:
        by_path[each.path][each.place] = each
    return by_path


def _paths(repairs: Sequence[Repair]) -> list[Path]:
    return sorted({path for repair in repairs for path in repair.edits})
