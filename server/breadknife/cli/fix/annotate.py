"""`breadknife null annotate`: adds the `@Nullable` that Java declarations lack according to NullAway."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from breadknife.cli.fix.telling import where
from breadknife.cli.fix.workspace import files, opened
from breadknife.cli.output import counted, tell
from breadknife.plugins.nullcheck.project.annotating import JavaDeclaration, JavaDeclarations, annotated
from breadknife.plugins.nullcheck.project.changes import together
from breadknife.plugins.nullcheck.project.repairs import Repairs, named
from breadknife.plugins.nullcheck.project.reported import findings_in, read_report


def run(source: str, *, write: bool, offline: bool) -> None:
    """Annotate the declarations that NullAway's output in the file `source` (`-` is stdin) is about.

    Prints a diff, or with `write` changes the files. Raises DocumentError for what can't be read.
    """
    folder = Path.cwd()
    with opened(offline=offline) as repairs:
        repairs.await_projects([folder])
        count = _declarations(repairs, source, folder)
        trees = ((declaration, repairs.tree(declaration.path)) for declaration in count)
        edits = [{declaration.path: annotated(declaration, tree)} for declaration, tree in trees if tree is not None]
        # The lines are made before the edits move what they are about.
        lines = [
            f"{where(repairs, declaration.path, declaration.type, folder)}  {declaration.name}"
            f" ({counted(number, 'finding')})"
            for declaration, number in count.items()
        ]
        repairs.changes.put(repairs.changes.edited(together(edits)))
        for line in lines:
            tell(line)
        tell(
            f"{counted(len(count), 'declaration')} of {counted(sum(count.values()), 'finding')} annotated"
            + ("; run NullAway again: an annotation may show what reads the value" if count else "")
        )
        if write:
            for path in repairs.changes.write():
                tell(f"wrote {named(path, folder)}")
        else:
            sys.stdout.flush()
            sys.stdout.buffer.write(repairs.changes.patch(folder))


def _declarations(repairs: Repairs, source: str, folder: Path) -> Counter[JavaDeclaration]:
    """Return the declarations to annotate, each with the number of findings that it ends."""
    project = repairs.workspace.project(repairs.workspace.root(folder))

    def defining(name: str) -> list[Path]:
        return [file.path for file in project.defining(name, "java")] if project is not None else []

    java, count = JavaDeclarations(repairs.tree, defining), Counter[JavaDeclaration]()
    for path, finding in findings_in(repairs, read_report(repairs, source), files((), folder)[0], folder):
        count.update(java.declarations(path, finding.span, finding.message))
    return count
