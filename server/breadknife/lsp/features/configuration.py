"""`workspace/didChangeConfiguration`: the editor's settings, which are one more layer above those of the files."""

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
    """Gives the host the settings of the files, the editor and the command line, for each workspace folder its own."""

    def __init__(self, server: BreadknifeServer, command_line: Layer, options: object) -> None:
        """`options` are the `initializationOptions`; they count until the client sends other settings."""
        self._server = server
        self._command_line = command_line
        self._initial = section(options)
        self._editor: Mapping[str, Mapping[str, Any]] = {"": self._initial}
        """The editor's settings by the folder's URI; "" for documents outside of all folders."""
        trusted = cast("Mapping[str, object]", options).get("trusted") if isinstance(options, Mapping) else None
        # Only the options say it: the settings that an editor sends later may come from a workspace.
        self._trusted = trusted if isinstance(trusted, bool) else None
        self._live: LiveSettings | None = None

    def pushed(self, value: object) -> None:
        """Take the settings that came with `didChangeConfiguration`, from a client that pushes them."""
        if not self._server.client.configuration:
            self._editor = {"": section(value)}

    def apply(self) -> None:
        """Have the host read all settings anew, and tell the user of problems. From a worker: it reads files."""
        host = self._server.host
        if self._live is None:
            self._live = LiveSettings(host, self._stronger_layers, self._trusts)
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
        """Look whether settings files have changed. From a worker."""
        if self._live:
            self._live.look()

    async def pull(self) -> None:
        """Ask the client for its settings, if it answers such a question, and apply all settings."""
        if self._server.client.configuration:
            scopes = ["", *self._server.workspace.folders]
            items = [lsp.ConfigurationItem(scope_uri=uri or None, section=SECTION) for uri in scopes]
            values = await self._server.workspace_configuration_async(lsp.ConfigurationParams(items))
            tables = dict(zip(scopes, map(section, values), strict=False))
            self._editor = {uri: table or self._initial for uri, table in tables.items()}
        await self._server.in_worker(self.apply)

    def _stronger_layers(self, root: Path | None, trusted: bool | None) -> list[Layer]:
        """Return the layers above those of the files, the strongest last."""
        folder = self._folder(root)
        values = self._editor.get(folder[0] if folder else "", self._editor.get("", {}))
        return [Layer("the editor's settings", values, trusted=bool(trusted)), self._command_line]

    def _trusts(self, root: Path | None) -> bool | None:
        """Return whether the editor says that a root is trusted; None if it says nothing, or not of that root."""
        return self._trusted if self._folder(root) else None

    def _folder(self, root: Path | None) -> tuple[str, Path] | None:
        """Return the innermost of the editor's folders that holds `root`, links followed: its URI and path."""
        real = Path(os.path.realpath(root)) if root else None
        folders = [(uri, path) for uri in self._server.workspace.folders if (path := uri_to_path(uri)) is not None]
        holding = [(uri, path) for uri, path in folders if real and real.is_relative_to(os.path.realpath(path))]
        return max(holding, key=lambda folder: len(folder[1].parts), default=None)


def section(value: object) -> dict[str, Any]:
    """Return the `breadknife` section of what a client sends: the section itself or a table that holds it. Left out
    are keys that are unset or the client's own."""
    if not isinstance(value, Mapping):
        return {}
    table = cast("Mapping[str, Any]", value)
    inner = table.get(SECTION, table)
    if not isinstance(inner, Mapping):
        return {}
    return {k: _without_unset(v) for k, v in cast("Mapping[str, Any]", inner).items() if k not in _CLIENTS_OWN}


def _without_unset(value: Any) -> Any:
    """Return JSON without the keys whose value is null, which is how a client says "not set"."""
    if isinstance(value, Mapping):
        table = cast("Mapping[str, Any]", value)
        return {key: _without_unset(item) for key, item in table.items() if item is not None}
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
