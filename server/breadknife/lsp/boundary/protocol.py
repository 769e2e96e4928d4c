"""The protocol boundary: every message that comes in, and the one reply that each request gets.

| reply | when |
|---|---|
| -32700 ParseError | a message isn't JSON; its id is unknown, so the reply's is null |
| -32600 InvalidRequest | it is no JSON-RPC 2.0 request, comes after `shutdown`, or initializes a second time |
| -32601 MethodNotFound | no feature has registered the method |
| -32602 InvalidParams | a field is wrong; the message names it |
| -32002 ServerNotInitialized | it comes before `initialize` |
| -32800 RequestCancelled | the client cancelled it |
| -32801 ContentModified | its document has changed or closed meanwhile |
| -32802 ServerCancelled | the same of a pull for diagnostics: the client is to ask again |
| -32603 InternalError | breadknife failed; the message says at what, and the log why |

Why a pull has a code of its own: vscode-languageclient clears a document's findings on any other error.
"""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import logging
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, cast

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.protocol import LanguageServerProtocol, lsp_method

from breadknife.errors import BreadknifeError
from breadknife.lsp.boundary.connection import Malformed
from breadknife.lsp.boundary.params import WrongField, read_params

log = logging.getLogger("breadknife.lsp")
_Code = lsp.ErrorCodes | lsp.LSPErrorCodes


class Refused(JsonRpcException):
    """A request that is answered with an error, on purpose."""

    def __init__(self, code: _Code, message: str, data: Any = None) -> None:
        super().__init__(message, code.value, data)


@dataclass(eq=False)
class _Running:
    """A request that isn't answered yet."""

    id: Any
    """The client's id."""
    method: str
    uri: str
    """The URI of the document that it is about; empty if it is about none."""
    future: asyncio.Future[Any] | Future[Any] | None = None
    """The handler's result."""
    dropped: Refused | None = None
    """Why it was cancelled."""

    def drop(self, why: Refused) -> None:
        """Cancel the handler; the request is then answered with `why`, or with what dropped it first."""
        if self.future is not None and not self.future.done():
            self.dropped = self.dropped or why
            self.future.cancel()


class Session(Protocol):
    """What the boundary tells the server."""

    def begin(self) -> None:
        """Note that the client is ready for requests of the server's. May be called again."""
        ...

    def stop(self, code: int) -> None:
        """End, because the client has said `exit`."""
        ...

    def opened(self, params: lsp.DidOpenTextDocumentParams, /) -> None: ...

    def changed(self, params: lsp.DidChangeTextDocumentParams, /) -> None: ...

    def closed(self, params: lsp.DidCloseTextDocumentParams, /) -> None: ...


