"""The other modules of a project: each is read when a name of it is used."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileAnalysis
from breadknife.plugins.nullcheck.core.symbols import SymbolTable
from breadknife.plugins.nullcheck.languages.ecmascript.imports import DOT, STAR, WHOLE
from breadknife.plugins.nullcheck.languages.ecmascript.outline import home_of
from breadknife.plugins.nullcheck.queries.analyses import ProjectFiles
from breadknife.text.document import language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree

_LANGUAGES = frozenset({"javascript", "javascriptreact", "typescript", "typescriptreact"})
_MOST_STEPS = 5
"""Re-exports are followed this far."""


class EcmaScriptProject(ProjectFiles[FileAnalysis]):
    """The modules of one project."""

    def home_of(self, tree: SyntaxTree, uri: str, /) -> FileAnalysis:
        return home_of(tree, self, uri)

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        target = self._followed(home, name, _MOST_STEPS)
        path = uri_to_path(target[0].uri) if target is not None else None
        return (path, target[1]) if target is not None and path is not None else None

    def imported(self, home: SymbolTable, /) -> Iterator[FileAnalysis]:
        """Yield the modules that it imports, and those that these import: what its types come from."""
        direct = set(self._imported(home))
        yield from direct.union(*map(self._imported, direct))

    def nullable(self, home: SymbolTable, /) -> frozenset[bytes]:
        words = set(super().nullable(home))
        for here, name in home.file.imports.items():  # it may have another name there
            target = self.resolved(home, name)
            if target is not None and target[1].encode() in target[0].gate.own:
                words.add(here.encode())
        return frozenset(words)

    def modules(self, home: SymbolTable, module: str) -> Iterator[FileAnalysis]:
        """Yield the files that a module's name may mean in a file, likeliest first."""
        path = uri_to_path(home.uri)
        language = (language_of(path) if path is not None else None) or "typescript"
        for candidate in self.paths(home.uri, Import(module.replace(DOT, ".")), language):
            there = self.home(candidate) if language_of(Path(candidate)) in _LANGUAGES else None
            if there is not None:
                yield there

    def _imported(self, home: SymbolTable) -> Iterator[FileAnalysis]:
        for name in set(home.file.imports.values()):
            target = self.resolved(home, name)
            if target is not None:
                yield target[0]
            yield from self.modules(home, name.partition(".")[0])

    def _followed(self, home: SymbolTable, name: str, steps: int) -> tuple[FileAnalysis, str] | None:
        """Return the module that a qualified name leads to, and the name there."""
        module, _, rest = name.partition(".")
        if steps <= 0:
            return None
        rest = rest or WHOLE
        first, dot, more = rest.partition(".")
        for there in self.modules(home, module):
            local = there.file.exports.get(first, "")
            known = there.file.imports.get(local, local)
            if known != local or "." in known:
                return self._followed(there, known + dot + more, steps - 1)
            if local:
                return there, local + dot + more
            for key, passed_on in there.file.exports.items():
                target = self._followed(there, f"{passed_on}.{rest}", steps - 1) if key.startswith(STAR) else None
                if target is not None:
                    return target
        return None
