"""The ladder that an edit climbs before it is made: what the language's own checks have said when it was offered, and
what an installed checker says of the file and of those that import it.

The menu waits for no checker. What was asked before, or in the background since, is known when it opens again.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError, Cancelled, EngineError
from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.values import SOURCE, RepairOffer
from breadknife.plugins.nullcheck.verify.oracle.comparing import OffsetMap, compared, fault
from breadknife.plugins.nullcheck.verify.oracle.oracle import FRESH_SECONDS, Oracle
from breadknife.plugins.nullcheck.verify.oracle.tools import CheckerChoice, InstalledChecker, installed
from breadknife.plugins.nullcheck.verify.oracle.values import CheckerProblem
from breadknife.project.values import Project
from breadknife.task.plugin import Context
from breadknife.task.values import DocumentEdits, Finding
from breadknife.text.document import Document, TextEdit, apply_edits

IMPORTERS = 20
"""Files that are checked with an edit, of those that import what it changes."""
_AT_ONCE = 2
"""Of the files that import the edited one, so many are asked about with one question."""
_SHARE, _MOST_SECONDS = 0.1, 5.0
"""Of the time that an edit waits for a checker, and at most so long: then no more is asked about importers."""
_IDLE_SECONDS = 1.0
"""After a document's first finding, so that the findings of others are there before a checker takes the processor."""
_CLIMBS = 64
"""Results that are kept."""
_HIDING = re.compile(r"\bAny\b|\bignore\b|@ts-expect-error|eslint-disable")
"""What may keep a checker from telling more than an edit is to end."""

_PACKAGES = frozenset({"__init__", "index"})
"""Stems of files that hand on what they import."""

_About = frozenset[tuple[str, str, str]]
"""Findings that an edit is to end: their sources, codes and messages."""


class Rung(StrEnum):
    """Each offer has passed all but the last, by its language's own checks."""

    PARSES = "parses"
    GONE = "finding gone"
    PATH = "non-null path unchanged"
    FILE = "file clean"
    IMPORTERS = "importers clean"
    OTHERS = "other errors still reported"


@dataclass(frozen=True)
class ProposedEdit:
    """A document and the edits that are to be made."""

    document: Document
    edits: tuple[TextEdit, ...]
    is_inner: bool = False
    """See `RepairOffer`: the files that import it aren't checked."""
    elsewhere: tuple[DocumentEdits, ...] = ()

    @classmethod
    def by(cls, document: Document, offer: RepairOffer) -> ProposedEdit:
        return cls(document, offer.edits, offer.is_inner, offer.elsewhere)

    @property
    def changes(self) -> tuple[DocumentEdits, ...]:
        return (DocumentEdits(self.document, self.edits), *self.elsewhere)


@dataclass(frozen=True)
class LadderResult:
    """How far an edit came."""

    checker: str = ""
    """Which one was asked."""
    importers: int = 0
    of: int = 0
    """Files that import what it changes and can see it; `importers` of them were checked."""
    broken: Rung | None = None
    problem: CheckerProblem | None = None
    """What breaks it."""
    unasked: str = ""
    """Why the checker has said nothing."""
    is_torn: bool = False
    """The file had syntax errors before: nothing that is said of it as a whole counts for much."""
    others: tuple[str, ...] = ()
    """The checkers whose finding only the language's own checks have seen gone: they weren't asked again."""

    @property
    def badge(self) -> str:
        """Return what was checked, for people: `parses · finding gone · non-null path unchanged · file and 12 importers
        clean (pyright)`."""
        gone = f"{' and '.join(self.others)} {Rung.GONE} by breadknife's own check" if self.others else Rung.GONE
        said = [self.short] if not self.unasked else [self.short, self.unasked]
        parses = () if self.is_torn else (Rung.PARSES,)
        return " · ".join((*parses, gone, Rung.PATH, *said))

    @property
    def short(self) -> str:
        """Return what is known of the file, and who says so: `file and 12 importers clean (pyright)`; without a name it
        is the language's own checks."""
        if self.is_torn:
            return "the file does not parse"
        if not self.checker or self.unasked:
            return Rung.FILE
        files = f"{self.importers} of {self.of}" if self.of > self.importers else str(self.importers)
        importing = f" and {files} importer{'' if files == '1' else 's'}" if self.of else ""
        return f"file{importing} clean ({self.checker})"


