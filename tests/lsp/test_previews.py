"""Actions of several edits: the user chooses among them, the next menus list them, and hints tell what was refused."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

RECIPE = """
recipe = 1
name = "colour"
title = "Use British spelling"
languages = ["markdown"]

[steps.found]
use = "select.match"
pattern = '\\b[Cc]olor'
anywhere = true

[steps.new]
use = "regex.replace"
each = { word = "$found.texts" }
text = "$word"
pattern = "r$"
by = "ur"

[steps.code]
use = "select.match"
pattern = '`(?P<text>[^`]*)`'
anywhere = true

[steps.why]
use = "text"
each = { word = "$code.texts" }
text = "`{{ word }}` is code."

[show]
as = "edit"
title = "Use British spelling: {{ found.texts | length }} places"
preview = true
text = "$new.text"
at = "$found.places"
refused = "$why.text"
refused_at = "$code.places"
"""
TEXT = "The color is `red`.\n\nColor it.\n"
TITLE = "Use British spelling: 2 places"
START = lsp.Range(lsp.Position(0, 5), lsp.Position(0, 5))


@pytest.fixture(autouse=True)
def recipe(home: Path) -> None:
    folder = home / "config" / "recipes"
    folder.mkdir(parents=True)
    (folder / "colour.toml").write_text(RECIPE)


async def test_an_editor_that_can_ask_about_each_edit_does(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.md", TEXT, "markdown")
    [action] = [each for each in await session.actions(uri, START, []) if each.title == TITLE]
    edit = (await session.client.code_action_resolve_async(action)).edit
    [change] = edit.document_changes
    assert [(each.new_text, each.annotation_id) for each in change.edits] == [
        ("colour", "0"),
        ("Colour", "1"),
        ("", "ask"),
    ]
    assert edit.change_annotations == {
        "0": lsp.ChangeAnnotation("“color” → “colour”", needs_confirmation=False, description=TITLE),
        "1": lsp.ChangeAnnotation("“Color” → “Colour”", needs_confirmation=False, description=TITLE),
        "ask": lsp.ChangeAnnotation("Untick what you don't want", needs_confirmation=True, description=TITLE),
    }


@pytest.mark.parametrize(
    ("chosen", "made"),
    [
        ("Make all 2 changes", ["colour", "Colour"]),
        ("“Color” → “Colour”", ["Colour"]),
        (None, []),
    ],
)
async def test_another_one_asks_in_a_second_menu(connect, script, chosen: str | None, made: list[str]) -> None:
    session = await connect("neovim", engine_script=script([]))
    session.choice = lambda titles: chosen
    uri = session.open("a.md", TEXT, "markdown")
    [action] = [each for each in await session.actions(uri, START, []) if each.title == TITLE]
    command = lsp.ExecuteCommandParams(action.command.command, list(action.command.arguments))
    await session.client.workspace_execute_command_async(command)
    async with asyncio.timeout(60):
        while not session.questions or (chosen and not session.applied):
            await asyncio.sleep(0.01)
    [question] = session.questions
    assert [each.title for each in question.actions] == [
        "Make all 2 changes",
        "“color” → “colour”",
        "“Color” → “Colour”",
    ]
    assert [each.new_text for applied in session.applied for each in applied.edit.changes[uri]] == made


async def test_the_next_menus_list_each_edit_for_itself(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.md", TEXT, "markdown")
    [action] = [each for each in await session.actions(uri, START, []) if each.title == TITLE]
    await session.client.code_action_resolve_async(action)
    titles = [each.title for each in await session.actions(uri, START, [])]
    assert "“color” → “colour”" in titles
    assert "“Color” → “Colour”" not in titles  # it is elsewhere


async def test_what_was_refused_is_a_hint_until_it_changes(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.md", TEXT, "markdown")
    [action] = [each for each in await session.actions(uri, START, []) if each.title == TITLE]
    await session.client.code_action_resolve_async(action)
    async with asyncio.timeout(60):
        while not (hints := [each for each in await session.pull(uri) if each.code == "recipes/refused"]):
            await asyncio.sleep(0.05)
    [hint] = hints
    receipts = await session.client.workspace_execute_command_async(lsp.ExecuteCommandParams("breadknife.why", [uri]))
    assert "    left as it is: `red` is code." in [line for receipt in receipts for line in receipt["lines"]]
    assert (hint.message, hint.severity) == ("`red` is code.", lsp.DiagnosticSeverity.Hint)
    assert hint.range == lsp.Range(lsp.Position(0, 13), lsp.Position(0, 18))


async def test_no_recipe_runs_while_the_cursor_moves(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.md", TEXT, "markdown")
    for kind, is_there in ((lsp.CodeActionTriggerKind.Automatic, False), (lsp.CodeActionTriggerKind.Invoked, True)):
        context = lsp.CodeActionContext([], trigger_kind=kind)
        found = await session.client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), START, context)
        )
        assert (TITLE in [each.title for each in found or []]) is is_there, kind


async def test_a_refactoring_is_found_under_its_kind_alone(connect, script) -> None:
    session = await connect(engine_script=script([]))
    uri = session.open("a.md", TEXT, "markdown")
    for only, is_there in (("refactor", True), ("refactor.rewrite", True), ("quickfix", False), ("source", False)):
        context = lsp.CodeActionContext([], only=[only])
        found = await session.client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), START, context)
        )
        assert (TITLE in [each.title for each in found]) is is_there, only
