"""A remote engine in front of a server that a test tells what to say."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    GenerateRequest,
    Part,
)
from breadknife.engine.remote.engine import RemoteEngine
from breadknife.engine.remote.http import RetryPolicy
from breadknife.engine.remote.runtime import Api, Runtime
from engine.fake_http import Fake, Say, fake_server, models, sse

COMPLETIONS = "/v1/completions"


QUICK = RetryPolicy(first_wait=0.01, longest_retry_after=2.0)


TEXT = GenerateRequest("m", (Part("1, 2,"),), 8)


FIM = replace(
    TEXT,
    prompt=(
        Part("<|fim_prefix|><|fim_suffix|>", control=True),
        Part(" after"),
        Part("<|fim_middle|>", control=True),
        Part("before "),
    ),
)


def said(*texts: str, finish: str = "stop") -> Say:
    """A stream of OpenAI's API."""
    events = [{"choices": [{"text": text, "finish_reason": None}]} for text in texts]
    return sse(*events, {"choices": [{"text": "", "finish_reason": finish}]})


@contextmanager
def remote(
    answers: Mapping[str, Sequence[Say]], api: Api = Api.OPENAI, **settings: Any
) -> Iterator[tuple[RemoteEngine, Fake]]:
    with fake_server({"/v1/models": [models("m")], **answers}) as fake:
        engine = RemoteEngine("home", Runtime(fake.url + "/v1", api, **settings), retry=QUICK)
        try:
            yield engine, fake
        finally:
            engine.close()


def written(engine: RemoteEngine, request: GenerateRequest = TEXT) -> str:
    return "".join(chunk.text for chunk in engine.generate(request, CancelToken()))


def once_asked(fake: Fake, path: str, *, act: Callable[[], None]) -> None:
    """Act from another thread when a request for the path has arrived."""

    def wait() -> None:
        while not fake.bodies(path):
            time.sleep(0.01)
        act()

    threading.Thread(target=wait, daemon=True).start()
