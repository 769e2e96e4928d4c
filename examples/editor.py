"""The smallest editor there is: an LSP client for `breadknife serve`, used by the demo and the benchmarks."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

UTF32 = lsp.PositionEncodingKind.Utf32


def capabilities() -> lsp.ClientCapabilities:
    return lsp.ClientCapabilities(
        general=lsp.GeneralClientCapabilities(position_encodings=[UTF32]),
        workspace=lsp.WorkspaceClientCapabilities(
            workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True),
        ),
        text_document=lsp.TextDocumentClientCapabilities(
            inline_completion=lsp.InlineCompletionClientCapabilities(),
            publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(version_support=True),
            code_action=lsp.CodeActionClientCapabilities(
                resolve_support=lsp.ClientCodeActionResolveOptions(properties=["edit"])
            ),
        ),
        window=lsp.WindowClientCapabilities(work_done_progress=True),
    )


class Editor:
    """Holds texts, asks the server, applies edits. Positions are lines and code points, both 0-based."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.messages: list[str] = []
        self.published = asyncio.Event()
        """Set whenever the server has published a document's diagnostics."""
        self._diagnostics: dict[str, lsp.PublishDiagnosticsParams] = {}
        self._versions: dict[str, int] = {}
        self._client = LanguageClient("breadknife-example", "1")

        @self._client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def _(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

        @self._client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def _(params: lsp.PublishDiagnosticsParams) -> None:
            self._diagnostics[params.uri] = params
            self.published.set()

        @self._client.feature(lsp.WINDOW_WORK_DONE_PROGRESS_CREATE)
        def _(_params: lsp.WorkDoneProgressCreateParams) -> None:
            pass

        @self._client.feature(lsp.WINDOW_LOG_MESSAGE)
        def _(_params: lsp.LogMessageParams) -> None:
            pass

        @self._client.feature(lsp.PROGRESS)
        def _(_params: lsp.ProgressParams) -> None:
            pass

    async def start(self, *arguments: str, settings: dict[str, Any] | None = None) -> lsp.InitializeResult:
        await self._client.start_io(sys.executable, "-m", "breadknife", "serve", *arguments)
        folder = lsp.WorkspaceFolder(self.folder.as_uri(), self.folder.name)
        result = await self._client.initialize_async(
            lsp.InitializeParams(
                capabilities(),
                workspace_folders=[folder],
                root_uri=self.folder.as_uri(),
                initialization_options=settings,
            )
        )
        self._client.initialized(lsp.InitializedParams())
        return result

    async def stop(self) -> None:
        await self._client.shutdown_async(None)
        self._client.exit(None)
        await self._client.stop()

    @property
    def server_pid(self) -> int:
        process: Any = self._client._server  # pygls has no other way
        return process.pid

    def open(self, name: str, text: str, language: str) -> str:
        uri = (self.folder / name).as_uri()
        self.texts[uri], self._versions[uri] = text, 1
        self._diagnostics.pop(uri, None)  # of an earlier time
        item = lsp.TextDocumentItem(uri, language, 1, text)
        self._client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def close(self, uri: str) -> None:
        self._client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def edit(self, uri: str, edits: Sequence[lsp.TextEdit]) -> str:
        """Apply edits as an editor does, tell the server, and return the new text."""
        text = self.texts[uri]
        changes: list[Any] = []
        for each in sorted(edits, key=lambda e: (e.range.start.line, e.range.start.character), reverse=True):
            start, end = offset(text, each.range.start), offset(text, each.range.end)
            text = text[:start] + each.new_text + text[end:]
            changes.append(lsp.TextDocumentContentChangePartial(each.range, each.new_text))
        self.texts[uri] = text
        self._versions[uri] += 1
        identifier = lsp.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        self._client.text_document_did_change(lsp.DidChangeTextDocumentParams(identifier, changes))
        return text

    async def suggest(
        self,
        uri: str,
        at: lsp.Position,
        kind: lsp.InlineCompletionTriggerKind = lsp.InlineCompletionTriggerKind.Invoked,
    ) -> list[lsp.InlineCompletionItem]:
        context = lsp.InlineCompletionContext(kind)
        reply: Any = await self._client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(context, lsp.TextDocumentIdentifier(uri), at)
        )
        return list(reply.items)

    async def diagnostics(self, uri: str) -> list[lsp.Diagnostic]:
        """Those of the document as it is now: what was published last, or what comes next."""
        while (known := self._diagnostics.get(uri)) is None or known.version != self._versions[uri]:
            self.published.clear()
            await self.published.wait()
        return list(known.diagnostics)

    async def menu(self, uri: str, at: lsp.Position) -> list[lsp.CodeAction]:
        """What the menu of actions has at a place."""
        found = await self._client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), lsp.Range(at, at), lsp.CodeActionContext([]))
        )
        return [action for action in found or [] if isinstance(action, lsp.CodeAction)]

    async def actions(self, uri: str, diagnostic: lsp.Diagnostic) -> list[lsp.CodeAction]:
        found = await self._client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), diagnostic.range, lsp.CodeActionContext([diagnostic]))
        )
        return [action for action in found or [] if isinstance(action, lsp.CodeAction)]

    async def resolve(self, action: lsp.CodeAction) -> list[lsp.TextEdit]:
        """The edits of an action, which may have to be made first."""
        if action.edit is None:
            action = await self._client.code_action_resolve_async(action)
        changes: Any = action.edit.document_changes[0].edits if action.edit and action.edit.document_changes else []
        return list(changes)

    async def command(self, name: str, *arguments: Any) -> Any:
        return await self._client.workspace_execute_command_async(lsp.ExecuteCommandParams(name, list(arguments)))


def offset(text: str, position: lsp.Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.line]) + position.character


def position(text: str, at: int) -> lsp.Position:
    before = text[:at]
    return lsp.Position(before.count("\n"), at - (before.rfind("\n") + 1))
