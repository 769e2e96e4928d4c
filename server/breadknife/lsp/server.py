"""The language server: what all features share. Each feature has a file of its own that registers its handlers here.

Until `initialize` is answered nothing is imported but pygls and the little that this module needs at once.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, TypeVar, cast

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from breadknife import __version__
from breadknife.cancel import CancelToken
from breadknife.errors import BreadknifeError
from breadknife.lsp.boundary.connection import Reader, Writer
from breadknife.lsp.boundary.faults import log_of_loop
from breadknife.lsp.boundary.params import make_converter
from breadknife.lsp.boundary.protocol import Boundary
from breadknife.lsp.client import Client
from breadknife.lsp.lanes import Lane, Lanes

if TYPE_CHECKING:
    from breadknife.host.host import Host, Reply
    from breadknife.host.progress import ProgressListener
    from breadknife.host.receipts import Receipt
    from breadknife.host.report.inspector import Inspector
    from breadknife.lsp.documents import Documents
    from breadknife.task.values import Request
    from breadknife.text.document import Document, Span

log = logging.getLogger("breadknife.lsp")
PLUGIN_COMMAND = "breadknife.command"
"""Has a plugin carry out a command of its own."""
ACCEPTED_COMMAND = "breadknife.accepted"
"""Tells a plugin that a completion of its was taken."""
STATUS_COMMAND = "breadknife.status"
WHY_COMMAND = "breadknife.why"
"""Returns the newest receipts."""
WHY_HERE_COMMAND = "breadknife.whyHere"
"""Explains why there is nothing at a place."""
MORE_COMMAND = "breadknife.more"
"""Opens the second menu of fixes."""
ADD_FOLDER_COMMAND = "breadknife.shelf.addFolder"
"""Puts a folder on the shelf."""
FIND_COMMAND = "breadknife.findPlaces"
"""Returns places that a question is about."""
CHOOSE_COMMAND = "breadknife.choose"
"""Makes the edits of an action, among which the user chooses first."""
NEXT_EDIT = "textDocument/copilotInlineEdit"
REFRESH_COMPLETION = "breadknife/refreshCompletion"
"""Notification `{uri, version}`: asked again, a completion would have grown. For clients that say
`capabilities.experimental.breadknife.refreshCompletion`."""
SHOW_TEXT = "breadknife/showText"
"""Notification `{title, text}`: a message that is too long for one, as plain text. For clients that say
`capabilities.experimental.breadknife.showsText`."""
SHOW_REASON = "breadknife/showReason"
"""Notification `{title, reason, sentence, remedy}`: why something that the user has chosen wasn't made. For clients
that say `capabilities.experimental.breadknife.showsReasons`, which have buttons for remedies."""
FIX_ALL = "source.fixAll.breadknife"
"""The kind of the action that makes every safe fix."""
_T = TypeVar("_T")
Handler = Callable[..., Awaitable[Any]]


class BreadknifeServer(LanguageServer):
    """Serves one client. Its methods are for the event loop's thread, but for those that say "from a worker"."""

    def __init__(self, make_host: Callable[[], Host]) -> None:
        """`make_host` loads the plugins; it is called once, in a worker, after `initialize`."""
        super().__init__(  # pyright: ignore[reportUnknownMemberType] (pygls)
            "breadknife",
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            protocol_cls=Boundary,
            converter_factory=make_converter,
        )
        self._make_host = make_host
        self._host: Host | None = None
        self._failure = ""
        """Why there is no host."""
        self._inspector: Inspector | None = None
        self._making_host = threading.Lock()
        self.lanes = Lanes()
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready = asyncio.Event()
        """Set when plugins are loaded and the client's settings are known; requests wait for it."""
        self.client = Client()
        self._handlers: dict[str, Handler] = {}
        self._loaded = asyncio.Event()
        self._has_begun = False
        self._ended: asyncio.Future[int] | None = None
        self.looked_at: tuple[str, Span] | None = None
        """The URI and the place that the editor asked about last, for a command that comes without one."""
        self.on_begin: Callable[[], Coroutine[Any, Any, None]]
        """Loads everything else; called once, when the client is ready."""
        self.on_change: list[Callable[[str], None]] = []
        """Called with a document's URI when its text has changed or it was opened."""
        self.on_close: list[Callable[[str], None]] = []

    @property
    def _boundary(self) -> Boundary:
        return cast("Boundary", self.protocol)

    def serve_io(self, stdin: BinaryIO, stdout: BinaryIO) -> int:
        """Serve the client at the other end of two streams until it has said `exit` or gone. Returns the exit code."""
        return asyncio.run(self._serve(stdin, stdout))

    def serve_tcp(self, host: str, port: int) -> int:
        """Serve the first client that connects, as `serve_io` does. Raises OSError if nobody can listen there."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as listening:
            connection, _ = listening.accept()
        with connection, connection.makefile("rb") as reader, connection.makefile("wb") as writer:
            return self.serve_io(reader, writer)

    async def _serve(self, stdin: BinaryIO, stdout: BinaryIO) -> int:
        loop = asyncio.get_running_loop()
        loop.set_exception_handler(log_of_loop)
        self._ended = loop.create_future()

        def stop_serving() -> None:
            self.from_any_thread(loop, self.stop, 0)

        def handle(message: object) -> None:
            try:
                self._boundary.handle_message(message)
            finally:
                reader.handled()

        writer = Writer(stdout, stop_serving)
        self.protocol.set_writer(writer)
        reader = Reader(stdin, lambda message: self.from_any_thread(loop, handle, message), stop_serving)
        reader.start()
        try:
            return await self._ended
        finally:
            writer.close()

    def stop(self, code: int) -> None:
        """End serving, with this exit code. From the event loop's thread."""
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(code)

    def begin(self) -> None:
        """Load everything else: the client is ready. Further calls change nothing."""
        if not self._has_begun:
            self._has_begun = True
            self.spawn(self.on_begin())

    def opened(self, params: lsp.DidOpenTextDocumentParams) -> None:
        self._changed(self.documents.open(params.text_document))

    def changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        if document := self.documents.change(params.text_document, params.content_changes):
            self._changed(document)

    def closed(self, params: lsp.DidCloseTextDocumentParams) -> None:
        uri = params.text_document.uri
        self.documents.close(uri)
        self._boundary.drop_requests(uri, is_closed=True)
        for listener in self.on_close:
            listener(uri)

    def _changed(self, document: Document) -> None:
        self._boundary.drop_requests(document.uri, is_closed=False)
        for listener in list(self.on_change):
            listener(document.uri)

    def announce(self, method: str, options: Any = None) -> None:
        """Tell the client of a feature whose handler comes later: a request waits for it."""

        async def handle(params: Any) -> Any:
            await self._loaded.wait()
            return await self._handlers[method](params)

        self.feature(method, options)(handle)  # pyright: ignore[reportUnknownMemberType] (pygls)

    def announce_command(self, name: str) -> None:
        """Tell the client of a command whose handler comes later."""

        async def run(*args: Any) -> Any:
            await self._loaded.wait()
            return await self._handlers[name](*args)

        self.command(name)(run)

    def handles(self, name: str) -> Callable[[Handler], Handler]:
        """Return a decorator that makes a function the handler of an announced feature or command."""

        def register(handler: Handler) -> Handler:
            self._handlers[name] = handler
            return handler

        return register

    def loaded(self) -> None:
        """Note that every handler is registered."""
        self._loaded.set()

    @cached_property
    def documents(self) -> Documents:
        from breadknife.lsp.documents import Documents

        return Documents(self.workspace.position_encoding or lsp.PositionEncodingKind.Utf16)

    @property
    def host(self) -> Host:
        """The host, made when first needed, which takes a moment: from a worker.

        Raises BreadknifeError if it can't be made, which is tried once.
        """
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

    async def in_worker(self, work: Callable[[], _T], lane: Lane | None = None) -> _T:
        """Return what `work`, which may block, returns from a worker thread: of the background lane unless `lane` is
        another one. Raises what it raises."""
        return await (lane or self.lanes.background).run(work)

    async def ask(
        self,
        request: Request,
        *,
        plugin: str | None = None,
        progress: ProgressListener | None = None,
        quiet: bool = False,
        patience: float = math.inf,
        uri: str = "",
    ) -> Reply:
        """Return the host's answer to a request, asked in a worker. When this task is cancelled, so is the request.

        `uri` is a document of the folder that a request without a document is about. The other arguments are those of
        `Host.ask`, which see. Raises BreadknifeError if there is no host.
        """
        from breadknife.task.values import CommandRequest, document_of, place_of

        await self.ready.wait()
        cancel = CancelToken()
        lane = self.lanes.of(request)
        document = document_of(request)
        if document is not None and (place := place_of(request)) is not None:
            self.looked_at = document.uri, place
        root = request.root if isinstance(request, CommandRequest) else self.root_of(document.uri if document else uri)

        try:
            return await lane.run(
                lambda: self.host.ask(
                    request, cancel, root=root, plugin=plugin, progress=progress, quiet=quiet, patience=patience
                )
            )
        finally:
            cancel.cancel()

    @property
    def folders(self) -> list[Path]:
        """The workspace folders that the editor has open."""
        from breadknife.text.document import uri_to_path

        folders = [path for folder in self.workspace.folders if (path := uri_to_path(folder)) is not None]
        if not folders and self.workspace.root_uri and (root := uri_to_path(self.workspace.root_uri)):
            folders = [root]
        return folders

    def root_of(self, uri: str) -> Path | None:
        """Return the root of the workspace that a document belongs to; without a document, or for one that isn't a
        file, that of the editor's first folder. None if there is none."""
        from breadknife.host.workspace import root_of
        from breadknife.text.document import uri_to_path

        folders = self.folders
        if (path := uri_to_path(uri)) is not None:
            return root_of(path, folders)
        return root_of(folders[0] / "any file", folders) if folders else None  # it needn't exist

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Run a task of our own; what it raises goes to the log. From the event loop's thread."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._forget_task)
        return task

    def let_inspect(self) -> None:
        """Let the command line ask this server (`breadknife why`) from now on, where that is possible. From a
        worker."""
        from breadknife.host.report.inspector import inspect

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

    def show_reason(self, title: str, receipt: Receipt) -> None:
        """Tell why something that the user has chosen wasn't made, and what helps. `title` is what they chose."""
        reason, sentence, remedy = receipt.reason, receipt.sentence, receipt.remedy
        if self.client.shows_reasons:
            params = {"title": title, "reason": reason, "sentence": sentence, "remedy": remedy}
            self.protocol.notify(SHOW_REASON, params)
        else:
            self.show(f"“{title}”: {sentence}" + (f" → {remedy}" if remedy else ""))

    def shut_down(self) -> None:
        """End plugins and the engine's connection. Once, after the event loop."""
        self.lanes.close()
        if self._inspector:
            self._inspector.close()
        if self._host:
            self._host.close()

    def _forget_task(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        with contextlib.suppress(asyncio.CancelledError):
            if error := task.exception():
                log.error("a background task failed", exc_info=error)
