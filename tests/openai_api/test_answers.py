"""What OpenAI's clients get for what they ask."""

from __future__ import annotations

import base64
import struct
import threading

import openai
import pytest

from breadknife.engine.api import (
    Embeddings,
    EmbedRequest,
    Lane,
    Part,
    RerankRequest,
    Sampling,
    Trim,
)
from breadknife.openai.responses import embeddings
from openai_api.scripted import RERANK, Recording, ask
from openai_api.serving import Served


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
                Part("<|fim_prefix|><|fim_suffix|>", True, Trim.NEVER),
                Part("<b>", trim=Trim.NEVER),
                Part("<|fim_middle|>", True, Trim.NEVER),
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
