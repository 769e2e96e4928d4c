"""The other files of a project, and the packages that are installed for it: each is read when a name of it is used."""

from __future__ import annotations

import sys
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.il import At
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact
from breadknife.plugins.nullcheck.languages.python.language import home_of
from breadknife.text.document import Document, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import parse

_MOST_FILES = 60
"""Files that one analysis reads. What it would need of others stays unknown."""
_KEPT = 500
"""Files that stay lowered: about 1 MB each, as far as others have asked for their functions."""
_MOST_STEPS = 5
"""Re-exports are followed this far."""


@dataclass
class Files:
    """The files of a project that were read, for all analyses of its files. Not for use from two threads."""

    paths: Callable[[Import, Document], Sequence[Path]]
    """See `Project.module`."""
    text: Callable[[Path], str | None]
    """See `Project.text`."""
    homes: OrderedDict[Path, tuple[str | None, FileHome | None]] = field(
        default_factory=OrderedDict[Path, "tuple[str | None, FileHome | None]"]
    )

    def home(self, path: Path, others: PythonProject) -> FileHome | None:
        """The file as it is now. What it imports is looked up anew by each analysis."""
        text = self.text(path)
        known = self.homes.get(path)
        if known is not None and known[0] == text:
            if known[1] is not None:
                known[1].others = others
            return known[1]
        tree = parse(text, "python") if text is not None else None
        home = home_of(tree, others, path.as_uri()) if tree is not None else None
        self.homes[path] = text, home
        while len(self.homes) > _KEPT:
            self.homes.popitem(last=False)
        return home


@dataclass
class PythonProject:
    """What one analysis asks of the other files: each is read once, and their number is limited."""

    files: Files
    document: Document
    """The file that is checked."""
    _homes: dict[Path, FileHome | None] = field(default_factory=dict[Path, "FileHome | None"])
    _found: dict[tuple[str, str], tuple[FileHome, str] | None] = field(
        default_factory=dict[tuple[str, str], "tuple[FileHome, str] | None"]
    )

    def target(self, home: FileHome, name: str, /) -> Target | None:
        if "#" in name:
            uri, _, rest = name.partition("#")
            path = uri_to_path(uri)
            there = self.home(path) if path is not None else None
            return there.target(rest) if there is not None else None
        found = self._resolved(home, name, _MOST_STEPS)
        return found[0].target(found[1]) if found is not None else None

    def variable(self, home: FileHome, name: str, /) -> Fact:
        found = self._resolved(home, name, _MOST_STEPS)
        if found is None:
            return NOTHING
        there, rest = found
        if rest in there.file.classes or rest in there.file.named:
            return NOTHING
        stores = there.file.variables.get(rest)
        if not stores:
            owner, _, attribute = rest.partition(".")
            class_ = there.file.classes.get(owner)
            if class_ is None or not any(each.function is None for each in class_.stores.get(attribute, ())):
                return NOTHING
            return _at(there.attribute(class_, attribute), there)
        fact = there.variable(rest, stores)
        if not any(store.annotation for store in stores):
            return Fact(type=fact.type)  # it is another thing by the time that another file imports it
        return _at(fact, there)

    def nullable(self, home: FileHome, /) -> frozenset[bytes]:
        words, used = set[bytes](), home.file.main.words
        for there in self._imported(home):
            words |= there.gate.own & used
        for here, name in home.file.imports.items():
            if name.rpartition(".")[2].encode() in words:
                words.add(here.encode())
        return frozenset(words)

    def _imported(self, home: FileHome) -> set[FileHome]:
        """The files that it imports, and those that these have base classes of, or hand on names of."""
        found, used = self._directly_imported(home), home.file.main.words
        waiting = list(found)
        for _ in range(_MOST_STEPS):
            more = set[FileHome]()
            for there in waiting:
                bases = {base for class_ in there.file.classes.values() for base in class_.bases}
                for here, name in there.file.imports.items():
                    if here.encode() in used or name in bases:
                        resolved = self._resolved(there, name, _MOST_STEPS)
                        more |= {resolved[0]} if resolved is not None else self._module(there, name)
            waiting = list(more - found)
            found |= more
        return found

    def _module(self, home: FileHome, name: str) -> set[FileHome]:
        here = Document(home.uri, "python", "") if home.uri else self.document
        module, _, last = name.rpartition(".")
        if not last or name.partition(".")[0] in sys.stdlib_module_names:
            return set()
        module = module + "." if name[:1] == "." and not module.strip(".") else module
        homes = (self.home(path) for path in self.files.paths(Import(module or name, ((last, last),) if module else ()), here)[:2])
        return {there for there in homes if there is not None}

    def _directly_imported(self, home: FileHome) -> set[FileHome]:
        found = set[FileHome]()
        for name in set(home.file.imports.values()):
            resolved = self._resolved(home, name, _MOST_STEPS)
            if resolved is not None:
                found.add(resolved[0])
            else:
                found |= self._module(home, name)
        return found

    def home(self, path: Path) -> FileHome | None:
        if path not in self._homes:
            if len(self._homes) >= _MOST_FILES:
                return None
            self._homes[path] = self.files.home(path, self)
        return self._homes[path]

    def _resolved(self, home: FileHome, name: str, steps: int) -> tuple[FileHome, str] | None:
        """The file that a qualified name leads to, and the name there."""
        key = home.uri, name
        if key not in self._found:
            self._found[key] = None  # two files may import from each other
            self._found[key] = self._looked_up(home, name, steps)
        return self._found[key]

    def _looked_up(self, home: FileHome, name: str, steps: int) -> tuple[FileHome, str] | None:
        dots = len(name) - len(name.lstrip("."))
        parts = name[dots:].split(".")
        if steps <= 0 or (not dots and (parts[0] in sys.stdlib_module_names or len(parts) < 2)):
            return None
        here = Document(home.uri, "python", "") if home.uri else self.document
        for at in range(len(parts) - 1, -1 if dots else 0, -1):
            module, named, rest = name[:dots] + ".".join(parts[:at]), parts[at], parts[at + 1 :]
            for path in self.files.paths(Import(module, ((named, named),)), here):
                is_module = path.stem == named or (path.stem == "__init__" and path.parent.name == named)
                is_module = is_module and not module.endswith(f".{named}") and module != named
                wanted = rest if is_module else [named, *rest]
                there = self.home(path)
                if there is None or not wanted:
                    continue
                if (found := self._within(there, wanted, steps)) is not None:
                    return found
        return None

    def _within(self, there: FileHome, wanted: list[str], steps: int) -> tuple[FileHome, str] | None:
        file, first = there.file, wanted[0]
        if first in file.named or first in file.classes or first in file.variables:
            return there, ".".join(wanted)
        if first in file.imports:
            return self._resolved(there, ".".join([file.imports[first], *wanted[1:]]), steps - 1)
        return None


def _at(fact: Fact, there: FileHome) -> Fact:
    if fact.origin is None or fact.origin.file:
        return fact
    return fact._replace(origin=fact.origin._replace(file=there.uri))


__all__ = ["At", "PythonProject"]
