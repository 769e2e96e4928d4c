"""`POST /v1/recipes/NAME`: other programs run the user's recipes. OpenAI's API has nothing like it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from breadknife.cancel import CancelToken
from breadknife.openai.bodies import decoded
from breadknife.openai.errors import ApiError
from breadknife.openai.request_body import read_body
from breadknife.openai.workers import while_connected


class RecipeBody(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    text: str
    """The document."""
    language: str = "plaintext"
    """An LSP language id."""
    start: int = 0
    end: int | None = None
    """The selection in code points; without `end`, the cursor is at `start`."""
    message: str = ""
    """The message of a diagnostic at the selection."""


@dataclass(frozen=True)
class RecipeResponse:
    """The answer of a recipe. If there is none, `text` is None, and `reason` and `sentence` say why."""

    text: str | None
    start: int = 0
    end: int = 0
    """The span, in code points, that the text is about or would replace."""
    model: str = ""
    refused: tuple[str, ...] = ()
    reason: str = ""
    sentence: str = ""


RunRecipe = Callable[[str, RecipeBody, CancelToken], RecipeResponse]
"""Runs the recipe of a name, and blocks meanwhile. For a name that no recipe has, the reason is `no-recipe`."""


@dataclass(frozen=True)
class RecipesApi:
    run: RunRecipe

    async def serve(self, request: Request) -> Response:
        body = decoded(await read_body(request), RecipeBody)
        end = body.start if body.end is None else body.end
        if not 0 <= body.start <= end <= len(body.text):
            raise ApiError(f"start and end must be in the text, from 0 to {len(body.text)}", "start")
        cancel = CancelToken()
        async with while_connected(request, cancel):
            response = await asyncio.to_thread(self.run, request.path_params["name"], body, cancel)
        if response.text is None and response.reason == "no-recipe":
            raise ApiError(response.sentence, "name", 404, "recipe_not_found")
        return JSONResponse(msgspec.to_builtins(response))
