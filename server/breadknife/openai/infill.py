"""llama-server's `/infill`, as llama.vim and llama.vscode ask for it: what stands between two texts."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from breadknife.engine.api import Chunk, GenerateRequest, Lane, Part, Sampling, Trim
from breadknife.engine.models.gguf import GgufInfo
from breadknife.openai.errors import ApiError
from breadknife.openai.responses import Json

DEFAULT_TOKENS = 128
_PROJECT = "project"
"""The name of the project that other files are of: clients tell none."""
_OWN = "file"
"""The name of the file itself."""


class ExtraFile(msgspec.Struct, frozen=True):
    """A piece of another file."""

    text: str
    filename: str = ""


class InfillBody(msgspec.Struct, kw_only=True):
    """The fields that change the answer. Others, `id_slot` and `samplers` say, are ignored: the engine finds by itself
    which cache fits."""

    input_prefix: str = ""
    input_suffix: str = ""
    input_extra: list[ExtraFile] = msgspec.field(default_factory=list[ExtraFile])
    prompt: str = ""
    """What follows `input_prefix`: the cursor's line up to the cursor."""
    model: str = ""
    """Empty for the model of the role `completion`."""
    n_predict: Annotated[int, msgspec.Meta(le=2048)] = DEFAULT_TOKENS
    """The most tokens. 0 only has the prompt evaluated, for requests to come; -1 means the default."""
    n_indent: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Columns: the text ends before a line that is indented less."""
    t_max_predict_ms: Annotated[float, msgspec.Meta(ge=0)] = 0
    """The time after which the text ends with the line that is being written; 0 for none."""
    stop: list[str] = msgspec.field(default_factory=list[str])
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] = 0.0
    seed: int = 0
    stream: Literal[False] = False
    response_fields: list[str] | None = None
    """`timings/prompt_n`, say, for the answer's only fields."""

    def request(self, model: str, adapter: str, info: GgufInfo) -> GenerateRequest:
        """Return the engine's request. Raises ApiError for a model that can't fill in."""
        if info.fim is None:
            raise ApiError("this model has no tokens for filling in between; name a code model", "model")
        files = [(extra.filename or f"file {number}", extra.text) for number, extra in enumerate(self.input_extra, 1)]
        prefix, suffix = Part(self.input_prefix + self.prompt), Part(self.input_suffix, trim=Trim.END)
        return GenerateRequest(
            model,
            info.fim.prompt(prefix, suffix, info.fim.files(_PROJECT, files, _OWN)),
            self.n_predict if self.n_predict > 0 else 1 if self.n_predict == 0 else DEFAULT_TOKENS,
            (*(text for text in self.stop if text), *info.fim.stops),
            Lane.TYPING if self.n_predict else Lane.BACKGROUND,
            Sampling(self.temperature, seed=self.seed & 0x7FFFFFFF),
            adapter=adapter,
        )


@dataclass(frozen=True)
class Infilled:
    """A finished text, with the first and the last chunk of what the engine told of it."""

    text: str
    first: Chunk
    last: Chunk

    def answer(self, fields: Sequence[str] | None) -> Json:
        """Return the answer as llama-server has it, or only some of its fields."""
        new, written = self.first.prompt_tokens - self.first.cached_tokens, self.last.output_tokens
        prompt_ms, written_ms = 1000 * self.first.computed, 1000 * (self.last.computed - self.first.computed)
        answer: Json = {
            "content": self.text,
            "stop": True,
            "truncated": self.last.trimmed_tokens > 0,
            "tokens_cached": self.last.prompt_tokens + written,
            "tokens_evaluated": self.last.prompt_tokens,
            "tokens_predicted": written,
            "timings": {**_timings("prompt", new, prompt_ms), **_timings("predicted", written, written_ms)},
        }
        if fields is None:
            return answer
        found = {field: _field(answer, field) for field in fields}
        return {field: value for field, value in found.items() if value is not None}


async def infilled(body: InfillBody, chunks: AsyncGenerator[tuple[int, Chunk], None]) -> Infilled:
    """Return the text as far as the body wants it. Raises what the engine raises."""
    text, end = "", time.monotonic() + body.t_max_predict_ms / 1000
    first = last = Chunk("")
    async with aclosing(chunks):
        async for _, chunk in chunks:
            first = first if first.prompt_tokens else chunk
            text, last = text + chunk.text, chunk
            cut = _above_dedent(text, body.n_indent)
            if cut != text or (body.t_max_predict_ms and "\n" in text and time.monotonic() > end):
                text = cut
                break
    return Infilled(text if body.n_predict else "", first, last)


def _above_dedent(text: str, width: int) -> str:
    """Return a text up to the first line, after the one that it begins in, that is indented by less than `width`."""
    first, *more = text.split("\n")
    for number, line in enumerate(more):
        if line.strip() and len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip()) < width:
            return "\n".join((first, *more[:number]))
    return text


def _timings(what: str, tokens: int, milliseconds: float) -> Json:
    return {
        f"{what}_n": tokens,
        f"{what}_ms": milliseconds,
        f"{what}_per_token_ms": milliseconds / tokens if tokens else 0.0,
        f"{what}_per_second": 1000 * tokens / milliseconds if milliseconds else 0.0,
    }


def _field(answer: Json, path: str) -> Any:
    """Return a field by its path; None if there is none."""
    value: Any = answer
    for name in path.split("/"):
        value = value.get(name) if isinstance(value, dict) else None  # pyright: ignore[reportUnknownMemberType,reportUnknownVariableType]
    return value  # pyright: ignore[reportUnknownVariableType]
