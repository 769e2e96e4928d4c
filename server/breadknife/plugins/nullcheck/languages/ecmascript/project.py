"""The other modules of a project: each is read when a name of it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import File
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact
from breadknife.plugins.nullcheck.languages.ecmascript.imports import DOT, STAR, WHOLE
from breadknife.plugins.nullcheck.languages.ecmascript.language import home_of
from breadknife.text.document import Document, language_of, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

_LANGUAGES = frozenset({"typescript", "typescriptreact", "javascript", "javascriptreact"})
_MOST_FILES = 60
"""Files that are read for one check. What it would need of others stays unknown."""
_MOST_STEPS = 5
"""Re-exports are followed this far."""


@dataclass
class EcmaScriptProject:
    """What the modules around one document say. Made anew for each check; not for use from two threads."""

    paths: Callable[[Import, Document], Sequence[Path]]
    """See `Project.module`."""
    text: Callable[[Path], str | None]
    """See `Project.text`."""
    document: Document
    _homes: dict[Path, FileHome | None] = field(default_factory=dict[Path, "FileHome | None"])

    def open(self, tree: SyntaxTree) -> FileHome:
        """The analysis of the document."""
        return home_of(tree, self, self.document.uri)

    def target(self, home: Names, name: str, /) -> Target | None:
        if "#" in name:
            uri, _, rest = name.partition("#")
            there = self._home(uri_to_path(uri))
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

    def file(self, uri: str, /) -> File | None:
        there = self._home(uri_to_path(uri))
        return there.file if there is not None else None

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
        uri = home.uri or self.document.uri
        language = language_of(Path(uri)) or self.document.language
        for path in self.paths(Import(module.replace(DOT, ".")), Document(uri, language, "")):
            if (there := self._home(path)) is not None:
                yield there

    def _home(self, path: Path | None) -> FileHome | None:
        if path is None:
            return None
        if path not in self._homes:
            if len(self._homes) >= _MOST_FILES:
                return None
            self._homes[path] = None  # two modules may import from each other
            language = language_of(path) or ""
            text = self.text(path) if language in _LANGUAGES else None
            tree = parse(text, language) if text is not None else None
            self._homes[path] = home_of(tree, self, path.as_uri()) if tree is not None else None
        return self._homes[path]

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
