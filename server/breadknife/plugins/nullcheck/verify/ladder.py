"""The ladder that an edit climbs before it is made: what the language's own checks have said when it was offered, and
what an installed checker says of the file and of those that import it.

The menu waits for no checker. What was asked before, or in the background since, is known when it opens again.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.errors import Cancelled, EngineError, EngineUnavailable
from breadknife.plugins.nullcheck.recent import Recent
from breadknife.plugins.nullcheck.values import SOURCE
from breadknife.plugins.nullcheck.verify.climb import IMPORTERS, Climb, Edited, Rung
from breadknife.plugins.nullcheck.verify.importers import importers
from breadknife.plugins.nullcheck.verify.oracle.comparing import Moves, compared, fault
from breadknife.plugins.nullcheck.verify.oracle.oracle import FRESH_SECONDS, Ask, Oracle
from breadknife.plugins.nullcheck.verify.oracle.tools import Choice, Installed, installed
from breadknife.plugins.nullcheck.verify.oracle.values import Problem
from breadknife.project.values import Project
from breadknife.task.plugin import Context
from breadknife.task.values import Finding
from breadknife.text.document import Document, apply_edits

_AT_ONCE = 2
"""Of the files that import the edited one, so many are asked about with one question."""
_SHARE = 0.1
"""Of the time that an edit waits for a checker: once it is used, no further question about importers is begun."""
_ORACLES, _CLIMBS = 3, 64
"""Kept: programs (pyright holds some 200 MB), and results."""
_HIDING = re.compile(r"\bAny\b|\bignore\b|@ts-expect-error|eslint-disable")
"""What may keep a checker from telling more than an edit is to end."""

_About = frozenset[tuple[str, str, str]]
"""Findings that an edit is to end: their sources, codes and messages."""


class Ladder:
    """Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._oracles: OrderedDict[tuple[Path, str], Oracle] = OrderedDict()
        self._climbs = Recent[tuple[Edited, _About, int], Climb](_CLIMBS, FRESH_SECONDS, clock)
        self._lock = threading.Lock()

    def checker(self, document: Document, choice: Choice, context: Context) -> Installed | None:
        """Which one is asked of a document, if any: it has to be a file in a folder that is a project."""
        if document.path is None or context.project is None:
            return None
        return installed(choice, document.language, context.project.root, context.trusted)

    def problems(
        self, checker: Installed, language: str, texts: Mapping[Path, str], beside: Mapping[Path, str], seconds: float
    ) -> list[Problem]:
        """See `Checker.problems`. Raises Cancelled when it takes longer, and EngineError."""
        return self._oracle(checker, language).ask(texts, CancelToken.after(seconds), beside)

    @property
    def is_idle(self) -> bool:
        """Whether nothing is being found out ahead."""
        with self._lock:
            return all(oracle.is_idle for oracle in self._oracles.values())

    def known(self, edited: Edited, about: Iterable[Finding], project: Project | None) -> Climb | None:
        """What was found out about it a moment ago, nothing having changed in the project."""
        return self._climbs.get((edited, _identity(about), project.generation)) if project is not None else None

    def prepare(
        self, offered: Sequence[Edited], about: Sequence[Finding], checker: Installed, seconds: float,
        context: Context, wanted: int = 1,
    ) -> None:  # fmt: skip
        """Ask in the background, best first, until so many of the ways that are offered have passed."""
        if context.project is not None:
            with contextlib.suppress(EngineUnavailable):  # it is closed meanwhile
                self._prepare(offered, about, checker, context.project, seconds, wanted, instead=True)

    def _prepare(
        self, offered: Sequence[Edited], about: Sequence[Finding], checker: Installed, project: Project,
        seconds: float, wanted: int, *, instead: bool,
    ) -> None:  # fmt: skip
        if not offered or wanted == 0:
            return
        edited, *rest = offered
        generation = project.generation

        def go_on(climb: Climb, *, instead: bool) -> None:
            self._prepare(rest, about, checker, project, seconds, wanted - (climb.broken is None), instead=instead)

        def work(ask: Ask) -> None:
            try:
                climb = self._climbed(edited, about, checker, project, seconds, ask)
            except EngineError:
                climb = self._kept(edited, about, generation, _does_not_run(checker, about), self._clock())
            if project.generation == generation:
                go_on(climb, instead=False)

        if (known := self._known_enough(edited, about, seconds, project)) is not None:
            go_on(known, instead=instead)
        else:
            self._oracle(checker, edited.document.language).prepare(work, (edited, _identity(about)), instead=instead)

    def climb(
        self, edited: Edited, about: Sequence[Finding], checker: Installed, seconds: float, context: Context
    ) -> Climb:
        """`about` are the findings that it ends. Raises Cancelled."""
        if context.project is None:
            return Climb(others=others(about))
        limit = CancelToken.after(seconds)
        forget = context.cancel.on_cancel(limit.cancel)
        oracle = self._oracle(checker, edited.document.language)
        try:
            oracle.settle((edited, _identity(about)), limit)
            known = self._known_enough(edited, about, seconds, context.project)
            climb = known or self._climbed(edited, about, checker, context.project, seconds, oracle.asking(limit))
            context.cancel.raise_if_cancelled()
            return climb
        except Cancelled:
            context.cancel.raise_if_cancelled()
            why = f"{checker.tool.name} took longer than {seconds:g} s"
            return Climb(checker.tool.name, unasked=why, others=others(about))
        except EngineError:
            return _does_not_run(checker, about)
        finally:
            forget()

    def _known_enough(self, edited: Edited, about: Sequence[Finding], seconds: float, project: Project) -> Climb | None:
        known = self.known(edited, about, project)
        return known if known is not None and known.is_enough(seconds) else None

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
                oracle = Oracle(lambda cancel: checker.start(language, cancel), clock=self._clock)
            self._oracles[key] = oracle
            while len(self._oracles) > _ORACLES:
                old.append(self._oracles.popitem(last=False)[1])
        for each in old:
            threading.Thread(target=each.close, daemon=True).start()  # which takes a moment
        return oracle

    def _climbed(
        self, edited: Edited, about: Sequence[Finding], checker: Installed, project: Project, seconds: float, ask: Ask
    ) -> Climb:
        began, generation = self._clock(), project.generation
        unsaved = _unsaved(checker, project)
        changed = {path: each for each in edited.changes if (path := each.document.path) is not None}
        old = {path: each.document.text for path, each in changed.items()}
        new = {path: apply_edits(old[path], each.edits) for path, each in changed.items()}
        is_seen = checker.tool.sees_unsaved and not edited.is_inner
        seeing = [path for each in edited.changes for path in importers(project, each)] if is_seen else []
        importing = [path for path in dict.fromkeys(seeing) if path not in old]
        groups = _groups(project, importing[:IMPORTERS])
        of = sum(map(len, groups)) + len(importing[IMPORTERS:])
        looked_at, *rest = groups or [{}]
        now = ask({**looked_at, **new}, unsaved)
        for group in rest:
            if self._clock() - began > seconds * _SHARE:
                break
            now += ask(group, {**unsaved, **new})
            looked_at |= group
        wrong = {problem.path for problem in now} | ({*old} if _may_hide(edited) else set[Path]())
        troubled = {path: text for path, text in looked_at.items() if path in wrong}
        was = ask({**old, **troubled}, unsaved) if wrong else []
        climb = _judged(edited, about, checker, was, now)
        while climb.problem is not None and (path := climb.problem.path) in looked_at:
            alone = {path: looked_at[path]}  # what pyright says of it depends on what it was asked about before
            with contextlib.suppress(Cancelled):  # in doubt it isn't made; the next time it is asked again
                if not compared(ask(alone, {**unsaved, **old}), ask(alone, {**unsaved, **new}), {}).new:
                    was, now = ([problem for problem in each if problem.path != path] for each in (was, now))
                    climb = _judged(edited, about, checker, was, now)
                    continue
            break
        is_unseen = is_seen and not importing and any({*project.importers(path)} - {*old} for path in old)
        climb = replace(
            climb, checker=checker.tool.name, importers=len(looked_at), of=of, seconds=seconds,
            is_inner=edited.is_inner or is_unseen,
        )  # fmt: skip
        return self._kept(edited, about, generation, climb, began)

    def _kept(self, edited: Edited, about: Iterable[Finding], generation: int, climb: Climb, since: float) -> Climb:
        self._climbs.put((edited, _identity(about), generation), climb, since)
        return climb


