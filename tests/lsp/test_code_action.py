"""Actions that edit other documents too, offered by a plugin that is installed for the test alone."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

PLUGIN = '''
"""Renames `old` here and in other.py."""

from dataclasses import dataclass, replace

from breadknife.api import Action, ActionRequest, Actions, Document, DocumentEdits, Origin, Span, TextEdit


@dataclass(frozen=True)
class Settings:
    pass


def renamed(text):
    at = text.index("old")
    return (TextEdit(Span(at, at + 3), "new"),)


class Renaming:
    name = "renaming"
    settings = Settings
    serves = {ActionRequest: frozenset({"python"})}

    def answer(self, request, context):
        if isinstance(request, ActionRequest):
            return Actions((Action("Rename", data={"a": 1}),))
        path = context.project.root / "other.py"
        other = Document(path.as_uri(), "python", context.project.text(path))
        elsewhere = (DocumentEdits(other, renamed(other.text)),)
        edits = renamed(request.document.text)
        return Actions((replace(request.action, edits=edits, origin=Origin("r"), elsewhere=elsewhere),))

    def close(self):
        pass
'''


@pytest.fixture
def renaming(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    (site / "renaming-1.dist-info").mkdir(parents=True)
    (site / "renaming.py").write_text(PLUGIN, "utf-8")
    (site / "renaming-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: renaming\nVersion: 1\n")
    (site / "renaming-1.dist-info" / "entry_points.txt").write_text(
        "[breadknife.plugins]\nrenaming = renaming:Renaming\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site))


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
@pytest.mark.parametrize("shown", [None, "é = old\n"], ids=["on disk", "open"])
async def test_an_action_edits_two_documents(connect, script, home, renaming, editor: str, shown: str | None) -> None:
    session = await connect(editor, engine_script=script([]))
    (session.folder / "other.py").write_text("x = old\n", "utf-8")
    if shown:
        session.open("other.py", shown, version=7)
    uri = session.open("a.py", "old = 1\n")
    async with asyncio.timeout(30):
        while True:  # the server learns of the open document beside the request
            [item] = await session.actions(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), [])
            item = item if item.edit else await session.client.code_action_resolve_async(item)
            if item.edit:
                break
    here, there = uri, session.uri("other.py")
    if item.edit.document_changes is None:  # the client doesn't know versions
        changes = item.edit.changes
    else:
        changes = {each.text_document.uri: each.edits for each in item.edit.document_changes}
        versions = {each.text_document.uri: each.text_document.version for each in item.edit.document_changes}
        assert versions == {here: 1, there: 7 if shown else None}
    made = {uri: (edit.range.start.character, edit.new_text) for uri, [edit] in changes.items()}
    column = 5 if shown and editor == "neovim" else 4  # `é` is two units of utf-8, which Neovim asks for
    assert made == {here: (0, "new"), there: (column, "new")}
