"""The modules of a project: each is read when a name of it is used."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.symbols import SymbolTable
from breadknife.plugins.nullcheck.languages.python.outline import home_of
from breadknife.plugins.nullcheck.queries.analyses import ProjectFiles
from breadknife.plugins.nullcheck.queries.stored import Card
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree

_MOST_STEPS = 5
"""How many re-exports are followed one after the other."""


class PythonProject(ProjectFiles[FileAnalysis]):
    """The modules of one project."""

    def home_of(self, tree: SyntaxTree, uri: str, /) -> FileAnalysis:
        return home_of(tree, self, uri)

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        return self._look_up(home.uri, name, _MOST_STEPS)

    def _look_up(self, uri: str, name: str, steps: int) -> tuple[Path, str] | None:
        """Return the file that declares what a qualified name of the file `uri` means, and its name there; None if it
        isn't of the project. `steps` is the number of re-exports that may be followed.

        `a.b.c` may be `c` of the module `a.b`, or an attribute of `b` in `a`: the longest module is tried first."""
        dots = len(name) - len(name.lstrip("."))
        parts = name[dots:].split(".")
        if steps <= 0 or (not dots and (parts[0] in sys.stdlib_module_names or len(parts) < 2)):
            return None
        for length in range(len(parts) - 1, -1 if dots else 0, -1):
            module, imported, rest = name[:dots] + ".".join(parts[:length]), parts[length], parts[length + 1 :]
            for path in self._modules(uri, module, imported):
                is_module = path.stem == imported or (path.stem == "__init__" and path.parent.name == imported)
                is_module = is_module and not module.endswith(f".{imported}") and module != imported
                target = self._declared_in(path, rest if is_module else [imported, *rest], steps)
                if target is not None:
                    return target
        return None

    def _modules(self, uri: str, module: str, name: str) -> Sequence[Path]:
        """Return the files that an import may mean, likeliest first. `name` is what is imported from the module; "" for
        the module itself."""
        return self.paths(uri, Import(module, ((name, name),) if name else ()), "python")

    def _declared_in(self, path: Path, parts: Sequence[str], steps: int) -> tuple[Path, str] | None:
        """Return the file that declares a name that `path` has, itself or by an import, and the name there. `parts` are
        those of the name."""
        card = self.card(path) if parts else None
        if card is not None and parts[0] in card.names:
            return path, ".".join(parts)
        if card is not None and parts[0] in card.imports:
            return self._look_up(path.as_uri(), ".".join([card.imports[parts[0]], *parts[1:]]), steps - 1)
        return None

    def around(self, home: SymbolTable, /) -> Iterator[tuple[str, Card]]:
        for path in self._files_around(home):
            if (card := self.card(path)) is not None:
                yield path.as_uri(), card

    def _files_around(self, home: SymbolTable) -> Sequence[Path]:
        """Return the files that a file imports, and the files from which these have base classes, or names that the
        first one uses."""
        used = home.file.main.words
        files = set(self._files_with(home.uri, home.file.imports.values()))
        waiting = sorted(files)
        for _ in range(_MOST_STEPS):
            more = set[Path]()
            for path in waiting:
                if (card := self.card(path)) is not None:
                    imports, bases = card.imports.items(), card.bases
                    names = (name for local, name in imports if local.encode() in used or name in bases)
                    more.update(self._files_with(path.as_uri(), names))
            waiting = sorted(more - files)
            files |= more
        return sorted(files)

    def _files_with(self, uri: str, names: Iterable[str]) -> Iterator[Path]:
        """Yield the files that declare what these qualified names of the file `uri` mean; for a module, its own
        file."""
        for name in sorted(set(names)):
            target = self.leads_to(uri, name, lambda name=name: self._look_up(uri, name, _MOST_STEPS))
            if target is not None:
                yield target[0]
            elif name.partition(".")[0] not in sys.stdlib_module_names:
                module, _, last = name.rpartition(".")
                if name.startswith(".") and not module.strip("."):  # `from . import name`
                    module += "."
                yield from self._modules(uri, module or name, last if module else "")[:1]
