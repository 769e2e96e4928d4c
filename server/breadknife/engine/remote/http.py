"""Exchanges JSON with another runtime over HTTP, with time limits, retries, and errors that say what to do."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import httpx2
import msgspec

from breadknife.engine.remote.runtime import Runtime
from breadknife.errors import BreadknifeError, EngineDied, EngineError, EngineUnavailable, PromptTooLong, UnknownModel

_T = TypeVar("_T")

MAX_ANSWER = 64 << 20
"""The most bytes of one JSON answer. The largest one that is asked for, a vocabulary of Ollama's, has 5 MB."""
KEEP_ALIVE = 2.0
"""Seconds that an idle connection is kept: less than uvicorn's and cpp-httplib's 5, whose closing could cross a
request on its way."""
_RETRIED = frozenset({429, 502, 503})
"""HTTP statuses after which a request is sent again."""
_NO_SUCH_MODEL = re.compile(r"model\b.*(not found|n[o']t exist|not be found|no such|not available)", re.I | re.S)
_TOO_LONG = re.compile(r"context (size|length|window)|exceed_context_size", re.I)
MODELS = "/v1/models"


class _ListedModel(msgspec.Struct, frozen=True):
    id: str
    owned_by: str = ""


class ModelList(msgspec.Struct, frozen=True):
    """The answer of `/v1/models`, which all runtimes have."""

    data: tuple[_ListedModel, ...]


@dataclass(frozen=True)
class RetryPolicy:
    """How often a request is sent, and how long to wait in between, in seconds: as openai-python does
    (`_constants.py`).

    A request is sent again only after a refused connection or a status in `_RETRIED`, and never past its deadline.
    """

    connect: float = 5.0
    """How long a connection may take."""
    attempts: int = 3
    first_wait: float = 0.5
    """The wait before the second attempt; it doubles with each one."""
    longest_wait: float = 8.0
    longest_retry_after: float = 60.0
    """A server that asks for more time is reported instead."""


class HttpClient:
    """The connections to one runtime. Belongs to one event loop."""

    def __init__(self, name: str, runtime: Runtime, retry: RetryPolicy) -> None:
        self.name = name
        self.runtime = runtime
        self.retry = retry
        self.bytes_sent = 0
        """The bytes of all request bodies so far."""
        silence = runtime.timeout
        self.client = httpx2.AsyncClient(
            base_url=runtime.base,
            timeout=httpx2.Timeout(silence, connect=retry.connect),
            limits=httpx2.Limits(max_connections=None, keepalive_expiry=KEEP_ALIVE),
            trust_env=False,  # a proxy from the environment would be another machine than the one named
        )

    def __str__(self) -> str:
        return f"the engine {self.name!r} at {self.runtime.url}"

    def headers(self) -> dict[str, str]:
        if not self.runtime.key_env:
            return {}
        key = os.environ.get(self.runtime.key_env)
        if not key:
            raise EngineError(f"{self} needs its key: set the environment variable {self.runtime.key_env}")
        return {"Authorization": f"Bearer {key}"}


