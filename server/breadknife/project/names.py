"""The names of texts of code, and the words of documents. They are kept on disk, so that a folder is read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breadknife import paths, text
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.project.words import FileWords, of_code, of_file
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import grammar_version, parse

_FILE = "names.sqlite"
_MOST = 50_000
"""The most texts that are kept, in about 100 MB."""


@dataclass(frozen=True)
class FileNames:
    """What the tables of a folder need of one file, in a form that the disk cache can write."""

    defined: tuple[str, ...] = ()
    imported: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """`Import.module` and `Import.names` of each import."""
    used: frozenset[str] = frozenset()
    """The words of all identifiers and imports, see `words.of_code`."""

    @property
    def imports(self) -> tuple[Import, ...]:
        return tuple(Import(module, names) for module, names in self.imported)

    @property
    def words(self) -> FileWords:
        return FileWords(self.used)


def names_in(file_outline: Outline | None) -> FileNames:
    """Return the names of a file with this outline; none if it has no outline."""
    if file_outline is None:
        return FileNames()
    defined = tuple(sorted({definition.name for definition in file_outline.definitions}))
    imported = tuple((imported.module, imported.names) for imported in file_outline.imports)
    return FileNames(defined, imported, of_code(file_outline).names)


class FileNamesCache:
    """The names of code and the words of documents, in the user's cache folder, for all processes."""

    def __init__(self) -> None:
        code = code_of(Path(text.__path__[0]), Path(__file__).parent)
        store = DiskCache(paths.cache_dir() / _FILE, most=_MOST)
        self._cache = TypedDiskCache[tuple[str, str, str], FileNames](store, code, FileNames)
        self._words = TypedDiskCache[tuple[str, str, str, str], FileWords](store, f"words {code}", FileWords)

    def of(self, text: str, language: str) -> FileNames:
        """Return the names of a text, from the cache or by parsing it. `language` is the LSP's id."""
        question = language, grammar_version(language), text
        answer = self._cache.get(question)
        if answer is None:
            tree = parse(text, language)
            answer = (names_in(outline(tree) if tree is not None else None),)
            self._cache.put(question, answer)
        [names] = answer
        return names

    def words_of(self, path: Path, language: str | None, text: str) -> FileWords:
        """Return the words of a document or list, see `words.of_file`, from the cache or by reading it."""
        question = path.name, language or "", grammar_version(language) if language else "", text
        answer = self._words.get(question)
        if answer is None:
            answer = (of_file(path, language, text),)
            self._words.put(question, answer)
        [words] = answer
        return words
