"""The ladder that an edit climbs before it is made: what the language's own checks have said when it was offered, and
what an installed checker says of the file and of those that import it.

The menu waits for no checker. What was asked before, or in the background since, is known when it opens again.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineError, EngineUnavailable
from breadknife.plugins.nullcheck.importers import importers
from breadknife.plugins.nullcheck.oracle.comparing import Moves, fresh
from breadknife.plugins.nullcheck.oracle.oracle import FRESH_SECONDS, Ask, Oracle
from breadknife.plugins.nullcheck.oracle.tools import Choice, Installed, installed
from breadknife.plugins.nullcheck.oracle.values import Problem
from breadknife.plugins.nullcheck.recent import Recent
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.project.values import Project
from breadknife.task.plugin import Context
from breadknife.task.values import DocumentEdits, Finding
from breadknife.text.document import Document, TextEdit, apply_edits

IMPORTERS = 20
"""Files that are checked with an edit, of those that import what it changes."""
_ORACLES, _CLIMBS, _KNOWN = 3, 64, 512
"""Kept: programs (pyright holds some 200 MB), results, and what is wrong in files."""

_About = frozenset[tuple[str, str, str]]
"""Findings that an edit is to end: their sources, codes and messages."""
_Situation = tuple[Path, str, frozenset[tuple[Path, str]]]
"""In which something is wrong in a file: the folder, the checker, and the texts of what is edited and of what isn't
saved."""


class Rung(StrEnum):
    """Each offer has passed all but the last, by its language's own checks."""

    PARSES = "parses"
    GONE = "finding gone"
    PATH = "non-null path unchanged"
    FILE = "file clean"
    IMPORTERS = "importers clean"


@dataclass(frozen=True)
class Edited:
    """A document and the edits that are to be made."""

    document: Document
    edits: tuple[TextEdit, ...]
    elsewhere: tuple[DocumentEdits, ...] = ()
    is_inner: bool = False
    """See `Offer`: the files that import it aren't checked."""

    @property
    def changes(self) -> tuple[DocumentEdits, ...]:
        return (DocumentEdits(self.document, self.edits), *self.elsewhere)


@dataclass(frozen=True)
class Climb:
    """How far an edit came."""

    checker: str = ""
    """Which one was asked."""
    importers: int = 0
    of: int = 0
    """Files that import what it changes and can see it; `importers` of them were checked."""
    broken: Rung | None = None
    problem: Problem | None = None
    """What breaks it."""
    is_inner: bool = False
    """Files import it, and none of them can see what it changes."""
    unasked: str = ""
    """Why the checker has said nothing."""
    others: tuple[str, ...] = ()
    """The checkers whose finding only the language's own checks have seen gone: they weren't asked again."""

    @property
    def badge(self) -> str:
        """For people: `parses · finding gone · non-null path unchanged · file and 12 importers clean (pyright)`."""
        gone = f"{' and '.join(self.others)} {Rung.GONE} by breadknife's own check" if self.others else Rung.GONE
        said = [self.short] if not self.unasked else [self.short, self.unasked]
        return " · ".join((Rung.PARSES, gone, Rung.PATH, *said))

    @property
    def short(self) -> str:
        """What is known of the file, and who says so: `file and 12 importers clean (pyright)`; without a name it is
        the language's own checks."""
        if not self.checker or self.unasked:
            return Rung.FILE
        files = f"{self.importers} of {self.of}" if self.of > self.importers else str(self.importers)
        importing = f" and {files} importer{'' if files == '1' else 's'}" if self.of else ""
        unseen = ", unseen by importers" if self.is_inner else ""
        return f"file{importing} clean ({self.checker}){unseen}"


