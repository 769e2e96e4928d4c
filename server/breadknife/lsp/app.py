"""Puts the language server together: it answers `initialize` first and imports everything else then."""

from __future__ import annotations

import gc
from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from breadknife.lsp.client import Client
from breadknife.lsp.server import (
    ACCEPTED_COMMAND,
    ADD_FOLDER_COMMAND,
    CHOOSE_COMMAND,
    FIND_COMMAND,
    FIX_ALL,
    MORE_COMMAND,
    NEXT_EDIT,
    PLUGIN_COMMAND,
    STATUS_COMMAND,
    WHY_COMMAND,
    WHY_HERE_COMMAND,
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
"""Method -> options: of what is announced at once only to a client that lets nothing be registered later: see
`breadknife.lsp.offering`."""

_COMMANDS = (
    ADD_FOLDER_COMMAND, CHOOSE_COMMAND, FIND_COMMAND, PLUGIN_COMMAND, ACCEPTED_COMMAND, MORE_COMMAND, STATUS_COMMAND,
    WHY_COMMAND, WHY_HERE_COMMAND,
)  # fmt: skip


def make_server(make_host: Callable[[], Host], command_line: Callable[[], Layer]) -> BreadknifeServer:
    """Return a server for one client. Which features it announces depends on what the client can do.

    `make_host` loads the plugins, `command_line` reads the settings given as arguments. Both are called in a worker,
    once `initialize` is answered.
    """
    server = BreadknifeServer(make_host)
    initialization_options: list[Any] = []
    """One value, once the client has said it."""

    server.announce(
        lsp.TEXT_DOCUMENT_CODE_ACTION,
        lsp.CodeActionOptions(
            code_action_kinds=[lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Refactor, FIX_ALL], resolve_provider=True
        ),
    )
    server.announce(lsp.CODE_ACTION_RESOLVE)
    server.announce(NEXT_EDIT)
    server.announce(lsp.WORKSPACE_SYMBOL, lsp.WorkspaceSymbolOptions())
    for change in ("Configuration", "WatchedFiles", "WorkspaceFolders"):
        server.announce(f"workspace/didChange{change}")
    for command in _COMMANDS:
        server.announce_command(command)

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.client = Client.of(params)
        initialization_options.append(params.initialization_options)
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
        gc.enable()  # `__main__` has disabled it for the imports' time
        _ = server.documents  # imported and made here: a `didOpen` may be next, and must not wait for the worker
        start = await server.in_worker(lambda: import_module("breadknife.lsp.start"))
        await start.start(server, await server.in_worker(command_line), initialization_options[0])

    @server.feature(lsp.INITIALIZED)
    def initialized(params: lsp.InitializedParams) -> None:
        server.begin()

    server.on_begin = begin
    return server
