"""The analyses of the documents that are being worked on, each kept until its text changes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

from breadknife.plugins.nullcheck.languages import language
from breadknife.plugins.nullcheck.values import NullFile
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.syntax import SyntaxTree

KEPT = 8
"""Documents."""


@dataclass
class _Kept:
    text: str
    file: NullFile
    lock: threading.Lock = field(default_factory=threading.Lock)


class Files:
    def __init__(self) -> None:
        self._kept = OrderedDict[str, _Kept]()
        self._lock = threading.Lock()

    @contextmanager
    def open(self, document: Document, tree: SyntaxTree, project: Project | None) -> Generator[NullFile]:
        """The document's analysis, for one thread at a time."""
        with self._lock:
            kept = self._kept.pop(document.uri, None)
            if kept is None or kept.text != document.text:
                kept = _Kept(document.text, language(document.language).open(document, tree, project))
            self._kept[document.uri] = kept
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        with kept.lock:
            yield kept.file
