"""The texts of files while they are being repaired. None is written before all of them are as they should be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from breadknife.errors import DocumentError
from breadknife.paths import rewrite
from breadknife.plugins.nullcheck.project.values import Edits
from breadknife.text.document import Document, file_bytes, file_encoding, read_document
from breadknife.text.printable import escaped_name


@dataclass(frozen=True)
class FileChange:
    path: Path
    before: str
    after: str


class UnsavedDocuments:
    """As an editor's documents that aren't saved yet. All paths are absolute."""

    def __init__(self) -> None:
        self._documents: dict[Path, Document] = {}
        self._read: dict[Path, Document] = {}
        """As they were on disk at first."""
        self._kept: dict[Path, Document] = {}
        """As they were written or shown since."""

    def document(self, path: Path, *, at_first: bool = False) -> Document:
        """Return the document as it is by now, or as it was at first. Raises DocumentError for what can't be read."""
        if path not in self._documents:
            self._documents[path] = self._read[path] = read_document(path)
        return (self._read if at_first else self._documents)[path]

    def position(self, path: Path, offset: int) -> tuple[int, int]:
        """Return the 1-based line and column, in code points, of an offset of the text on disk."""
        self.document(path)
        on_disk = self._read[path]
        line = on_disk.line_at(offset)
        return line + 1, offset - on_disk.line_starts[line] + 1

    def documents(self) -> Sequence[tuple[Path, Document]]:
        """Return all that were read, as they are by now."""
        return list(self._documents.items())

    def edited(self, edits: Edits) -> list[tuple[Path, Document]]:
        """Return the documents as the edits would make them. Raises DocumentError, and ValueError for edits that
        overlap."""
        return [(path, self.document(path).edited(each)) for path, each in edits.items()]

    def put(self, documents: Iterable[tuple[Path, Document]]) -> None:
        for path, document in documents:
            self.document(path)
            self._documents[path] = document

    def __iter__(self) -> Iterator[FileChange]:
        """Yield what differs from the disk, by path."""
        for path, before in sorted(self._read.items(), key=lambda each: each[0]):
            if self._documents[path].text != before.text:
                yield FileChange(path, before.text, self._documents[path].text)

    def new(self) -> list[FileChange]:
        """Return what differs from the disk, or from what `keep` has noted since."""
        before = self._read | self._kept
        paths = (path for path in sorted(before) if self._documents[path].text != before[path].text)
        return [FileChange(path, before[path].text, self._documents[path].text) for path in paths]

    def keep(self) -> None:
        """Note that the changes until now are shown or written."""
        self._kept |= {change.path: self._documents[change.path] for change in self.new()}

    def before(self) -> list[tuple[Path, Document]]:
        """Return the documents that `new` is about, as they are without it."""
        before = self._read | self._kept
        return [(change.path, before[change.path]) for change in self.new()]

    def diff(self, base: Path) -> str:
        """Return a unified diff, as `git apply` and `patch -p1` take it in `base`."""
        return "".join(_diff(change, base) for change in self)

    def patch(self, base: Path) -> bytes:
        """Return the diff of what is `new`, with the files' own bytes, whatever their encodings."""
        return b"".join(
            _diff(change, base).encode(file_encoding(change.path, change.after), "backslashreplace")
            for change in self.new()
        )

    def write(self) -> list[Path]:
        """Put what is `new` on disk: each file at once, and none where one has changed since it was read.

        Raises DocumentError, with the disk as it was before; a file that somebody else writes meanwhile has their text.
        """
        changes = self.new()
        for change in changes:
            _raise_if_changed(change)
        ready = [(change, file_bytes(change.path, change.after)) for change in changes]
        done: list[FileChange] = []
        try:
            for change, raw in ready:
                _raise_if_changed(change)  # it may have taken a while to get here
                rewrite(change.path, raw)
                done.append(change)
        except (OSError, DocumentError) as error:
            for change in done:
                if read_document(change.path).text == change.after:
                    rewrite(change.path, file_bytes(change.path, change.before))
            if isinstance(error, DocumentError):
                raise
            raise DocumentError(f"{changes[len(done)].path}: {error.strerror or error}; nothing was written") from error
        return [change.path for change in done]


def _raise_if_changed(change: FileChange) -> None:
    if read_document(change.path).text != change.before:
        raise DocumentError(f"{change.path} has changed meanwhile: its repairs weren't written; run it again")


def _diff(change: FileChange, base: Path) -> str:
    path = change.path.relative_to(base) if change.path.is_relative_to(base) else change.path
    name = escaped_name(path.as_posix().removeprefix("/"))
    lines = unified_diff(_lines(change.before), _lines(change.after), f"a/{name}", f"b/{name}")
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    """Lines end at LF, for diffs: `splitlines` would end them at a form feed too."""
    lines = [f"{line}\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
