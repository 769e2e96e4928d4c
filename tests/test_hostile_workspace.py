"""No file of a folder that nobody trusts runs, whatever is done there: each command, with the folder as the current one
and first on PATH, and a server with its documents open."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from breadknife.cli.main import app
from hostile_files import DOCUMENTS, hostile, path_of
from lsp.raw import RawClient

SECONDS = 200
PROGRAM = Path(sys.executable).with_name("breadknife.exe" if sys.platform == "win32" else "breadknife")
"""As people run it. `python -m breadknife` would be what runs the folder's `breadknife.py`, which is Python's way."""
REPORT = 'a.py:5:5: error: "strip" is not a known attribute of "None" (reportOptionalMemberAccess)\n'

Words = tuple[str, ...]
SCRIPT = "{script}"
"""Stands for the file of a scripted engine."""

COMMANDS: dict[str, Sequence[tuple[int, Words]]] = {
    "cache": [(0, ("cache", "info")), (0, ("cache", "prune")), (0, ("cache", "clear"))],
    "config": [(0, ("config", "show", ".")), (0, ("config", "check", ".")), (0, ("config", "schema"))],
    "baseline": [(0, ("baseline", "--engine-script", SCRIPT))],
    "doctor": [(1, ("doctor",))],
    "find": [
        (0, ("find", "what is useful?", "--words")), (0, ("find", "evil", ".", "--json", "--engine-script", SCRIPT)),
    ],
    "fix": [(1, ("fix", "."))],
    "learned": [(0, ("learned",))],
    "lint": [(1, ("lint", ".", "--engine-script", SCRIPT)), (0, ("lint", "--only", "nullcheck", "a.py"))],
    "lint in processes": [
        (1, ("lint", "--jobs", "2", ".", "--engine-script", SCRIPT)),
        (1, ("lint", "--jobs", "2", "--only", "nullcheck", ".")),
    ],
    "after-edit": [(1, ("after-edit", "a.py")), (0, ("after-edit",))],
    "lint a file of standard input": [(0, ("lint", "--stdin-filename", "a.py", "--only", "nullcheck"))],
    "lint stale ignores": [(0, ("lint", "--stale-ignores", "--engine-script", SCRIPT, "."))],
    "lint with settings that are refused": [(2, ("lint", "../refused"))],
    "models": [
        (0, ("models", "list")), (0, ("models", "which", "completion")), (1, ("models", "verify")),
        (2, ("models", "pull", "--offline")), (2, ("models", "add", "evil.gguf")),
        (2, ("models", "allow", "qwen2.5-coder-0.5b")), (0, ("models", "remove", "qwen2.5-coder-0.5b")),
        (0, ("models", "prune")), (2, ("models", "recommend")), (0, ("models", "use", "qwen2.5-coder-0.5b")),
    ],
    "null": [
        (1, ("null",)),
        (0, ("null", "triage", "--from", "-")),
    ],
    "plugins": [
        (0, ("plugins", "list")), (2, ("plugins", "check", "no-such")), (0, ("plugins", "new", "new")),
        (1, ("plugins", "resume", "prose")),
    ],
    "recipes": [
        (0, ("recipes", "list")), (0, ("recipes", "steps")), (0, ("recipes", "new", "mine", "--here")),
        (0, ("recipes", "check", ".breadknife/recipes/mine.toml")), (0, ("recipes", "graph", "make-list")),
        (0, ("recipes", "check", ".breadknife/recipes/evil.toml")), (2, ("recipes", "lock")),
    ],
    "recipes run": [
        (2, ("recipes", "run", "evil", "a.py")),
        (1, ("recipes", "run", ".breadknife/recipes/evil.toml", "a.py", "--engine-script", SCRIPT)),
        (1, ("recipes", "run", "explain-diagnostic", "a.py", "--engine-script", SCRIPT)),
    ],
    "recipes test": [
        (0, ("recipes", "test", "explain-diagnostic", "--engine-script", SCRIPT)),
        (1, ("recipes", "test", ".breadknife/recipes/evil.toml", "--engine-script", SCRIPT)),
        (1, ("recipes", "diff", "make-list", "make-paragraph", "--engine-script", SCRIPT)),
    ],
    "setup": [(0, ("setup",))],
    "uninstall": [(0, ("uninstall",)), (0, ("uninstall", "--what", "all", "--yes"))],
    "setup an editor": [(0, ("setup", "vscode")), (0, ("setup", "helix", "--write"))],
    "setup the parts": [
        (0, ("setup", "engine", "--offline")), (1, ("setup", "languagetool", "--offline")),
        (1, ("setup", "model", "--offline")),
    ],
    "shelf": [
        (0, ("shelf", "add", ".")), (0, ("shelf", "status")), (1, ("shelf", "ask", "what is useful?")),
        (0, ("shelf", "cite")), (0, ("shelf", "remove", ".")),
    ],
    "status": [(0, ("status",))],
    "trust": [(0, ("trust", "--list"))],
    "why": [(0, ("why",)), (0, ("why", "a.py:5:30"))],
    "show-completion": [(0, ("--show-completion",))],
}  # fmt: skip
"""Each with the exit code that says that it came as far as it should."""
GIVEN = {
    ("null", "triage", "--from", "-"): REPORT,
    ("after-edit",): '{"tool_input": {"file_path": "a.py"}}',
    ("setup",): "n\n" * 9,
}
"""What a command reads. All others find the end of their input."""
SERVERS = {("engine", "serve-openai"), ("mcp",), ("serve",)}
"""Commands with a test of their own."""


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    return tmp_path / "ran"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "script.json"
    path.write_text("[]")
    return path


@pytest.fixture
def folder(tmp_path: Path, ran: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hostile folder, with an empty home of breadknife's and one of the user's."""
    monkeypatch.setenv("PATH", path_of(os.environ))
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("SHELL", "/bin/sh")
    (tmp_path / "user").mkdir()
    return hostile(tmp_path / "work", ran)


