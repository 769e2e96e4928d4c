"""Documents and explanations that a command has the editor open.

LSP has no word for a new document that isn't saved yet. A client that says `opensUntitled` is shown an `untitled:` URI,
to which the text is added as an edit (VS Code). Any other is shown a file in a folder of breadknife's own, which the
user saves elsewhere. A client that shows no documents gets the text in the command's result.

A message that is too long for a notification is a page of its own: for a client that says `showsText` by a notification
of ours, for another a file. A client that shows no documents gets it as a message all the same.
"""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from breadknife.host.answers.reply import Reply
from breadknife.host.opening import name_of, write_new
from breadknife.lsp.convert import to_range
from breadknife.lsp.server import SHOW_TEXT, BreadknifeServer
from breadknife.task.values import NewDocument, OpenDocument
from breadknife.text.document import Document, uri_to_path

log = logging.getLogger("breadknife.lsp")
LONGEST_MESSAGE = 200
"""Characters of a message. VS Code cuts long ones, and Neovim and Helix show a line of them."""
_EMPTY_RANGE = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 0))


class Presenter:
    """Has the editor open documents and show messages. From the event loop's thread."""

    def __init__(self, server: BreadknifeServer) -> None:
        self._server = server
        self._numbers = itertools.count(1)

    async def show(self, reply: Reply) -> Sequence[NewDocument]:
        """Open what a command made, then what it points at. Returns the new documents that the client can't open."""
        unopened = [document for document in reply.documents if not await self._open_new(document)]
        if self._server.client.shows_documents:
            for shown in reply.shows:
                await self._focus(shown.uri, await self._selection(shown), external=shown.external)
        return unopened

    async def tell(self, title: str, message: str) -> None:
        """Show a message; one that is long or has several lines as a page with that title.

        A model may have written it: so it is shown as text, and never rendered.
        """
        server = self._server
        if len(message) <= LONGEST_MESSAGE and len(message.splitlines()) < 2:
            server.show(message)
        elif server.client.shows_text:
            server.protocol.notify(SHOW_TEXT, {"title": title, "text": message})
        elif not (server.client.shows_documents and await self._focus_file(NewDocument(message, title=title))):
            server.show(message)

    async def _open_new(self, document: NewDocument) -> bool:
        """Open a new document. Returns False if the client can't."""
        server = self._server
        if server.client.opens_untitled:
            uri = f"untitled:{name_of(document, next(self._numbers))}"
            edit = lsp.WorkspaceEdit(changes={uri: [lsp.TextEdit(_EMPTY_RANGE, document.text)]})
            try:
                params = lsp.ApplyWorkspaceEditParams(edit)
                return await self._focus(uri) and (await server.workspace_apply_edit_async(params)).applied
            except JsonRpcException as error:
                log.warning("the client opens no new document: %s", error)
                return False
        if not server.client.shows_documents:
            return False
        path = await self._focus_file(document)
        if path is not None:
            server.show(f"to keep “{path.name}”, save it in a folder of yours")
        return path is not None

    async def _focus_file(self, document: NewDocument) -> Path | None:
        """Write the document's text to a file of our own, show it, and return its path; None if that fails, and the
        user is told if the file can't be written."""
        try:
            path = await self._server.in_worker(lambda: write_new(document))
        except OSError as error:
            self._server.show(f"the new document can't be written: {error.strerror or error}", lsp.MessageType.Error)
            return None
        return path if await self._focus(path.as_uri()) else None

    async def _focus(self, uri: str, selection: lsp.Range | None = None, *, external: bool = False) -> bool:
        """Have the client show a document, or with `external` another program. Returns whether it has."""
        params = lsp.ShowDocumentParams(uri, external=external or None, take_focus=True, selection=selection)
        try:
            return (await self._server.window_show_document_async(params)).success
        except JsonRpcException as error:
            log.warning("the client doesn't show %s: %s", uri, error)
            return False

    async def _selection(self, shown: OpenDocument) -> lsp.Range | None:
        """Return the range to select in a document that is about to be shown; None also if the file is no text, or
        shorter than it was."""
        path, server = uri_to_path(shown.uri), self._server
        if shown.span is None or path is None:
            return None
        document = server.documents.at(path)
        if document is None:
            root = server.root_of(shown.uri)

            def read() -> str | None:
                project = server.host.projects.of(root)
                return project.text(path) if project is not None else None

            text = await server.in_worker(read)
            document = Document(shown.uri, "", text) if text is not None else None
        if document is None or shown.span.end > len(document.text):
            return None
        return to_range(document, shown.span, server.documents.encoding)
