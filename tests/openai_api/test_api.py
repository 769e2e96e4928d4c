"""The API with an engine that says what it is told to: what is asked of the engine, and what comes back."""

from __future__ import annotations

import base64
import struct
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import openai
import pytest

from breadknife import errors
from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    Chunk,
    Embeddings,
    EmbedRequest,
    GenerateRequest,
    Lane,
    Part,
    RerankRequest,
    Sampling,
    Trim,
)
from breadknife.engine.models.adding import Wish, add_model
from breadknife.engine.models.store import ModelStore
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.openai.answers import embeddings
from engine.gguf_files import ADAPTER, MODEL, gguf
from engine.tiny_models import bert
from openai_api.serving import Served, serving

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


@pytest.fixture
def models(home: Path, tmp_path: Path) -> None:
    """`chat` has a template, `fim` and `qwen` can fill in, `base` has neither; `style` is an adapter of `chat`; `reads`
    is an encoder and `ranks` a reranker."""
    files = {
        "chat": gguf(),
        "fim": gguf({**MODEL, **FIM, "general.name": "F", "tokenizer.ggml.add_bos_token": True}),
        "qwen": gguf({**MODEL, **FIM, "general.architecture": "qwen2", "qwen2.context_length": 99}),
        "base": gguf({**MODEL, "tokenizer.chat_template": ""}),
        "style": gguf(ADAPTER),
        "reads": bert(),
        "ranks": bert("rank"),
    }
    for name, content in files.items():
        path = tmp_path / f"{name}.gguf"
        path.write_bytes(content)
        wish = Wish(str(path), name, base="chat" if name == "style" else "")
        add_model(wish, ModelStore(), lambda progress: None, offline=True)


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


@pytest.fixture
def engine() -> Recording:
    return Recording()


@pytest.fixture
def served(models: None, engine: Recording) -> Iterator[Served]:
    with serving(engine) as served:
        yield served


@pytest.fixture
def client(served: Served) -> openai.OpenAI:
    return served.client()


def ask(text: str) -> list:
    return [{"role": "user", "content": text}]


# What comes back


def test_models_on_this_machine(client: openai.OpenAI) -> None:
    assert {model.id for model in client.models.list()} >= {"chat", "fim", "qwen", "base", "style"}
    assert client.models.retrieve("chat").owned_by == "breadknife"


def test_chat(client: openai.OpenAI) -> None:
    answer = client.chat.completions.create(model="chat", messages=ask("How is the weather?"))
    assert answer.choices[0].message.content == "It is sunny today."
    assert (answer.choices[0].finish_reason, answer.object) == ("stop", "chat.completion")
    assert answer.usage
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (5, 4)


def test_chat_as_a_stream(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="chat", messages=ask("How is the weather?"), stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)
    assert [chunk.choices[0].delta.content for chunk in chunks[:-1]] == ["", "It", " is", " sunny", " today.", None]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert [chunk.choices[0].finish_reason for chunk in chunks[:-1]] == [None] * 5 + ["stop"]
    assert [chunk.usage and chunk.usage.total_tokens for chunk in chunks] == [None] * 6 + [9]
    assert {chunk.id for chunk in chunks} == {chunks[0].id}


def test_completion(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="base", prompt="The weather:", max_tokens=2)
    assert (answer.choices[0].text, answer.choices[0].finish_reason) == ("It is", "length")
    stream = client.completions.create(model="base", prompt="The weather:", stop=[" today", ""], stream=True)
    assert "".join(chunk.choices[0].text for chunk in stream) == "It is sunny"


def test_several_prompts(client: openai.OpenAI) -> None:
    answer = client.completions.create(model="base", prompt=["weather", "other", "weather"])
    assert [(choice.index, choice.text) for choice in answer.choices] == [
        (0, "It is sunny today."),
        (1, "yes"),
        (2, "It is sunny today."),
    ]
    texts = ["", ""]
    for chunk in client.completions.create(model="base", prompt=["weather", "other"], stream=True):
        texts[chunk.choices[0].index] += chunk.choices[0].text
    assert texts == ["It is sunny today.", "yes"]


