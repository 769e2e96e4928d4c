"""How long a line may be, as the project's formatters and linters are told; nothing of them is run."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import cast

from breadknife.project.values import Project
from breadknife.text.document import Document
from breadknife.text.toml import parse_toml

USUAL = 100
"""Where the project says nothing."""
_TABLES = (
    ("tool", "ruff"), ("tool", "ruff", "lint", "pycodestyle"), ("tool", "black"), ("tool", "flake8"),
    ("tool", "pycodestyle"),
)  # fmt: skip
_OWN_LENGTH = {"ruff": 88, "black": 88}
"""Of a formatter that is used, and told no length."""
_SECTIONS = ("flake8", "pycodestyle", "pep8")
_KEYS = ("line-length", "max-line-length", "max_line_length")
_WIDTH = re.compile(r"\bprintWidth[\"']?\s*[:=]\s*(\d{2,4})\b")
"""In JSON, YAML, TOML or JavaScript."""


def _of_tables(text: str, tables: Iterable[Sequence[str]]) -> Iterator[object]:
    read = parse_toml(text)
    for names in tables:
        table = reduce(lambda outer, name: _table(outer.get(name)), names, read)
        said = [length for key in _KEYS if (length := table.get(key)) is not None]
        yield from said or ([_OWN_LENGTH.get(names[-1])] if names and table else [])


def _table(value: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", value) if isinstance(value, Mapping) else {}


def _of_ini(text: str) -> Iterator[object]:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.read_string(text)
    for section in _SECTIONS:
        if read.has_section(section):
            yield from (read.get(section, key, fallback=None) for key in _KEYS)


def _of_prettier(text: str) -> Iterator[object]:
    found = _WIDTH.search(text)
    yield found[1] if found else None


_Reads = Callable[[str], Iterator[object]]
_OF_RUFF = partial(_of_tables, tables=((), ("lint", "pycodestyle")))
_PYTHON: Mapping[str, _Reads] = {
    "ruff.toml": _OF_RUFF, ".ruff.toml": _OF_RUFF, "pyproject.toml": partial(_of_tables, tables=_TABLES),
    ".flake8": _of_ini, "setup.cfg": _of_ini, "tox.ini": _of_ini,
}  # fmt: skip
_ECMASCRIPT: Mapping[str, _Reads] = dict.fromkeys(
    (".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".prettierrc.toml", "package.json",
     "prettier.config.js", "prettier.config.mjs", "prettier.config.cjs"),
    _of_prettier,
)  # fmt: skip


def line_length(document: Document, project: Project | None) -> int:
    """In the nearest folder that says something the shortest that is said."""
    if project is None or document.path is None or not document.path.is_relative_to(project.root):
        return USUAL
    read = _PYTHON if document.language == "python" else _ECMASCRIPT
    for folder in (each for each in document.path.parents if each.is_relative_to(project.root)):
        if lengths := list(_said(project, folder, read)):
            return min(lengths)
    return USUAL


def _said(project: Project, folder: Path, read: Mapping[str, _Reads]) -> Iterator[int]:
    for name, of in read.items():
        path = folder / name
        text = project.text(path) if path.is_file() else None  # most aren't there, and each menu asks
        if text is None:
            continue
        try:
            said = list(of(text))
        except (ValueError, configparser.Error):
            continue  # it is being written
        yield from (int(each) for each in map(str, said) if each.isdecimal())
