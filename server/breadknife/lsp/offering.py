"""Features that a client is told of only if a plugin serves them, once the plugins are loaded.

A client that lets nothing be registered later is told of them at `initialize`, and is answered with nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Mapping
from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.lsp.server import BreadknifeServer
from breadknife.task.plugin import ANY_LANGUAGE
from breadknife.task.values import HoverRequest, InlayRequest, LensRequest

log = logging.getLogger("breadknife.lsp")
_OFFERED: Mapping[str, tuple[type[Any], type[Any]]] = {
    lsp.TEXT_DOCUMENT_HOVER: (HoverRequest, lsp.HoverRegistrationOptions),
    lsp.TEXT_DOCUMENT_CODE_LENS: (LensRequest, lsp.CodeLensRegistrationOptions),
    lsp.TEXT_DOCUMENT_INLAY_HINT: (InlayRequest, lsp.InlayHintRegistrationOptions),
}
"""Method -> the type of the request that plugins serve for it, and the type of its registration's options."""


async def offer(server: BreadknifeServer) -> None:
    """Have the client ask for what the plugins serve, in their languages."""
    registrations = list[lsp.Registration]()
    for method, (kind, options) in _OFFERED.items():
        languages = server.host.languages(kind)
        if languages and method in server.client.registers:
            server.announce(method)
            registrations.append(lsp.Registration(method, method, options(document_selector=_selector(languages))))
    if not registrations:
        return
    try:
        await server.client_register_capability_async(lsp.RegistrationParams(registrations))
    except JsonRpcException as error:
        log.warning("the client asks for no hovers, lenses or inlays: %s", error)


def _selector(languages: frozenset[str]) -> list[lsp.TextDocumentFilterLanguage] | None:
    """Return the languages as a selector; None for any document: not every client knows `*` as a language."""
    if ANY_LANGUAGE in languages:
        return None
    return [lsp.TextDocumentFilterLanguage(language) for language in sorted(languages)]


def refresh(server: BreadknifeServer, kind: type[Any]) -> None:
    """Have the client ask for lenses or inlays again: for those that `kind`, a request's type, asks for. From the event
    loop's thread."""
    if not server.host.languages(kind):
        return
    if kind is LensRequest and server.client.refreshes_lenses:
        server.spawn(_await_refresh(server.workspace_code_lens_refresh_async(None)))
    elif kind is InlayRequest and server.client.refreshes_inlays:
        server.spawn(_await_refresh(server.workspace_inlay_hint_refresh_async(None)))


async def _await_refresh(response: Awaitable[object]) -> None:
    try:
        await response
    except JsonRpcException as error:
        log.info("the client doesn't ask again: %s", error)
