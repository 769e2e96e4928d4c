"""Repairs findings by asking the plugins, as an editor would whose documents aren't saved yet: one after the other, so
that each repair sees those before it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path

from breadknife.errors import Cancelled, DocumentError, EngineError
from breadknife.plugins.nullcheck.formats.values import PrintedFinding
from breadknife.plugins.nullcheck.languages import LANGUAGE_IDS
from breadknife.plugins.nullcheck.languages.file import NullFile
from breadknife.plugins.nullcheck.menu.never_first import NO_ACTION, NOT_FIRST
from breadknife.plugins.nullcheck.open_files import OpenFiles
from breadknife.plugins.nullcheck.project.changes import UnsavedDocuments
from breadknife.plugins.nullcheck.project.places import located
from breadknife.plugins.nullcheck.project.values import (
    DereferenceFinding,
    Edits,
    EndedFinding,
    PluginAnswer,
    RefusedFinding,
    RepairedFinding,
    Workspace,
    strategy_of,
)
from breadknife.plugins.nullcheck.repairs.diagnostics import recognised
from breadknife.plugins.nullcheck.repairs.grammar import DeclarationNodes, LanguageGrammar, grammar_of
from breadknife.plugins.nullcheck.settings import NullCheckSettings
from breadknife.plugins.nullcheck.values import HIDING, SOURCE, Dereference, Strategy, Use
from breadknife.plugins.nullcheck.verify.oracle.comparing import fault
from breadknife.plugins.nullcheck.verify.oracle.tools import TOOLS, CheckerChoice, InstalledChecker, installed
from breadknife.project.values import LocatedDefinition
from breadknife.task.values import Action, ActionRequest, CheckRequest, Finding, Request, ResolveRequest
from breadknife.text.document import Document, Span
from breadknife.text.syntax import SyntaxTree, parse, path_to

FAILS = frozenset({Use.ATTRIBUTE, Use.SUBSCRIPT, Use.CALL, Use.ITERATE, Use.OPERAND})
"""Uses at which a null fails."""
UNASKED = frozenset(Strategy) - HIDING
"""What may be done without a person who chooses it."""
CHECKER_SECONDS = 3600.0
"""Nobody waits with a finger on a key, and a busy machine takes as long as it takes: this only ends what hangs."""
TO_CHOOSE = "a null may be meant here: what is done about it is for you to choose"
PROPOSED = "proposed, as few maintainers would write it"


Outcome = RepairedFinding | EndedFinding | RefusedFinding


@dataclass(frozen=True)
class Wanted:
    """The actions that are made."""

    strategies: Set[Strategy]
    files: Set[Path]
    """They change only these."""
    least: float
    """The least chance, from 0 to 1, that a maintainer would write one."""

    def admits(self, action: Action) -> bool:
        """Tell whether the action is one of these, if nobody chooses it."""
        return not action.data["asked"] and bool(action.data["first"]) and strategy_of(action) in self.strategies


class Repairs:
    def __init__(self, workspace: Workspace, changes: UnsavedDocuments) -> None:
        self.workspace = workspace
        self.changes = changes
        self._files = OpenFiles(sys.maxsize)
        self._own: dict[Path, tuple[NullFile, Mapping[Dereference, Finding]]] = {}

    # --- what is found ---

    def await_projects(self, paths: Iterable[Path]) -> None:
        """Read the projects of these files, so that it is known what other files say, and which import one."""
        for root in {self.workspace.root(path) for path in paths}:
            self.workspace.read(root)

    def found(self, path: Path) -> list[DereferenceFinding]:
        """Return what the null check finds in the file as it is by now, nothing in a language that it doesn't know.

        Raises DocumentError."""
        document, file = self.changes.document(path), self.file(path)
        if file is None:
            return []
        answer = self._ask(path, CheckRequest(document, whole=True, all_fixes=False, each_place=True))
        if answer.failure:
            raise DocumentError(f"{path}: {answer.failure}")
        places = ((finding, file.place(finding)) for finding in answer.findings)
        return [DereferenceFinding(path, finding, place) for finding, place in places if place]

    def told(self, path: Path, said: Iterable[PrintedFinding]) -> list[DereferenceFinding]:
        """Return what a checker has said of the file's text about null, one finding for each place."""
        file, document = self.file(path), self.changes.document(path)
        found = (at for each in said if file and (at := located(file, document, each)))
        return list({place: DereferenceFinding(path, finding, place) for finding, place in found}.values())

    def is_about_null(self, path: Path, said: PrintedFinding) -> bool:
        """Tell whether a checker speaks of null, by its words alone: most that it says in a project is about others."""
        its = Finding(Span(0, 0), said.source, said.code, said.message)
        return any(True for _ in recognised(self.grammar(path).language, its))

    def file(self, path: Path) -> NullFile | None:
        """The null check's view of the file's text; None in a language that it doesn't know. Raises DocumentError."""
        document = self.changes.document(path)
        return self._files.file(document, self.workspace.project(self.workspace.root(path)), _parsed)

    def own(self, path: Path) -> Mapping[Dereference, Finding]:
        """Return the null check's own findings in the file's text, by what they are about. Raises DocumentError."""
        file = self.file(path)
        if file is None:
            return {}
        known = self._own.get(path)
        if known is None or known[0] is not file:
            found = {place: each for each in reversed(file.findings()) if each.related and (place := file.place(each))}
            known = self._own[path] = (file, found)
        return known[1]

    def tree(self, path: Path) -> SyntaxTree | None:
        """Return the syntax tree; None where it can't be read, or is in a language that the null check doesn't know."""
        try:
            file = self.file(path)
        except DocumentError:
            return None
        return file.tree if file else None

    def grammar(self, path: Path) -> LanguageGrammar:
        """Return what is known of the language of a file."""
        id = self.changes.document(path).language
        return grammar_of(id if id in ("go", "java", "python") else "ecmascript")

    def shapes(self, path: Path) -> DeclarationNodes:
        """Return what declares something in the language of a file."""
        return self.grammar(path).shapes

    def null(self, found: DereferenceFinding) -> object:
        """Return what is the same for all uses of a name in a function; of what has no name each may be another one."""
        span, function = found.place.span, self.function(found)
        value = self.changes.document(found.path).text[span.start : span.end]
        is_name = re.fullmatch(self.grammar(found.path).writing.name, value) is not None
        return (found.path, function, value if is_name else found.place)

    def functions(self, path: Path, name: str) -> Sequence[LocatedDefinition]:
        """Return the project's functions of that name, in the language of a file."""
        project = self.workspace.project(self.workspace.root(path))
        found = project.defining(name, self.changes.document(path).language) if project else ()
        return [each for each in found if each.definition.kind in ("function", "method")]

    def checker(self, path: Path) -> InstalledChecker | None:
        """Return the checker that has a say in the file's repairs."""
        trusted, ours = self._settings(path)
        return installed(ours.oracle, self.changes.document(path).language, self.workspace.root(path), trusted)

    def trust_and_oracle(self, path: Path) -> tuple[bool, CheckerChoice]:
        """Return whether the file's folder is trusted, and which checker the user has chosen."""
        trusted, ours = self._settings(path)
        return trusted, ours.oracle

    def unchecked(self, found: Iterable[DereferenceFinding]) -> list[str]:
        """Return the languages of findings whose repairs no checker has a say in, though one could."""
        first = {self.changes.document(each.path).language: each.path for each in found}
        could = {language for tool in TOOLS for language in tool.languages}
        return sorted(
            language
            for language, path in first.items()
            if language in could and self._settings(path)[1].oracle != "off" and self.checker(path) is None
        )

    def is_blocked(self, found: DereferenceFinding, left: Iterable[DereferenceFinding]) -> bool:
        """Tell whether a null would have failed before, at another use of the same value that is `left`: a check comes
        too late."""
        file, place = self.file(found.path), found.place
        text = file.tree.text if file else ""
        before = {
            each.place
            for each in left
            if each.path == found.path
            and each.place.use in FAILS
            and each.place.span.end <= place.span.start
            and text[each.place.span.start : each.place.span.end] == text[place.span.start : place.span.end]
        }
        if file is None or not before:
            return False
        supposed = file.suppose({place, *before})
        return place not in supposed.found and place not in supposed.tested

    def ended(
        self, findings: Iterable[tuple[DereferenceFinding, DereferenceFinding]], *, at_first: bool = False
    ) -> set[DereferenceFinding]:
        """Return those that nobody reports, of the findings as they were told, each with where it would be by now:
        neither who has found them, nor, where that checker can't be asked, the analysis, since a test tells that there
        is no null. `at_first`: what the checker says of the texts before all repairs."""
        gone = set[DereferenceFinding]()
        for told, here in findings:
            checker, file = self.checker(here.path), self.file(here.path)
            if told.finding.source == SOURCE:
                is_gone = not at_first and here.place not in {each.place for each in self.found(here.path)}
            elif checker is not None and checker.tool.has_found(told.finding):
                its = told if at_first else here
                is_gone = _key(self.changes.document(its.path, at_first=at_first), its) not in self._said(
                    checker, its, at_first=at_first
                )
            else:
                is_gone = file is not None and here.place in file.suppose({here.place}).tested
            if is_gone:
                gone.add(told)
        return gone

    def _said(
        self, checker: InstalledChecker, here: DereferenceFinding, *, at_first: bool
    ) -> frozenset[tuple[str, int]]:
        """Return the codes and lines of what a checker says of a finding's file by now: messages tell types, which
        repairs change. Of what it doesn't answer, the finding is still there."""
        document = self.changes.document(here.path, at_first=at_first)
        changed = [each for each in self.changes if each.path != here.path]
        beside = {each.path: each.before if at_first else each.after for each in changed}
        try:
            problems = self.workspace.problems(checker, document, beside, CHECKER_SECONDS)
        except (EngineError, Cancelled):
            return frozenset({_key(document, here)})
        return frozenset((fault(each.code), document.line_at(each.start)) for each in problems)

    # --- what can be done ---

    def shown(self, found: Sequence[DereferenceFinding]) -> Iterator[DereferenceFinding]:
        """Yield the findings, and show before each which file it is in as progress."""
        return self.workspace.shown(found, lambda each: named(each.path, self.workspace.root(each.path)))

    def by_file(self, found: Iterable[DereferenceFinding]) -> list[list[DereferenceFinding]]:
        """Group findings by their files, what others import first: its declarations may end findings of theirs."""
        groups = dict[Path, list[DereferenceFinding]]()
        for each in sorted(found, key=lambda each: (each.path, each.place.span)):
            groups.setdefault(each.path, []).append(each)
        seen, ordered = set[Path](), list[Path]()
        for path in reversed(groups):
            self._put_after(path, groups.keys(), seen, ordered)
        return [groups[path] for path in reversed(ordered)]

    def _put_after(self, path: Path, among: Collection[Path], seen: set[Path], ordered: list[Path]) -> None:
        """Append a file behind those that import it, also through others. Files that import each other come in any
        order."""
        waiting = [(path, False)]
        while waiting:
            path, is_left = waiting.pop()
            if is_left:
                ordered.append(path)
            elif path not in seen:
                seen.add(path)
                project = self.workspace.project(self.workspace.root(path))
                waiting.append((path, True))
                waiting += [(each, False) for each in (project.importers(path) if project else ()) if each in among]

    def menu(self, found: DereferenceFinding, *, is_read: bool = False) -> list[Action]:
        """Return the actions for a finding that are made once they are chosen, best first: our own ignore comment
        isn't. `is_read`: by somebody who then chooses one."""
        return [action for action in self._entries(found, is_read=is_read) if action.data]

    def why_no_fix(self, found: DereferenceFinding) -> str:
        """Return what the menu of a finding says of why it has no fix; the least that is certain if it says nothing."""
        return next((action.disabled for action in self._entries(found) if action.disabled), NO_ACTION)

    def _entries(self, found: DereferenceFinding, *, is_read: bool = False) -> list[Action]:
        document, finding = self.changes.document(found.path), found.finding
        request = ActionRequest(document, finding.span, (finding,), invoked=is_read)
        return [action for action in self._ask(found.path, request).actions if finding in action.findings]

    def resolved(self, found: DereferenceFinding, action: Action) -> RepairedFinding | RefusedFinding:
        answer = self._ask(found.path, ResolveRequest(self.changes.document(found.path), action))
        if not answer.actions:
            return RefusedFinding(found, answer.reason)
        done = answer.actions[0]
        elsewhere = {path: each.edits for each in done.elsewhere if (path := each.document.path) is not None}
        edits = ({found.path: done.edits} if done.edits else {}) | elsewhere
        return RepairedFinding(found, replace(done, data=action.data), edits)

    def first(self, found: DereferenceFinding, wanted: Wanted, alone: Sequence[Action], changed: str) -> Outcome:
        """Return the first action that is wanted and can be carried out. `alone` has those that are right in the text
        before all other repairs, best first: an action must be right there, too; `changed` says that none is."""
        menu = {_identity(action): action for action in self.menu(found)}
        refused = RefusedFinding(found, _why_none(menu.values(), wanted) or self.why_no_fix(found))
        right_alone = set(map(_identity, alone)) or menu.keys()  # without any, it has waited for another repair
        both = [each for known, each in menu.items() if known in right_alone and wanted.admits(each)]
        if wanted.least:
            both.sort(key=lambda each: -int(each.data["chance"]))
        if alone and menu and not both:
            refused = RefusedFinding(found, changed)
        for action in both:
            if int(action.data["chance"]) < 100 * wanted.least:
                return RefusedFinding(found, PROPOSED, action)
            done = self.resolved(found, action)
            if isinstance(done, RefusedFinding):
                refused = done
            elif done.edits.keys() <= wanted.files:
                return done
        return refused

    def function(self, found: DereferenceFinding) -> int:
        """Return where the function around a finding begins, in code points; -1 outside of all functions."""
        tree, kinds = self.tree(found.path), self.grammar(found.path).nodes.functions
        around = path_to(tree, tree.node_at(found.place.span)) if tree is not None else ()
        function = next((node for node in reversed(around) if node.type in kinds), None)
        return tree.span(function).start if tree is not None and function is not None else -1

    # --- what comes of it ---

    def put(self, documents: Iterable[tuple[Path, Document]]) -> None:
        for path, document in documents:
            self.changes.put([(path, document)])
            self.workspace.changed(document, self.workspace.root(path))

    def make(self, edits: Edits) -> None:
        self.put(self.changes.edited(edits))

    def _settings(self, path: Path) -> tuple[bool, NullCheckSettings]:
        return self.workspace.settings(self.changes.document(path), self.workspace.root(path))

    def _ask(self, path: Path, request: Request) -> PluginAnswer:
        return self.workspace.ask(request, self.workspace.root(path))


def _parsed(document: Document) -> SyntaxTree | None:
    return parse(document.text, document.language) if document.language in LANGUAGE_IDS else None


def may_be_first(action: Action) -> bool:
    """Tell whether it may be done without a person who chooses it: the first of a menu is tried first."""
    return not action.data["asked"] and bool(action.data["first"]) and strategy_of(action) in UNASKED


def _identity(action: Action) -> tuple[str, str]:
    return strategy_of(action), action.title


def _why_none(menu: Collection[Action], wanted: Wanted) -> str:
    """Return why no action of a menu is made; "" if it has none that is wanted."""
    if any(action.data["asked"] for action in menu):
        return TO_CHOOSE
    is_unsafe = any(strategy_of(action) in wanted.strategies and not action.data["first"] for action in menu)
    return NOT_FIRST if is_unsafe else ""


def named(path: Path, folder: Path) -> str:
    """Return a path for people and programs: below the folder, with `/` on every system."""
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()


def _key(document: Document, found: DereferenceFinding) -> tuple[str, int]:
    return fault(found.finding.code), document.line_at(found.finding.span.start)
