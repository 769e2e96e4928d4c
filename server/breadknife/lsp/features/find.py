"""Places that a question is about: the command `breadknife.findPlaces`, and `workspace/symbol` for several words.

Symbols of one word are left to language servers, which know names better, so that nothing is listed twice.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lsprotocol import types as lsp

from breadknife.lsp.server import FIND_COMMAND, BreadknifeServer
from breadknife.task.find import FindRequest, FoundPlace, FoundPlaces

_FEWEST_WORDS = 2
_MOST = 20
_PATIENCE = 5.0
"""Seconds that reading new files may take where the user also waits for a model."""
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

    @server.handles(FIND_COMMAND)
    async def find(*args: Any) -> dict[str, Any]:
        """Arguments: the question, whether a model may compare meanings, and the URI of a document in the folder.

        Returns `{places, searched, reason}`: each place is `{uri, line, lastLine, name, kind, excerpt, reason}`
        with lines counted from 0; `reason` is a sentence that says why there is none.
        """
        question, by_meaning, uri = (*args, *("", False, "")[len(args) :])[:3]
        request = FindRequest(str(question), _MOST, by_meaning=by_meaning is True)
        if request.by_meaning:  # nobody asks that at each key
            request = replace(request, seconds=_PATIENCE)
        reply = await server.ask(request, plugin="find", quiet=True, uri=str(uri))
        found = next((answer for _, answer in reply.answers if isinstance(answer, FoundPlaces)), None)
        if found is None:
            return {"places": [], "searched": "", "reason": next(iter(reply.receipts)).sentence}
        return {"places": list(map(_as_json, found.places)), "searched": found.searched, "reason": ""}


def _as_json(place: FoundPlace) -> dict[str, Any]:
    return {
        "uri": place.path.as_uri(),
        "line": place.line - 1,
        "lastLine": place.last_line - 1,
        "name": place.qualified_name,
        "kind": place.kind,
        "excerpt": place.excerpt,
        "reason": place.reason,
    }
