"""`workspace/symbol`: places that a question of several words is about.

One word is left to language servers, which know the names of symbols better, so that nothing is listed twice.
"""

from __future__ import annotations

from lsprotocol import types as lsp

from breadknife.lsp.server import BreadknifeServer
from breadknife.task.find import FindRequest, FoundPlaces

_FEWEST_WORDS = 2
_MOST = 20
_KINDS = {
    "class": lsp.SymbolKind.Class,
    "type": lsp.SymbolKind.Interface,
    "constant": lsp.SymbolKind.Constant,
    "method": lsp.SymbolKind.Method,
    "section": lsp.SymbolKind.String,
    "setting": lsp.SymbolKind.Key,
    "file": lsp.SymbolKind.File,
}


def register(server: BreadknifeServer) -> None:
    @server.handles(lsp.WORKSPACE_SYMBOL)
    async def symbols(params: lsp.WorkspaceSymbolParams) -> list[lsp.SymbolInformation]:
        if len(params.query.split()) < _FEWEST_WORDS:
            return []
        # Clients ask at each key, so nobody waits for a model.
        reply = await server.ask(FindRequest(params.query, _MOST, by_meaning=False), plugin="find", quiet=True)
        found = [place for _, answer in reply.answers if isinstance(answer, FoundPlaces) for place in answer.places]
        return [
            lsp.SymbolInformation(
                name=place.name or place.path.name,
                kind=_KINDS.get(place.kind, lsp.SymbolKind.Function),
                location=lsp.Location(
                    place.path.as_uri(),
                    lsp.Range(lsp.Position(place.line - 1, 0), lsp.Position(place.last_line - 1, 0)),
                ),
                container_name=f"{place.container or place.path.name} ({place.reason})",
            )
            for place in found
        ]