class Ladder:
    """Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._oracles: dict[tuple[Path, str], Oracle] = {}
        self._climbs = LruCache[tuple[ProposedEdit, _About, int], LadderResult](
            _CLIMBS, seconds=FRESH_SECONDS, clock=clock
        )
        self._lock = threading.Lock()
        self.looks_ahead = True
        """True if menus are read, so that what they list is checked meanwhile."""
        self._background = ThreadPoolExecutor(1, "ladder")
        self._ahead = CancelToken()
        """Of the latest work in the background."""
        self._ahead_done = Future[None]()
        self._ahead_done.set_result(None)
        self._climbing: ProposedEdit | None = None
        """The edit that is asked about in the background."""
        self._warmed = set[Path]()
        """Documents that a checker has been shown before anybody chose a fix."""

    def checker(self, document: Document, choice: CheckerChoice, context: Context) -> InstalledChecker | None:
        """Return which one is asked of a document, if any: it has to be a file in a folder that is a project."""
        if document.path is None or context.project is None:
            return None
        return installed(choice, document.language, context.project.root, context.trusted)

    def problems(
        self,
        checker: InstalledChecker,
        language: str,
        texts: Mapping[Path, str],
        beside: Mapping[Path, str],
        seconds: float,
    ) -> list[CheckerProblem]:
        """See `RunningChecker.problems`. Raises Cancelled when it takes longer, and EngineError."""
        return self._oracle(checker, language).ask(texts, CancelToken.after(seconds), beside)

    @property
    def is_idle(self) -> bool:
        """Tell whether nothing is being found out ahead."""
        return self._ahead_done.done()

    def known(self, edited: ProposedEdit, about: Iterable[Finding], project: Project | None) -> LadderResult | None:
        """Return what was found out about it a moment ago, nothing having changed in the project."""
        return self._climbs.get((edited, _identity(about), project.generation)) if project is not None else None

    def prepare(
        self, offered: Sequence[ProposedEdit], about: Sequence[Finding], checker: InstalledChecker, seconds: float,
        context: Context, wanted: int = 1,
    ) -> None:  # fmt: skip
        """Climb in the background, best first, until so many of the ways that are offered have passed; instead of what
        was to be found out before."""
        project, limit = context.project, CancelToken()
        if not self.looks_ahead or project is None or self._climbing in offered:
            return

        def climb_ahead() -> None:
            left = wanted
            for edited in offered:
                if left == 0 or limit.cancelled:
                    break
                self._climbing = edited
                with contextlib.suppress(BreadknifeError):
                    left -= self._climbed(edited, about, checker, project, seconds, limit).broken is None
            self._climbing = None

        self._ahead.cancel()
        self._ahead = limit
        with contextlib.suppress(RuntimeError):  # it is closed
            self._ahead_done = self._background.submit(climb_ahead)

    def warm(self, document: Document, choice: CheckerChoice, seconds: float, context: Context) -> None:
        """Show a document to its checker in an idle moment, once. A checker that only starts when a fix is chosen takes
        longer than anybody waits: it reads all that the document imports."""
        if not self.looks_ahead or document.path is None or document.path in self._warmed:
            return
        self._warmed.add(document.path)

        def show() -> None:
            checker = self.checker(document, choice, context)
            if checker is not None and self.is_idle:
                self.prepare([ProposedEdit(document, (), is_inner=True)], (), checker, seconds, context)

        timer = threading.Timer(_IDLE_SECONDS, show)
        timer.daemon = True
        timer.start()

    def climb(
        self,
        edited: ProposedEdit,
        about: Sequence[Finding],
        checker: InstalledChecker,
        seconds: float,
        context: Context,
    ) -> LadderResult:
        """Climb the ladder with an edit. `about` are the findings that it ends. Raises Cancelled."""
        if context.project is None:
            return LadderResult(others=others(about))
        if self._climbing != edited:  # who waits comes before who doesn't
            self._ahead.cancel()
        limit = CancelToken.after(seconds)
        forget = context.cancel.on_cancel(limit.cancel)
        try:
            climb = self._climbed(edited, about, checker, context.project, seconds, limit)
            context.cancel.raise_if_cancelled()
            return climb
        except Cancelled:
            context.cancel.raise_if_cancelled()
            why = f"{checker.tool.name} took longer than {seconds:g} s"
            return LadderResult(checker.tool.name, unasked=why, others=others(about))
        finally:
            forget()

    def close(self) -> None:
        self._ahead.cancel()
        self._background.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            oracles = list(self._oracles.values())
            self._oracles.clear()
        for oracle in oracles:
            oracle.close()

    def _oracle(self, checker: InstalledChecker, language: str) -> Oracle:
        with self._lock:
            key = (checker.root, checker.tool.name)
            if key not in self._oracles:
                self._oracles[key] = Oracle(lambda cancel: checker.start(language, cancel), clock=self._clock)
            return self._oracles[key]

    def _climbed(
        self,
        edited: ProposedEdit,
        about: Sequence[Finding],
        checker: InstalledChecker,
        project: Project,
        seconds: float,
        limit: CancelToken,
    ) -> LadderResult:
        """Return what is known, or is found out now. Raises Cancelled."""
        generation = project.generation
        climb = self.known(edited, about, project)
        if climb is None:
            try:
                climb = self._asked(edited, about, checker, project, seconds, limit)
            except EngineError:
                name = checker.tool.name
                return LadderResult(name, unasked=f"{name} does not run here", others=others(about))
            self._climbs[edited, _identity(about), generation] = climb
        return climb

    def _asked(
        self,
        edited: ProposedEdit,
        about: Sequence[Finding],
        checker: InstalledChecker,
        project: Project,
        seconds: float,
        limit: CancelToken,
    ) -> LadderResult:
        began, unsaved = self._clock(), _unsaved(checker, project)
        ask = partial(self._oracle(checker, edited.document.language).ask, cancel=limit)
        changed = {path: each for each in edited.changes if (path := each.document.path) is not None}
        old = {path: each.document.text for path, each in changed.items()}
        new = {path: apply_edits(old[path], each.edits) for path, each in changed.items()}
        is_seen = checker.tool.sees_unsaved and not edited.is_inner
        seeing = [path for each in edited.changes for path in importers(project, each)] if is_seen else []
        importing = [path for path in dict.fromkeys(seeing) if path not in old]
        texts = ((path, text) for path in importing[:IMPORTERS] if (text := project.text(path)) is not None)
        looked_at = dict(islice(texts, _AT_ONCE))
        now = ask({**looked_at, **new}, beside=unsaved)
        while self._clock() - began <= min(seconds * _SHARE, _MOST_SECONDS) and (
            group := dict(islice(texts, _AT_ONCE))
        ):
            now += ask(group, beside={**unsaved, **new})
            looked_at |= group
        wrong = {problem.path for problem in now} | ({*old} if _may_hide(edited) else set[Path]())
        troubled = {path: text for path, text in looked_at.items() if path in wrong}
        was = ask({**old, **troubled}, beside=unsaved) if wrong else []
        climb = _judged(edited, about, checker, was, now)
        while climb.problem is not None and (path := climb.problem.path) in looked_at:
            alone = {path: looked_at[path]}  # what pyright says of it depends on what it was asked about before
            with contextlib.suppress(Cancelled):  # in doubt it isn't made; the next time it is asked again
                before = ask(alone, beside={**unsaved, **old}, again=True)
                if not compared(before, ask(alone, beside={**unsaved, **new}, again=True), {}).new:
                    was, now = ([problem for problem in each if problem.path != path] for each in (was, now))
                    climb = _judged(edited, about, checker, was, now)
                    continue
            break
        return replace(climb, checker=checker.tool.name, importers=len(looked_at), of=len(importing))


def _unsaved(checker: InstalledChecker, project: Project) -> dict[Path, str]:
    """Return what stands in the editor's documents, and not in the files."""
    opened = project.unsaved() if checker.tool.sees_unsaved else ()
    return {path: each.text for each in opened if each.language in checker.tool.languages and (path := each.path)}


