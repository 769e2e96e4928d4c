"""Which of the findings that `breadknife fix` was given its repairs have ended: asked of who has found them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path

from breadknife.errors import Cancelled, EngineError
from breadknife.plugins.nullcheck.project.causes import Found
from breadknife.plugins.nullcheck.project.repairs import Repairs
from breadknife.plugins.nullcheck.verify.oracle.comparing import fault
from breadknife.plugins.nullcheck.verify.oracle.tools import Installed
from breadknife.text.document import Document

_Key = tuple[str, int]
"""A code, and the line (0-based) where a finding begins: messages tell types, which repairs change."""


class Recheck:
    """A finding is there as long as nobody says otherwise: a checker that doesn't see it in the file as it is on disk
    is of another version, or has other settings."""

    def __init__(self, repairs: Repairs) -> None:
        self._repairs = repairs
        self._on_disk = dict[Path, Set[_Key]]()

    def ended(self, findings: Iterable[tuple[Found, Found]]) -> set[Found]:
        """Those that are gone, of the findings as they were told, each with where it would be by now."""
        by_path = defaultdict[Path, list[tuple[Found, Found]]](list)
        for told, here in findings:
            by_path[here.path].append((told, here))
        return {told for path, pairs in by_path.items() for told in self._in(path, pairs)}

    def _in(self, path: Path, pairs: Iterable[tuple[Found, Found]]) -> Iterator[Found]:
        checker = self._repairs.checker(path)
        theirs = [(told, here) for told, here in pairs if checker and checker.tool.has_found(told.finding)]
        if checker is None or not theirs:
            return
        document, on_disk = self._repairs.changes.document(path), self._repairs.changes.on_disk(path)
        beside = {each.path: each.after for each in self._repairs.changes if each.path != path}
        try:
            if path not in self._on_disk:
                self._on_disk[path] = self._said(checker, on_disk, path, {})
            now = self._said(checker, document, path, beside)
        except (EngineError, Cancelled):
            return
        was = self._on_disk[path]
        yield from (told for told, here in theirs if _of(on_disk, told) in was and _of(document, here) not in now)

    def _said(self, checker: Installed, document: Document, path: Path, beside: Mapping[Path, str]) -> Set[_Key]:
        problems = self._repairs.problems(checker, document, beside)
        return {_key(document, each.code, each.start) for each in problems if each.path == path}


def _of(document: Document, found: Found) -> _Key:
    return _key(document, found.finding.code, found.finding.span.start)


def _key(document: Document, code: str, offset: int) -> _Key:
    return fault(code), document.line_at(offset)
