"""What is underlined while somebody types: nothing that the next key may change, and nothing vanishes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import pytest
from lsprotocol import types as lsp

from breadknife.lsp.documents import PAUSE_SECONDS

QUIET = {"prose": {"languagetool": False, "model": False}}


class Typist:
    """Types at the end of a Markdown document, and sees what is underlined."""

    def __init__(self, session, text: str) -> None:
        self.session = session
        self.text = text
        self.version = 1
        self.uri = session.open("a.md", text, "markdown")

    def type(self, keys: str) -> None:
        """Each key is a change of its own."""
        for key in keys:
            line = self.text.count("\n")
            at = lsp.Position(line, len(self.text.rsplit("\n", 1)[-1]))
            self.text += key
            self.version += 1
            self.session.client.text_document_did_change(
                lsp.DidChangeTextDocumentParams(
                    lsp.VersionedTextDocumentIdentifier(self.version, self.uri),
                    [lsp.TextDocumentContentChangePartial(lsp.Range(at, at), key)],
                )
            )

    async def underlined(self) -> list[str]:
        """The words, as this client sees them now."""
        found = await self.session.pull_from("prose", self.uri) if self.session.pulls else None
        items = found.items if found else list(self.session.client.diagnostics.get(self.uri, []))
        lines = self.text.split("\n")
        return [lines[each.range.start.line][each.range.start.character : each.range.end.character] for each in items]

    async def until(self, wanted: Callable[[list[str]], bool]) -> None:
        async with asyncio.timeout(120):
            while not wanted(await self.underlined()):
                await asyncio.sleep(0.02)


@pytest.fixture(params=["visual_studio_code", "emacs"])
async def session(request: pytest.FixtureRequest, connect, script, home):
    return await connect(request.param, engine_script=script([]), options=QUIET)


async def test_a_word_is_underlined_when_it_is_whole(session) -> None:
    typist = Typist(session, "We recieve it.\n\n")
    await typist.until(lambda found: found == ["recieve"])
    for key in "They recieve":
        began = time.monotonic()
        typist.type(key)
        found = await typist.underlined()
        if time.monotonic() < began + PAUSE_SECONDS:  # on a machine that isn't too busy to type on
            assert found == ["recieve"]  # the first one
        assert "recieve" in found
    await typist.until(lambda found: found == ["recieve", "recieve"])  # typing has paused


async def test_leaving_the_word_is_enough(session) -> None:
    typist = Typist(session, "")
    typist.type("We recieve the parcels and letters. ")
    await typist.until(lambda found: "recieve" in found)


async def test_typing_beside_a_word_that_is_underlined_leaves_it_so(session) -> None:
    typist = Typist(session, "We recieve")
    await typist.until(lambda found: found == ["recieve"])
    for _ in range(5):
        typist.type(" x")
        assert (await typist.underlined())[:1] == ["recieve"]


async def test_the_client_is_told_when_typing_has_paused(connect, script, home) -> None:
    session = await connect(engine_script=script([]), options=QUIET)
    typist = Typist(session, "")
    words = 0
    # A word that is used three times would be one of the document's own.
    for word in ("recieve", "seperate", "occured", "untill", "adress", "beleive", "goverment", "tommorow"):
        before, words = session.client.diagnostic_refresh_count, words + 1
        typist.type(f" {word}")
        if len(await typist.underlined()) < words:  # it was answered before typing had paused
            break
    async with asyncio.timeout(120):
        while session.client.diagnostic_refresh_count == before:
            await asyncio.sleep(0.02)
    await typist.until(lambda found: len(found) == words)
