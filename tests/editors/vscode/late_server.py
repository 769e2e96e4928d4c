"""A language server whose one quick fix is made for a text that has just been changed: it answers too late."""

import asyncio

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

server = LanguageServer("late", "1", text_document_sync_kind=lsp.TextDocumentSyncKind.Full)
changed = asyncio.Event()
START = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


@server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def did_change(params: lsp.DidChangeTextDocumentParams) -> None:
    changed.set()


@server.feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(code_action_kinds=[lsp.CodeActionKind.QuickFix], resolve_provider=True),
)
def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    return [lsp.CodeAction("Fix it late", lsp.CodeActionKind.QuickFix, data=params.text_document.uri)]


@server.feature(lsp.CODE_ACTION_RESOLVE)
async def resolve(action: lsp.CodeAction) -> lsp.CodeAction:
    uri = str(action.data)
    working = lsp.Diagnostic(START, "working", source="late")
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, [working]))
    await changed.wait()
    action.edit = lsp.WorkspaceEdit(changes={uri: [lsp.TextEdit(START, "too late\n")]})
    return action


server.start_io()
