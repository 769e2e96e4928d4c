"""The packages that are installed for a project. Nothing of them is run, and none is offered an edit: only the text of
the modules that are imported is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from breadknife.project.files import read_text, stamp_of
from breadknife.text.document import Document
from breadknife.text.outline import Import

_ENVIRONMENTS = (".venv", "venv", "env")
_PACKAGES = "site-packages"
_ENDS = (".pyi", "/__init__.pyi", ".py", "/__init__.py")


def module(imported: Import, document: Document, root: Path) -> Sequence[Path]:
    """The files that an import of the project, or of an installed package, may mean: likeliest first. `root` is the
    project's folder, in which the environment is."""
    dots = len(imported.module) - len(imported.module.lstrip("."))
    parts = [part for part in imported.module[dots:].split(".") if part]
    names = [there for there, _ in imported.names if there != "*"]
    here = document.path
    if here is None or not all(part.isidentifier() for part in (*parts, *names)):
        return ()
    own = _packages_of(here)
    if dots:
        bases = [here.parents[dots - 1]] if own is not None and own in here.parents[dots - 1].parents else []
    else:
        bases = [own] if own is not None else list(_environments(root)) if parts else []
    if not dots:
        bases = [each for base in bases for each in (base / f"{parts[0]}-stubs", base / parts[0])]
    modules = [base.joinpath(*parts[not dots :]) for base in bases]
    return tuple(found for module in modules for found in _files(module, names))


def text(path: Path) -> str | None:
    """None for what isn't of a package, so that a name can't lead to any other file."""
    return read_text(path) if _packages_of(path) is not None and stamp_of(path) is not None else None


def _environments(root: Path) -> Iterator[Path]:
    for name in _ENVIRONMENTS:
        folder = root / name
        if os.path.isfile(f"{folder}/pyvenv.cfg"):
            found = [*folder.glob(f"lib/python3*/{_PACKAGES}"), *folder.glob(f"Lib/{_PACKAGES}")]
            yield from sorted(found)[-1:]


def _packages_of(path: Path) -> Path | None:
    """The folder of packages that a file is in."""
    return next((each for each in path.parents if each.name == _PACKAGES), None)


def _files(module: Path, names: Sequence[str]) -> Iterator[Path]:
    for stem in (*(module / name for name in names), module):
        for end in _ENDS:
            if stamp_of(path := Path(f"{stem}{end}")) is not None:
                yield path
