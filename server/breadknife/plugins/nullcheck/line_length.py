"""How long a line may be, as the project's formatters and linters are told; nothing of them is run."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from breadknife.project.values import Project
from breadknife.text.document import Document

USUAL = 100
"""Where the project says nothing."""
_LENGTH = r"\s*=\s*[\"']?(\d{2,4})\b"
_TOP = re.compile(rf"\A(?:(?!\[).*\n)*?line-length{_LENGTH}")
"""Of a TOML text, before its first table."""
_TABLES = re.compile(
    r"^\[(?:tool\.)?(?:ruff|black|flake8|pycodestyle|pep8|ruff\.lint\.pycodestyle)\].*\n(?:(?!\[).*\n)*?"
    rf"(?:max[-_])?line[-_]length{_LENGTH}",
    re.MULTILINE,
)
_WIDTH = re.compile(r"\bprintWidth[\"']?\s*[:=]\s*(\d{2,4})\b")
_PYTHON: Mapping[str, re.Pattern[str]] = {
    "ruff.toml": _TOP, ".ruff.toml": _TOP, "pyproject.toml": _TABLES, ".flake8": _TABLES, "setup.cfg": _TABLES,
    "tox.ini": _TABLES,
}  # fmt: skip
_ECMASCRIPT: Mapping[str, re.Pattern[str]] = dict.fromkeys(
    (".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".prettierrc.toml", "package.json",
     "prettier.config.js", "prettier.config.mjs", "prettier.config.cjs"),
    _WIDTH,
)  # fmt: skip


def line_length(document: Document, project: Project | None) -> int:
    """In the nearest folder that says something the shortest that is said."""
    if project is None or document.path is None or not document.path.is_relative_to(project.root):
        return USUAL
    said = _PYTHON if document.language == "python" else _ECMASCRIPT
    for folder in _folders(document.path, project.root):
        if lengths := [int(found[1]) for found in _found(project, folder, said)]:
            return min(lengths)
    return USUAL


def _folders(path: Path, root: Path) -> Sequence[Path]:
    return [folder for folder in path.parents if folder.is_relative_to(root)]


def _found(project: Project, folder: Path, said: Mapping[str, re.Pattern[str]]) -> Iterator[re.Match[str]]:
    for name, pattern in said.items():
        text = project.text(folder / name)
        if text is not None and (found := pattern.search(text.replace("\r\n", "\n"))):
            yield found
