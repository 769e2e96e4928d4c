"""The bodies of requests, as OpenAI's API reference has them. What isn't supported raises ApiError."""

from __future__ import annotations

import json
import re
import secrets
from typing import Annotated, Any, Literal, TypeVar, cast

import msgspec

from breadknife.engine.api import CONTEXT_SIZE, Message, Sampling
from breadknife.openai.errors import ApiError

MAX_PROMPTS = 128
"""The most prompts of one request for completions."""
MAX_INPUTS = 2048
"""The most texts of one request for embeddings, as in OpenAI's API, or for a ranking."""
_TEMPERATURE, _TOP_K, _TOP_P = 0.8, 40, 0.95
"""The defaults, as in llama-server: small models ramble at OpenAI's temperature of 1."""

Count = Annotated[int, msgspec.Meta(ge=1)]
Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Likeliest = Annotated[int, msgspec.Meta(ge=0, le=20)]


class StreamOptions(msgspec.Struct):
    include_usage: bool | None = None


class SamplingBody(msgspec.Struct, kw_only=True):
    """The fields that completions and chats have in common. Fields that aren't named here are ignored."""

    model: str
    max_tokens: Count | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    stop: str | list[str] | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    top_p: Share | None = None
    top_k: Annotated[int, msgspec.Meta(ge=0)] | None = None
    seed: int | None = None
    n: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    logit_bias: dict[str, float] | None = None

    def check(self) -> None:
        """Raise ApiError for a field that isn't supported and would change the answer."""
        if self.n not in (None, 1):
            raise ApiError("one answer a request is given; ask again with another seed instead of n", "n")
        for name in ("frequency_penalty", "presence_penalty", "logit_bias"):
            if getattr(self, name):
                raise ApiError(f"{name} is not supported; leave it out", name)

    @property
    def stops(self) -> tuple[str, ...]:
        stops = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(stop for stop in stops if stop)

    @property
    def usage_in_stream(self) -> bool:
        return bool(self.stream_options and self.stream_options.include_usage)

    @property
    def sampling(self) -> Sampling:
        """How to sample; without a seed in the request, with a new one each time."""
        return Sampling(
            _TEMPERATURE if self.temperature is None else self.temperature,
            _TOP_K if self.top_k is None else self.top_k,
            _TOP_P if self.top_p is None else self.top_p,
            secrets.randbits(31) if self.seed is None else self.seed & 0x7FFFFFFF,
        )


class CompletionBody(SamplingBody, kw_only=True):
    prompt: str | list[Any]
    suffix: str | None = None
    echo: bool | None = None
    best_of: int | None = None
    logprobs: Likeliest | None = None

    def check(self) -> None:
        super().check()
        if self.echo:
            raise ApiError("echo is not supported; the prompt is known to you", "echo")
        if self.best_of not in (None, 1):
            raise ApiError("best_of is not supported; leave it out", "best_of")

    @property
    def prompts(self) -> list[str]:
        return _texts(self.prompt, "prompt", MAX_PROMPTS)


class ContentPart(msgspec.Struct):
    type: str
    text: str = ""


class ChatMessage(msgspec.Struct):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[Any] | None = None

    def message(self) -> Message:
        """Return the message for the engine. Raises ApiError for what isn't text."""
        if self.tool_calls:
            raise ApiError("tool calls are not supported", "messages")
        content = self.content or ""
        if not isinstance(content, str):
            if types := [part.type for part in content if part.type != "text"]:
                raise ApiError(f"only text is understood, not content of the type {types[0]}", "messages")
            content = "".join(part.text for part in content)
        return Message("system" if self.role == "developer" else self.role, content)


class JsonSchema(msgspec.Struct):
    schema: dict[str, Any]


class ResponseFormat(msgspec.Struct):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: JsonSchema | None = None


class ChatBody(SamplingBody, kw_only=True):
    messages: Annotated[list[ChatMessage], msgspec.Meta(min_length=1)]
    max_completion_tokens: Count | None = None
    response_format: ResponseFormat | None = None
    logprobs: bool | None = None
    top_logprobs: Likeliest | None = None
    tools: list[Any] | None = None
    functions: list[Any] | None = None

    def check(self) -> None:
        super().check()
        for name in ("tools", "functions"):
            if getattr(self, name):
                raise ApiError("tools are not supported; ask for JSON with response_format", name)

    @property
    def output_tokens(self) -> int:
        return self.max_completion_tokens or self.max_tokens or CONTEXT_SIZE

    @property
    def grammar(self) -> str:
        """The JSON schema that the answer must match; empty for none. Raises ApiError."""
        format = self.response_format
        if format is None or format.type == "text":
            return ""
        if format.type == "json_object":
            return '{"type": "object"}'
        if format.json_schema is None:
            raise ApiError("json_schema is missing", "response_format")
        return json.dumps(format.json_schema.schema)


class EmbeddingBody(msgspec.Struct):
    model: str
    input: str | list[Any]
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None

    @property
    def texts(self) -> list[str]:
        if self.dimensions is not None:
            raise ApiError("embeddings have the model's own number of dimensions; leave it out", "dimensions")
        return _texts(self.input, "input", MAX_INPUTS)


class RerankBody(msgspec.Struct):
    """A request to rank texts, as in the APIs of Jina, llama-server and vLLM."""

    model: str
    query: str
    documents: list[str | dict[str, Any]]
    top_n: Annotated[int, msgspec.Meta(ge=1)] | None = None
    return_documents: bool = False

    @property
    def texts(self) -> list[str]:
        if not self.query.strip():
            raise ApiError("query is empty", "query")
        texts = [text if isinstance(text, str) else text.get("text") for text in self.documents]
        return _texts(texts, "documents", MAX_INPUTS)


Body = TypeVar("Body")


def decoded(body: bytes, kind: type[Body]) -> Body:
    """Return a body decoded as `kind`. Raises ApiError, with the field that is wrong."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field = re.search(r"`\$\.(\w+)", str(error)) or re.search(r"required field `(\w+)`", str(error))
        raise ApiError(f"the request can't be used: {error}", field.group(1) if field else None) from error


def _texts(value: str | list[Any], param: str, most: int) -> list[str]:
    """Return a field's texts, from one to `most`, none of them empty. Raises ApiError."""
    texts = [value] if isinstance(value, str) else value
    if not all(isinstance(text, str) for text in texts):
        raise ApiError(f"{param} is a text or a list of texts; token numbers are not supported", param)
    if not 0 < len(texts) <= most:
        raise ApiError(f"{param} has {len(texts)} texts; from 1 to {most} are taken", param)
    if "" in texts:
        raise ApiError(f"{param} has an empty text", param)
    return cast("list[str]", texts)
