"""What each runtime is asked, and how its answers are understood."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    Chunk,
    ClassifyRequest,
    EmbedRequest,
    GenerateRequest,
    Part,
    RerankRequest,
    Sampling,
    ScoreRequest,
)
from breadknife.engine.remote.runtime import Api
from breadknife.errors import (
    EngineError,
)
from engine.fake_http import Say, sse
from engine.remote.asking import COMPLETIONS, FIM, TEXT, remote, said, written

SHOWN = {"model_info": {"tokenizer.ggml.tokens": ["<PRE>"], "tokenizer.ggml.token_type": [3]}}


VLLM = [
    {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "usage": None}
    | {"choices": [{"index": 0, "text": " 3", "logprobs": None, "finish_reason": None, "stop_reason": None}]},
    {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "usage": None}
    | {"choices": [{"index": 0, "text": ", 4", "logprobs": None, "finish_reason": "length", "stop_reason": None}]},
    {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m", "choices": []}
    | {"usage": {"prompt_tokens": 5, "total_tokens": 8, "completion_tokens": 3}},
]


LM_STUDIO = [
    {"id": "cmpl-2", "object": "text_completion", "created": 1, "model": "m"}
    | {"choices": [{"index": 0, "text": " 3", "logprobs": None, "finish_reason": None}]},
    {"id": "cmpl-2", "object": "text_completion", "created": 1, "model": "m"}
    | {"choices": [{"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"}]},
]


OLLAMA = '{"response": " 3", "done": false}\n{"response": "", "done": true, "done_reason": "length", "eval_count": 9}\n'


LLAMA = [{"content": " 3", "stop": False}, {"content": "", "stop": True, "stop_type": "limit", "tokens_predicted": 9}]


@pytest.mark.parametrize(
    ("api", "answers", "last"),
    [
        (Api.OPENAI, {COMPLETIONS: [sse(*VLLM)]}, Chunk("", finish="length", prompt_tokens=5, output_tokens=3)),
        (Api.OPENAI, {COMPLETIONS: [sse(*LM_STUDIO)]}, Chunk("", finish="stop", output_tokens=1)),
        (Api.OLLAMA, {"/api/show": [Say("{}")], "/api/generate": [Say(OLLAMA)]}, Chunk("", 0, "length", 0, 0, 9)),
        (
            Api.LLAMA_SERVER,
            {"/tokenize": [Say('{"tokens": [1, 2]}')], "/completion": [sse(*LLAMA)]},
            Chunk("", 0, "length", 0, 0, 9),
        ),
    ],
    ids=["vLLM", "LM Studio", "Ollama", "llama-server"],
)
def test_what_each_runtime_documents_is_understood(api: Api, answers: dict[str, Sequence[Say]], last: Chunk) -> None:
    with remote(answers, api) as (engine, fake):
        chunks = list(engine.generate(TEXT, CancelToken()))
    assert "".join(chunk.text for chunk in chunks).startswith(" 3")
    assert chunks[-1] == last
    assert engine.runtime.url.endswith("/v1")
    assert not any("/v1/v1" in path for path, _, _ in fake.asked)


@pytest.mark.parametrize(
    ("answers", "path"),
    [
        ({"/props": [Say('{"default_generation_settings": {}}')]}, "/tokenize"),
        ({"/api/version": [Say('{"version": "0.9.6"}')]}, "/api/show"),
        ({}, COMPLETIONS),
        # LM Studio answers 200 to paths that it doesn't know.
        ({path: [Say('{"error": "Unexpected endpoint"}')] for path in ("/props", "/api/version")}, COMPLETIONS),
    ],
    ids=["llama-server", "Ollama", "other", "LM Studio"],
)
def test_the_kind_of_server_is_recognised(answers: dict[str, Sequence[Say]], path: str) -> None:
    with remote(answers, Api.AUTO) as (engine, fake):
        with pytest.raises(EngineError):
            written(engine)
        assert fake.asked[-1][0] == path


@pytest.mark.parametrize("text", ["a <|fim_middle|> b", "<｜fim▁begin｜>", "x </s>", "[INST] do", "<fim_prefix>"])
@pytest.mark.parametrize("api", [Api.OPENAI, Api.OLLAMA])
def test_control_text_in_a_document_is_never_sent_as_text(text: str, api: Api) -> None:
    answers = {"/api/show": [Say("{}")], COMPLETIONS: [said("a")], "/api/generate": [Say(OLLAMA)]}
    with remote(answers, api) as (engine, fake):
        with pytest.raises(EngineError, match=r"contains .* which the engine 'home' .* would take for a command"):
            written(engine, replace(TEXT, prompt=(Part("<|im_start|>", control=True), Part(text))))
        assert not any(text in json.dumps(body, ensure_ascii=False) for _, body, _ in fake.asked)
        assert engine.bytes_sent == sum(len(json.dumps(b, separators=(",", ":"))) for _, b, _ in fake.asked if b)


def test_ollama_tells_which_text_is_control_text() -> None:
    info = {"tokenizer.ggml.tokens": ["a", "<go>", "<tool>"], "tokenizer.ggml.token_type": [1, 3, 4]}
    answers = {"/api/show": [Say(json.dumps({"model_info": info}))], "/api/generate": [Say(OLLAMA)]}
    with remote(answers, Api.OLLAMA) as (engine, _):
        assert written(engine, replace(TEXT, prompt=(Part("<tool> </s>"),))) == " 3"
        with pytest.raises(EngineError, match="'<go>'"):
            written(engine, replace(TEXT, prompt=(Part("a <go>"),)))


@pytest.mark.parametrize(
    ("api", "answers", "path", "sent"),
    [
        # Two tokens for one control text, as plain text: the model doesn't have it.
        (
            Api.LLAMA_SERVER,
            {"/tokenize": [Say('{"tokens": [1, 2]}')], "/infill": [sse(*LLAMA)]},
            "/infill",
            {"input_prefix": "before ", "input_suffix": " after"},
        ),
        (
            Api.OLLAMA,
            {"/api/show": [Say(json.dumps({**SHOWN, "capabilities": ["insert"]}))], "/api/generate": [Say(OLLAMA)]},
            "/api/generate",
            {"prompt": "before ", "suffix": " after"},
        ),
        (
            Api.OPENAI,
            {COMPLETIONS: [said(" 3")]},
            COMPLETIONS,
            {"prompt": "<|fim_prefix|><|fim_suffix|> after<|fim_middle|>before "},
        ),
    ],
)
def test_a_model_with_other_control_tokens_fills_in_by_the_runtimes_own_way(
    api: Api, answers: dict[str, Sequence[Say]], path: str, sent: dict[str, str]
) -> None:
    with remote(answers, api) as (engine, fake):
        assert written(engine, FIM) == " 3"
        [body] = fake.bodies(path)
        assert sent.items() <= body.items()


def test_a_model_that_cannot_fill_in_is_named() -> None:
    answers = {"/api/show": [Say(json.dumps(SHOWN))]}
    with remote(answers, Api.OLLAMA) as (engine, _), pytest.raises(EngineError, match="'m' can't fill in the middle"):
        written(engine, FIM)


@pytest.mark.parametrize(
    ("api", "request_", "message"),
    [
        (Api.OPENAI, replace(TEXT, grammar='root ::= "a"'), "grammar"),
        (Api.OPENAI, replace(TEXT, adapter="lora"), "adapter 'lora'"),
        (Api.OLLAMA, replace(TEXT, grammar='root ::= "a"'), "grammar"),
        (Api.OLLAMA, replace(TEXT, top_logprobs=2), "log-probabilities"),
        (Api.LLAMA_SERVER, replace(TEXT, adapter="lora"), "adapter 'lora'"),
    ],
)
def test_what_a_runtime_cannot_do_is_refused(api: Api, request_: GenerateRequest, message: str) -> None:
    with remote({}, api) as (engine, _), pytest.raises(EngineError, match=message):
        written(engine, request_)


def test_sampling_is_passed_on_whole() -> None:
    with remote({COMPLETIONS: [said(" 3")]}) as (engine, fake):
        written(engine, replace(TEXT, sampling=Sampling(0.7, 5, 0.9, 42), stop=("\n",)))
        [body] = fake.bodies(COMPLETIONS)
    wanted = {"temperature": 0.7, "top_k": 5, "top_p": 0.9, "seed": 42, "stop": ["\n"], "max_tokens": 8}
    assert wanted.items() <= body.items()


def test_scores_are_those_of_the_alternatives_tokens() -> None:
    logprobs = {"tokens": ["1,", " 2", ",", " 3", "!"], "token_logprobs": [None, -1, -2, -3, -4]}
    answer = {"choices": [{"text": "", "logprobs": {**logprobs, "text_offset": [0, 2, 4, 5, 7]}}]}
    with remote({COMPLETIONS: [Say(json.dumps(answer))]}) as (engine, fake):
        scores = engine.score(ScoreRequest("m", TEXT.prompt, (" 3",)), CancelToken())
        assert (scores.logprobs, scores.tokens, scores.prompt_tokens) == ((-3,), (1,), 3)
        assert fake.bodies(COMPLETIONS)[0]["prompt"] == "1, 2, 3"


@pytest.mark.parametrize(
    "answers",
    [
        {COMPLETIONS: [Say('{"choices": [{"text": "", "logprobs": null}]}')]},
        {"/v1/models": [Say('{"data": [{"id": "m", "owned_by": "me"}]}')]},
    ],
    ids=["none told", "llama-cpp-python"],
)
def test_scores_that_cannot_be_had_or_trusted_are_refused(answers: dict[str, Sequence[Say]]) -> None:
    with remote(answers) as (engine, _), pytest.raises(EngineError, match="log-probabilities"):
        engine.score(ScoreRequest("m", TEXT.prompt, (" 3",)), CancelToken())


def test_embeddings_have_length_one() -> None:
    answer = {"data": [{"embedding": [3, 4]}], "usage": {"prompt_tokens": 2, "total_tokens": 2}}
    with remote({"/v1/embeddings": [Say(json.dumps(answer))]}) as (engine, _):
        embeddings = engine.embed(EmbedRequest("m", ("a",)), CancelToken())
        assert embeddings.vectors == ((0.6, 0.8),)
        with pytest.raises(EngineError, match="1 embeddings for 2 texts"):
            engine.embed(EmbedRequest("m", ("a", "b")), CancelToken())


def test_relevances_are_in_the_order_of_the_texts() -> None:
    results = [{"index": 1, "relevance_score": 2.5, "document": {"text": "b"}}, {"index": 0, "relevance_score": -4}]
    answer = {"results": results, "usage": {"prompt_tokens": 9, "total_tokens": 9}}
    with remote({"/v1/rerank": [Say(json.dumps(answer))]}) as (engine, fake):
        found = engine.rerank(RerankRequest("m", "which?", ("a", "b")), CancelToken())
        assert (found.scores, found.prompt_tokens) == ((-4, 2.5), 9)
        assert fake.bodies("/v1/rerank") == [{"model": "m", "query": "which?", "documents": ["a", "b"], "top_n": 2}]
        with pytest.raises(EngineError, match="ranked 2 of 3 texts"):
            engine.rerank(RerankRequest("m", "which?", ("a", "b", "c")), CancelToken())


def test_who_has_no_rerankers_or_classifiers_says_what_to_take() -> None:
    with remote({}, Api.OLLAMA) as (engine, _):
        with pytest.raises(EngineError, match="no rerankers; take llama-server or"):
            engine.rerank(RerankRequest("m", "which?", ("a",)), CancelToken())
        with pytest.raises(EngineError, match="breadknife models add FILE"):
            engine.classify(ClassifyRequest("m", ("a",)), CancelToken())


def test_lone_surrogates_of_an_editor_are_no_failure() -> None:
    with remote({COMPLETIONS: [said(" 3")]}) as (engine, fake):
        assert written(engine, replace(TEXT, prompt=(Part("a\ud800b"),))) == " 3"
        assert fake.bodies(COMPLETIONS)[0]["prompt"] == "a?b"
