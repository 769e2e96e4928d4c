"""The language server: what all features share. Each feature has a file of its own that registers its handlers here.

Until `initialize` is answered nothing is imported but pygls and the little that this module needs at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.protocol import LanguageServerProtocol, default_converter

from breadknife import __version__
from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError

if TYPE_CHECKING:
    from breadknife.host.host import Host, Reply
    from breadknife.host.inspector import Inspector
    from breadknife.lsp.documents import Documents
    from breadknife.task.values import Request

log = logging.getLogger("breadknife.lsp")
WORKERS = 8
COMMAND, ACCEPTED, STATUS, WHY = "breadknife.command", "breadknife.accepted", "breadknife.status", "breadknife.why"
NEXT_EDIT = "breadknife.nextEdit"
REFRESH_COMPLETION = "breadknife/refreshCompletion"
"""Notification `{uri, version}`: asked again, a completion would have grown. For clients that say
`capabilities.experimental.breadknife.refreshCompletion`."""
FIX_ALL = "source.fixAll.breadknife"
"""The kind of the action that makes every safe fix."""
_T = TypeVar("_T")
Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Client:
    """What the connected editor can do."""

    inline_completion: bool = False
    refreshes_completion: bool = False
    markdown: bool = False
    """In the documentation of a completion."""
    pulls_diagnostics: bool = False
    refreshes_diagnostics: bool = False
    resolves_edits: bool = False
    versioned_edits: bool = False
    configuration: bool = False
    progress: bool = False
    watches_files: bool = False
    watches_elsewhere: bool = False
    """Also outside of the workspace."""

    @classmethod
    def of(cls, params: lsp.InitializeParams) -> Client:
        text = params.capabilities.text_document or lsp.TextDocumentClientCapabilities()
        workspace = params.capabilities.workspace or lsp.WorkspaceClientCapabilities()
        window = params.capabilities.window
        watching = workspace.did_change_watched_files
        resolve = text.code_action.resolve_support if text.code_action else None
        item = text.completion.completion_item if text.completion else None
        return cls(
            inline_completion=text.inline_completion is not None,
            refreshes_completion=_refreshes_completion(params.capabilities.experimental),
            markdown=bool(item and lsp.MarkupKind.Markdown in (item.documentation_format or ())),
            pulls_diagnostics=text.diagnostic is not None,
            refreshes_diagnostics=bool(workspace.diagnostics and workspace.diagnostics.refresh_support),
            resolves_edits=resolve is not None and "edit" in resolve.properties,
            versioned_edits=bool(workspace.workspace_edit and workspace.workspace_edit.document_changes),
            configuration=bool(workspace.configuration),
            progress=bool(window and window.work_done_progress),
            watches_files=bool(watching and watching.dynamic_registration),
            watches_elsewhere=bool(watching and watching.relative_pattern_support),
        )


def _refreshes_completion(experimental: object) -> bool:
    ours = cast("dict[str, object]", experimental).get("breadknife") if isinstance(experimental, dict) else None
    return isinstance(ours, dict) and cast("dict[str, object]", ours).get("refreshCompletion") is True


class Protocol(LanguageServerProtocol):
    """Document synchronisation goes to `Documents` alone, not also to pygls' own store."""

    @property
    def _breadknife(self) -> BreadknifeServer:
        return cast("BreadknifeServer", self._server)

    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Any:
        document = self._breadknife.documents.open(params.text_document)
        for listener in self._breadknife.on_change:
            listener(document.uri)

    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Any:
        document = self._breadknife.documents.change(params.text_document, params.content_changes)
        if document:
            for listener in self._breadknife.on_change:
                listener(document.uri)

    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Any:
        self._breadknife.documents.close(params.text_document.uri)
        for listener in self._breadknife.on_close:
            listener(params.text_document.uri)


for _name in ("did_open", "did_change", "did_close"):
    _ours = getattr(Protocol, f"lsp_text_document__{_name}")
    _ours.method_name = getattr(LanguageServerProtocol, f"lsp_text_document__{_name}").method_name


