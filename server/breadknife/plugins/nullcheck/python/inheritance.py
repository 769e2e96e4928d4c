"""An attribute that a base class in another file of the project declares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from breadknife.plugins.nullcheck.python.attributes import of_attribute
from breadknife.plugins.nullcheck.python.declarations import Attribute, Cure, attribute, bases_of, classes_of
from breadknife.plugins.nullcheck.python.ignoring import Checker
from breadknife.plugins.nullcheck.python.outline import Imported
from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.outline import Import
from breadknife.text.syntax import Node, SyntaxTree, parse

MAX_LENGTH = 400_000
"""Code points: a longer file isn't parsed for a menu."""
MAX_FILES = 2
"""That an import may mean."""


@dataclass(frozen=True)
class Elsewhere:
    """A cure whose edits are another document's."""

    cure: Cure
    tree: SyntaxTree
    document: Document


def of_inherited(
    found: Attribute, imports: Mapping[str, Imported], document: Document, project: Project, checker: Checker
) -> Iterator[Elsewhere]:
    """Where nothing in the file sets the attribute, and its uses in the file are all unchecked."""
    ends = tuple(found.unchecked())
    if found.sets or found.is_tested:
        return
    for imported, name in _bases(found, imports):
        for path in project.module(imported, document)[:MAX_FILES]:
            source = project.text(path)
            tree = parse(source, "python") if source is not None and len(source) <= MAX_LENGTH else None
            owner = classes_of(tree).get(name) if tree is not None else None
            if source is None or tree is None or owner is None:
                continue
            declared = attribute(tree, found.key, owner)
            for cure in of_attribute(declared, ends, checker) if declared.sets else ():
                where = replace(cure, consequence=f"in {path.name}")
                yield Elsewhere(where, tree, Document(path.as_uri(), "python", source))
            break


def _bases(found: Attribute, imports: Mapping[str, Imported]) -> Iterator[tuple[Import, str]]:
    """What the bases outside of the file were imported from, and their names there."""
    here = classes_of(found.tree)
    for owner in _upwards(found.owner, here):
        for base in bases_of(owner):
            root, _, rest = base.partition("[")[0].partition(".")
            imported = imports.get(root)
            if base in here or imported is None:
                continue
            names = ((imported.name, root),) if imported.name else ()
            yield Import(imported.module, names), rest.rpartition(".")[2] or imported.name


def _upwards(owner: Node, here: dict[str, Node]) -> Iterator[Node]:
    seen, queue = set[int](), [owner]
    while queue:
        node = queue.pop()
        if node.start_byte not in seen:
            seen.add(node.start_byte)
            yield node
            queue += [here[base] for base in bases_of(node) if base in here]