@dataclass
class Exchange:
    """All messages that one request to the engine exchanges with a runtime."""

    http: HttpClient
    deadline: float | None = None
    """On `time.monotonic()`'s clock."""

    async def json(self, method: str, path: str, body: Mapping[str, Any] | None, kind: type[_T]) -> _T:
        """Send a request, and return its answer decoded as `kind`. Raises UnknownModel, EngineError and its
        subclasses."""
        response = await self._response(method, path, body)
        try:
            return msgspec.json.decode(await self._read(response), type=kind)
        except msgspec.DecodeError as error:
            raise self._unforeseen(response, error) from None
        finally:
            await response.aclose()

    async def messages(self, path: str, body: Mapping[str, Any], kind: type[_T]) -> AsyncGenerator[_T, None]:
        """Yield the objects of a streamed answer: server-sent events, or one JSON object a line.

        Close the generator (`contextlib.aclosing`): that closes the connection. Raises as `json` does, and EngineDied
        if the stream breaks off.
        """
        response = await self._response("POST", path, body)
        rest = b""  # the beginning of a line whose end hasn't come
        try:
            async for data in response.aiter_bytes():
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    if (message := self._message(line, kind)) is not None:
                        yield message
                if len(rest) > MAX_ANSWER:
                    raise EngineError(f"{self.http} sent a line without an end")
            if (message := self._message(rest, kind)) is not None:
                yield message
        except msgspec.DecodeError as error:
            raise self._unforeseen(response, error) from None
        except httpx2.TransportError as error:
            raise self._broken(error) from error
        finally:
            await response.aclose()

    async def models(self) -> tuple[str, ...]:
        """Return the names of the server's models; none if it doesn't list them."""
        try:
            answer = await self.json("GET", MODELS, None, ModelList)
        except EngineUnavailable:
            raise
        except EngineError:
            return ()
        return tuple(model.id for model in answer.data)

    async def no_such_model(self, model: str) -> UnknownModel:
        models = ", ".join(await self.models()) or "none that it tells"
        problem = f"has no model {model!r}" if model else "needs the name of a model"
        return UnknownModel(f"{self.http} {problem}; it has: {models}")

    async def _response(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx2.Response:
        """Send a request, again if that may help, and return a successful response whose body isn't read yet."""
        retry, attempt = self.http.retry, 1
        while True:
            wait = min(retry.first_wait * 2 ** (attempt - 1), retry.longest_wait)
            try:
                response = await self._send(method, path, body)
            except httpx2.ConnectError as error:
                failure = self._broken(error)
            except httpx2.TransportError as error:
                raise self._broken(error) from error
            else:
                if response.is_success:
                    return response
                try:
                    failure = await self._failure(response, path, str((body or {}).get("model", "")))
                finally:
                    await response.aclose()
                if response.status_code not in _RETRIED:
                    raise failure
                wait = _retry_after(response) or wait
            too_late = self.deadline is not None and time.monotonic() + wait >= self.deadline
            if attempt == retry.attempts or wait > retry.longest_retry_after or too_late:
                raise failure
            attempt += 1
            await asyncio.sleep(wait)

    async def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> httpx2.Response:
        content = b"" if body is None else msgspec.json.encode(body)

        async def trace(event: str, _: Any) -> None:
            if content and event.endswith("send_request_body.complete"):
                self.http.bytes_sent += len(content)

        headers = {**self.http.headers(), **({"Content-Type": "application/json"} if content else {})}
        request = self.http.client.build_request(
            method, path, content=content or None, headers=headers, extensions={"trace": trace}
        )
        return await self.http.client.send(request, stream=True)

    async def _read(self, response: httpx2.Response) -> bytes:
        """Return a response's body."""
        parts: list[bytes] = []
        size = 0
        try:
            async for data in response.aiter_bytes():
                size += len(data)
                if size > MAX_ANSWER:
                    raise EngineError(f"{self.http} sent more than {MAX_ANSWER >> 20} MB")
                parts.append(data)
        except httpx2.TransportError as error:
            raise self._broken(error) from error
        return b"".join(parts)

    def _message(self, line: bytes, kind: type[_T]) -> _T | None:
        """Return the object of a line of a stream; None if the line has none. Raises EngineError for an error."""
        line = line.strip()
        for field in (b"data:", b"error:"):
            line = line.removeprefix(field)
        line = line.strip()
        if not line or line == b"[DONE]" or line.startswith((b":", b"event:", b"id:", b"retry:")):
            return None
        if b'"error"' in line and "error" in msgspec.json.decode(line, type=dict[str, msgspec.Raw]):
            raise EngineError(f"{self.http} failed while it answered: {_error_text(line)}")
        return msgspec.json.decode(line, type=kind)

    def _broken(self, error: httpx2.TransportError) -> EngineError:
        """Return the error to raise for a connection that failed."""
        runtime = self.http.runtime
        match error:
            case httpx2.ConnectTimeout():
                why = f"no connection within {self.http.retry.connect:g} s"
            case httpx2.ConnectError():
                why = str(error) or "no connection"
            case httpx2.TimeoutException():
                return EngineError(
                    f"{self.http} said nothing for {runtime.timeout:g} s; "
                    f"raise `timeout` in [engines.{self.http.name}] if its model is slow to load"
                )
            case _:
                return EngineDied(f"{self.http} ended the connection in the middle of a request: {_why(error)}")
        return EngineUnavailable(
            f"{self.http} can't be reached ({why}): start it, or mend `url` in [engines.{self.http.name}]"
        )

    async def _failure(self, response: httpx2.Response, path: str, model: str) -> BreadknifeError:
        """Return the error to raise for a response that isn't successful, to a request about `model`."""
        status, text = response.status_code, _error_text(await self._read(response))
        if status in (401, 403):
            key = self.http.runtime.key_env
            remedy = (
                f"is the one in the environment variable {key} right?"
                if key
                else f"name the environment variable that holds it as `key_env` in [engines.{self.http.name}]"
            )
            return EngineError(f"{self.http} wants a valid key ({status}): {remedy}")
        if status in (400, 404) and _NO_SUCH_MODEL.search(text) and path != MODELS:
            return await self.no_such_model(model)
        if status in (400, 413) and _TOO_LONG.search(text):
            return PromptTooLong(f"{self.http} refused the prompt: {text}")
        if status in _RETRIED:
            return EngineUnavailable(f"{self.http} is not ready ({status}): {text}")
        if response.is_redirect:
            return EngineError(f"{self.http} sends on to {response.headers.get('location', '?')}: name that as `url`")
        if status == 404:
            return EngineError(
                f"{self.http} knows no {path} ({text}): check `url` and `api` in [engines.{self.http.name}]"
            )
        return EngineError(f"{self.http} answered {path} with {status}: {text}")

    def _unforeseen(self, response: httpx2.Response, error: msgspec.DecodeError) -> EngineError:
        """Return the error for an answer that isn't JSON, or JSON of another shape."""
        kind = response.headers.get("content-type", "of no type")
        return EngineError(
            f"{self.http} answered {response.url.path} with something unforeseen ({kind}; {error}): "
            f"check `url` and `api` in [engines.{self.http.name}]"
        )


def _retry_after(response: httpx2.Response) -> float | None:
    """Return seconds; None where the header is absent or a date, which Ollama, vLLM and llama-server never send."""
    try:
        seconds = float(response.headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if seconds >= 0 else None


def _error_text(body: bytes) -> str:
    """Return the message in an error's body, as OpenAI, Ollama, vLLM and FastAPI have it, else the body's beginning."""
    try:
        answer: Any = msgspec.json.decode(body)
    except msgspec.DecodeError:
        answer = body.decode("utf-8", "replace")
    for key in ("error", "message", "detail"):
        if isinstance(answer, dict):
            answer = cast("dict[str, Any]", answer).get(key, cast("object", answer))
    return " ".join(str(answer).split())[:300] or "no reason given"


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__
