"""Reads a request's body, of limited size."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from breadknife.openai.errors import ApiError

MAX_BODY = 4 << 20
"""Bytes; the engine's messages have 8 MB at most."""
LINGER_SECONDS = 2.0
_DIGITS = 18
"""Of a length; Python refuses to read numbers of thousands of digits."""
BODY_SECONDS = 30.0
"""From its first byte to its last: it comes from this machine."""


async def read_body(request: Request) -> bytes:
    """Raises ApiError for one that is too large, before it is read where its length is declared, or too slow."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > _DIGITS or int(declared) > MAX_BODY):
        raise _too_large()
    data = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for block in request.stream():
                data += block
                if len(data) > MAX_BODY:
                    raise _too_large()
    except TimeoutError:
        raise ApiError(f"the request wasn't whole within {BODY_SECONDS:g} s", None, 408, closes=True) from None
    return bytes(data)


class ClosingResponse(JSONResponse):
    """An answer to a request whose rest isn't wanted. It goes out at once; what still comes is thrown away for a
    moment, since a client that is still sending would otherwise get an error of the connection instead of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [*self.raw_headers, (b"connection", b"close")]
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(LINGER_SECONDS):
                while (await receive()).get("more_body"):
                    pass
        await send({"type": "http.response.body", "body": b""})


def _too_large() -> ApiError:
    return ApiError(f"a request has {MAX_BODY >> 20} MB at most", None, 413, closes=True)
