"""Reads a request's body, of limited size."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from breadknife.openai.errors import ApiError

MAX_BODY = 4 << 20
"""The most bytes of a body. The engine's messages have 8 MB at most."""
LINGER_SECONDS = 2.0
"""How long the rest of a refused body is read and thrown away."""
_MAX_DIGITS = 18
"""The most digits of a length that are read: Python refuses numbers of thousands of digits."""
BODY_SECONDS = 30.0
"""How long a body may take to arrive, which comes from this machine."""


async def read_body(request: Request) -> bytes:
    """Return a request's body. Raises ApiError if it is too large, unread if its length is declared, or too slow."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > _MAX_DIGITS or int(declared) > MAX_BODY):
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
    """The response to a request whose body isn't read to its end. It is sent at once. Then the rest of the body is
    thrown away for a moment: a client that is still sending would otherwise get a connection error instead."""

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
