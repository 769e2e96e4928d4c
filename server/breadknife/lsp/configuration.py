"""The editor's settings: one more layer over the files'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from lsprotocol import types as lsp

from breadknife.host.settings import Layer, load
from breadknife.lsp.diagnostics import Diagnostics
from breadknife.lsp.server import BreadknifeServer
from breadknife.offline import forbid_network

SECTION = "breadknife"
_CLIENTS_OWN = frozenset({"command", "trace", "keys", "ghost_text"})
"""Keys of the section that editors keep for their clients."""


class Configuration:
    """Merges the layers anew whenever one of them may have changed."""

    def __init__(self, server: BreadknifeServer, command_line: Layer) -> None:
        self._server = server
        self._command_line = command_line
        self._initial: Mapping[str, Any] = {}
        self._editor: Mapping[str, Any] = {}

    def from_initialize(self, options: object) -> None:
        """What the client said at the start; it counts until the client says something else."""
        self._editor = self._initial = section(options)

    def pushed(self, value: object) -> None:
        """What came with `didChangeConfiguration`, from clients that push."""
        if not self._server.client.configuration:
            self._editor = section(value)

    def apply(self) -> None:
        host = self._server.host
        editor = Layer("the editor's settings", self._editor)
        host.settings, problems = load(
            self._server.root_of(""), host.registry.settings_types, editor, self._command_line
        )
        if host.settings.offline:
            forbid_network()
        for problem in (*problems, *host.registry.problems):
            host.notify(str(problem))

    async def pull(self) -> None:
        """Ask the client for its settings, where it answers such a question."""
        if self._server.client.configuration:
            items = [lsp.ConfigurationItem(section=SECTION)]
            values = await self._server.workspace_configuration_async(lsp.ConfigurationParams(items))
            self._editor = section(values[0] if values else None) or self._initial
        self.apply()


def section(value: object) -> dict[str, Any]:
    """The `breadknife` section out of whatever shape a client sends it in, without what is unset."""
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
    @server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
    async def changed(params: lsp.DidChangeConfigurationParams) -> None:
        configuration.pushed(params.settings)
        await configuration.pull()
        diagnostics.refresh()
