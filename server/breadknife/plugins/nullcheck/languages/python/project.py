"""The files of a project, and the packages that are installed for it: each is read when a name of it is used.

Every file is analysed once, whether it is checked or only asked for a function: what is known of one that hasn't
changed, and of which nothing that it asked has, serves the next check.
"""

from __future__ import annotations

import sys
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from breadknife.plugins.nullcheck.core.analysis import FileHome
from breadknife.plugins.nullcheck.core.declarations import File
from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.core.nullness import NOTHING, Fact
from breadknife.plugins.nullcheck.languages.python.language import home_of, knowledge
from breadknife.text.document import Document, uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import SyntaxTree, parse

_KEPT = 1000
"""Files that stay lowered: about 0.5 MB each, as far as others have asked for their functions."""
SECONDS = 2.0
"""A change on disk is noticed so much later: to look at each file at every key would take longer than the rest."""
_MOST_STEPS = 5
"""Re-exports are followed this far."""
_MOST_NEW = 60
"""Files that are read for one check. What it would need of others stays unknown until the next."""


@dataclass
class PythonProject:
    """The files of one project. Not for use from two threads."""

    paths: Callable[[Import, Document], Sequence[Path]]
    """See `Project.module`."""
    text: Callable[[Path], str | None]
    """See `Project.text`."""
    clock: Callable[[], float] = time.monotonic
    known: Knowledge = field(default_factory=knowledge)
    revision: Callable[[Path], int] = lambda _path: 0
    """See `Project.revision`."""
    _homes: OrderedDict[Path, tuple[str | None, FileHome | None]] = field(
        default_factory=OrderedDict[Path, "tuple[str | None, FileHome | None]"]
    )
    _seen: dict[Path, int] = field(default_factory=dict[Path, int])
    """Files that were compared with the disk a moment ago -> their revision then."""
    _found: dict[tuple[str, str], tuple[Path, str] | None] = field(
        default_factory=dict[tuple[str, str], "tuple[Path, str] | None"]
    )
    """(URI, qualified name there) -> the file that it leads to, and the name in that."""
    _meant: dict[tuple[str, str, str], Sequence[Path]] = field(
        default_factory=dict[tuple[str, str, str], Sequence[Path]]
    )
    """(Folder, module, imported name) -> the files that it may mean."""
    _whole: dict[Path, FileHome] = field(default_factory=dict[Path, FileHome])
    """The document that was edited last, when nothing was open in it: a bracket that isn't closed yet may take all
    functions away."""
    _since: float = 0.0
    _new: int = 0

    def open(self, document: Document, tree: SyntaxTree) -> FileHome:
        """The analysis of a document that is checked."""
        self._look_again()
        self._new = 0
        path = document.path
        if path is None:
            return self.analysed(document, tree)
        text, before = self._homes.get(path, (None, None))
        is_known = before is not None and self._is_current(before)
        if is_known and text == document.text:
            self._seen[path] = self.revision(path)
            return before or self.analysed(document, tree)
        made = self.analysed(document, tree)
        bases = [before if is_known else None, self._whole.get(path)]
        inherits = any(each is not None and self._is_current(each) and made.inherit(each) for each in bases)
        if inherits or not tree.root.has_error:
            self._whole = {path: made}
        return self._keep(path, document.text, made) or made

    def target(self, home: Names, name: str, /) -> Target | None:
        if "#" in name:
            uri, _, rest = name.partition("#")
            path = uri_to_path(uri)
            there = self.home(path) if path is not None else None
        else:
            there, rest = self._resolved(home, name, _MOST_STEPS) or (None, "")
        if there is None:
            return None
        home.asked.add(there.uri)
        return there.target(rest)

    def variable(self, home: Names, name: str, /) -> Fact:
        found = self._resolved(home, name, _MOST_STEPS)
        if found is None:
            return NOTHING
        there, rest = found
        home.asked.add(there.uri)
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

    def file(self, uri: str, /) -> File | None:
        path = uri_to_path(uri)
        there = self.home(path) if path is not None else None
        return there.file if there is not None else None

    def nullable(self, home: Names, /) -> frozenset[bytes]:
        words, used = set[bytes](), home.file.main.words
        for there in self.imported(home):
            home.asked.add(there.uri)
            words |= there.gate.own & used
        for here, name in home.file.imports.items():
            if name.rpartition(".")[2].encode() in words:
                words.add(here.encode())
        return frozenset(words)

    # Files

    def home(self, path: Path) -> FileHome | None:
        known = self._homes.get(path)
        if known is not None and self._seen.get(path) == self.revision(path):
            return known[1]
        if known is None and self._new >= _MOST_NEW:
            return None
        text = self.text(path)
        self._seen[path] = self.revision(path)
        if known is not None and known[0] == text and (known[1] is None or self._is_current(known[1])):
            return known[1]
        self._new += 1
        tree = parse(text, "python") if text is not None else None
        return self._keep(path, text, home_of(tree, self, path.as_uri(), self.known) if tree is not None else None)

    def _keep(self, path: Path, text: str | None, home: FileHome | None) -> FileHome | None:
        """Keep the file as it is now, and forget what was known of those that have asked it before."""
        if path in self._homes:
            gone = {path.as_uri()}
            while asking := [each for each, (_, kept) in self._homes.items() if kept and kept.asked & gone]:
                gone |= {each.as_uri() for each in asking}
                for each in asking:
                    del self._homes[each]
        self._homes[path] = text, home
        self._seen[path] = self.revision(path)
        while len(self._homes) > _KEPT:
            self._homes.popitem(last=False)
        return home

    def analysed(self, document: Document, tree: SyntaxTree) -> FileHome:
        """The analysis of a text of the document that nobody else asks for: an edit that is only tried."""
        return home_of(tree, self, document.uri, self.known)

    def is_current(self, home: Names) -> bool:
        """Whether the files that it has asked still say the same, as far as the disk was looked at a moment ago."""
        self._look_again()
        path = uri_to_path(home.uri)
        kept = self._homes.get(path) if path is not None else None
        return (path is None or (kept is not None and kept[1] is home)) and self._is_current(home)

    def _look_again(self) -> None:
        now = self.clock()
        if now - self._since >= SECONDS:
            self._since = now
            self._seen.clear()
            self._found.clear()
            self._meant.clear()

    def _is_current(self, home: Names) -> bool:
        for uri in list(home.asked):
            path = uri_to_path(uri)
            known = self._homes.get(path) if path is not None else None
            if path is None or known is None or self.home(path) is not known[1]:
                return False
        return True

    # Names

    def _resolved(self, home: Names, name: str, steps: int) -> tuple[FileHome, str] | None:
        """The file that a qualified name leads to, and the name there."""
        key = home.uri, name
        if key not in self._found:
            self._found[key] = None  # two files may import from each other
            self._found[key] = self._looked_up(home, name, steps)
        found = self._found[key]
        there = self.home(found[0]) if found is not None else None
        return (there, found[1]) if found is not None and there is not None else None

    def _looked_up(self, home: Names, name: str, steps: int) -> tuple[Path, str] | None:
        dots = len(name) - len(name.lstrip("."))
        parts = name[dots:].split(".")
        if steps <= 0 or (not dots and (parts[0] in sys.stdlib_module_names or len(parts) < 2)):
            return None
        for at in range(len(parts) - 1, -1 if dots else 0, -1):
            module, named, rest = name[:dots] + ".".join(parts[:at]), parts[at], parts[at + 1 :]
            for path in self._paths(home, module, named):
                is_module = path.stem == named or (path.stem == "__init__" and path.parent.name == named)
                is_module = is_module and not module.endswith(f".{named}") and module != named
                wanted = rest if is_module else [named, *rest]
                there = self.home(path)
                if there is not None and wanted and (found := self._within(there, path, wanted, steps)) is not None:
                    return found
        return None

    def _paths(self, home: Names, module: str, name: str) -> Sequence[Path]:
        """The files that an import may mean; the same for all files of a folder. `name`: what is imported, or ""."""
        key = home.uri.rpartition("/")[0], module, name
        if key not in self._meant:
            imported = Import(module, ((name, name),) if name else ())
            self._meant[key] = self.paths(imported, Document(home.uri, "python", ""))
        return self._meant[key]

    def _within(self, there: FileHome, path: Path, wanted: list[str], steps: int) -> tuple[Path, str] | None:
        file, first = there.file, wanted[0]
        if first in file.named or first in file.classes or first in file.variables:
            return path, ".".join(wanted)
        if first in file.imports:
            return self._looked_up(there, ".".join([file.imports[first], *wanted[1:]]), steps - 1)
        return None

    def imported(self, home: Names) -> set[FileHome]:
        """The files that it imports, and those that these have base classes of, or hand on names of."""
        found, used = set(self._those_of(home, set(home.file.imports.values()))), home.file.main.words
        waiting = sorted(found, key=lambda there: there.uri)
        for _ in range(_MOST_STEPS):
            more = set[FileHome]()
            for there in waiting:
                bases = {base for class_ in there.file.classes.values() for base in class_.bases}
                names = {name for here, name in there.file.imports.items() if here.encode() in used or name in bases}
                more |= set(self._those_of(there, names))
            waiting = sorted(more - found, key=lambda there: there.uri)
            found |= more
        return found

    def _those_of(self, home: Names, names: set[str]) -> Iterator[FileHome]:
        """The files that these qualified names lead to; for a module, that itself."""
        for name in sorted(names):
            resolved = self._resolved(home, name, _MOST_STEPS)
            if resolved is not None:
                yield resolved[0]
            else:
                yield from self._module(home, name)

    def _module(self, home: Names, name: str) -> Iterator[FileHome]:
        module, _, last = name.rpartition(".")
        if not last or name.partition(".")[0] in sys.stdlib_module_names:
            return
        module = module + "." if name[:1] == "." and not module.strip(".") else module
        key = home.uri, f"{name}.*"
        if key not in self._found:
            path = next(iter(self._paths(home, module or name, last if module else "")), None)
            self._found[key] = (path, "") if path is not None else None
        found = self._found[key]
        there = self.home(found[0]) if found is not None else None
        if there is not None:
            yield there


def _at(fact: Fact, there: FileHome) -> Fact:
    if fact.origin is None or fact.origin.file:
        return fact
    return fact._replace(origin=fact.origin._replace(file=there.uri))