def told(ran: Path) -> list[str]:
    """What has run, each once."""
    return sorted(set(ran.read_text("utf-8").splitlines())) if ran.exists() else []


def paths_of(group: object, before: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    commands: dict[str, object] = getattr(group, "commands", {})
    found = {path for name, each in commands.items() for path in paths_of(each, (*before, name))}
    return found or {before}


def test_every_command_is_tried() -> None:
    tried = {words for lines in COMMANDS.values() for _, words in lines}
    paths = paths_of(get_command(app)) - SERVERS
    assert {path for path in paths if not any(words[: len(path)] == path for words in tried)} == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_runs(name: str, folder: Path, ran: Path, script: Path) -> None:
    for code, words in COMMANDS[name]:
        done = subprocess.run(
            [PROGRAM, *(str(script) if each == SCRIPT else each for each in words)],
            cwd=folder,
            input=GIVEN.get(words, ""),
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
        )
        assert told(ran) == [], words
        assert done.returncode == code, (words, done.stdout[-500:], done.stderr[-500:])


def test_nothing_runs_where_a_server_offers_models(folder: Path, ran: Path) -> None:
    command = [PROGRAM, "engine", "serve-openai", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
    assert told(ran) == []


def test_nothing_runs_for_an_agent(folder: Path, ran: Path, script: Path) -> None:
    hello = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
    tools: tuple[dict[str, Any], ...] = (
        {"name": "lint", "arguments": {"paths": ["."]}},
        {"name": "fix", "arguments": {"path": "a.py"}},
        {"name": "why", "arguments": {}},
        {"name": "recipe", "arguments": {"name": "evil", "path": "a.py"}},
        {"name": "search", "arguments": {"question": "What is evil?"}},
    )
    asked: list[dict[str, Any]] = [{"id": 0, "method": "initialize", "params": hello}]
    asked.append({"method": "notifications/initialized"})
    asked += ({"id": at, "method": "tools/call", "params": tool} for at, tool in enumerate(tools, 1))
    command = [PROGRAM, "mcp", ".", "--engine-script", str(script)]
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for each in asked:
            process.stdin.write(json.dumps({"jsonrpc": "2.0", **each}) + "\n")
        process.stdin.flush()
        answered = {json.loads(process.stdout.readline()).get("id") for _ in range(6)}
        process.stdin.close()
        process.wait(SECONDS)
    assert (answered, told(ran)) == ({0, 1, 2, 3, 4, 5}, [])


def test_nothing_runs_in_an_editor(folder: Path, ran: Path, script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    client = RawClient(command=[str(PROGRAM), "serve", "--engine-script", str(script)])
    try:
        client.initialize(folder)
        _work(client, folder)
        assert client.call("end", "shutdown")["result"] is None
        client.notify("exit")
        client.process.wait(SECONDS)
    finally:
        client.process.kill()
    assert told(ran) == []


def _work(client: RawClient, folder: Path) -> None:
    """Open each document; complete, check, and open and choose from the menu at each of its lines."""
    languages = {".py": "python", ".md": "markdown", ".ts": "typescript", ".go": "go", ".java": "java"}
    for name, text in DOCUMENTS.items():
        if (language := languages.get(Path(name).suffix)) is None:
            continue
        uri = (folder / name).as_uri()
        item = {"uri": uri, "languageId": language, "version": 1, "text": text}
        client.notify("textDocument/didOpen", {"textDocument": item})
        for line, row in enumerate(text.splitlines()):
            _ask(client, uri, line, len(row))


def _ask(client: RawClient, uri: str, line: int, end: int) -> None:
    document, stop = {"uri": uri}, {"line": line, "character": end}
    place = {"textDocument": document, "position": stop}
    client.call(f"{uri} complete {line}", "textDocument/completion", place)
    client.call(f"{uri} hover {line}", "textDocument/hover", place)
    whole = {"start": {"line": line, "character": 0}, "end": stop}
    asked = {"textDocument": document, "range": whole, "context": {"diagnostics": []}}
    menu = client.call(f"{uri} menu {line}", "textDocument/codeAction", asked).get("result") or []
    for at, item in enumerate(menu):
        if command := item.get("command"):
            words = {"command": command["command"], "arguments": command.get("arguments", [])}
            client.call(f"{uri} run {line} {at}", "workspace/executeCommand", words)
        elif "edit" not in item:
            client.call(f"{uri} resolve {line} {at}", "codeAction/resolve", item)
    client.call(f"{uri} why {line}", "workspace/executeCommand", {"command": "breadknife.whyHere", "arguments": [uri]})
