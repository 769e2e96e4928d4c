"""A shelf in memory, with vectors that anybody can reckon: for tests of the evidence."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from breadknife.plugins.shelf.chunking.chunks import chunks_of
from breadknife.plugins.shelf.chunking.cleaning import with_hyphens
from breadknife.plugins.shelf.evidence.words import stems
from breadknife.plugins.shelf.values import Candidate, ShelfStatus
from breadknife.steps.pages import Page
from breadknife.steps.values import Vector

_DIMENSIONS = 64


def embed(texts: Sequence[str]) -> list[Vector]:
    """A bag of stems: texts with the same words are near. Not what a model does, but as repeatable."""
    vectors: list[Vector] = []
    for words in stems(texts):
        counts = [0.0] * _DIMENSIONS
        for word in words:
            counts[sum(map(ord, word)) % _DIMENSIONS] += 1.0
        length = math.hypot(*counts) or 1.0
        vectors.append(tuple(count / length for count in counts))
    return vectors


class MemoryShelves:
    """File name -> its pages' texts. It implements `Shelves`."""

    def __init__(self, files: Mapping[str, Sequence[str]], waiting: int = 0) -> None:
        read = {
            Path("/shelf", name): with_hyphens([Page(number, text) for number, text in enumerate(pages, 1)])
            for name, pages in files.items()
        }
        self._pages = {(file, page.number): page.text for file, pages in read.items() for page in pages}
        self.chunks = [(file, chunk) for file, pages in read.items() for chunk in chunks_of(pages)]
        self._stems = stems([chunk.text for _, chunk in self.chunks])
        self.status = ShelfStatus(
            files=len(files), pages=len(self._pages), pages_waiting=waiting, chunks=len(self.chunks)
        )

    @property
    def chunk_count(self) -> int:
        return len(self.chunks)

    def search(self, query: str, vector: Vector, keep: int) -> tuple[Candidate, ...]:
        [wanted] = stems([query])
        found: list[Candidate] = []
        vectors = embed([chunk.text for _, chunk in self.chunks])
        for id, ((file, chunk), words, other) in enumerate(zip(self.chunks, self._stems, vectors, strict=True), 1):
            cosine = sum(a * b for a, b in zip(vector, other, strict=True)) if vector else 0.0
            shared = float(len(set(wanted) & set(words)))
            found.append(Candidate(id, file, file.stem, chunk, cosine + shared, cosine, shared))
        return tuple(sorted(found, key=lambda each: -each.score)[:keep])

    def frequency(self, word: str) -> int:
        [wanted] = stems([word])
        return sum(any(words[at : at + len(wanted)] == wanted for at in range(len(words))) for words in self._stems)

    def anchor(self, file: Path, headings: Sequence[str]) -> str:
        return ""

    def page_text(self, file: Path, page: int) -> str:
        return self._pages.get((file, page), "")
