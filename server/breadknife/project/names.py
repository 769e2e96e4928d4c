"""The names that a text of code defines, imports and uses, on disk: a folder isn't parsed again each day."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from breadknife import paths, text
from breadknife.disk_cache import DiskCache, TypedDiskCache, code_of
from breadknife.project.words import FileWords, of_code
from breadknife.text.outline import Import, Outline, outline
from breadknife.text.syntax import grammar_version, parse

_FILE = "names.sqlite"
_MOST = 50_000
"""Files, in about 100 MB."""


@dataclass(frozen=True)
class FileNames:
    """What the tables of a folder need of one file."""

    defined: tuple[str, ...] = ()
    imported: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """See `Import.module` and `Import.names`."""
    used: frozenset[str] = frozenset()
    """The words of all of them, see `words.of_code`."""

    @property
    def imports(self) -> tuple[Import, ...]:
        return tuple(Import(module, names) for module, names in self.imported)

    @property
    def words(self) -> FileWords:
        return FileWords(self.used)


def names_in(made: Outline | None) -> FileNames:
    if made is None:
        return FileNames()
    defined = tuple(sorted({each.name for each in made.definitions}))
    return FileNames(defined, tuple((each.module, each.names) for each in made.imports), of_code(made).names)


class FileNamesCache:
    """Those of texts, in the user's cache folder, for all processes."""

    def __init__(self) -> None:
        code = code_of(Path(text.__path__[0]), Path(__file__).parent)
        self._kept = TypedDiskCache[tuple[str, str, str], FileNames](
            DiskCache(paths.cache_dir() / _FILE, most=_MOST), code, FileNames
        )

    def of(self, text: str, language: str) -> FileNames:
        question = language, grammar_version(language), text
        found = self._kept.get(question)
        if found is None:
            tree = parse(text, language)
            found = (names_in(outline(tree) if tree is not None else None),)
            self._kept.put(question, found)
        return found[0]
