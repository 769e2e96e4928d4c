"""The find plugin: which functions, classes, sections and settings of the workspace folder a question is about."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from breadknife.errors import EngineError, EngineMissing, ModelError, ModelMissing
from breadknife.lru import LruCache
from breadknife.plugins.find.entries import FileEntry
from breadknife.plugins.find.index import LocatedEntry, WorkspaceIndex
from breadknife.plugins.find.meaning import EntryVectors
from breadknife.plugins.find.words import asked_words, words_of
from breadknife.project.background import IndexingThread
from breadknife.project.files import read_texts
from breadknife.task.find import MOST, FindRequest, FoundPlace, FoundPlaces
from breadknife.task.plugin import ANY_LANGUAGE, Context
from breadknife.task.values import Answer, Origin, Request, Silence
from breadknife.text.printable import counted

ROLE = "embedding"
_LONGEST = 500
"""Characters of a question that are read."""
_READ_BY_MODEL = 50
"""The best entries by words, which are then ranked by meaning, too."""
_MEANING = 1.0
"""What a cosine counts beside a score by words, whose best is 1: chosen on the train part of `bench/find/code.py`."""
_ROOTS = 4
"""Folders whose entries are kept in memory."""


@dataclass(frozen=True)
class FindSettings:
    pass


class FindPlugin:
    api = 2
    name = "find"
    settings: type[Any] = FindSettings
    serves: Mapping[type[Any], frozenset[str]] = {FindRequest: frozenset({ANY_LANGUAGE})}

    def __init__(self) -> None:
        self._indexes = LruCache[Path, WorkspaceIndex](_ROOTS)
        self._vectors: EntryVectors | None = None
        self._background = IndexingThread(threading.RLock(), self._read_on)

    def answer(self, request: Request, context: Context, /) -> Answer | None:
        if not isinstance(request, FindRequest):
            return None
        if context.root is None:
            return Silence("no-folder", "No folder is open.", "open the folder that holds what you look for")
        question = " ".join(request.question.split())[:_LONGEST]
        words = asked_words(question)
        if not words:
            return Silence("no-question", "The question has no word to look for.", "name what you look for")
        index = self._indexes.get(context.root)
        if index is None:
            index = WorkspaceIndex(context.root)
            self._indexes[context.root] = index
        index.refresh(context.cancel, words, request.seconds, lambda read, files: _tell(context, read, files))
        keep = max(1, min(request.keep, MOST))
        by_words = index.best(words, max(keep, _READ_BY_MODEL))
        (places, files), unread = index.counts, index.unread
        later = f" ({counted(unread, 'file')} not read yet)" if unread else ""
        searched = f"{places:,} places of {counted(files, 'file')}{later}, by "
        if unread:
            self._background.look_soon(context.root)
        if not by_words:
            remedy = "ask again: the other files are read meanwhile" if unread else "ask with words of the code"
            return Silence("not-found", f"Nothing has a word of it ({searched}words).", remedy)
        how, origin, ranked = "words", Origin(rule="find/words"), [located for _, located in by_words]
        if request.by_meaning:
            try:
                ranked, origin = self._by_meaning(question, by_words, context)
                how = "words and meaning"
            except (ModelError, EngineError) as error:
                how = f"words alone: {_why(error)}"
        texts = read_texts([located.path for located in ranked[:keep]], index.root)
        found = tuple(_found(located, words, text or "") for located, text in zip(ranked[:keep], texts, strict=True))
        return FoundPlaces(found, searched + how, unread, origin)

    def close(self) -> None:
        self._background.close()  # the caches end with the process

    def _read_on(self, root: Path) -> None:
        index = self._indexes.get(root)
        if index is not None and index.read_on():
            self._background.look_soon(root)

    def _by_meaning(
        self, question: str, by_words: Sequence[tuple[float, LocatedEntry]], context: Context
    ) -> tuple[list[LocatedEntry], Origin]:
        model = context.model(ROLE)
        self._vectors = self._vectors or EntryVectors()
        cosines = self._vectors.cosines(question, [located for _, located in by_words], model, context.cancel)
        ranked = fused(by_words, cosines)
        return ranked, Origin(model=model.name, rule="find/meaning")


def fused(by_words: Sequence[tuple[float, LocatedEntry]], cosines: Sequence[float]) -> list[LocatedEntry]:
    """Return entries by their scores, the best of which comes first, and their cosines."""
    best = (by_words[0][0] if by_words else 0.0) or 1.0
    scores = [score / best + _MEANING * near for (score, _), near in zip(by_words, cosines, strict=True)]
    return [by_words[at][1] for at in sorted(range(len(scores)), key=lambda at: -scores[at])]


def _tell(context: Context, read: int, files: int) -> None:
    context.progress(f"reading {read:,} of {files:,} files", read / files)


def _why(error: ModelError | EngineError) -> str:
    match error:
        case EngineMissing():
            return "the engine isn't installed"
        case ModelMissing():
            return "the model isn't on this machine"
        case _:
            return str(error)


def _found(located: LocatedEntry, words: Sequence[str], source: str) -> FoundPlace:
    entry = located.entry
    fields = {
        "name": f"{entry.name} {entry.container}",
        "documentation": entry.documentation,
        "signature": entry.head.replace(entry.name, " ") if entry.name else entry.head,
        "path": located.path.stem,
    }
    fitting = [field for field, text in fields.items() if set(words).intersection(words_of(text))]
    rest = ["text"] if not fitting and set(words).intersection(entry.counts) else []
    kind = "test" if located.is_test and entry.kind in ("function", "method") else entry.kind
    return FoundPlace(
        located.path,
        entry.line,
        entry.last_line,
        entry.name,
        kind,
        entry.container,
        entry.head if {"name", "signature"}.intersection(fitting) else _best_line(entry, words, source) or entry.head,
        ", ".join((*fitting, *rest)) or "meaning",
    )


def _best_line(entry: FileEntry, words: Sequence[str], source: str) -> str:
    """Return the first of an entry's lines that have the most of the words; empty if none has one."""
    wanted, best, most = frozenset(words), "", 0
    for line in source.splitlines()[entry.line - 1 : entry.last_line]:
        if (count := len(wanted.intersection(words_of(line)))) > most:
            best, most = line.strip(), count
    return best
