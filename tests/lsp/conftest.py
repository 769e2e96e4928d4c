"""A real `breadknife serve` over stdio, and real clients' capabilities."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Union

import attrs
import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

Connect = Callable[..., Awaitable["Session"]]


class Session:
    """One editor at work on one folder."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client = client
        self.folder = folder
        self.result: lsp.InitializeResult | None = None
        self.registered: list[lsp.Registration] = []
        """What the server has asked to be told of."""

        self.questions: list[lsp.ShowMessageRequestParams] = []
        """What the server has asked the user."""
        self.choice: Callable[[Sequence[str]], str | None] = lambda titles: None
        """What the user answers."""
        self.applied: list[lsp.ApplyWorkspaceEditParams] = []

        @client.feature(lsp.WINDOW_SHOW_MESSAGE_REQUEST)
        def ask(params: lsp.ShowMessageRequestParams) -> lsp.MessageActionItem | None:
            self.questions.append(params)
            title = self.choice([each.title for each in params.actions or []])
            return lsp.MessageActionItem(title) if title is not None else None

        @client.feature(lsp.WORKSPACE_APPLY_EDIT)
        def apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
            self.applied.append(params)
            return lsp.ApplyWorkspaceEditResult(applied=True)

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)
        def register(params: lsp.RegistrationParams) -> None:
            self.registered += params.registrations

    def uri(self, name: str) -> str:
        return (self.folder / name).as_uri()

    def open(self, name: str, text: str, language: str = "python", version: int = 1) -> str:
        uri = self.uri(name)
        item = lsp.TextDocumentItem(uri, language, version, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return uri

    def replace(self, uri: str, text: str, version: int) -> None:
        change = lsp.TextDocumentContentChangeWholeDocument(text)
        self.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(version, uri), [change])
        )

    async def inline(
        self,
        uri: str,
        line: int,
        character: int,
        *,
        by_hand: bool = False,
        selected: lsp.SelectedCompletionInfo | None = None,
    ) -> list[lsp.InlineCompletionItem]:
        kinds = lsp.InlineCompletionTriggerKind
        context = lsp.InlineCompletionContext(kinds.Invoked if by_hand else kinds.Automatic, selected)
        reply = await self.client.text_document_inline_completion_async(
            lsp.InlineCompletionParams(context, lsp.TextDocumentIdentifier(uri), lsp.Position(line, character))
        )
        assert isinstance(reply, lsp.InlineCompletionList)
        return list(reply.items)

    async def menu(self, uri: str, line: int, character: int, typed: str = "") -> lsp.CompletionList:
        """Plain completion: after a trigger character was typed, or by hand."""
        kinds = lsp.CompletionTriggerKind
        context = lsp.CompletionContext(kinds.TriggerCharacter if typed else kinds.Invoked, typed or None)
        reply = await self.client.text_document_completion_async(
            lsp.CompletionParams(lsp.TextDocumentIdentifier(uri), lsp.Position(line, character), context)
        )
        assert isinstance(reply, lsp.CompletionList)
        return reply

    @property
    def pulls(self) -> bool:
        """Whether this client pulls diagnostics; otherwise it is pushed to."""
        text = self.client.capabilities.text_document
        return bool(text and text.diagnostic and text.diagnostic.dynamic_registration)

    async def pull_from(self, plugin: str, uri: str, previous: str | None = None) -> Any:
        """One plugin's report, its items as a list."""
        await self.providers()
        report: Any = await self.client.text_document_diagnostic_async(
            lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri), plugin, previous)
        )
        if isinstance(report, lsp.RelatedFullDocumentDiagnosticReport):
            report.items = list(report.items)
        return report

    async def pull(self, uri: str) -> list[lsp.Diagnostic]:
        """From every plugin that the server has registered a provider for, in the order of the document."""
        reports = await asyncio.gather(*(self.pull_from(plugin, uri) for plugin in await self.providers()))
        items = [item for report in reports for item in report.items]
        return sorted(items, key=lambda item: (item.range.start.line, item.range.start.character))

    async def registration(self, method: str) -> Any:
        """The options of the first registration for a method, once the server has asked for it."""
        async with asyncio.timeout(60):
            while not (found := [each for each in self.registered if each.method == method]):
                await asyncio.sleep(0.02)
        return found[0].register_options

    async def providers(self) -> list[str]:
        """The plugins that this client was asked to pull diagnostics from."""
        await self.registration(lsp.TEXT_DOCUMENT_DIAGNOSTIC)
        found = [each for each in self.registered if each.method == lsp.TEXT_DOCUMENT_DIAGNOSTIC]
        return [each.register_options["identifier"] for each in found]

    async def actions(
        self, uri: str, range: lsp.Range, diagnostics: list[lsp.Diagnostic], only: list[str] | None = None
    ) -> list[lsp.CodeAction]:
        found = await self.client.text_document_code_action_async(
            lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), range, lsp.CodeActionContext(diagnostics, only=only))
        )
        return [item for item in found or [] if isinstance(item, lsp.CodeAction)]

    async def more(self, item: lsp.CodeAction, chosen: str = "", *, edits: bool = True) -> list[str]:
        """The entries of the second menu, once the user has seen it. The entry that is `chosen` has been applied, if it
        `edits`."""
        assert item.command is not None, item
        asked, applied = len(self.questions), len(self.applied)
        self.choice = lambda titles: next((each for each in titles if chosen and each.startswith(chosen)), None)
        command = lsp.ExecuteCommandParams(item.command.command, list(item.command.arguments or ()))
        await self.client.workspace_execute_command_async(command)
        async with asyncio.timeout(120):
            while len(self.questions) == asked or (chosen and edits and len(self.applied) == applied):
                await asyncio.sleep(0.01)
        return [each.title for each in self.questions[-1].actions or []]

    async def carry_out(self, uri: str, range: lsp.Range, diagnostics: list[lsp.Diagnostic], title: str) -> None:
        """Choose the entry that has a command, in whichever menu it is."""
        *listed, last = await self.actions(uri, range, diagnostics)
        for item in (*listed, last):
            if item.title == title:
                assert item.command is not None
                command = lsp.ExecuteCommandParams(item.command.command, list(item.command.arguments or ()))
                await self.client.workspace_execute_command_async(command)
                return
        assert title in await self.more(last, title, edits=False)

    async def why(self, uri: str) -> list[dict[str, Any]]:
        return await self.client.workspace_execute_command_async(lsp.ExecuteCommandParams("breadknife.why", [uri]))