class Boundary(LanguageServerProtocol):
    """Owns reading and answering. Document synchronisation goes to `Documents` alone, not also to pygls' own store."""

    def __init__(self, server: Any, converter: Any) -> None:
        super().__init__(server, converter)
        self._session: Session = server
        self._running: dict[int, _Running] = {}
        self._numbers = itertools.count()
        self._is_initialized = False

    def structure_message(self, data: Any) -> Any:
        """Return a message as it is: it stays JSON until `handle_message`. pygls would read every object inside of it
        as a message."""
        return data

    def handle_message(self, message: Any) -> None:
        """Deal with one message, whatever it is. Never raises, but for `exit`."""
        match message:
            case Malformed(reason=reason):
                self._fault(reason)
                self._reply_error(None, Refused(lsp.ErrorCodes.ParseError, reason))
            case {"jsonrpc": "2.0", "method": str(method), "id": id}:
                self._take_request(id, method, cast("dict[str, Any]", message))
            case {"jsonrpc": "2.0", "method": str(method)}:
                self._take_notification(method, cast("dict[str, Any]", message))
            case {"jsonrpc": "2.0", "id": id, **rest} if "method" not in rest and rest.keys() & {"result", "error"}:
                self._take_response(id, cast("dict[str, Any]", rest))
            case _:
                reason = "a message is neither a request, a notification nor a response of JSON-RPC 2.0"
                self._fault(reason)
                id = cast("dict[str, Any]", message).get("id") if isinstance(message, dict) else None
                self._reply_error(id, Refused(lsp.ErrorCodes.InvalidRequest, reason))

    def drop_requests(self, uri: str, *, is_closed: bool) -> None:
        """End all requests about a document that has changed or was closed: nobody can use the answers."""
        reason = "the document was closed" if is_closed else "the document has changed"
        for running in list(self._running.values()):
            if running.uri == uri and running.method == lsp.TEXT_DOCUMENT_DIAGNOSTIC and not is_closed:
                ask_again = {"retriggerRequest": True}
                running.drop(Refused(lsp.LSPErrorCodes.ServerCancelled, reason, ask_again))
            elif running.uri == uri:
                running.drop(Refused(lsp.LSPErrorCodes.ContentModified, reason))

    # --- what comes in ----------------------------------------------------------------------------------------------

    def _take_request(self, id: Any, method: str, message: dict[str, Any]) -> None:
        """Begin to handle a request, or refuse it."""
        try:
            if isinstance(id, bool) or not isinstance(id, int | str):
                raise Refused(lsp.ErrorCodes.InvalidRequest, "the id of a request is an integer or a string")
            self._check_state(method)
            if (handler := self._handler(method)) is None:
                raise Refused(lsp.ErrorCodes.MethodNotFound, f"breadknife has no {method}")
            params = self._read(method, message)
        except Refused as why:
            self._fault(f"{method} is refused: {why}")
            self._reply_error(id, why)
            return
        running = _Running(id, method, _uri_of(params))
        number = next(self._numbers)
        self._running[number] = running
        # pygls keeps requests under our number, so that an id of the client's is never taken for one of ours.
        key = f"request {number}"
        answer = functools.partial(self._answer, number)
        self._execute_handler(key, handler, callback=answer, args=(params,))
        running.future = self._request_futures.pop(key, None)

    def _check_state(self, method: str) -> None:
        """Raise Refused for a method that may not come now; note that the client is ready if it may."""
        if self._shutdown:
            raise Refused(lsp.ErrorCodes.InvalidRequest, "the server is shutting down")
        if method == lsp.INITIALIZE:
            if self._is_initialized:
                raise Refused(lsp.ErrorCodes.InvalidRequest, "the server is initialized already")
        elif not self._is_initialized:
            raise Refused(lsp.ErrorCodes.ServerNotInitialized, "the first request has to be `initialize`")
        else:
            self._session.begin()

    def _handler(self, method: str) -> Any:
        """Return the handler of a method: pygls' own, which calls ours, or else ours; None without any."""
        features: Any = self.fm
        return features.builtin_features.get(method) or features.features.get(method)

    def _read(self, method: str, message: Mapping[str, Any]) -> Any:
        """Return the parameters of a message as lsprotocol's type for the method. Raises Refused if they are wrong."""
        kind = self.get_message_type(method)
        try:
            return read_params(self._converter, message, kind) if kind is not None else message.get("params")
        except WrongField as error:
            raise Refused(lsp.ErrorCodes.InvalidParams, str(error)) from None

    def _take_notification(self, method: str, message: dict[str, Any]) -> None:
        """Handle a notification; one that is wrong, comes at the wrong time or is unknown is left out."""
        if method == lsp.EXIT:
            self._session.stop(0 if self._shutdown else 1)
            return
        if self._shutdown or not self._is_initialized:
            return
        try:
            params = self._read(method, message)
        except Refused as why:
            self._fault(f"{method} is left out: {why}")
            return
        if method == lsp.CANCEL_REQUEST:
            self._cancel(params.id)
            return
        if (handler := self._handler(method)) is None:
            return  # LSP: what a server doesn't know may be left out
        key = f"notification {next(self._numbers)}"
        ended = functools.partial(self._check_notification, method, key)
        self._execute_handler(key, handler, callback=ended, args=(params,))

    def _take_response(self, id: Any, message: Mapping[str, Any]) -> None:
        """Hand the client's answer on to the task that waits for it."""
        future = self._request_futures.pop(id, None) if isinstance(id, str) else None
        kind = self._result_types.pop(id, None) if isinstance(id, str) else None
        if future is None:
            self._fault("a response answers no request of ours")
            return
        error = message.get("error")
        if error is not None:
            reason = cast("dict[str, Any]", error).get("message") if isinstance(error, dict) else error
            future.set_exception(JsonRpcException(f"the client could not: {reason}", 0))
            return
        try:
            response = {"jsonrpc": "2.0", "id": id, "result": message.get("result")}
            future.set_result(self._converter.structure(response, kind).result if kind else message.get("result"))
        except Exception as error:  # as in read_params
            future.set_exception(JsonRpcException(f"the client's answer can't be read: {type(error).__name__}", 0))

    def _cancel(self, id: Any) -> None:
        """Cancel the client's request with that id: 1 and "1" are two."""
        for running in list(self._running.values()):
            if running.id == id and type(running.id) is type(id):
                running.drop(Refused(lsp.LSPErrorCodes.RequestCancelled, "the request was cancelled"))

    # --- what goes out ----------------------------------------------------------------------------------------------

    def _answer(self, number: int, future: asyncio.Future[Any] | Future[Any]) -> None:
        """Send the one reply of a request whose handler has ended: its result, or the error that fits."""
        running = self._running.pop(number)
        if future.cancelled():
            cancelled = Refused(lsp.LSPErrorCodes.RequestCancelled, "the request was cancelled")
            self._reply_error(running.id, running.dropped or cancelled)
            return
        error = future.exception()
        if error is None:
            self._is_initialized |= running.method == lsp.INITIALIZE
            self._reply(running.id, future.result())
        elif isinstance(error, Refused):
            self._reply_error(running.id, error)
        elif isinstance(error, BreadknifeError):
            self._reply_error(running.id, Refused(lsp.ErrorCodes.InternalError, str(error)))
        elif isinstance(error, JsonRpcException):
            self._reply_error(running.id, Refused(lsp.ErrorCodes.InvalidParams, str(error)))
        else:
            log.error("%s failed", running.method, exc_info=error)
            why = f"{running.method} failed; breadknife's log says more ({type(error).__name__})"
            self._reply_error(running.id, Refused(lsp.ErrorCodes.InternalError, why))

    def _check_notification(self, method: str, key: str, future: asyncio.Future[Any] | Future[Any]) -> None:
        """Log what the handler of a notification has raised: nobody can be told."""
        self._request_futures.pop(key, None)
        if not future.cancelled() and (error := future.exception()) is not None:
            log.error("%s failed", method, exc_info=error)

    def _reply(self, id: Any, result: Any) -> None:
        try:
            self._send_data({"jsonrpc": "2.0", "id": id, "result": result})
        except (TypeError, ValueError, RecursionError, AttributeError) as error:  # a plugin's value that is no JSON
            log.error("an answer can't be sent", exc_info=error)
            self._reply_error(id, Refused(lsp.ErrorCodes.InternalError, "breadknife's answer can't be sent"))

    def _reply_error(self, id: Any, why: Refused) -> None:
        error = {"code": why.code, "message": why.message, **({} if why.data is None else {"data": why.data})}
        self._send_data({"jsonrpc": "2.0", "id": id, "error": error})

    def _send_data(self, data: Any) -> None:
        """Write a message. Raises what `json` raises for a value that can't be JSON; pygls would log it and send
        nothing."""
        body = json.dumps(data, default=self._serialize_message)  # ASCII: its characters are bytes
        if self.writer is not None:
            self.writer.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode("ascii"))

    def _fault(self, sentence: str) -> None:
        """Log a fault of the client's, not of ours."""
        log.warning("%s", sentence)

    # --- what pygls would do otherwise ------------------------------------------------------------------------------

    @lsp_method(lsp.SHUTDOWN)
    def lsp_shutdown(self, *_: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride] (no generator)
        self._shutdown = True
        for running in list(self._running.values()):
            running.drop(Refused(lsp.LSPErrorCodes.RequestCancelled, "the server is shutting down"))

    @lsp_method(lsp.TEXT_DOCUMENT_DID_OPEN)
    def lsp_text_document__did_open(self, params: lsp.DidOpenTextDocumentParams) -> Any:
        self._session.opened(params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def lsp_text_document__did_change(self, params: lsp.DidChangeTextDocumentParams) -> Any:
        self._session.changed(params)

    @lsp_method(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def lsp_text_document__did_close(self, params: lsp.DidCloseTextDocumentParams) -> Any:
        self._session.closed(params)


def _uri_of(params: Any) -> str:
    """Return the URI of the document that a request is about: its own, or that of a menu's entry (`data.uri`)."""
    if document := getattr(params, "text_document", None):
        return document.uri
    data = getattr(params, "data", None)
    uri = cast("dict[str, Any]", data).get("uri") if isinstance(data, dict) else None
    return uri if isinstance(uri, str) else ""
