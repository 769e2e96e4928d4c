"""The files of a project that the file that is checked asks: each is lowered once, and serves until it changes."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import File
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.text.document import Document, uri_to_path
from breadknife.text.outline import Import

_KEPT = 500
"""Files that stay lowered: about 1 MB each, as far as others have asked for their functions."""
_SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_MOST_NEW = 60
"""Files that are read for one check. What it would need of others stays unknown until the next."""


class KeptFiles(ABC):
    """Not for use from two threads at once."""

    def __init__(
        self,
        paths: Callable[[Import, Document], Sequence[Path]],
        text: Callable[[Path], str | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`paths` and `text`: see `Project.module` and `Project.text`."""
        self.paths, self.text, self._clock = paths, text, clock
        self._homes = OrderedDict[Path, tuple[str | None, FileHome | None]]()
        self._seen = set[Path]()
        """Files that were compared with the disk a moment ago."""
        self._since = clock()
        self._new = 0

    @abstractmethod
    def lowered(self, path: Path, text: str, /) -> FileHome | None:
        """The analysis of a file; None where it is of no language that can be read."""

    def begin(self) -> None:
        """A check begins."""
        now = self._clock()
        if now - self._since >= _SECONDS:
            self._since = now
            self._seen.clear()
        self._new = 0

    def home(self, path: Path) -> FileHome | None:
        known = self._homes.get(path)
        if known is not None and path in self._seen:
            return known[1]
        if known is None and self._new >= _MOST_NEW:
            return None
        text = self.text(path)
        self._seen.add(path)
        if known is not None and known[0] == text and (known[1] is None or self.is_current(known[1])):
            return known[1]
        self._new += 1
        if known is not None:
            self._forget_askers(path.as_uri())
        home = self.lowered(path, text) if text is not None else None
        self._homes[path] = text, home
        while len(self._homes) > _KEPT:
            self._homes.popitem(last=False)
        return home

    def file(self, uri: str, /) -> File | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def is_current(self, home: Names) -> bool:
        """Whether the files that it has asked still say the same."""
        for uri in list(home.asked):
            path = uri_to_path(uri)
            known = self._homes.get(path) if path is not None else None
            if path is None or known is None or self.home(path) is not known[1]:
                return False
        return True

    def _forget_askers(self, uri: str) -> None:
        gone = {uri}
        while asking := [path for path, (_, home) in self._homes.items() if home and home.asked & gone]:
            gone |= {path.as_uri() for path in asking}
            for path in asking:
                del self._homes[path]
