"""The shelves that are measured, and the questions that each is asked."""

from __future__ import annotations

import csv
import hashlib
import pickle
import re
from collections.abc import Generator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from breadknife.cancel import CancelToken
from breadknife.engine.api import EmbedRequest
from breadknife.engine.client import DaemonEngine
from breadknife.plugins.shelf.index import database
from breadknife.plugins.shelf.index.filling import FillProgress, fill_pictures, fill_text, fill_vectors
from breadknife.plugins.shelf.index.shelves import IndexedShelves
from breadknife.plugins.shelf.index.store import IndexWriter
from breadknife.plugins.shelf.reading.process import ReadingProcess
from breadknife.steps.values import Vector

HERE = Path(__file__).parent
MODEL = "all-minilm-l6-v2"


@dataclass(frozen=True)
class Asked:
    """A question, and where its answer is; one without a document has no answer on its shelf."""

    question: str
    document: str
    page: int
    answer: str
    """A pattern that the answer matches."""

    @property
    def is_answerable(self) -> bool:
        return bool(self.document)

    def is_right(self, file: Path, text: str) -> bool:
        """Whether a text of a file has the answer."""
        return file.stem == self.document and re.search(self.answer, text, re.IGNORECASE) is not None


def questions(shelf: str, shared: Path | None = None) -> list[Asked]:
    """Those of a shelf. The file `shared` has those of the shelf `shared`."""
    path = shared if shelf == "shared" else HERE / "questions.tsv"
    if path is None:
        raise SystemExit("say where the shared questions are: --shared QUESTIONS.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Asked(row["question"], row["document"], int(row["page"] or 0), row["answer (regular expression)"])
        for row in rows
        if row.get("part", shelf) == shelf
    ]


class Embedding:
    """The model's vectors, kept in a file: a shelf is measured again and again."""

    def __init__(self, kept: Path) -> None:
        self._path = kept
        self._known: dict[bytes, Vector] = pickle.loads(kept.read_bytes()) if kept.exists() else {}
        self._engine: DaemonEngine | None = None

    @property
    def identity(self) -> str:
        return MODEL

    def embed(self, texts: Sequence[str], cancel: CancelToken | None = None) -> tuple[Vector, ...]:
        keys = [hashlib.md5(text.encode()).digest() for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._engine = self._engine or DaemonEngine()
            found = self._engine.embed(EmbedRequest(MODEL, tuple(new.values())), cancel or CancelToken()).vectors
            self._known |= dict(zip(new, found, strict=True))
        return tuple(self._known[key] for key in keys)

    def close(self) -> None:
        self._path.write_bytes(pickle.dumps(self._known))
        if self._engine is not None:
            self._engine.close()


@contextmanager
def shelf(folder: Path, name: str) -> Generator[tuple[IndexedShelves, Embedding]]:
    """One of the folders that `documents.py` makes, as a shelf of its own, with the model for it."""
    indexes = folder / "indexes" / name
    database.index_folder = lambda: indexes  # the user's own shelf is left alone
    documents = (folder / name).resolve()
    cancel = CancelToken()
    with closing(Embedding(folder / "vectors.pickle")) as embedding:
        with closing(IndexWriter(documents)) as store, closing(ReadingProcess()) as reading:
            fill_text(store, reading, _tell, cancel)
            fill_pictures(store, reading, _tell, cancel)
            fill_vectors(store, embedding, _tell, cancel)
        with closing(IndexedShelves()) as shelves:
            yield shelves, embedding


def _tell(progress: FillProgress) -> None:
    if progress.done % 50 == 0:
        print(f"{progress.phase} {progress.done} of {progress.total}", flush=True)