def _unsaved(checker: Installed, project: Project) -> dict[Path, str]:
    """What stands in the editor's documents, and not in the files."""
    opened = project.unsaved() if checker.tool.sees_unsaved else ()
    return {path: each.text for each in opened if each.language in checker.tool.languages and (path := each.path)}


def _groups(project: Project, paths: Iterable[Path]) -> list[dict[Path, str]]:
    items = [(path, text) for path in paths if (text := project.text(path)) is not None]
    return [dict(items[at : at + _AT_ONCE]) for at in range(0, len(items), _AT_ONCE)]


def _judged(
    edited: Edited, about: Iterable[Finding], checker: Installed, was: Sequence[Problem], now: Sequence[Problem]
) -> Climb:
    path, confirmed = edited.document.path, set[str]()
    moves = {path: Moves.of(each.edits) for each in edited.changes if (path := each.document.path) is not None}
    own = moves.get(path, Moves()) if path is not None else Moves()
    for finding in filter(checker.tool.has_found, about):
        confirmed.add(finding.source)
        its = [each for each in was if (each.path, fault(each.code)) == (path, fault(finding.code))]
        told = {each.start for each in its if _words(each.message) == _words(finding.message)}
        after = [each for each in now if (each.path, fault(each.code)) == (path, fault(finding.code))]
        after = [each for each in after if any(own.leads(start, each.start) for start in told)]
        if after and len(after) >= sum(each.start in told for each in its):
            return Climb(broken=Rung.GONE, problem=after[0])
    change = compared(was, now, moves)
    for problem in change.new:
        return Climb(broken=Rung.FILE if problem.path in moves else Rung.IMPORTERS, problem=problem)
    for problem in change.hidden if _may_hide(edited) else ():
        return Climb(broken=Rung.OTHERS, problem=problem)
    return Climb(others=others(about, confirmed))


def _may_hide(edited: Edited) -> bool:
    return any(_HIDING.search(edit.new_text) for each in edited.changes for edit in each.edits)


def _does_not_run(checker: Installed, about: Iterable[Finding]) -> Climb:
    return Climb(checker.tool.name, unasked=f"{checker.tool.name} does not run here", others=others(about))


def others(about: Iterable[Finding], confirmed: Collection[str] = ()) -> tuple[str, ...]:
    """The checkers that have found something, without those that were asked again."""
    return tuple(sorted({finding.source for finding in about} - {SOURCE, *confirmed}))


def _identity(about: Iterable[Finding]) -> _About:
    return frozenset((finding.source, finding.code, finding.message) for finding in about)


def _words(message: str) -> str:
    """A message, on however many lines it is printed."""
    return " ".join(message.split())