class BreadknifeServer(LanguageServer):
    """`make_host` is called once, when the client has said hello: plugins load after that."""

    def __init__(self, make_host: Callable[[], Host]) -> None:
        super().__init__(  # pyright: ignore[reportUnknownMemberType] (pygls)
            "breadknife",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=Protocol,
            converter_factory=default_converter,
        )
        self._make_host = make_host
        self._host: Host | None = None
        self._failure = ""
        self._inspector: Inspector | None = None
        self._making_host = threading.Lock()
        self._workers = ThreadPoolExecutor(WORKERS, "request")
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready = asyncio.Event()
        """Set when plugins are loaded and the client's settings are known; requests wait for it."""
        self.client = Client()
        self._handlers: dict[str, Handler] = {}
        self._loaded = asyncio.Event()
        self.on_change: list[Callable[[str], None]] = []
        """Called with a document's URI when its text has changed or it was opened."""
        self.on_close: list[Callable[[str], None]] = []

    def announce(self, method: str, options: Any = None) -> None:
        """Tell the client of a feature whose handler comes later."""

        async def handle(params: Any) -> Any:
            await self._loaded.wait()
            return await self._handlers[method](params)

        self.feature(method, options)(handle)  # pyright: ignore[reportUnknownMemberType] (pygls)

    def announce_command(self, name: str) -> None:
        async def run(*args: Any) -> Any:
            await self._loaded.wait()
            return await self._handlers[name](*args)

        self.command(name)(run)

    def handles(self, name: str) -> Callable[[Handler], Handler]:
        """The handler of an announced feature or command."""

        def register(handler: Handler) -> Handler:
            self._handlers[name] = handler
            return handler

        return register

    def loaded(self) -> None:
        """Every handler is registered."""
        self._loaded.set()

    @cached_property
    def documents(self) -> Documents:
        from breadknife.lsp.documents import Documents

        return Documents(self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16)

    @property
    def host(self) -> Host:
        """Made when first needed, which takes a moment: from a worker. Raises BreadknifeError if it can't be made,
        which is tried once."""
        with self._making_host:
            if self._failure:
                raise BreadknifeError(self._failure)
            if self._host is None:
                try:
                    self._host = self._make_host()
                except Exception as error:
                    log.exception("the server can't start")
                    self._failure = f"can't start: {error}"
                    raise BreadknifeError(self._failure) from error
            return self._host

    async def in_worker(self, work: Callable[[], _T]) -> _T:
        """Run what may block in a worker thread."""
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)

    async def ask(self, request: Request, *, plugin: str | None = None) -> Reply:
        """Ask the host in a worker. When this task is cancelled, so is the request."""
        from breadknife.task.values import CommandRequest

        await self.ready.wait()
        cancel = CancelToken()
        root = request.root if isinstance(request, CommandRequest) else self.root_of(request.document.uri)

        try:
            return await self.in_worker(lambda: self.host.ask(request, cancel, root=root, plugin=plugin))
        finally:
            cancel.cancel()

    @property
    def folders(self) -> list[Path]:
        """What the editor has open."""
        from breadknife.text.document import uri_to_path

        folders = [path for folder in self.workspace.folders if (path := uri_to_path(folder)) is not None]
        if not folders and self.workspace.root_uri and (root := uri_to_path(self.workspace.root_uri)):
            folders = [root]
        return folders

    def root_of(self, uri: str) -> Path | None:
        """The document's workspace folder; without a document (or for one that isn't a file), the first one's."""
        from breadknife.host.workspace import root_of
        from breadknife.text.document import uri_to_path

        folders = self.folders
        if (path := uri_to_path(uri)) is not None:
            return root_of(path, folders)
        return root_of(folders[0] / "any file", folders) if folders else None

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task of our own; what it raises goes to the log. From the event loop's thread."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def let_inspect(self) -> None:
        """Answer `breadknife why` from now on, where that is possible. From a worker."""
        from breadknife.host.inspector import inspect

        try:
            self._inspector = inspect(self.host)
        except (OSError, BreadknifeError) as error:
            log.warning("`breadknife why` can't ask this server: %s", error)

    def from_any_thread(self, loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
        """Call something in the event loop's thread, unless the loop is over."""
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(call, *arguments)

    def show(self, message: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        self.window_show_message(lsp.ShowMessageParams(kind, f"breadknife: {message}"))

    def report_server_error(self, error: Exception, source: Any) -> None:
        """pygls shows errors to the user: a traceback is for the log, not for an editor."""
        log.error("%s: %s", source, error, exc_info=error)

    def shut_down(self) -> None:
        """End plugins and the engine's connection. Once, after the event loop."""
        self._workers.shutdown(wait=False, cancel_futures=True)
        if self._inspector:
            self._inspector.close()
        if self._host:
            self._host.close()

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if error := task.exception():
                log.error("a background task failed", exc_info=error)
