"""Reads a request's body, of limited size."""

from __future__ import annotations

from starlette.requests import Request

from breadknife.openai.errors import ApiError

MAX_BODY = 4 << 20
"""Bytes; the engine's messages have 8 MB at most."""


async def read_body(request: Request) -> bytes:
    """Raises ApiError for one that is too large."""
    data = bytearray()
    async for block in request.stream():
        data += block
        if len(data) > MAX_BODY:
            raise ApiError(f"a request has {MAX_BODY >> 20} MB at most", None, 413)
    return bytes(data)
