"""The HTTP API in a thread of the test, with the real client beside it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import openai
import uvicorn

from breadknife.cli.engine.http import config_of
from breadknife.cli.engine.serve_openai import listening
from breadknife.engine.api import Engine
from breadknife.openai.app import make_app
from breadknife.openai.local_models import LocalModels
from breadknife.openai.recipes import RunRecipe
from breadknife.openai.workers import Workers

TOKEN = "a token for tests"


@dataclass(frozen=True)
class Served:
    port: int

    def client(self, token: str = TOKEN) -> openai.OpenAI:
        url = f"http://127.0.0.1:{self.port}/v1"
        return openai.OpenAI(base_url=url, api_key=token, max_retries=0, timeout=120)

    def raw(self, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, Any], Any]:
        """Status, headers and JSON of an answer to what the client would never send."""
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {TOKEN}"} | {name.replace("_", "-"): text for name, text in headers.items()}
        try:
            with build_opener(ProxyHandler({})).open(Request(f"http://127.0.0.1:{self.port}{path}", data, sent)) as got:
                return got.status, dict(got.headers), json.load(got)
        except HTTPError as error:
            return error.code, dict(error.headers), json.load(error)


@contextmanager
def serving(engine: Engine, run_recipe: RunRecipe | None = None, *, raw_prompts: bool = False) -> Iterator[Served]:
    workers = Workers(engine)
    server = uvicorn.Server(config_of(make_app(workers, LocalModels(), TOKEN, run_recipe, raw_prompts=raw_prompts)))
    with listening(0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield Served(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join()
            workers.close()
