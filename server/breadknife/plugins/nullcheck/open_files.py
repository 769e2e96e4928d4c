"""The analyses of the documents that are being worked on, each kept until its text changes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

from breadknife.lru import LruCache
from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.languages.file import NullFile, NullLanguage
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

_DOCUMENTS = 8


class OpenFiles:
    def __init__(self, documents: int = _DOCUMENTS) -> None:
        self._files = LruCache[str, NullFile](documents)
        self._languages: dict[str, NullLanguage] = {}
        """One object for each id: it remembers what it knows of the project's files."""
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, document: Document, tree: SyntaxTree, project: Project | None, *, reads_all: bool = False
    ) -> Generator[NullFile]:
        """Yield the document's analysis, for one thread at a time.

        With `reads_all` it reads any number of other files: what `breadknife lint` finds mustn't depend on which files
        were checked before.
        """
        file = self.file(document, project, lambda _: tree)
        assert file is not None
        with file.lock:
            file.files.reads_all = reads_all
            yield file

    def file(
        self, document: Document, project: Project | None, tree: Callable[[Document], SyntaxTree | None]
    ) -> NullFile | None:
        """Return the analysis of a document; None where it has no tree."""
        with self._lock:
            file = self._files.get(document.uri)
            if file is None or file.document.text != document.text or not file.is_current():
                parsed, id = tree(document), document.language
                if parsed is None:
                    return None
                spoken = self._languages.get(id) or self._languages.setdefault(id, language(id))
                file = self._files[document.uri] = spoken.open(document, parsed, project, file)
            return file