class Ladder:
    """Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._oracles: OrderedDict[tuple[Path, str], Oracle] = OrderedDict()
        self._climbs = Recent[tuple[Edited, _About], Climb](_CLIMBS, FRESH_SECONDS, clock)
        self._importers = Recent[Edited, list[Path]](_CLIMBS, FRESH_SECONDS, clock)
        self._known = Recent[tuple[_Situation, Path, str], tuple[Problem, ...]](_KNOWN, FRESH_SECONDS, clock)
        """What was wrong in a file: of its text, and those of what was to be edited."""
        self._lock = threading.Lock()

    def checker(self, document: Document, choice: Choice, context: Context) -> Installed | None:
        """Which one is asked of a document, if any: it has to be a file in a folder that is a project."""
        if document.path is None or context.project is None:
            return None
        return installed(choice, document.language, context.project.root, context.trusted)

    def known(self, edited: Edited, about: Iterable[Finding]) -> Climb | None:
        """What was found out about it a moment ago."""
        return self._climbs.get((edited, _identity(about)))

    def prepare(self, edited: Edited, about: Sequence[Finding], checker: Installed, context: Context) -> None:
        """Find out about it in the background."""
        project, is_seen = context.project, checker.tool.sees_unsaved or not edited.elsewhere
        if project is not None and is_seen and self.known(edited, about) is None:
            oracle = self._oracle(checker, edited.document.language)
            with contextlib.suppress(EngineUnavailable):  # it is closed meanwhile
                oracle.prepare(lambda ask: self._climbed(edited, about, checker, project, ask))

    def climb(
        self, edited: Edited, about: Sequence[Finding], checker: Installed, seconds: float, context: Context
    ) -> Climb:
        """`about` are the findings that it ends. Raises Cancelled."""
        if (known := self.known(edited, about)) is not None or context.project is None:
            return known or Climb(others=others(about))
        unasked = Climb(checker.tool.name, others=others(about))
        if edited.elsewhere and not checker.tool.sees_unsaved:
            return replace(unasked, unasked=f"{checker.tool.name} sees other files only as they are saved")
        limit = CancelToken.after(seconds)
        forget = context.cancel.on_cancel(limit.cancel)
        oracle = self._oracle(checker, edited.document.language)
        try:
            return self._climbed(edited, about, checker, context.project, oracle.asking(limit))
        except Cancelled:
            context.cancel.raise_if_cancelled()
            return replace(unasked, unasked=f"{checker.tool.name} took longer than {seconds:g} s")
        except EngineError:
            return replace(unasked, unasked=f"{checker.tool.name} does not run here")
        finally:
            forget()

    def close(self) -> None:
        with self._lock:
            oracles = list(self._oracles.values())
            self._oracles.clear()
        for oracle in oracles:
            oracle.close()

    def _oracle(self, checker: Installed, language: str) -> Oracle:
        key = (checker.root, checker.tool.name)
        old: list[Oracle] = []
        with self._lock:
            oracle = self._oracles.pop(key, None)
            if oracle is None:
                oracle = Oracle(lambda cancel: checker.start(language, cancel))
            self._oracles[key] = oracle
            while len(self._oracles) > _ORACLES:
                old.append(self._oracles.popitem(last=False)[1])
        for each in old:
            threading.Thread(target=each.close, daemon=True).start()  # which takes a moment
        return oracle

    def _climbed(
        self, edited: Edited, about: Sequence[Finding], checker: Installed, project: Project, ask: Ask
    ) -> Climb:
        began = self._climbs.now()
        is_seen = checker.tool.sees_unsaved and not edited.is_inner
        importing = self._importing(edited, project) if is_seen else []
        before = _texts(project, edited.changes, importing[:IMPORTERS])
        after = before | {
            path: apply_edits(each.document.text, each.edits)
            for each in edited.changes
            if (path := each.document.path) is not None
        }
        unsaved = _unsaved(checker, project)
        now = ask(after, unsaved)
        wrong = {problem.path for problem in now}
        troubled = {path: text for path, text in before.items() if path in wrong}
        was = self._before(checker, _edited(edited.changes), unsaved, troubled, ask)
        climb = _judged(edited, about, checker, was, now)
        if climb.broken is None:  # made, it is what the next edit starts from
            made = {path: after[path] for path in _edited(edited.changes)}
            self._know(_situation(checker, unsaved | made), after, now, began)
        checked = len(before) - len(edited.changes)
        is_unseen = is_seen and not importing and any(project.importers(path) for path in before)
        climb = replace(climb, checker=checker.tool.name, importers=checked, of=len(importing))
        climb = replace(climb, is_inner=edited.is_inner or is_unseen)
        self._climbs.put((edited, _identity(about)), climb, began)
        return climb

    def _importing(self, edited: Edited, project: Project) -> list[Path]:
        """Who asks for an edit comes after who prepared it: it takes a moment to find out."""
        known = self._importers.get(edited)
        if known is None:
            known = importers(project, edited.changes)
            self._importers.put(edited, known)
        return known

    def _before(
        self,
        checker: Installed,
        edited: Mapping[Path, str],
        unsaved: Mapping[Path, str],
        texts: Mapping[Path, str],
        ask: Ask,
    ) -> list[Problem]:
        """What is wrong in these files before the edits: asked once for all that may be edited in one text."""
        of = _situation(checker, {**unsaved, **edited})
        began, found, unknown = self._known.now(), list[Problem](), dict[Path, str]()
        for path, text in texts.items():
            known = self._known.get((of, path, text))
            if known is None:
                unknown[path] = text
            else:
                found += known
        asked = ask({**edited, **unknown}, unsaved) if unknown else []
        self._know(of, unknown, asked, began)
        return sorted([*found, *(problem for problem in asked if problem.path in unknown)])

    def _know(self, of: _Situation, texts: Mapping[Path, str], said: Iterable[Problem], since: float) -> None:
        by_path: dict[Path, list[Problem]] = {path: [] for path in texts}
        for problem in said:
            if problem.path in by_path:
                by_path[problem.path].append(problem)
        for path, problems in by_path.items():
            self._known.put((of, path, texts[path]), tuple(problems), since)


def _edited(changes: Iterable[DocumentEdits]) -> dict[Path, str]:
    return {path: each.document.text for each in changes if (path := each.document.path) is not None}


def _unsaved(checker: Installed, project: Project) -> dict[Path, str]:
    """What stands in the editor's documents, and not in the files."""
    opened = project.unsaved() if checker.tool.sees_unsaved else ()
    return {path: each.text for each in opened if each.language in checker.tool.languages and (path := each.path)}


