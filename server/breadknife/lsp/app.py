"""Puts the language server together."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from lsprotocol import types as lsp

from breadknife.host.host import Host
from breadknife.host.settings import Layer
from breadknife.lsp import code_action, commands, completion, configuration, diagnostics, inline_completion
from breadknife.lsp.configuration import Configuration
from breadknife.lsp.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer, Client
from breadknife.lsp.warm_up import warm_up

log = logging.getLogger("breadknife.lsp")
CONFIGURATION_SECONDS = 5.0


def make_server(make_host: Callable[[], Host], command_line: Layer) -> BreadknifeServer:
    """A server for one client. Which features it announces depends on what the client can do."""
    server = BreadknifeServer(make_host)
    checks = Diagnostics(server)
    settings = Configuration(server, command_line)
    code_action.register(server, checks)
    commands.register(server, checks)
    configuration.register(server, settings, checks)

    @server.feature(lsp.INITIALIZE)
    def initialize(params: lsp.InitializeParams) -> None:
        server.client = Client.of(params)
        server.documents.encoding = server.workspace.position_encoding or lsp.PositionEncodingKind.Utf16
        settings.from_initialize(params.initialization_options)
        if server.client.inline_completion:
            inline_completion.register(server)
        else:
            completion.register(server)
        if server.client.pulls_diagnostics:
            diagnostics.register_pull(server, checks)

    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        loop = asyncio.get_running_loop()
        host = await server.in_worker(lambda: server.host)
        host.on_notice = lambda message: server.from_any_thread(loop, server.show, message, lsp.MessageType.Warning)
        host.on_refresh = lambda uri: server.from_any_thread(loop, checks.refresh, uri)
        try:
            await asyncio.wait_for(settings.pull(), CONFIGURATION_SECONDS)
        except Exception:  # an error, or no answer: the other layers count
            log.exception("the client did not give its settings")
            settings.apply()
        finally:
            server.ready.set()
        server.on_change.append(checks.changed)
        server.on_close.append(checks.closed)
        for uri in server.documents.uris():
            checks.changed(uri)

        def warm_once(_uri: str) -> None:
            server.on_change.remove(warm_once)
            server.spawn(warm_up(server))

        server.on_change.append(warm_once)
        if server.documents.uris():
            warm_once("")

    return server