def test_log_probabilities_are_by_token(client: openai.OpenAI, engine: Recording) -> None:
    """A token may have no text of its own: the middle of a character, or the beginning of what may be a stop."""
    completion = client.completions.create(model="base", prompt="logprobs", logprobs=2).choices[0].logprobs
    assert completion
    assert (completion.tokens, completion.token_logprobs) == ([" a", "", " c"], [-0.1, -0.2, -0.3])
    assert completion.text_offset == [0, 2, 2]
    assert completion.top_logprobs == [{" a": -0.1, " b": -2.5}] * 3
    chat = client.chat.completions.create(model="chat", messages=ask("logprobs"), logprobs=True, top_logprobs=2)
    assert chat.choices[0].logprobs
    tokens = chat.choices[0].logprobs.content or []
    assert [(token.token, token.logprob, token.bytes) for token in tokens][::2] == [
        (" a", -0.1, [32, 97]),
        (" c", -0.3, [32, 99]),
    ]
    assert [top.token for top in tokens[0].top_logprobs] == [" a", " b"]
    stream = client.chat.completions.create(model="chat", messages=ask("logprobs"), logprobs=True, stream=True)
    assert sum(len(c.choices[0].logprobs.content or []) for c in stream if c.choices[0].logprobs) == 3
    assert client.completions.create(model="base", prompt="logprobs").choices[0].logprobs is None


@pytest.mark.parametrize("encoding", ["float", "base64"])
def test_embeddings(client: openai.OpenAI, encoding: str) -> None:
    answer = client.embeddings.create(model="chat", input=["one cat", "one dog"], encoding_format=encoding)  # type: ignore[arg-type]
    vectors = [each.embedding for each in answer.data]
    if encoding == "base64":
        vectors = [struct.unpack("<64f", base64.b64decode(vector)) for vector in vectors]  # type: ignore[arg-type]
    assert [sum(x * x for x in vector) for vector in vectors] == pytest.approx([1, 1])
    assert sum(a * b for a, b in zip(*vectors, strict=True)) == pytest.approx(0.5)
    assert answer.usage.prompt_tokens == 4
    assert client.embeddings.create(model="chat", input="one cat").data[0].embedding == pytest.approx(vectors[0])


def test_embeddings_of_an_encoder(client: openai.OpenAI, engine: Recording) -> None:
    answer = client.embeddings.create(model="reads", input=["one cat", "one dog"], encoding_format="float")
    assert len(answer.data) == 2
    assert engine.requests == [EmbedRequest("reads", ("one cat", "one dog"), Lane.ACTION)]


RERANK = {"model": "ranks", "query": "red bricks", "documents": ["the sea", {"text": "red bricks"}, "red paint"]}


def test_the_most_relevant_comes_first(served: Served, engine: Recording) -> None:
    status, _, answer = served.raw("/v1/rerank", RERANK)
    assert (status, answer["object"], answer["model"]) == (200, "list", "ranks")
    assert [each["index"] for each in answer["results"]] == [1, 2, 0]
    scores = [each["relevance_score"] for each in answer["results"]]
    assert scores == sorted(scores, reverse=True)
    assert answer["usage"] == {"prompt_tokens": 8, "total_tokens": 8}
    texts = ("the sea", "red bricks", "red paint")
    assert engine.requests == [RerankRequest("ranks", "red bricks", texts, Lane.ACTION)]


def test_only_so_many_and_with_their_texts(served: Served) -> None:
    _, _, answer = served.raw("/v1/rerank", RERANK | {"top_n": 1, "return_documents": True})
    assert [(each["index"], each["document"]) for each in answer["results"]] == [(1, {"text": "red bricks"})]


def test_what_a_text_lost_is_said() -> None:
    assert embeddings(Embeddings(((1.0,),), 64, 36), "reads", "float")["usage"] == {
        "prompt_tokens": 64,
        "total_tokens": 64,
        "prompt_tokens_details": {"trimmed_tokens": 36},
    }


