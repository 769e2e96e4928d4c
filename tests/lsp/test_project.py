"""What a running server knows of a folder, told by a plugin that is installed for the test alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

PLUGIN = '''
"""Finds, for a line `? NAME`, where NAME is defined, and for a line `!`, what was edited lately elsewhere."""

from dataclasses import dataclass

from breadknife.api import CheckRequest, Finding, Findings, Severity, Span


@dataclass(frozen=True)
class Settings:
    pass


class Telling:
    name = "telling"
    settings = Settings
    serves = {CheckRequest: frozenset({"*"})}

    def answer(self, request, context):
        project = context.project
        found = []
        for line in request.document.text.splitlines():
            if line.startswith("? "):
                found += sorted(each.path.name for each in project.defining(line[2:], "python"))
            if line == "!":
                edits = [each for each in project.recent_edits() if each.path != request.document.path]
                found += [f"{each.path.name}: {each.before!r} to {each.after!r}" for each in edits]
        return Findings(tuple(Finding(Span(0, 0), "telling", "t", text, Severity.HINT) for text in found))

    def close(self):
        pass
'''


@pytest.fixture
def telling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "telling-1.dist-info").mkdir(parents=True)
    (site / "telling.py").write_text(PLUGIN, "utf-8")
    (site / "telling-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: telling\nVersion: 1\n")
    (site / "telling-1.dist-info" / "entry_points.txt").write_text("[breadknife.plugins]\ntelling = telling:Telling\n")
    monkeypatch.setenv("PYTHONPATH", str(site))


async def told(session, uri: str) -> list[str]:
    return [each.message for each in await session.pull(uri) if str(each.code).startswith("telling/")]


async def test_documents_and_files_on_disk(connect, script, home, telling) -> None:
    session = await connect(engine_script=script([]))
    folder: Path = session.folder
    (folder / "disk.py").write_text("def f(): ...\n")
    (folder / ".env").write_text("def f(): ...\n")
    asking = session.open("ask.txt", "? f\n", language="plaintext")
    version = 1

    async def until(expected: list[str], question: str = "? f") -> None:
        nonlocal version
        async with asyncio.timeout(120):
            while True:
                version += 1
                session.replace(asking, f"{question}\n" + "\n" * (version % 2), version)
                if await told(session, asking) == expected:
                    return
                await asyncio.sleep(0.05)

    def on_disk(name: str, kind: lsp.FileChangeType) -> None:
        change = lsp.FileEvent((folder / name).as_uri(), kind)
        session.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))

    await until(["disk.py"])
    uri = session.open("open.py", "def f(): ...\n")
    await until(["disk.py", "open.py"])
    session.replace(uri, "def g(): ...\n", 2)
    await until(["disk.py"])
    await until(["open.py: 'def f(): ...\\n' to 'def g(): ...\\n'"], "!")
    session.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
    await until([], "? g")

    (folder / "new.py").write_text("def f(): ...\n")
    on_disk("new.py", lsp.FileChangeType.Created)
    await until(["disk.py", "new.py"])
    (folder / "disk.py").unlink()
    on_disk("disk.py", lsp.FileChangeType.Deleted)
    await until(["new.py"])
    (folder / ".breadknifeignore").write_text("new.py\n")
    on_disk(".breadknifeignore", lsp.FileChangeType.Created)
    await until([])


async def test_the_client_is_asked_to_watch_them(connect, script, home) -> None:
    session = await connect(engine_script=script([]))
    patterns = str(await session.registration("workspace/didChangeWatchedFiles"))
    assert all(each in patterns for each in (".gitignore", ".breadknifeignore", "py", "tsx"))
