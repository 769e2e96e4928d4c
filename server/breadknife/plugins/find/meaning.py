"""Vectors of entries, by the embedding model; each is made once and kept on disk for all processes. Those of a model
that has no digest aren't kept: nobody would notice that it has changed."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import sha256

from breadknife import paths
from breadknife.cancel import CancelToken
from breadknife.disk_cache import DiskCache
from breadknife.plugins.find.index import LocatedEntry
from breadknife.plugins.find.words import words_of
from breadknife.project.files import read_text
from breadknife.steps.values import cosine
from breadknife.task.plugin import Model

_FILE, _MOST = "vectors.sqlite", 100_000
_LONGEST = 1_000
"""Characters of an entry that the model reads: some 250 tokens, beyond which it was not trained."""
_AT_ONCE = 16
"""Texts of one request, after which a cancellation is heard."""


class EntryVectors:
    """Makes and keeps vectors."""

    def __init__(self) -> None:
        self._kept = DiskCache(paths.answers_dir() / _FILE, most=_MOST)

    def cosines(self, question: str, entries: Sequence[LocatedEntry], model: Model, cancel: CancelToken) -> list[float]:
        """Return the cosine between the question and each entry. Raises ModelError, EngineError and Cancelled."""
        [wanted] = map(tuple, model.embed([question], cancel=cancel))
        texts = _texts(entries)
        keys = [sha256(f"{model.name}\0{model.digest}\0{text}".encode("utf-8", "replace")).digest() for text in texts]
        may_keep = bool(model.digest)
        found = {key: kept for key in keys if (kept := self._kept.get(key)) is not None} if may_keep else {}
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in found}
        keys_missing = list(missing)
        for first in range(0, len(keys_missing), _AT_ONCE):
            part = keys_missing[first : first + _AT_ONCE]
            for key, vector in zip(part, model.embed([missing[key] for key in part], cancel=cancel), strict=True):
                found[key] = array("f", vector).tobytes()
                if may_keep:
                    self._kept.put(key, found[key])
        vectors = (tuple(array("f", found[key])) for key in keys)
        return [cosine(wanted, vector) if len(wanted) == len(vector) else 0.0 for vector in vectors]


def _texts(entries: Sequence[LocatedEntry]) -> list[str]:
    """Return what the model reads of each entry: its name in words, and then itself."""
    lines_of = {path: (read_text(path) or "").splitlines() for path in {each.path for each in entries}}
    texts = list[str]()
    for located in entries:
        entry = located.entry
        name = " ".join(words_of(f"{located.path.stem} {entry.container} {entry.name}"))
        lines = lines_of[located.path][entry.line - 1 : entry.last_line if entry.name else entry.line + 30]
        texts.append(f"{name}: {entry.documentation} {chr(10).join(lines)}"[:_LONGEST])
    return texts
