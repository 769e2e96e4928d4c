"""A language server that suggests after `grow `: a line, more of it when asked again, and by hand, later, two others.

What happens it says by diagnostics, each with a source of its own.
"""

from __future__ import annotations

import asyncio

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

server = LanguageServer("suggesting", "1", text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
said: list[lsp.Diagnostic] = []
SECONDS = 0.5
"""Until the rest is there: the beginning is on the screen by then."""
OURS = ("refreshCompletion", "offersSetup", "opensUntitled", "showsText", "showsReasons")
REFRESH = {"breadknife": dict.fromkeys(OURS, True)}


def say(uri: str, what: str) -> None:
    said.append(lsp.Diagnostic(lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1)), what, source=what))
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, said))


@server.feature(lsp.TEXT_DOCUMENT_INLINE_COMPLETION, lsp.InlineCompletionOptions())
async def inline_completion(params: lsp.InlineCompletionParams) -> list[lsp.InlineCompletionItem]:
    uri = params.text_document.uri
    document = server.workspace.get_text_document(uri)
    if not document.lines[params.position.line].rstrip("\r\n").endswith("grow "):
        return []
    if params.context.trigger_kind == lsp.InlineCompletionTriggerKind.Invoked:
        say(uri, "invoked")
        await asyncio.sleep(SECONDS)
        return [item(uri, "one"), item(uri, "two")]
    if not said:
        say(uri, "begun")
        params = {"uri": uri, "version": document.version}
        later = asyncio.get_running_loop().call_later
        later(SECONDS, server.protocol.notify, "breadknife/refreshCompletion", params)
        return [item(uri, "first")]
    say(uri, "grown")
    return [item(uri, "first\n    second")]


def item(uri: str, text: str) -> lsp.InlineCompletionItem:
    return lsp.InlineCompletionItem(text, command=lsp.Command("Take it", "breadknife.accepted", arguments=[uri]))


@server.command("breadknife.accepted")
def accepted(uri: str) -> None:
    say(uri, "accepted")


@server.feature(lsp.INITIALIZE)
def initialize(params: lsp.InitializeParams) -> None:
    assert params.capabilities.experimental == REFRESH


server.start_io()
