"""The analyses of the documents that are being worked on, each kept until its text changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import NullFile, NullLanguage
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

KEPT = 8
"""Documents."""


@dataclass
class _Kept:
    text: str
    nullable: tuple[str, ...]
    """The user's rules that it was made with."""
    file: NullFile
    lock: threading.Lock = field(default_factory=threading.Lock)


class Files:
    def __init__(self) -> None:
        self._kept = OrderedDict[str, _Kept]()
        self._languages: dict[tuple[str, tuple[str, ...]], NullLanguage] = {}
        self._lock = threading.Lock()

    @contextmanager
    def open(
        self, document: Document, tree: SyntaxTree, project: Project | None, nullable: tuple[str, ...] = ()
    ) -> Generator[NullFile]:
        """The document's analysis, for one thread at a time."""
        with self._lock:
            kept = self._kept.pop(document.uri, None)
            same = kept is not None and (kept.text, kept.nullable) == (document.text, nullable)
            if kept is None or not same or not kept.file.is_current():
                of = self._known(document.language, nullable)
                kept = _Kept(document.text, nullable, of.open(document, tree, project))
            self._kept[document.uri] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        with kept.lock:
            yield kept.file

    def language(self, id: str, nullable: tuple[str, ...] = ()) -> NullLanguage:
        """One object for each: it remembers what it knows of the project's files."""
        with self._lock:
            return self._known(id, nullable)

    def _known(self, id: str, nullable: tuple[str, ...]) -> NullLanguage:
        """With the lock."""
        key = (id, nullable)
        if key not in self._languages:
            self._languages[key] = language(id, nullable)
        return self._languages[key]
