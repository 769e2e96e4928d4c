"""Everything that the server does once `initialize` is answered."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from breadknife.errors import BreadknifeError
from breadknife.host.settings import Layer
from breadknife.lsp.actions import ActionResolver
from breadknife.lsp.document_sync import DocumentSync
from breadknife.lsp.edit_tracker import EditTracker
from breadknife.lsp.features import (
    code_action,
    commands,
    completion,
    configuration,
    diagnostics,
    find,
    hover,
    inlays,
    inline_completion,
    lenses,
    next_edit,
    second_menu,
    watched_files,
    why,
)
from breadknife.lsp.features.commands import CommandRunner
from breadknife.lsp.features.configuration import Configuration
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.incomplete_progress import IncompleteProgress
from breadknife.lsp.offering import offer, refresh
from breadknife.lsp.presenter import Presenter
from breadknife.lsp.server import BreadknifeServer
from breadknife.lsp.warm_up import warm_up, watch_arrivals

if TYPE_CHECKING:
    from breadknife.host.host import Host

log = logging.getLogger("breadknife.lsp")
CONFIGURATION_SECONDS = 5.0
"""The longest that the client's answer about its settings is waited for."""


async def start(server: BreadknifeServer, command_line: Layer, options: object) -> None:
    """Register the handlers, load the plugins, learn the settings, and begin to check what is open.

    `command_line` holds the settings given as arguments, `options` the `initializationOptions`.
    """
    checks = Diagnostics(server)
    settings = Configuration(server, command_line, options)
    _register_handlers(server, checks, settings)

    try:
        host = await server.in_worker(lambda: server.host)
    except BreadknifeError as error:
        server.show(str(error), lsp.MessageType.Error)
        server.ready.set()  # each request is answered with the same error
        return
    _connect(host, server, checks)
    try:
        await asyncio.wait_for(settings.pull(), CONFIGURATION_SECONDS)
    except Exception:  # an error, or no answer: the other layers count
        log.exception("the client did not give its settings")
        await server.in_worker(settings.apply)
    finally:
        await server.in_worker(host.load)  # with the settings, for what is disabled isn't loaded
        server.ready.set()
    _follow_settings(server, checks, settings)
    server.spawn(watched_files.watch(server))
    if server.client.pulls_diagnostics:
        server.spawn(diagnostics.register_providers(server, checks))
    server.spawn(offer(server))
    _check_documents(server, checks)
    server.spawn(watch_arrivals(server, checks.refresh))
    await server.in_worker(server.let_inspect)


def _register_handlers(server: BreadknifeServer, checks: Diagnostics, settings: Configuration) -> None:
    resolver = ActionResolver(server, EditTracker(server))
    runner = CommandRunner(server, checks, Presenter(server))
    code_action.register(server, checks, resolver)
    second_menu.register(server, resolver, runner)
    commands.register(server, runner)
    hover.register(server)
    find.register(server)
    lenses.register(server)
    inlays.register(server)
    completion.register(server)
    configuration.register(server, settings, checks)
    watched_files.register(server, settings, checks)
    if server.client.pulls_diagnostics:
        diagnostics.register_pull(server, checks)
    inline_completion.register(server)
    why.register(server)
    sync = DocumentSync(server)
    next_edit.register(server, sync)
    sync.begin()
    server.loaded()


def _connect(host: Host, server: BreadknifeServer, checks: Diagnostics) -> None:
    """Have the host tell the client what it notices, from whichever thread."""
    loop = asyncio.get_running_loop()
    host.projects.folders = server.folders
    host.on_notice = lambda message: server.from_any_thread(loop, server.show, message, lsp.MessageType.Warning)
    host.tells_missing = not server.client.offers_setup
    host.on_refresh = lambda uri, plugin: server.from_any_thread(loop, checks.refresh, [uri], plugin)
    progress = IncompleteProgress(server)
    host.incomplete.on_change = lambda: server.from_any_thread(loop, lambda: progress.show(host.incomplete.uris()))
    host.on_hints = lambda kind: server.from_any_thread(loop, refresh, server, kind)
    if server.client.refreshes_completion:
        host.on_growth = lambda document: server.from_any_thread(loop, inline_completion.refresh, server, document)


def _follow_settings(server: BreadknifeServer, checks: Diagnostics, settings: Configuration) -> None:
    """Read the settings and check the documents again whenever a settings file has changed."""
    loop = asyncio.get_running_loop()

    async def apply_and_check() -> None:
        await server.in_worker(settings.apply)
        checks.refresh()

    def changed() -> None:
        server.spawn(apply_and_check())

    settings.when_changed(lambda: server.from_any_thread(loop, changed))


def _check_documents(server: BreadknifeServer, checks: Diagnostics) -> None:
    """Check the open documents, and each one that opens or changes; load the completion model with the first."""
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
