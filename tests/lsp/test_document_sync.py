from __future__ import annotations

import asyncio
from types import SimpleNamespace

from breadknife.lsp.document_sync import DocumentSync
from breadknife.text.document import Document

A, B = "file:///project/a.py", "file:///project/b.py"


class Server:
    """`told` are the URIs, each with its text or None where it was closed."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.told: list[tuple[str, str | None]] = []
        self.ready = asyncio.Event()
        projects = SimpleNamespace(
            changed=lambda document, root: self.told.append((document.uri, document.text)),
            closed=lambda uri: self.told.append((uri, None)),
        )
        self.host = SimpleNamespace(projects=projects)
        self.spawn = asyncio.create_task
        self.root_of = lambda uri: None

    async def in_worker(self, work):
        return work()


async def follow(*changes: tuple[str, str | None]) -> list[tuple[str, str | None]]:
    """What is told when the server is ready only after all of the changes."""
    server = Server()
    sync = DocumentSync(server)
    for uri, text in changes:
        server.documents.pop(uri, None)
        if text is not None:
            server.documents[uri] = Document(uri, "python", text)
        sync.changed(uri)
    waiting = asyncio.create_task(sync.wait())
    await asyncio.sleep(0)
    assert waiting.done() == (not changes)
    server.ready.set()
    await waiting
    return server.told


async def test_what_was_opened_is_told_before_what_it_became():
    assert await follow((A, "1"), (A, "12")) == [(A, "1"), (A, "12")]


async def test_keys_typed_meanwhile_are_one_change():
    assert await follow((A, "1"), (A, "12"), (B, "3"), (A, "123")) == [(A, "1"), (A, "123"), (B, "3")]


async def test_a_closed_document_is_told_as_closed():
    assert await follow((A, "1"), (A, None)) == [(A, "1"), (A, None)]


async def test_without_a_change_there_is_nothing_to_wait_for():
    assert await follow() == []
