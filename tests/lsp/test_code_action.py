"""Actions that edit other documents too, offered by a plugin that is installed for the test alone."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest
from lsprotocol import types as lsp

PLUGIN = '''
"""Renames `old` here and in other.py."""

import time
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
        while (context.project.root / "wait").exists():
            time.sleep(0.01)
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
    async with asyncio.timeout(120):
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


async def test_a_choice_that_takes_a_while_is_seen_to_be_at_work(connect, script, home, renaming) -> None:
    session = await connect("neovim", engine_script=script([]))
    (session.folder / "other.py").write_text("x = old\n", "utf-8")
    (session.folder / "wait").touch()
    uri = session.open("a.py", "old = 1\n")
    [item] = await session.actions(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0)), [])
    chosen = asyncio.ensure_future(session.client.code_action_resolve_async(item))

    def said() -> list[list[str | None]]:
        reports = session.client.progress_reports.values()
        return [said for report in reports if "checking “Rename”" in (said := [each.message for each in report])]

    async with asyncio.timeout(120):
        while not said():
            await asyncio.sleep(0.01)
    assert said() == [["checking “Rename”"]]
    (session.folder / "wait").unlink()
    assert (await chosen).edit
    async with asyncio.timeout(120):
        while len(said()[0]) < 2:
            await asyncio.sleep(0.01)


OFF = {"nullcheck": {"oracle": "off"}, "prose": {"enabled": False}}
NULL = "def f(x=None):\n    return x.y\n"
USE = lsp.Range(lsp.Position(1, 11), lsp.Position(1, 11))
MANY = """import re


def f(lines):
    for line in lines:
        m = re.match("a", line)
        print(m.group())
