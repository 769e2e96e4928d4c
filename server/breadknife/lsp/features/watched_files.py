"""`workspace/didChangeWatchedFiles`: settings files and files of projects that have changed on disk."""

from __future__ import annotations

import logging

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.host.projects import IGNORE_FILES, SUFFIXES
from breadknife.host.settings.layers import PYPROJECT, WORKSPACE_FILE, settings_files
from breadknife.lsp.features.configuration import Configuration
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer
from breadknife.text.document import uri_to_path

log = logging.getLogger("breadknife.lsp")


def register(server: BreadknifeServer, configuration: Configuration, diagnostics: Diagnostics) -> None:
    @server.handles(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    async def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        def tell() -> None:
            paths = [path for change in params.changes if (path := uri_to_path(change.uri)) is not None]
            server.host.projects.files_changed(paths)

        await server.in_worker(tell)
        await server.in_worker(configuration.look)
        diagnostics.changed_elsewhere(change.uri for change in params.changes)


async def watch(server: BreadknifeServer) -> None:
    """Have the client watch files, if it can. Otherwise a change shows when the file is next looked at."""
    if not server.client.watches_files:
        return
    names = (WORKSPACE_FILE, PYPROJECT, *IGNORE_FILES)
    patterns: list[str | lsp.RelativePattern] = [f"**/{name}" for name in names]
    extensions = ",".join(suffix.removeprefix(".") for suffix in SUFFIXES)
    patterns.append(f"**/*.{{{extensions}}}")
    if server.client.watches_elsewhere:
        patterns += [lsp.RelativePattern(path.parent.as_uri(), path.name) for path in settings_files(None)]
    watchers = [lsp.FileSystemWatcher(pattern) for pattern in patterns]
    options = lsp.DidChangeWatchedFilesRegistrationOptions(watchers)
    registration = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    try:
        await server.client_register_capability_async(lsp.RegistrationParams([registration]))
    except JsonRpcException as error:
        log.info("the client does not watch files: %s", error)
