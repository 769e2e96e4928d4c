"""The projects of workspace folders, each made when it is first needed, and the open documents."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from breadknife.lru import LruCache
from breadknife.paths import is_marked
from breadknife.project.folder import FolderProject
from breadknife.project.ignoring import GITIGNORE, OWN
from breadknife.text.document import Document, uri_to_path
from breadknife.text.languages import LANGUAGES

IGNORE_FILES = (GITIGNORE, OWN)
SUFFIXES = sorted({suffix for language in LANGUAGES.values() if language.definitions for suffix in language.suffixes})
"""The file suffixes whose changes on disk matter to a project."""
READ_SECONDS = 60.0
"""The longest wait until a folder is read."""
FOLDERS = 6
"""The most projects at a time; the least recently used one goes."""


class Projects:
    """The projects by their roots. Safe to use from several threads."""

    def __init__(self) -> None:
        self.folders: Sequence[Path] = ()
        """The folders that the editor has open."""
        self._known = LruCache[Path, FolderProject](FOLDERS, on_drop=FolderProject.close)
        self._open: dict[str, tuple[Path, Document]] = {}
        """URI -> root and document."""
        self._lock = threading.Lock()

    def of(self, root: Path | None) -> FolderProject | None:
        """Return the project of a workspace folder; None if the folder has no mark and isn't open, and for a home
        folder."""
        if root is None or not self._is_project(root):
            return None
        with self._lock:
            return self._known.get_or_add(
                root, lambda: FolderProject(root, [document for at, document in self._open.values() if at == root])
            )

    def read(self, root: Path, seconds: float = READ_SECONDS) -> bool:
        """Wait until the whole folder has been read, at most `seconds`. Returns whether it has."""
        project = self.of(root)
        return project is None or project.idle(seconds)

    def importers(self, path: Path, root: Path) -> Collection[Path]:
        """Return the files of a workspace folder that import one, so far as the folder is read."""
        project = self.of(root)
        return project.importers(path) if project is not None else ()

    def known(self, root: Path) -> bytes | None:
        """Return what has been read of a folder, for `adopt` in another process; None if it isn't a project."""
        project = self.of(root)
        return project.known() if project is not None else None

    def adopt(self, root: Path, known: bytes) -> None:
        """Use what another process has read of a folder (see `known`), instead of reading it again."""
        self._known[root] = FolderProject(root, known=known)

    def changed(self, document: Document, root: Path | None) -> None:
        """Note that a document was opened, or that its text has changed."""
        with self._lock:
            before, _ = self._open.get(document.uri, (None, None))
        if before and before != root:
            self.closed(document.uri)
        if root is None:
            return
        with self._lock:
            self._open[document.uri] = (root, document)
        if project := self.of(root):  # from the first text on: what is edited before anybody asks is an edit, too
            project.changed(document)

    def closed(self, uri: str) -> None:
        """Note that a document was closed: the file counts again."""
        with self._lock:
            root, _ = self._open.pop(uri, (None, None))
            project = self._known.get(root) if root else None
        if project and (path := uri_to_path(uri)):
            project.closed(path)

    def is_open(self, uri: str) -> bool:
        """Tell whether the editor has opened the document, and not closed it."""
        with self._lock:
            return uri in self._open

    def files_changed(self, paths: Iterable[Path]) -> None:
        """Note that files were made, changed or removed."""
        paths = list(paths)
        for root, project in self._known.items():
            if below := [path for path in paths if path.is_relative_to(root)]:
                project.files_changed(below)

    def close(self) -> None:
        for project in self._known.values():
            project.close()
        self._known.clear()

    def _is_project(self, root: Path) -> bool:
        return not holds_home(root) and (root in self.folders or is_marked(root))


def holds_home(root: Path) -> bool:
    """Tell whether a folder is a home, or has homes in it: too much to be a project's."""
    return root == Path(root.anchor) or Path(os.path.expanduser("~")).is_relative_to(root)
