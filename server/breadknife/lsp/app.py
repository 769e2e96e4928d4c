"""Puts the language server together: it answers `initialize` first and imports everything else then."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from breadknife.lsp.client import Client
from breadknife.lsp.server import (
    ACCEPTED,
    ADD_FOLDER,
    CHOOSE,
    COMMAND,
    FIX_ALL,
    MORE,
    STATUS,
    WHY,
    WHY_HERE,
    BreadknifeServer,
)

if TYPE_CHECKING:
    from breadknife.host.host import Host
    from breadknife.host.settings import Layer

_OPTIONS: dict[str, Any] = {
    lsp.TEXT_DOCUMENT_HOVER: lsp.HoverOptions(),
    lsp.TEXT_DOCUMENT_CODE_LENS: lsp.CodeLensOptions(resolve_provider=False),
    lsp.TEXT_DOCUMENT_INLAY_HINT: lsp.InlayHintOptions(resolve_provider=False),
}
"""What a client is told of at once only if it lets nothing be registered later: see `breadknife.lsp.offering`."""


def make_server(make_host: Callable[[], Host], command_line: Callable[[], Layer]) -> BreadknifeServer:
    """Return a server for one client. Which features it announces depends on what the client can do."""
    server = BreadknifeServer(make_host)
    said: list[Any] = []

    server.announce(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(
            code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Refactor, FIX_ALL], resolve_provider=True
        ),
    )
    server.announce(lsp.CODE_ACTION_RESOLVE)
    for change in ("Configuration", "WatchedFiles", "WorkspaceFolders"):
        server.announce(f"workspace/didChange{change}")
    for command in (ADD_FOLDER, CHOOSE, COMMAND, ACCEPTED, MORE, STATUS, WHY, WHY_HERE):
        server.announce_command(command)

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.client = Client.of(params)
        said.append(params.initialization_options)
        for method, options in _OPTIONS.items():
            if method in server.client.asks - server.client.registers:
                server.announce(method, options)
        if server.client.inline_completion:
            server.announce(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, lsp.InlineCompletionOptions())
        else:
            options = lsp.CompletionOptions(trigger_characters=[" ", "(", ".", ":", "="])
            server.announce(lsp.TEXT_DOCUMENT_COMPLETION, options)

    async def begin() -> None:
        gc.freeze()  # what the imports have left is here to stay
        gc.enable()
        _ = server.documents  # a `didOpen` may be next, and must not wait for the worker's imports
        start = await server.in_worker(lambda: import_module("breadknife.lsp.start"))
        await start.start(server, await server.in_worker(command_line), said[0])

    @server.feature(lsp.INITIALIZED)
    def initialized(params: lsp.InitializedParams) -> None:
        server.begin()

    server.on_begin = begin
    return server
