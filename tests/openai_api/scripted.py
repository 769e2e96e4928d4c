"""The API over a scripted engine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from breadknife import errors
from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    Chunk,
    GenerateRequest,
)
from breadknife.engine.scripted import Line, ScriptedEngine

FIM = {"tokenizer.ggml.tokens": ["<fim_prefix>", "<fim_suffix>", "<fim_middle>"]}


SCRIPT = [
    Line("weather", "It is sunny today."),
    *(
        Line(f"raise {name}", error=getattr(errors, name)(f"because of {name}"))
        for name in ("ModelMissing", "ModelCorrupt", "PromptTooLong", "EngineError", "EngineDied", "EngineUnavailable")
    ),
    Line("raise a bug", error=RuntimeError("a bug")),
    Line("", "yes"),
]


class Recording(ScriptedEngine):
    """It counts tokens, and tells whether a generation was closed before its end."""

    def __init__(self) -> None:
        super().__init__(SCRIPT)
        self.cancelled = threading.Event()

    def generate(self, request: GenerateRequest, cancel: CancelToken) -> Iterator[Chunk]:
        text = "".join(part.text for part in request.prompt)
        if "endless" in text:
            self.requests.append(request)
            yield Chunk("on", output_tokens=1)
            while not cancel.cancelled:
                time.sleep(0.005)
            self.cancelled.set()
            raise errors.Cancelled("it was cancelled")
        if "breaks" in text:
            yield Chunk("half", output_tokens=1)
            raise errors.EngineDied("the engine died")
        if "logprobs" in text:
            top = ((" a", -0.1), (" b", -2.5))
            yield Chunk(" a", -0.1, output_tokens=1, top_logprobs=top)
            yield Chunk("", -0.2, output_tokens=2, top_logprobs=top)
            yield Chunk(" c", -0.3, "length", 7, 3, output_tokens=3, top_logprobs=top)
            return
        yield from super().generate(request, cancel)

    @property
    def generated(self) -> list[GenerateRequest]:
        return [request for request in self.requests if isinstance(request, GenerateRequest)]


def ask(text: str) -> list:
    return [{"role": "user", "content": text}]


RERANK = {"model": "ranks", "query": "red bricks", "documents": ["the sea", {"text": "red bricks"}, "red paint"]}
