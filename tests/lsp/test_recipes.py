"""Recipes in an editor: entries of the menu, completions, hovers and findings."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from lsprotocol import types as lsp

HEAD = 'recipe = 1\nname = "{name}"\ntitle = "{title}"\nlanguages = ["markdown"]\n'
STEPS = (
    '[steps.paragraph]\nuse = "select.paragraph"\nmin_words = 3\n'
    '[steps.ask]\nuse = "prompt"\nuser = "Say it: {{ paragraph.text }}"\n'
    '[steps.write]\nuse = "generate"\nmodel = "rewrite"\nprompt = "$ask.prompt"\n'
)
EDIT = STEPS + '[show]\nas = "edit"\ntext = "$write.text"\nat = "$paragraph.place"\n'
HOVER = STEPS + '[show]\nas = "hover"\ntext = "$write.text"\nat = "$paragraph.place"\n'
FINDING = (
    '[steps.found]\nuse = "select.match"\npattern = "TODO"\nanywhere = true\n'
    '[show]\nas = "finding"\ntext = "$found.texts"\nat = "$found.places"\n'
)
TEXT = "# Notes\n\nThe cat sat down.\n\nNo.\n\nTODO this.\n"


@pytest.fixture
def recipes(home: Path) -> None:
    folder = home / "config" / "recipes"
    folder.mkdir(parents=True)
    for name, rest in (("retell", EDIT), ("told", HOVER), ("todo", FINDING)):
        (folder / f"{name}.toml").write_text(HEAD.format(name=name, title=f"Do {name}") + rest)


async def test_recipes_of_the_user_in_an_editor(recipes: None, connect, script) -> None:
    session = await connect(engine_script=script([{"when": "The cat", "say": "A cat sat."}]))
    uri = session.open("notes.md", TEXT, "markdown")
    async with asyncio.timeout(120):
        here = lsp.Range(lsp.Position(2, 4), lsp.Position(2, 4))
        [action] = [each for each in await session.actions(uri, here, []) if each.title == "Do retell"]
        resolved = await session.client.code_action_resolve_async(action)
        [change] = resolved.edit.document_changes
        assert [edit.new_text for edit in change.edits] == ["A cat sat."]
        assert change.edits[0].range == lsp.Range(lsp.Position(2, 0), lsp.Position(2, 17))

        short = lsp.Range(lsp.Position(4, 0), lsp.Position(4, 0))
        assert "Do retell" not in [each.title for each in await session.actions(uri, short, [])]

        place = lsp.TextDocumentIdentifier(uri)
        hover = await session.client.text_document_hover_async(lsp.HoverParams(place, lsp.Position(2, 4)))
        assert hover.contents.value == "A cat sat."

        found = [each for each in await session.pull(uri) if each.message == "TODO"]
        assert [each.range.start for each in found] == [lsp.Position(6, 0)]