def _judged(
    edited: ProposedEdit,
    about: Iterable[Finding],
    checker: InstalledChecker,
    was: Sequence[CheckerProblem],
    now: Sequence[CheckerProblem],
) -> LadderResult:
    path, confirmed = edited.document.path, set[str]()
    moves = {path: OffsetMap.of(each.edits) for each in edited.changes if (path := each.document.path) is not None}
    own = moves.get(path, OffsetMap()) if path is not None else OffsetMap()
    for finding in filter(checker.tool.has_found, about):
        confirmed.add(finding.source)
        start = finding.span.start
        was_told = any(each.path == path and each.start == start and _is_told(each, finding) for each in was)
        for each in now if was_told else ():
            is_fault = (each.path, fault(each.code)) == (path, fault(finding.code))
            if is_fault and own.leads(start, each.start):
                return LadderResult(broken=Rung.GONE, problem=each)
    change = compared(was, now, moves)
    for problem in change.new:
        return LadderResult(broken=Rung.FILE if problem.path in moves else Rung.IMPORTERS, problem=problem)
    for problem in change.hidden if _may_hide(edited) else ():
        return LadderResult(broken=Rung.OTHERS, problem=problem)
    return LadderResult(others=others(about, confirmed))


def _may_hide(edited: ProposedEdit) -> bool:
    return any(_HIDING.search(edit.new_text) for each in edited.changes for edit in each.edits)


def others(about: Iterable[Finding], confirmed: Collection[str] = ()) -> tuple[str, ...]:
    """Return the checkers that have found something, without those that were asked again."""
    return tuple(sorted({finding.source for finding in about} - {SOURCE, *confirmed}))


def _identity(about: Iterable[Finding]) -> _About:
    return frozenset((finding.source, finding.code, finding.message) for finding in about)


def _is_told(problem: CheckerProblem, finding: Finding) -> bool:
    """Tell whether they say the same, on however many lines the message is printed."""
    return fault(problem.code) == fault(finding.code) and problem.message.split() == finding.message.split()


def importers(project: Project, change: DocumentEdits) -> list[Path]:
    """Return the files that have to be looked at again after an edit: those that import what is changed, also through a
    package; first those that use a name of what is edited."""
    path = change.document.path
    known = project.outline(path) if path is not None else None
    if path is None or known is None:
        return []
    touched = [each for each in known.definitions if any(each.span.touches(edit.span) for edit in change.edits)]
    names = {name for each in touched for name in (each.name, each.container) if name}
    found: dict[Path, bool] = {}
    """File -> whether it uses the name of a definition that is changed."""
    for importer in project.importers(path):
        through = project.importers(importer) if importer.stem in _PACKAGES else ()
        for each in (importer, *through):
            its = project.outline(each)
            found[each] = its is not None and not names.isdisjoint(its.names)
    return sorted(found.keys() - {path}, key=lambda path: (not found[path], path))
