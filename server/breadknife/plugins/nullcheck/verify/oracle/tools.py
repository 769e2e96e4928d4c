"""The checkers that can be asked, which `tools.toml` lists, and which of them is installed for a folder.

Nothing that lies in a folder is run unless the user trusts it; and a checker whose own configuration may name a program
isn't run on a folder that isn't trusted at all.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

import msgspec

from breadknife import children
from breadknife.cancel import CancelToken
from breadknife.disk.reading import read_regular
from breadknife.plugins.nullcheck.verify.oracle.language_server import LanguageServer
from breadknife.plugins.nullcheck.verify.oracle.tsserver import TypeScriptServer
from breadknife.plugins.nullcheck.verify.oracle.values import RunningChecker
from breadknife.task.values import Finding
from breadknife.text.document import language_of
from breadknife.text.toml import parse_toml

CheckerChoice = Literal["auto", "pyright", "ty", "pyrefly", "tsc", "off"]

_TSSERVER = "tsserver"
_SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
_ENVIRONMENTS = (".venv", "venv")
_LARGEST = 1 << 20
"""Bytes of a `pyproject.toml`."""


class CheckerTool(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename="kebab"):
    """See `tools.toml`."""

    name: str
    languages: frozenset[str]
    commands: tuple[tuple[str, ...], ...]
    files: tuple[str, ...]
    watched: tuple[str, ...]
    sources: frozenset[str]
    runs_programs: bool = False
    sees_unsaved: bool = True

    def has_found(self, finding: Finding) -> bool:
        """Tell whether it says so, or a program that is made of it."""
        return finding.source.lower() in self.sources


def _tools() -> tuple[CheckerTool, ...]:
    data = files(__package__ or "").joinpath("tools.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, tuple[CheckerTool, ...]])["tools"]


TOOLS = _tools()


@dataclass(frozen=True)
class InstalledChecker:
    """A checker for a folder."""

    tool: CheckerTool
    program: Path
    root: Path
    arguments: tuple[str, ...] = ()
    interpreter: Path | None = None
    """Of the folder's own environment, where it may be run."""

    def start(self, language: str, cancel: CancelToken) -> RunningChecker:
        """Start the checker. Raises EngineDied and Cancelled."""
        command = (str(self.program), *self.arguments)
        if self.program.stem == _TSSERVER:
            return TypeScriptServer(command, self.root)

        def language_id(path: Path) -> str:
            known = language_of(path)
            return known if known in self.tool.languages else language

        return LanguageServer(command, self.root, language_id, self._settings, self.tool.watched, cancel)

    @property
    def _settings(self) -> Mapping[str, Any]:
        python: dict[str, Any] = {"pyrefly": {"displayTypeErrors": "force-on"}}
        if self.interpreter:
            python["pythonPath"] = str(self.interpreter)
        # TypeScript would download packages of types.
        return {"python": python, "typescript": {"disableAutomaticTypeAcquisition": True}}


def installed(choice: CheckerChoice, language: str, root: Path, trusted: bool) -> InstalledChecker | None:
    """Return the checker for documents of a language in a folder; None where there is none, or the user wants none.

    A checker that is named for one language leaves the others their first one."""
    if choice == "off":
        return None
    fitting = [tool for tool in TOOLS if language in tool.languages]
    named = [tool for tool in fitting if tool.name == choice]
    for tool in named or sorted(fitting, key=lambda tool: not is_configured(tool.name, tool.files, root)):
        if tool.runs_programs and not trusted:
            continue
        for program, arguments in programs(tool.commands, root):
            if trusted or not is_inside(program, root):
                interpreter = interpreter_of(root) if trusted and language == "python" else None
                return InstalledChecker(tool, program, root, arguments, interpreter)
    return None


def is_configured(name: str, files: Sequence[str], root: Path) -> bool:
    """Tell whether a folder is checked with a tool: it has one of the files, or the tool's table in pyproject.toml."""
    if any((root / file).is_file() for file in files):
        return True
    try:
        settings = parse_toml(read_regular(root / "pyproject.toml", _LARGEST, root).decode("utf-8"))
    except (OSError, ValueError):
        return False
    tools: object = settings.get("tool")
    return isinstance(tools, dict) and name in tools


def programs(commands: Sequence[Sequence[str]], root: Path) -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Yield where a tool may be, with its arguments: the folder's own first, then on the path, then beside
    breadknife."""
    own = [root / "node_modules" / ".bin", *(root / each / _SCRIPTS for each in _ENVIRONMENTS)]
    for folder in (*own, *children.search_folders(), Path(sys.executable).parent):
        for program, *arguments in commands:
            if path := children.program_in(folder, program):
                yield Path(path), tuple(arguments)


def interpreter_of(root: Path) -> Path | None:
    """Return the Python of a folder's own environment. It may be run only if the user trusts the folder."""
    paths = (children.program_in(root / name / _SCRIPTS, "python") for name in _ENVIRONMENTS)
    return next((Path(path) for path in paths if path), None)


def is_inside(program: Path, root: Path) -> bool:
    """Tell whether it lies in the folder, or leads into it."""
    return any(Path(lead(program)).is_relative_to(lead(root)) for lead in (os.path.abspath, os.path.realpath))