"""
"""A place with more fixes than the first menu lists."""
USE_OF_MANY = lsp.Range(lsp.Position(6, 14), lsp.Position(6, 14))


async def test_a_menu_has_short_titles_and_the_log_says_the_rest(connect, script, home) -> None:
    session = await connect(engine_script=script([]), options=OFF)
    items = await session.actions(session.open("a.py", NULL), USE, [])
    titles = [item.title for item in items]
    assert titles == ["Assert that `x` is not None", "Raise ValueError", "Ignore “none attribute” here"]
    assert not any(item.is_preferred for item in items)  # each only renames the failure
    item = await session.client.code_action_resolve_async(items[1])
    assert item.edit
    said = (
        "breadknife: Raise ValueError: Raise ValueError if `x` is None — it fails anyway, without a message; "
        "parses · finding gone · non-null path unchanged · file clean"
    )
    assert [each.message for each in session.client.log_messages if each.message.startswith("breadknife: ")] == [said]
    assert session.client.messages == []


async def test_the_second_menu_applies_what_is_chosen(connect, script, home) -> None:
    session = await connect(engine_script=script([]), options=OFF)
    *items, more = await session.actions(session.open("a.py", MANY), USE_OF_MANY, [])
    assert [item.title for item in items] == [
        "Handle None: continue",
        "Raise ValueError",
        "Handle None: skip this",
    ]
    others = await session.more(more, "Ignore")
    assert len(others) > 1
    [question] = session.questions
    assert question.message == "breadknife: `m` may be None: `re.match` returns None when nothing matches"
    [made] = session.applied
    [change] = made.edit.document_changes or []
    assert [edit.new_text for edit in change.edits] == ["  # breadknife: ignore none-attribute"]


async def test_the_second_menu_is_for_the_text_that_the_first_was_for(connect, script, home) -> None:
    session = await connect(engine_script=script([]), options=OFF)
    uri = session.open("a.py", MANY)
    *_, more = await session.actions(uri, USE_OF_MANY, [])
    session.replace(uri, f"\n{MANY}", 2)
    command = lsp.ExecuteCommandParams(more.command.command, list(more.command.arguments))
    await session.client.workspace_execute_command_async(command)
    async with asyncio.timeout(120):
        while not session.client.messages:
            await asyncio.sleep(0.01)
    assert "has changed since the menu was shown" in session.client.messages[0].message
    assert session.questions == []


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim", "emacs"])
async def test_what_was_chosen_and_not_undone_comes_first_the_next_time(connect, script, home, editor: str) -> None:
    session = await connect(editor, engine_script=script([]), options=OFF)
    uri, elsewhere = session.open("a.py", NULL), session.open("b.py", NULL)

    async def titles() -> list[str]:
        return [item.title for item in await session.actions(elsewhere, USE, [])]

    async def become(*, chosen: bool) -> list[str]:
        async with asyncio.timeout(120):
            while ((now := await titles())[0] == first.title) is chosen:  # the plugin is told beside the request
                pass
        return now

    first, *others = await session.actions(uri, USE, [])
    wanted = next(item for item in others if item.title == "Raise ValueError")
    if not wanted.edit:
        await session.client.code_action_resolve_async(wanted)
    assert (await titles())[0] == first.title, "to look at an edit isn't to make it"
    head, tail = NULL.splitlines(keepends=True)
    made = f'{head}    if x is None:\n        raise ValueError("x is None")\n{tail}'
    session.replace(uri, made, version=2)
    now = await become(chosen=True)
    assert now[0] == "Raise ValueError"
    assert now[1] == first.title
    session.replace(uri, f"{made}\n", version=3)
    session.replace(uri, made, version=4)
    session.replace(uri, NULL, version=5)
    await become(chosen=False)
    session.replace(uri, made, version=6)
    await become(chosen=True)


@pytest.mark.skipif(sys.platform == "win32", reason="the checker is a shell script")
@pytest.mark.parametrize(
    ("checker", "why"), [("sleep 60", "pyright took longer than 0.5 s"), ("exit 1", "pyright does not run here")]
)
async def test_who_chooses_an_edit_is_told_when_no_checker_has_looked_at_it(
    connect, script, home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, checker: str, why: str
) -> None:
    program = tmp_path / "bin" / "pyright-langserver"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{checker}\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((str(program.parent), os.environ["PATH"])))
    options = {"nullcheck": {"oracle": "pyright", "oracle_seconds": 0.5}, "prose": {"enabled": False}}
    session = await connect(engine_script=script([]), options=options)
    *items, _ = await session.actions(session.open("a.py", NULL), USE, [])
    assert [(item.title, item.is_preferred) for item in items] == [
        ("Assert that `x` is not None", None),
        ("Raise ValueError", None),
    ]
    assert (await session.client.code_action_resolve_async(items[1])).edit
    said = f"breadknife: {why}, so made without a last check: “Raise ValueError”"
    assert [(each.type, each.message) for each in session.client.messages] == [(lsp.MessageType.Warning, said)]


async def test_who_chooses_what_can_not_be_made_is_told_why(connect, script, home) -> None:
    session = await connect(engine_script=script([]), options=OFF)
    [item, *_] = await session.actions(session.open("a.py", NULL), USE, [])
    item.data["data"]["strategy"] = "initial"
    assert (await session.client.code_action_resolve_async(item)).edit is None
    [told] = session.client.messages
    assert told.message.startswith(f"breadknife: “{item.title}”: the fix would break the file")


IN_CLASS = "import re\n\n\nclass A:\n    end = re.match('a', 'b').end()\n"
"""No check may stand before the use."""


@pytest.mark.parametrize("editor", ["visual_studio_code", "neovim"])
async def test_where_nothing_is_safe_the_menu_says_so(connect, script, home, editor: str) -> None:
    session = await connect(editor, engine_script=script([]), options=OFF)
    use = lsp.Range(lsp.Position(4, 12), lsp.Position(4, 12))
    uri = session.open("a.py", IN_CLASS)
    first, *_ = await session.actions(uri, use, [])
    assert (first.title, first.edit) == ("No safe fix for `match`", None)
    if editor == "visual_studio_code":
        assert (first.disabled, first.command) == (lsp.CodeActionDisabled("no edit is certain to be right here"), None)
        return
    assert first.disabled is None  # Neovim shows no entry greyed out: to choose it tells the reason
    await session.carry_out(uri, use, [], first.title)
    async with asyncio.timeout(60):
        while not session.client.messages:
            await asyncio.sleep(0.01)
    [told] = session.client.messages
    assert told.message == "breadknife: No safe fix for `match`: no edit is certain to be right here"


async def test_who_asks_for_no_edit_later_has_each_with_what_it_has_passed(connect, script, home) -> None:
    """Nobody has chosen one yet: no message speaks of it. It can't show a second menu: so it has all in one."""
    session = await connect("emacs", engine_script=script([]), options=OFF)
    *items, silencing = await session.actions(session.open("a.py", NULL), USE, [])
    assert len(items) > 1
    assert all(item.edit for item in (*items, silencing))
    assert session.client.messages == []
    assert [each for each in session.client.log_messages if each.message.startswith("breadknife: ")] == []


@pytest.mark.skipif(sys.platform == "win32", reason="the checker is a shell script")
@pytest.mark.parametrize(("seconds", "made"), [(0.1, True), (60, False)], ids=["in its own time", "never"])
async def test_who_asks_for_no_edit_later_waits_for_no_checker_without_end(
    connect, script, home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: float, made: bool
) -> None:
    program = tmp_path / "bin" / "pyright-langserver"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nsleep 60\n", "utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", os.pathsep.join((str(program.parent), os.environ["PATH"])))
    options = {"nullcheck": {"oracle": "pyright", "oracle_seconds": seconds}, "prose": {"enabled": False}}
    session = await connect("emacs", engine_script=script([]), options=options)
    async with asyncio.timeout(120):
        *items, silencing = await session.actions(session.open("a.py", NULL), USE, [])
    assert silencing.edit
    if made:
        assert [item.title for item in items] == ["Assert that `x` is not None", "Raise ValueError"]
        assert session.client.messages == []
    else:
        assert items == []
        [said] = session.client.messages
        assert "could not be checked in time: open it again" in said.message
