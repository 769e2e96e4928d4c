"""`breadknife after-edit`: tells an agent what its edit has brought, by the hook that agents run after a tool."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from breadknife.cli.commands import EngineScript, Offline
from breadknife.cli.output import say, tell
from breadknife.errors import BreadknifeError, GitFailed, SettingsError
from breadknife.text.printable import escaped

if TYPE_CHECKING:
    from breadknife.cli.formats.values import FileReport, ReportedFinding, RunSummary

_EDITED: Sequence[Sequence[str]] = (
    ("tool_input", "file_path"),  # Claude Code, Gemini CLI, VS Code
    ("tool_input", "notebook_path"),  # Claude Code's NotebookEdit
    ("file_path",),  # Cursor's afterFileEdit
)
"""Where a hook's JSON has the path of the file that was edited."""
_LARGEST_PAYLOAD = 64 << 20
"""Bytes: a hook is told the whole text of a file, before and after."""
_MOST = 20
"""How many findings an agent is told: the first ones show what is wrong, and each costs the agent's tokens."""
_FIXES = 2
"""How many ways to repair a finding are named."""


def after_edit(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE", help="What was edited; by default, what the hook's JSON says.", readable=False),
    ] = None,
    offline: Offline = False,
    engine_script: EngineScript = None,
) -> int | None:
    """Tell an agent what its edits have brought.

    With files, prints what their lines have brought since the last commit. Without, reads on standard input the JSON
    of the hook that Claude Code and other agents run after a tool, and answers on standard output as it asks.

    Exit code: 0 nothing, 1 findings, 2 something could not be checked. A hook's is 0, or 1 if it could not be checked:
    it never stops an agent.

    Examples:

      breadknife after-edit src/app.py

      echo '{"tool_input": {"file_path": "README.md"}}' | breadknife after-edit
    """
    if paths:
        code, text = _checked(paths, offline=offline, engine_script=engine_script)
        for line in text:
            say(line)
        return code
    try:
        payload = _payload()
        edited = list(_edited(payload))
        code, text = _checked(edited, offline=offline, engine_script=engine_script) if edited else (0, ())
    except BreadknifeError as error:
        tell(str(error))
        return 1
    if text:
        event = str(payload.get("hook_event_name", "PostToolUse"))
        answer = {"hookEventName": event, "additionalContext": "\n".join(text)}
        say(json.dumps({"hookSpecificOutput": answer}))
    return 1 if code == 2 else 0


@dataclass
class _Lines:
    """A writer of a line for each finding, with what explains and what repairs it below."""

    lines: list[str] = field(default_factory=list[str])
    found: int = 0

    def add(self, report: FileReport, /) -> None:
        for reported in report.findings:
            self.found += 1
            if self.found <= _MOST:
                self.lines += _told(reported)

    def end(self, summary: RunSummary, /) -> None:
        if self.found > _MOST:
            self.lines.append(f"and {self.found - _MOST} more: `breadknife lint --changed-lines=HEAD` shows all")


def _told(reported: ReportedFinding) -> Iterator[str]:
    finding = reported.finding
    where = reported.file.where(finding.span.start, relative=True)
    yield f"{where}: {escaped(finding.message)} [{escaped(reported.rule)}]"
    for related in reported.related:
        yield f"  {related.file.where(related.span.start, relative=True)}: {escaped(related.message)}"
    for fix in finding.fixes[:_FIXES]:
        yield f"  fix: {escaped(fix.title)}"


def _checked(paths: Sequence[Path], *, offline: bool, engine_script: Path | None) -> tuple[int, Sequence[str]]:
    """Return lint's exit code, and what the files' edits have brought since the last commit; all that is found in them
    where git doesn't know what that is. Raises BreadknifeError."""
    from breadknife.cli.lint.changed import ChangeOptions
    from breadknife.cli.lint.options import LintOptions
    from breadknife.cli.lint.run import run

    changes = ChangeOptions("HEAD", by_lines=True) if all(map(_is_in_repository, paths)) else None
    lines = _Lines()
    # The format is one that asks for all fixes.
    options = LintOptions(paths, format="json", changes=changes, offline=offline, engine_script=engine_script)
    return run(options, lines), lines.lines


def _is_in_repository(path: Path) -> bool:
    from breadknife.git import Repository

    try:
        Repository.of(path.absolute().parent)
    except GitFailed:
        return False
    return True


def _payload() -> Mapping[str, Any]:
    """Return the JSON object on standard input. Raises SettingsError if there is none."""
    given = sys.stdin.buffer.read(_LARGEST_PAYLOAD + 1)
    try:
        payload: object = json.loads(given) if len(given) <= _LARGEST_PAYLOAD else None
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise SettingsError("standard input isn't the JSON of a hook; name the files that were edited instead")
    return cast("Mapping[str, Any]", payload)


def _edited(payload: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files that a hook is about, if they are there, and inside the folder that the agent works in: it may
    keep notes of its own elsewhere."""
    here = os.path.join(os.getcwd(), str(payload.get("cwd") or ""))
    folders = [os.path.realpath(each) for each in (os.environ.get("CLAUDE_PROJECT_DIR", ""), here) if each]
    for keys in _EDITED:
        value: Any = payload
        for key in keys:
            value = cast("Mapping[str, Any]", value).get(key) if isinstance(value, dict) else None
        if not isinstance(value, str) or "\0" in value:
            continue
        path = Path(os.path.realpath(os.path.join(here, value)))
        if path.is_file() and any(path.is_relative_to(folder) for folder in folders):
            yield path
