"""What a request is refused for, and how that is said."""

from __future__ import annotations

from collections.abc import Mapping

import openai
import pytest

from openai_api.scripted import RERANK, Recording, ask
from openai_api.serving import Served

CHAT = {"model": "chat", "messages": ask("a")}


COMPLETION = {"model": "base", "prompt": "a"}


@pytest.mark.parametrize(
    ("path", "body", "param", "message"),
    [
        ("chat/completions", b"{", None, "the request can't be used"),
        ("chat/completions", {"model": "chat"}, "messages", "required field `messages`"),
        ("chat/completions", {"model": "chat", "messages": []}, "messages", "length >= 1"),
        ("chat/completions", CHAT | {"temperature": 3}, "temperature", "<= 2"),
        ("chat/completions", CHAT | {"max_tokens": 0}, "max_tokens", ">= 1"),
        ("chat/completions", CHAT | {"n": 2}, "n", "one answer a request"),
        ("chat/completions", CHAT | {"tools": [{}]}, "tools", "ask for JSON with response_format"),
        ("chat/completions", CHAT | {"logit_bias": {"1": 5}}, "logit_bias", "is not supported"),
        ("chat/completions", CHAT | {"response_format": {"type": "json_schema"}}, "response_format", "is missing"),
        ("chat/completions", CHAT | {"messages": [{"role": "boss", "content": ""}]}, "messages", "boss"),
        (
            "chat/completions",
            CHAT | {"messages": [{"role": "user", "content": [{"type": "image_url"}]}]},
            "messages",
            "image_url",
        ),
        ("chat/completions", CHAT | {"model": "base"}, "messages", "no chat template"),
        ("completions", COMPLETION | {"prompt": [1, 2]}, "prompt", "token numbers are not supported"),
        ("completions", COMPLETION | {"prompt": []}, "prompt", "0 texts"),
        ("completions", COMPLETION | {"prompt": ""}, "prompt", "an empty text"),
        ("completions", COMPLETION | {"suffix": "b"}, "suffix", "no tokens for filling in"),
        ("completions", COMPLETION | {"echo": True}, "echo", "is not supported"),
        ("completions", COMPLETION | {"best_of": 3}, "best_of", "is not supported"),
        ("embeddings", {"model": "chat", "input": ["a", ""]}, "input", "an empty text"),
        ("embeddings", {"model": "chat", "input": "a", "dimensions": 8}, "dimensions", "own number"),
        ("embeddings", {"model": "ranks", "input": "a"}, "model", "is a reranker; this needs an encoder (here: "),
        ("completions", COMPLETION | {"model": "reads"}, "model", "is an encoder; this needs a decoder (here: "),
        ("chat/completions", CHAT | {"model": "reads"}, "model", "is an encoder; this needs a decoder"),
        ("rerank", RERANK | {"model": "chat"}, "model", "is a decoder; this needs a reranker (here: ranks)"),
        ("rerank", RERANK | {"query": " "}, "query", "is empty"),
        ("rerank", RERANK | {"documents": []}, "documents", "has 0 texts"),
        ("rerank", RERANK | {"documents": ["a", ""]}, "documents", "an empty text"),
        ("rerank", RERANK | {"documents": [{"title": "a"}]}, "documents", "is a text or a list of texts"),
        ("rerank", RERANK | {"top_n": 0}, "top_n", "can't be used"),
    ],
)
def test_a_bad_request_names_the_field(
    served: Served, engine: Recording, path: str, body: object, param: str | None, message: str
) -> None:
    status, _, answer = served.raw(f"/v1/{path}", body)
    error = answer["error"]
    assert (status, error["type"], error["param"]) == (400, "invalid_request_error", param)
    assert message in error["message"]
    assert engine.requests == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("prompt", "kind", "code"),
    [
        ("raise ModelMissing", openai.NotFoundError, "model_not_found"),
        ("raise ModelCorrupt", openai.InternalServerError, None),
        ("raise PromptTooLong", openai.BadRequestError, "context_length_exceeded"),
        ("raise EngineError", openai.InternalServerError, None),
        ("raise EngineDied", openai.InternalServerError, "engine_unavailable"),
        ("raise a bug", openai.InternalServerError, None),
    ],
)
def test_errors_of_the_engine(
    client: openai.OpenAI, stream: bool, prompt: str, kind: type[openai.APIStatusError], code: str | None
) -> None:
    with pytest.raises(kind) as raised:
        client.completions.create(model="base", prompt=prompt, stream=stream)
    assert raised.value.code == code
    assert prompt.split()[-1] in raised.value.message


def test_a_schema_that_is_none_is_the_askers_fault(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.chat.completions.create(
            model="chat", messages=ask("raise EngineError"), response_format={"type": "json_object"}
        )
    assert raised.value.param == "response_format"


def test_an_error_in_the_middle_of_a_stream(client: openai.OpenAI) -> None:
    stream = client.completions.create(model="base", prompt="breaks", stream=True)
    assert next(stream).choices[0].text == "half"
    with pytest.raises(openai.APIError, match="the engine died"):
        next(stream)


@pytest.mark.parametrize("call", ["chat.completions", "completions", "embeddings"])
def test_an_unknown_model(client: openai.OpenAI, call: str) -> None:
    arguments: dict = {
        "chat.completions": {"messages": ask("a")},
        "completions": {"prompt": "a"},
        "embeddings": {"input": "a"},
    }[call]
    method = client
    for name in call.split("."):
        method = getattr(method, name)
    with pytest.raises(openai.NotFoundError, match="did you mean chat") as raised:
        method.create(model="chatt", **arguments)  # type: ignore[attr-defined]
    assert raised.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Authorization": ""}, 401, "invalid_api_key"),
        ({"Authorization": "Bearer wrong"}, 401, "invalid_api_key"),
        ({"Authorization": "Bearer ä"}, 401, "invalid_api_key"),
        ({"Host": "evil.example"}, 403, "wrong_host"),
        ({"Host": "evil.example:80"}, 403, "wrong_host"),
        ({"Host": "127.0.0.1.evil.example"}, 403, "wrong_host"),
        ({"Host": ""}, 403, "wrong_host"),
        ({"Host": "LOCALHOST:1"}, 200, None),
        ({"Host": "[::1]:80"}, 200, None),
        ({"Host": "localhost"}, 200, None),
        ({"Origin": "https://evil.example"}, 200, None),
    ],
)
def test_who_may_ask(served: Served, headers: Mapping[str, str], status: int, code: str | None) -> None:
    """A page in a browser can send requests but has no token; and is never told that it may read the answer."""
    got, sent, answer = served.raw("/v1/models", **headers)
    assert got == status
    assert answer.get("error", {}).get("code") == code
    assert not [name for name in sent if name.lower().startswith("access-control")]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/", None, 404),
        ("/v1/nothing", None, 404),
        ("/v1/completions", None, 405),
        ("/v1/completions", b" " * (5 << 20), 413),
    ],
)
def test_what_is_not_there(served: Served, path: str, body: bytes | None, status: int) -> None:
    got, _, answer = served.raw(path, body)
    assert (got, answer["error"]["type"]) == (status, "invalid_request_error")
