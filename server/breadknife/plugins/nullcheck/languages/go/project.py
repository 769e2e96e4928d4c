"""The other files of a package of Go, and the packages of the module that it imports."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from breadknife.plugins.nullcheck.core.home import Target
from breadknife.plugins.nullcheck.core.knowledge import Knowledge
from breadknife.plugins.nullcheck.core.names import Names
from breadknife.plugins.nullcheck.languages.go.language import GoLanguage
from breadknife.plugins.nullcheck.languages.go.outline import Outline, type_specs
from breadknife.plugins.nullcheck.languages.go.types import text
from breadknife.plugins.nullcheck.languages.packages import PackageHome
from breadknife.plugins.nullcheck.languages.project import ProjectFiles
from breadknife.project.values import Project
from breadknife.text.document import uri_to_path
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree

_TEST = "_test.go"
_CLAUSE = re.compile(rb"^package\s+(\w+)", re.MULTILINE)


class GoProject(ProjectFiles[PackageHome]):
    """The files of Go of one project."""

    def __init__(
        self, project: Project | None, knowledge: Knowledge, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(project, clock)
        self._knowledge = knowledge
        self._types = dict[Path, tuple[SyntaxTree, dict[str, Node]]]()
        """The types that a file declares."""

    def home_of(self, tree: SyntaxTree, uri: str, /) -> PackageHome:
        outline = Outline(tree, self._knowledge, cache(partial(self._declared_beside, uri_to_path(uri), tree)))
        return PackageHome(outline.file(), self._knowledge, GoLanguage(), self, uri)

    def resolved(self, home: Names, name: str, /) -> tuple[PackageHome, str] | None:
        folder, slash, last = name.rpartition("/")
        package, dot, rest = last.partition(".")
        if not dot and not slash:
            found, package = self._beside(home), ""
        else:
            found, name = self._of(home, folder + slash + package), rest
        wanted = name.partition(".")[0]
        having = [each for each in found if _declares(each, wanted)]
        # The same name in two files, for two systems: what it gives isn't known.
        return (having[0], name) if len(having) == 1 else None

    def imported(self, home: Names, /) -> Iterator[PackageHome]:
        yield from self._beside(home)
        for path in sorted(set(home.file.imports.values())):
            yield from self._of(home, path)

    def method(self, home: Names, class_: str, name: str, /) -> Target | None:
        for there in self._beside(home):
            known = there.file.classes.get(class_)
            if known is not None and known.is_elsewhere and (function := known.methods.get(name)) is not None:
                return Target(there, function)
        return None

    def _beside(self, home: Names) -> Iterator[PackageHome]:
        """The other files of its package, without tests."""
        for path, _ in self._trees_beside(uri_to_path(home.uri), home.file.main.source):
            if (there := self.home(path)) is not None:
                yield there

    def _trees_beside(self, here: Path | None, source: bytes) -> Iterator[tuple[Path, SyntaxTree]]:
        package = _package(source)
        for path in self.beside(here, "*.go") if here is not None else ():
            tree = self.tree(path) if not path.name.endswith(_TEST) else None
            if tree is not None and _package(tree.encoded) == package:
                yield path, tree

    def _declared_beside(self, here: Path | None, tree: SyntaxTree, name: str) -> Node | None:
        """A type that another file of the package declares."""
        for path, other in self._trees_beside(here, tree.encoded):
            known = self._types.get(path)
            if known is None or known[0] is not other:
                specs = (each for each in type_specs(other.root) if each.child_by_field_name("type") is not None)
                known = self._types[path] = other, {text(each.child_by_field_name("name")): each for each in specs}
            if name in known[1]:
                return known[1][name].child_by_field_name("type")
        return None

    def _of(self, home: Names, path: str) -> Iterator[PackageHome]:
        """The files of a package that it imports, if that is of the module: the standard library's have no dot."""
        for file in self.paths(Import(path), home, "go") if "." in path.partition("/")[0] else ():
            there = self.home(file) if not file.name.endswith(_TEST) else None
            if there is not None and _package(there.file.main.source) != b"main":
                yield there


def _declares(home: PackageHome, name: str) -> bool:
    class_ = home.file.classes.get(name)
    return (class_ is not None and not class_.is_elsewhere) or name in home.file.named or name in home.file.variables


def _package(source: bytes) -> bytes:
    found = _CLAUSE.search(source)
    return found[1] if found is not None else b""
