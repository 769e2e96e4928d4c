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
"""How many re-exports are followed one after the other."""


class EcmaScriptProject(ProjectFiles[FileAnalysis]):
    """The modules of one project."""

    def home_of(self, tree: SyntaxTree, uri: str, /) -> FileAnalysis:
        return home_of(tree, self, uri)

    def found(self, home: SymbolTable, name: str, /) -> tuple[Path, str] | None:
        target = self._followed(home, name, _MOST_STEPS)
        path = uri_to_path(target[0].uri) if target is not None else None
        return (path, target[1]) if target is not None and path is not None else None

    def imported(self, home: SymbolTable, /) -> Iterator[FileAnalysis]:
        """Yield the modules that a module imports, and those that these import: its types come from both."""
        direct = set(self._imported(home))
        yield from direct.union(*map(self._imported, direct))

    def modules(self, home: SymbolTable, module: str) -> Iterator[FileAnalysis]:
        """Yield the files that a module's name may mean in a file, likeliest first."""
        path = uri_to_path(home.uri)
        language = (language_of(path) if path is not None else None) or "typescript"
        for candidate in self.paths(home.uri, Import(module.replace(DOT, ".")), language):
            analysis = self.home(candidate) if language_of(Path(candidate)) in _LANGUAGES else None
            if analysis is not None:
                yield analysis

    def _imported(self, home: SymbolTable) -> Iterator[FileAnalysis]:
        for name in set(home.file.imports.values()):
            target = self.resolved(home, name)
            if target is not None:
                yield target[0]
            yield from self.modules(home, name.partition(".")[0])

    def _followed(self, home: SymbolTable, name: str, steps: int) -> tuple[FileAnalysis, str] | None:
        """Return the module that declares what a qualified name means, and its name there; None if it isn't found.
        `steps` is the number of re-exports that may be followed."""
        module, _, rest = name.partition(".")
        if steps <= 0:
            return None
        rest = rest or WHOLE
        first, dot, more = rest.partition(".")
        for analysis in self.modules(home, module):
            local = analysis.file.exports.get(first, "")
            qualified = analysis.file.imports.get(local, local)
            if qualified != local or "." in qualified:  # it exports what another module has
                return self._followed(analysis, qualified + dot + more, steps - 1)
            if local:
                return analysis, local + dot + more
            for exported, source in analysis.file.exports.items():
                target = self._followed(analysis, f"{source}.{rest}", steps - 1) if exported.startswith(STAR) else None
                if target is not None:
                    return target
        return None
