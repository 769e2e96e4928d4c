"""The other modules of a project: each is read when a name of it is used."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact
from breadknife.plugins.nullcheck.languages.ecmascript.imports import DOT, STAR, WHOLE
from breadknife.plugins.nullcheck.languages.ecmascript.language import home_of
from breadknife.plugins.nullcheck.languages.kept import KeptFiles
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

_LANGUAGES = frozenset({"typescript", "typescriptreact", "javascript", "javascriptreact"})
_MOST_STEPS = 5
"""Re-exports are followed this far."""


class EcmaScriptProject(KeptFiles):
    def __init__(
        self,
        paths: Callable[[Import, Document], Sequence[Path]],
        text: Callable[[Path], str | None],
        known: Knowledge,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """See `KeptFiles`."""
        super().__init__(paths, text, clock)
        self._known = known

    def open(self, document: Document, tree: SyntaxTree) -> FileHome:
        """The analysis of a document."""
        self.begin()
        return home_of(tree, self, document.uri, self._known)

    def lowered(self, path: Path, text: str, /) -> FileHome | None:
        language = language_of(path) or ""
        tree = parse(text, language) if language in _LANGUAGES else None
        return home_of(tree, self, path.as_uri(), self._known) if tree is not None else None

    def target(self, home: Names, name: str, /) -> Target | None:
        if "#" in name:
            uri, _, rest = name.partition("#")
            path = uri_to_path(uri)
            there = self.home(path) if path is not None else None
        else:
            there, rest = self._resolved(home, name, _MOST_STEPS) or (None, "")
        return there.target(rest) if there is not None else None

    def variable(self, home: Names, name: str, /) -> Fact:
        there, rest = self._resolved(home, name, _MOST_STEPS) or (None, "")
        stores = there.file.variables.get(rest) if there is not None else None
        if there is None or not stores or rest in there.file.named:
            return NOTHING
        fact = there.variable(rest, stores)
        if not any(store.annotation for store in stores):
            return Fact(type=fact.type)  # it is another thing by the time that another file imports it
        if fact.origin is None or fact.origin.file:
            return fact
        return fact._replace(origin=fact.origin._replace(file=there.uri))

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        words, used = set[bytes](), home.file.main.words
        for here, name in home.file.imports.items():
            resolved = self._resolved(home, name, _MOST_STEPS)
            if resolved is not None and resolved[1].encode() in resolved[0].gate.own:
                words.add(here.encode())
        for there in self._imported(home):
            words |= there.gate.own & used
            for further in self._imported(there):  # what its types come from
                words |= further.gate.own & used
        return frozenset(words)

    def _imported(self, home: Names) -> set[FileHome]:
        names = set(home.file.imports.values())
        found = {resolved[0] for name in names if (resolved := self._resolved(home, name, _MOST_STEPS)) is not None}
        return found.union(*(self._modules(home, name.partition(".")[0]) for name in names))

    def _modules(self, home: Names, module: str) -> Iterator[FileHome]:
        path = uri_to_path(home.uri)
        here = Document(home.uri, (language_of(path) if path is not None else None) or "typescript", "")
        for each in self.paths(Import(module.replace(DOT, ".")), here):
            if (there := self.home(each)) is not None:
                home.asked.add(there.uri)
                yield there

    def _resolved(self, home: Names, name: str, steps: int) -> tuple[FileHome, str] | None:
        """The module that a qualified name leads to, and the name there."""
        module, _, rest = name.partition(".")
        if steps <= 0:
            return None
        rest = rest or WHOLE
        first, dot, more = rest.partition(".")
        for there in self._modules(home, module):
            local = there.file.exports.get(first, "")
            known = there.file.imports.get(local, local)
            if known != local or "." in known:
                return self._resolved(there, known + dot + more, steps - 1)
            if local:
                return there, local + dot + more
            for key, passed_on in there.file.exports.items():
                found = self._resolved(there, f"{passed_on}.{rest}", steps - 1) if key.startswith(STAR) else None
                if found is not None:
                    return found
        return None