def _situation(checker: Installed, texts: Mapping[Path, str]) -> _Situation:
    return checker.root, checker.tool.name, frozenset(texts.items())


def _texts(project: Project, changes: Iterable[DocumentEdits], importing: Iterable[Path]) -> dict[Path, str]:
    texts = {path: text for path in importing if (text := project.text(path)) is not None}
    return texts | _edited(changes)


def _judged(
    edited: Edited, about: Iterable[Finding], checker: Installed, was: Sequence[Problem], now: Sequence[Problem]
) -> Climb:
    document, confirmed = edited.document, set[str]()
    for finding in about:
        if finding.source.lower() in checker.tool.sources:
            asked = (document.path, finding.code.removeprefix("TS"), _words(finding.message))
            before, after = ([p for p in each if (p.path, p.code, _words(p.message)) == asked] for each in (was, now))
            if before and len(after) >= len(before):
                return Climb(broken=Rung.GONE, problem=after[0])
            confirmed.add(finding.source)
    moves = {path: Moves.of(each.edits) for each in edited.changes if (path := each.document.path) is not None}
    for problem in fresh(was, now, moves):
        return Climb(broken=Rung.FILE if problem.path == document.path else Rung.IMPORTERS, problem=problem)
    return Climb(others=others(about, confirmed))


def others(about: Iterable[Finding], confirmed: Collection[str] = ()) -> tuple[str, ...]:
    """The checkers that have found something, without those that were asked again."""
    return tuple(sorted({finding.source for finding in about} - {SOURCE, *confirmed}))


def _identity(about: Iterable[Finding]) -> _About:
    return frozenset((finding.source, finding.code, finding.message) for finding in about)


def _words(message: str) -> str:
    """A message, on however many lines it is printed."""
    return " ".join(message.split())
