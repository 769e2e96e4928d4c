"""The state of a whole folder: as long as it is the same, so is whatever depends on the folder's files alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from breadknife.project.committers import of_committers
from breadknife.project.files import FolderFiles, read_text, stamp_of
from breadknife.project.names import FileDigests, FileNamesCache, HashedText
from breadknife.project.words import FILES, is_spoken
from breadknife.text.document import language_of
from breadknife.text.languages import LANGUAGES

_MANIFESTS = frozenset(("package.json", "tsconfig.json", "jsconfig.json", "go.mod"))
"""What `modules` reads of a project besides its code."""
_MOST = 50_000
"""The most files of a folder whose state is looked at."""


@dataclass(frozen=True)
class ProjectState:
    files: Mapping[str, str]
    """Absolute path of all code that may be read, and of all else that decides which file an import means -> what tells
    its text from others."""
    links: Sequence[tuple[str, str]]
    """Where links are, and what they lead to, in order."""
    spoken: Mapping[str, str]
    """The same of the documents, manifests and lists of people that the project's words come from."""
    people: Sequence[str]
    """The words of those who have committed, in order."""

    def changed(self, before: ProjectState) -> Collection[str] | None:
        """Return the paths of the files whose text was another one before; None if also what an import means may have
        changed."""
        if self.files.keys() != before.files.keys() or self.links != before.links:
            return None
        changed = [path for path, text in self.files.items() if before.files[path] != text]
        return None if any(os.path.basename(path) in _MANIFESTS for path in changed) else changed


def state_of(root: Path) -> ProjectState | None:
    """Look at the files of a folder, but not into one that is as it was. None if there are too many."""
    folder, digests = FolderFiles(root), FileDigests()
    files, spoken, others = dict[str, str](), dict[str, str](), list[tuple[str, str]]()
    todo = [root]
    while todo:
        at = todo.pop()
        others += _links(at)
        for path, is_folder in folder.entries(at):
            syntax = LANGUAGES.get(language_of(path) or "") if not is_folder else None
            if is_folder:
                todo.append(path)
            elif (is_code := (syntax and syntax.definitions) or path.name in _MANIFESTS) or is_spoken(path):
                hashed = digests.text(path, lambda path=path: read_text(path, root))
                # What can't be read as a text, or is too large for one, is known by its size and time.
                texts = files if is_code else spoken
                texts[str(path)] = hashed.digest.hex() if hashed is not None else repr(stamp_of(path))
                if path.name == "package.json":
                    others += _links(at / "node_modules")
        if len(files) + len(todo) > _MOST:
            return None
    return ProjectState(files, sorted(others), spoken, sorted(of_committers(root).names))


def changed_words(now: ProjectState, before: ProjectState, root: Path) -> Collection[str] | None:
    """Return the words of which the project may say something else than before, see `words.keys_of`; None if that can't
    be told."""
    if now.people != before.people or max(len(now.spoken), len(before.spoken)) > FILES:
        return None
    names, found = FileNamesCache(), set[str]()
    texts, old = {**now.files, **now.spoken}, {**before.files, **before.spoken}
    for path in (Path(path) for path in {*texts, *old} if texts.get(path) != old.get(path)):
        hashed = _hashed(texts.get(str(path)), lambda path=path: read_text(path, root))
        try:
            found |= names.words_in(path, hashed).unlike(names.words_in(path, _hashed(old.get(str(path)), _gone)))
        except LookupError:
            return None
    return found


def _hashed(text: str | None, read: Callable[[], str | None]) -> HashedText | None:
    """Return a text of a state; None for what isn't there, or is no text."""
    return HashedText(bytes.fromhex(text), read) if text and "(" not in text else None


def _gone() -> str:
    raise LookupError


def _links(folder: Path, depth: int = 1) -> Iterator[tuple[str, str]]:
    """Yield the links directly in a folder, and in the scopes of packages (`@types`), with what they lead to."""
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    yield entry.path, os.readlink(entry.path)
                elif depth and entry.name.startswith("@") and entry.is_dir():
                    yield from _links(Path(entry.path), depth - 1)
    except OSError:
        return
