"""Vale: a program of the user's, with the styles that a project has chosen in its `.vale.ini`."""

from __future__ import annotations

import json
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

from breadknife import children
from breadknife.errors import EngineDied, EngineUnavailable
from breadknife.plugins.prose.engines.lint import Lint, printable
from breadknife.text.document import Span

_CONFIGURATIONS = (".vale.ini", "_vale.ini", "vale.ini")
_CHECK_S = 20


def configuration(root: Path) -> Path | None:
    """Return the file that says which styles a folder wants."""
    return next((root / name for name in _CONFIGURATIONS if (root / name).is_file()), None)


def program(root: Path) -> Path | None:
    """Return the `vale` on the path, if it isn't the folder's own."""
    path = children.find_program("vale", outside=root)
    return Path(path) if path else None


class ValeEngine:
    """One process for a paragraph. What it reads is our plain prose, so that it needs no reader of its own."""

    name = "vale"

    def __init__(self, vale: Path, configured: Path) -> None:
        self._command = [str(vale), "--output=JSON", "--no-wrap", "--ext=.md", f"--config={configured}"]
        self._folder = configured.parent

    def check(self, text: str, language: str = "", /) -> tuple[Lint, ...]:
        """Raises EngineDied when it hangs, and EngineUnavailable when it says that it can't work so."""
        plain = printable(text).replace("\n", " ")
        try:
            given = plain.encode("utf-8", "replace")
            done = children.run(self._command, folder=self._folder, given=given, seconds=_CHECK_S)
        except TimeoutError as error:
            raise EngineDied("Vale hung while it checked a paragraph") from error
        except OSError as error:
            raise EngineUnavailable(f"Vale did not start: {error}") from error
        try:
            alerts = [alert for found in json.loads(done.stdout or "{}").values() for alert in found]
            lints = [_lint(plain, alert) for alert in alerts]
        except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
            raise EngineUnavailable(f"Vale's output can't be read: {_error_of(done)}") from error
        if done.returncode not in (0, 1):
            raise EngineUnavailable(f"Vale failed: {_error_of(done)}")
        return tuple(lint for lint in lints if lint is not None)

    def close(self) -> None: ...


def _error_of(done: CompletedProcess[bytes]) -> str:
    said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
    try:
        return str(json.loads(said)["Text"]).strip().removesuffix(".")
    except (ValueError, KeyError, TypeError):
        return said.splitlines()[0][:200] if said else f"exit code {done.returncode}"


def _lint(text: str, alert: dict[str, Any]) -> Lint | None:
    first, last = alert["Span"]
    match, span = str(alert["Match"]), Span(first - 1, last)
    if text[span.start : span.end] != match:
        at = text.find(match)
        if at < 0 or not match:
            return None
        span = Span(at, at + len(match))
    action: dict[str, Any] = alert.get("Action") or {}
    replacements = tuple(map(str, action.get("Params") or ())) if action.get("Name") == "replace" else ()
    if action.get("Name") == "remove":
        replacements = ("",)
    return Lint("vale", alert["Check"], span, alert["Message"], replacements, alert["Severity"])
