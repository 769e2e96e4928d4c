"""Fills shelves in tests, with vectors that anybody can check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest
from breadknife.engine.scripted import ScriptedEngine
from breadknife.plugins.shelf.index.filling import FillProgress, fill_pictures, fill_text, fill_vectors
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.steps.values import Vector


class ScriptedEmbedder:
    """Texts with the same words are near each other."""

    def __init__(self, identity: str = "scripted") -> None:
        self.identity = identity
        self.texts: list[str] = []
        """All that it was asked."""
        self._engine = ScriptedEngine(())

    def embed(self, texts: Sequence[str], cancel: CancelToken = CancelToken()) -> tuple[Vector, ...]:
        self.texts += texts
        return self._engine.embed(EmbedRequest("m", tuple(texts)), cancel).vectors


def fill(
    folder: Path,
    embedder: ScriptedEmbedder | None = None,
    *,
    ocr: bool = False,
    tell: Callable[[FillProgress], None] = lambda progress: None,
    cancel: CancelToken | None = None,
) -> list[str]:
    """Bring the folder's index up to date. Returns the files that were read, in order."""
    read = dict[str, None]()

    def hear(progress: FillProgress) -> None:
        if progress.phase == "read" and progress.name:
            read[progress.name] = None
        tell(progress)

    cancel = cancel or CancelToken()
    with IndexWriter(folder) as store, ReadingProcess() as reading:
        fill_text(store, reading, hear, cancel)
        if ocr:
            fill_pictures(store, reading, hear, cancel)
        if embedder is not None:
            fill_vectors(store, embedder, hear, cancel)
    return list(read)