# What is asked of the engine


@pytest.mark.parametrize(
    ("model", "prompt"),
    [
        ("base", (Part("a", trim=Trim.NEVER),)),
        (
            "fim",
            (
                Part("<fim_prefix>", True, Trim.NEVER),
                Part("<fim_prefix>", True, Trim.NEVER),
                Part("a", trim=Trim.NEVER),
                Part("<fim_suffix>", True, Trim.NEVER),
                Part("<b>", trim=Trim.NEVER),
                Part("<fim_middle>", True, Trim.NEVER),
            ),
        ),
        (
            "qwen",
            (
                Part("<fim_prefix><fim_suffix>", True, Trim.NEVER),
                Part("<b>", trim=Trim.NEVER),
                Part("<fim_middle>", True, Trim.NEVER),
                Part("a", trim=Trim.NEVER),
            ),
        ),
    ],
)
def test_the_prompt_of_a_completion(
    client: openai.OpenAI, engine: Recording, model: str, prompt: tuple[Part, ...]
) -> None:
    """`fim` begins texts with its first token, which is also a FIM token here."""
    client.completions.create(model=model, prompt="a", suffix="" if model == "base" else "<b>")
    assert engine.generated[0].prompt == prompt


def test_what_is_asked_is_an_action_with_the_requests_parameters(client: openai.OpenAI, engine: Recording) -> None:
    client.chat.completions.create(
        model="style",
        messages=[
            {"role": "developer", "content": "d"},
            {"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]},
        ],
        max_completion_tokens=5,
        stop="x",
        temperature=0.5,
        top_p=0.9,
        seed=7,
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"type": "integer"}}},
        top_logprobs=3,
        logprobs=True,
        user="ignored",
    )
    [request] = engine.generated
    assert "".join(part.text for part in request.prompt) == "system: d\nuser: ab\n"
    assert (request.model, request.adapter, request.lane, request.stop) == ("chat", "style", Lane.ACTION, ("x",))
    assert (request.max_tokens, request.top_logprobs) == (5, 3)
    assert request.grammar == '{"type": "integer"}'
    assert request.sampling == Sampling(0.5, 40, 0.9, 7)


def test_without_parameters_each_answer_is_another(client: openai.OpenAI, engine: Recording) -> None:
    for _ in range(2):
        client.completions.create(model="base", prompt="a")
    first, second = engine.generated
    assert (first.max_tokens, first.sampling.temperature, first.sampling.top_p) == (16, 0.8, 0.95)
    assert first.sampling.seed != second.sampling.seed


def test_json_object(client: openai.OpenAI, engine: Recording) -> None:
    client.chat.completions.create(model="chat", messages=ask("a"), response_format={"type": "json_object"})
    assert engine.generated[0].grammar == '{"type": "object"}'


# What is refused

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


# Hanging up


def test_closing_a_stream_ends_the_work(client: openai.OpenAI, engine: Recording) -> None:
    with client.completions.create(model="base", prompt="endless", stream=True) as stream:
        assert next(stream).choices[0].text == "on"
    assert engine.cancelled.wait(10)


def test_hanging_up_before_the_answer_ends_the_work(served: Served, engine: Recording) -> None:
    with pytest.raises(openai.APITimeoutError):
        served.client().with_options(timeout=0.5).completions.create(model="base", prompt=["endless", "weather"])
    assert engine.cancelled.wait(10)


def test_many_at_once(client: openai.OpenAI) -> None:
    said: list[str] = []

    def one() -> None:
        said.append(client.completions.create(model="base", prompt="weather").choices[0].text)

    threads = [threading.Thread(target=one) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["It is sunny today."] * 50


def test_embedding_is_an_action(client: openai.OpenAI, engine: Recording) -> None:
    client.embeddings.create(model="chat", input="a")
    assert engine.requests == [EmbedRequest("chat", ("a",), Lane.ACTION)]
