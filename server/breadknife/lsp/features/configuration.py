"""The editor's settings: one more layer over the files'."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from lsprotocol import types as lsp

from breadknife.host.live_settings import LiveSettings
from breadknife.host.settings import Layer
from breadknife.lsp.features.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer
from breadknife.offline import forbid_network
from breadknife.text.document import uri_to_path

SECTION = "breadknife"
_CLIENTS_OWN = frozenset({"command", "trace", "keys", "ghost_text", "trusted"})
"""Keys of the section that editors keep for their clients, or that are no settings."""


class Configuration:
    """Keeps the host's settings those of the files and the editor, each workspace folder's its own."""

    def __init__(self, server: BreadknifeServer, command_line: Layer, options: object) -> None:
        """`options` is what the client said at the start; it counts until the client says something else."""
        self._server = server
        self._command_line = command_line
        self._initial = section(options)
        self._editor: Mapping[str, Mapping[str, Any]] = {"": self._initial}
        """By the folder's URI; "" for documents outside of all folders."""
        trusted = cast("Mapping[str, object]", options).get("trusted") if isinstance(options, Mapping) else None
        # Said here alone: what an editor sends as its settings may be a workspace's.
        self._trusted = trusted if isinstance(trusted, bool) else None
        self._live: LiveSettings | None = None

    def pushed(self, value: object) -> None:
        """Take what came with `didChangeConfiguration`, from clients that push."""
        if not self._server.client.configuration:
            self._editor = {"": section(value)}

    def apply(self) -> None:
        """Make the host's settings anew. From a worker: it reads files."""
        host = self._server.host
        if self._live is None:
            self._live = LiveSettings(host, self._stronger, self._trusts)
            host.settings_of = self._live
        self._live.forget()
        host.settings = self._live(self._server.root_of(""))
        if host.settings.offline:
            forbid_network()
        for problem in host.registry.problems:
            host.notify(str(problem))

    def when_changed(self, call: Callable[[], None]) -> None:
        """Have `call` called, in any thread, when a settings file has changed. After `apply`."""
        if self._live:
            self._live.on_change = call

    def look(self) -> None:
        """Notice changed files. From a worker."""
        if self._live:
            self._live.look()

    async def pull(self) -> None:
        """Ask the client for its settings, where it answers such a question."""
        if self._server.client.configuration:
            scopes = ["", *self._server.workspace.folders]
            items = [lsp.ConfigurationItem(scope_uri=uri or None, section=SECTION) for uri in scopes]
            values = await self._server.workspace_configuration_async(lsp.ConfigurationParams(items))
            tables = dict(zip(scopes, map(section, values), strict=False))
            self._editor = {uri: table or self._initial for uri, table in tables.items()}
        await self._server.in_worker(self.apply)

    def _stronger(self, root: Path | None, trusted: bool | None) -> list[Layer]:
        folder = self._folder(root)
        values = self._editor.get(folder[0] if folder else "", self._editor.get("", {}))
        return [Layer("the editor's settings", values, trusted=bool(trusted)), self._command_line]

    def _trusts(self, root: Path | None) -> bool | None:
        """The editor's word, for what is inside of its folders."""
        return self._trusted if self._folder(root) else None

    def _folder(self, root: Path | None) -> tuple[str, Path] | None:
        """The editor's folder that holds `root`, links followed: its URI and path."""
        real = Path(os.path.realpath(root)) if root else None
        folders = [(uri, path) for uri in self._server.workspace.folders if (path := uri_to_path(uri)) is not None]
        holding = [(uri, path) for uri, path in folders if real and real.is_relative_to(os.path.realpath(path))]
        return max(holding, key=lambda folder: len(folder[1].parts), default=None)


def section(value: object) -> dict[str, Any]:
    """Return the `breadknife` section out of whatever shape a client sends it in, without what is unset."""
    if not isinstance(value, Mapping):
        return {}
    table = cast("Mapping[str, Any]", value)
    inner = table.get(SECTION, table)
    if not isinstance(inner, Mapping):
        return {}
    return {k: _without_unset(v) for k, v in cast("Mapping[str, Any]", inner).items() if k not in _CLIENTS_OWN}


def _without_unset(value: Any) -> Any:
    """JSON without the keys whose value is null, which is how a client says "not set"."""
    if isinstance(value, Mapping):
        table = cast("Mapping[str, Any]", value)
        return {key: _without_unset(each) for key, each in table.items() if each is not None}
    return value


def register(server: BreadknifeServer, configuration: Configuration, diagnostics: Diagnostics) -> None:
    @server.handles(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: lsp.DidChangeConfigurationParams) -> None:
        configuration.pushed(params.settings)
        await configuration.pull()
        diagnostics.refresh()

    @server.handles(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    async def folders_changed(params: lsp.DidChangeWorkspaceFoldersParams) -> None:
        server.host.projects.folders = server.folders
        await configuration.pull()
        diagnostics.refresh()
