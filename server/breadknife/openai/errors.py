"""The errors of OpenAI's API, and which of ours become which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from breadknife.errors import (
    BreadknifeError,
    Cancelled,
    EngineDied,
    EngineUnavailable,
    ModelMissing,
    PromptTooLong,
    UnknownModel,
)

CLIENT_GONE = 499
"""The status if the client has hung up, which nobody reads; nginx has the same number."""


@dataclass(eq=False)  # not frozen: Python writes tracebacks into exceptions
class ApiError(Exception):
    """A response that is an error. `param` is the field of the request that is wrong."""

    message: str
    param: str | None = None
    status: int = 400
    code: str | None = None
    closes: bool = False
    """True if the rest of the request isn't read, so that the connection ends with the answer."""

    def body(self) -> dict[str, Any]:
        """Return the response's JSON."""
        kind = "server_error" if self.status >= 500 else "invalid_request_error"
        return {"error": {"message": self.message, "type": kind, "param": self.param, "code": self.code}}


def as_api_error(error: BreadknifeError) -> ApiError:
    """Return the API's error for one of ours."""
    message = str(error)
    match error:
        case UnknownModel() | ModelMissing():
            return ApiError(message, "model", 404, "model_not_found")
        case PromptTooLong():
            return ApiError(message, None, 400, "context_length_exceeded")
        case Cancelled():
            return ApiError(message, None, CLIENT_GONE, "cancelled")
        case EngineUnavailable() | EngineDied():
            return ApiError(message, None, 503, "engine_unavailable")
        case _:
            return ApiError(message, None, 500)