def _capabilities(editor: str) -> lsp.ClientCapabilities:
    """What the editor announces; VS Code's are recorded from before it knew the newer requests."""
    capabilities = client_capabilities(editor)
    if editor == "visual_studio_code" and capabilities.text_document and capabilities.workspace:
        capabilities.text_document.inline_completion = lsp.InlineCompletionClientCapabilities()
        capabilities.text_document.diagnostic = lsp.DiagnosticClientCapabilities(dynamic_registration=True)
        capabilities.text_document.inlay_hint = lsp.InlayHintClientCapabilities(dynamic_registration=True)
        capabilities.workspace.diagnostics = lsp.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
        capabilities.workspace.inlay_hint = lsp.InlayHintWorkspaceClientCapabilities(refresh_support=True)
    return capabilities


@pytest.fixture
def script(tmp_path: Path) -> Callable[[list[dict[str, Any]]], Path]:
    def write(lines: list[dict[str, Any]]) -> Path:
        path = tmp_path / "script.json"
        path.write_text(json.dumps(lines), "utf-8")
        return path

    return write


@pytest_asyncio.fixture
async def connect(tmp_path: Path) -> AsyncIterator[Connect]:
    """Start a server: `await connect("neovim", engine_script=…, options=…)`."""
    sessions: list[Session] = []
    folder = tmp_path / "work"
    folder.mkdir()

    async def start(
        editor: str = "visual_studio_code",
        *,
        engine_script: Path | None = None,
        arguments: Sequence[str] = (),
        options: dict[str, Any] | None = None,
        experimental: dict[str, Any] | None = None,
        folders: Sequence[str] = (".",),
        configuration: Callable[[Session], None] = lambda session: None,
    ) -> Session:
        client = make_test_lsp_client()
        # lsprotocol takes every code action that has a command for a bare command.
        converter = client.protocol._converter
        converter.register_structure_hook(
            Union[lsp.Command, lsp.CodeAction],  # noqa: UP007 (the key that lsprotocol looks up)
            lambda item, _: converter.structure(
                item, lsp.Command if isinstance(item.get("command"), str) else lsp.CodeAction
            ),
        )
        script = ["--engine-script", str(engine_script)] if engine_script else []
        await client.start_io(sys.executable, "-m", "breadknife", "serve", *script, *arguments)
        session = Session(client, folder)
        sessions.append(session)
        configuration(session)
        paths = [(folder / name).resolve() for name in folders]
        for path in paths:
            path.mkdir(exist_ok=True)
        session.result = await client.initialize_session(
            lsp.InitializeParams(
                capabilities=attrs.evolve(_capabilities(editor), experimental=experimental),
                workspace_folders=[lsp.WorkspaceFolder(path.as_uri(), path.name) for path in paths],
                initialization_options=options,
            )
        )
        return session

    yield start
    for session in sessions:
        await session.client.shutdown_session()
        await session.client.stop()
