"""Checks files side by side, and tells of them in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from breadknife.cli.formats.values import Checked, File, Problem, Told, named_from_here
from breadknife.cli.lint.asking import Answer, Checker, Task
from breadknife.cli.lint.plugins import asked
from breadknife.cli.lint.processes import Spreading
from breadknife.cli.lint.sources import Source
from breadknife.cli.lint.stopping import Stop
from breadknife.cli.lint.wanted import Wanted
from breadknife.errors import DocumentError
from breadknife.host.host import Host
from breadknife.host.workspace import root_of
from breadknife.task.values import Finding
from breadknife.text.document import MARK, Document, read_document, uri_to_path, with_newlines

_LOOK_SECONDS = 0.1
"""How often is looked whether to stop, while something is waited for."""


@dataclass(frozen=True)
class _Begun:
    """A file that is being checked, or can't be."""

    source: Source
    document: Document | None = None
    answers: Sequence[Future[Answer]] = ()
    failure: str = ""

    @property
    def is_done(self) -> bool:
        return all(each.done() for each in self.answers)


class Roots:
    """Which folder a file belongs to; files of one folder belong to the same one."""

    def __init__(self, here: Path) -> None:
        self._here = here
        self._known = dict[Path, Path]()

    def of(self, path: Path) -> Path:
        if path.parent not in self._known:
            self._known[path.parent] = root_of(path, [self._here])
        return self._known[path.parent]


@dataclass(frozen=True)
class Checks:
    host: Host
    """Its `settings_of` gives the settings of each folder."""
    here: Checker
    spread: Spreading
    roots: Roots
    wanted: Wanted
    all_fixes: bool
    stop: Stop

    def of(
        self,
        sources: Iterable[Source],
        ahead: int,
        begins: Callable[[Source, Document, Path], None],
        waits: Callable[[Source], None],
        reads: Callable[[Path], None],
    ) -> Iterator[Checked]:
        """Yield them in the order of `sources`. When it is stopped those that are ready are told.

        At most `ahead` files are begun before the first of them is told. `begins` is called with each file, its
        document and its folder, `waits` with the file that is waited for, `reads` with a folder whose files are still
        being read.
        """
        begun = deque[_Begun]()
        for source in sources:
            if self.stop.asked:
                break
            begun.append(self._begin(source, begins, reads))
            while begun and (begun[0].is_done or len(begun) >= ahead):
                waits(begun[0].source)
                if not self._wait(begun[0]):
                    break
                yield self._checked(begun.popleft())
        while begun and not self.stop.asked:
            waits(begun[0].source)
            if self._wait(begun[0]):
                yield self._checked(begun.popleft())
        yield from (self._checked(each) for each in begun if each.is_done)

    def _begin(
        self, source: Source, begins: Callable[[Source, Document, Path], None], reads: Callable[[Path], None]
    ) -> _Begun:
        root = self.roots.of(source.path)
        if not self.host.projects.read(root, _LOOK_SECONDS):
            reads(root)
            while not (self.host.projects.read(root, _LOOK_SECONDS) or self.stop.asked):
                pass
        try:
            document = with_newlines(source.read(self.wanted.language))
        except DocumentError as error:
            return _Begun(source, failure=str(error))
        begins(source, document, root)
        plugins = asked(self.host, document, root)
        spread = self.spread.checker()
        if spread is self.here:  # its plugins are asked side by side
            parts = ((spread, plugins.spread | plugins.here),)
        else:
            parts = ((spread, plugins.spread), (self.here, plugins.here))
        answers = [by.check(Task(document, root, names, self.all_fixes)) for by, names in parts if names]
        return _Begun(source, document, answers)

    def _wait(self, begun: _Begun) -> bool:
        """Whether the answers are there; otherwise it is to stop."""
        for answer in begun.answers:
            while not answer.done():
                if self.stop.asked:
                    return False
                wait([answer], _LOOK_SECONDS)
        return True

    def _checked(self, begun: _Begun) -> Checked:
        path = begun.source.path
        if begun.document is None:
            return Checked(path, failures=(begun.failure,))
        answers = [each.result() for each in begun.answers]
        if failures := [each for answer in answers for each in answer.failures]:
            return Checked(path, failures=(f"{path}: {'; '.join(failures)}",))
        found = sorted(
            (each for answer in answers for each in answer.findings), key=lambda f: (f.span, f.source, f.code)
        )
        kept = [each for each in found if self.wanted.keeps(each)]
        told = [each for each in kept if self.wanted.is_likely(each)]
        file = File(path, begun.document)
        return Checked(
            path,
            [Problem(file, each, tuple(_related(file, each))) for each in told],
            [f"{path}: {why}" for answer in answers for why in answer.unanswered],
            hidden=len(kept) - len(told),
        )


def _related(file: File, finding: Finding) -> Iterator[Told]:
    """What explains it; without places of files that aren't there any more, or are shorter by now."""
    for each in finding.related:
        there = file if each.uri in (None, file.document.uri) else _other(each.uri)
        by = len(MARK) if there and there is not file and there.document.text.startswith(MARK) else 0
        if there and each.span.end + by <= len(there.document.text):
            yield Told(there, each.span.shifted(by), each.message)


@lru_cache(maxsize=64)  # many findings come from a few declarations
def _other(uri: str) -> File | None:
    """A file that was not named."""
    path = uri_to_path(uri)
    try:
        return named_from_here(path, read_document(path)) if path else None
    except DocumentError:
        return None
