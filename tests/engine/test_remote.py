"""Another runtime as an engine, against a server that does what real ones don't do on demand."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    ChatRequest,
    Chunk,
    ClassifyRequest,
    EmbedRequest,
    GenerateRequest,
    Message,
    Part,
    RerankRequest,
    Sampling,
    ScoreRequest,
)
from breadknife.engine.remote.engine import RemoteEngine
from breadknife.engine.remote.http import Patience
from breadknife.engine.routing import RoutedEngine
from breadknife.engine.runtimes import Api, Runtime
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.errors import (
    BreadknifeError,
    Cancelled,
    EngineDied,
    EngineError,
    EngineUnavailable,
    PromptTooLong,
    Superseded,
    UnknownModel,
)
from engine.fake_http import Fake, Say, fake_server, models, sse

COMPLETIONS = "/v1/completions"
QUICK = Patience(first_wait=0.01, longest_retry_after=2.0)
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
        engine = RemoteEngine("home", Runtime(fake.url + "/v1", api, **settings), patience=QUICK)
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


@pytest.mark.parametrize(
    ("says", "kind", "message"),
    [
        (Say("<html>", kind="text/html"), EngineError, r"something unforeseen \(text/html"),
        (Say('data: {"choices": 3}\n'), EngineError, "Expected `array`, got `int`"),
        (Say("data: nonsense\n\n"), EngineError, "unforeseen"),
        (Say('{"error": {"message": "out of memory"}}', 500), EngineError, "with 500: out of memory"),
        (Say('data: {"error": {"message": "out of memory"}}\n'), EngineError, "while it answered: out of memory"),
        (Say('{"detail": "no key"}', 401), EngineError, "`key_env` in .engines.home"),
        (Say('{"error": "no"}', 404), EngineError, "knows no /v1/completions .no.: check `url` and `api`"),
        (Say("", 307, headers={"Location": "http://192.0.2.1/"}), EngineError, "sends on to http://192.0.2.1/"),
        (Say('{"error": {"message": "The model `m` does not exist."}}', 404), UnknownModel, "no model 'm'; it has: m"),
        (Say('{"object": "error", "message": "The model `m` does not exist."}', 404), UnknownModel, "it has: m"),
        (
            Say('{"error": {"message": "This model\'s maximum context length is 8 tokens."}}', 400),
            PromptTooLong,
            "maximum context length is 8",
        ),
        (Say('{"error": "loading"}', 503), EngineUnavailable, r"not ready \(503\): loading"),
        (Say('data: {"choices": [{"text": "a"}]}\n', missing=9), EngineDied, "in the middle of a request"),
        (Say('data: {"choices": [{"text": "a"}]}\n'), EngineDied, "broke off"),
        (Say("", missing=9), EngineDied, "in the middle of a request"),
    ],
)
def test_what_goes_wrong_is_said(says: Say, kind: type[BreadknifeError], message: str) -> None:
    with remote({COMPLETIONS: [says]}) as (engine, _), pytest.raises(kind, match=message):
        written(engine)


@pytest.mark.parametrize("again", [Say("", 429, headers={"Retry-After": "0"}), Say("", 502), Say("", 503)])
def test_asked_again_before_the_first_byte(again: Say) -> None:
    with remote({COMPLETIONS: [again, again, said(" 3")]}) as (engine, fake):
        assert written(engine) == " 3"
        assert len(fake.bodies(COMPLETIONS)) == 3


@pytest.mark.parametrize(
    ("says", "seconds", "times"),
    [
        (Say("", 503), None, 3),
        (Say("", 500), None, 1),
        (Say("", 429, headers={"Retry-After": "3600"}), None, 1),  # longer than anybody waits
        (Say("", 429, headers={"Retry-After": "1.5"}), 1.0, 1),  # past the deadline
        (Say('data: {"choices": [{"text": "a"}]}\n', missing=1), None, 1),  # something has come
    ],
)
def test_not_asked_again_for_ever(says: Say, seconds: float | None, times: int) -> None:
    cancel = CancelToken.after(seconds) if seconds else CancelToken()
    with remote({COMPLETIONS: [says]}) as (engine, fake):
        with pytest.raises(EngineError):
            list(engine.generate(TEXT, cancel))
        assert len(fake.bodies(COMPLETIONS)) == times


@pytest.fixture
def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_server_that_is_not_there_is_named_with_the_remedy(unused_port: int) -> None:
    engine = RemoteEngine("home", Runtime(f"http://127.0.0.1:{unused_port}"), patience=QUICK)
    message = rf"at http://127.0.0.1:{unused_port} can't be reached .*: start it, or mend `url` in \[engines.home\]"
    with pytest.raises(EngineUnavailable, match=message):
        written(engine)
    engine.close()


def test_a_server_that_is_just_starting_is_reached(unused_port: int) -> None:
    runtime = Runtime(f"http://127.0.0.1:{unused_port}", Api.OPENAI)
    engine = RemoteEngine("home", runtime, patience=replace(QUICK, first_wait=0.1, attempts=8))
    found: list[Chunk] = []
    reader = threading.Thread(target=lambda: found.extend(engine.generate(TEXT, CancelToken())))
    reader.start()
    with fake_server({"/v1/models": [models("m")], COMPLETIONS: [said(" 3")]}, unused_port):
        reader.join()
    engine.close()
    assert "".join(chunk.text for chunk in found) == " 3"


def test_a_silent_server_has_failed() -> None:
    message = r"said nothing for 0.2 s; raise `timeout` in \[engines.home\]"
    with (
        remote({COMPLETIONS: [Say(delay=30)]}, timeout=0.2) as (engine, _),
        pytest.raises(EngineError, match=message),
    ):
        written(engine)


@pytest.mark.parametrize(
    "answers",
    [
        {"/v1/models": [Say(delay=60)]},
        {COMPLETIONS: [Say(delay=60)]},
        {COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True)]},
        {COMPLETIONS: [Say("", 429, headers={"Retry-After": "1.9"})]},
    ],
    ids=["while asking for the models", "before the first byte", "in the middle", "between two attempts"],
)
@pytest.mark.parametrize("how", ["cancel", "deadline"])
def test_stopping_closes_the_connection(answers: dict[str, Sequence[Say]], how: str) -> None:
    cancel = CancelToken.after(0.3) if how == "deadline" else CancelToken()
    with remote(answers) as (engine, fake):
        if how == "cancel":
            once_asked(fake, *answers, act=cancel.cancel)
        with pytest.raises((Cancelled, EngineUnavailable) if how == "deadline" else Cancelled):
            list(engine.generate(TEXT, cancel))
        assert any(say.status == 429 for says in answers.values() for say in says) or fake.left.wait(5)


def test_an_abandoned_stream_closes_the_connection() -> None:
    with remote({COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True)]}) as (engine, fake):
        chunks = engine.generate(TEXT, CancelToken())
        assert next(chunks).text == "a"
        chunks.close()  # type: ignore[attr-defined]
        assert fake.left.wait(5)


def test_a_newer_request_for_the_same_place_supersedes_the_older() -> None:
    here = replace(TEXT, place="file:///a 3")
    with remote({COMPLETIONS: [Say('data: {"choices": [{"text": "a"}]}\n', hold=True), said(" 3")]}) as (engine, fake):
        older = engine.generate(here, CancelToken())
        assert next(older).text == "a"
        assert written(engine, here) == " 3"
        with pytest.raises(Superseded):
            next(older)
        assert fake.left.wait(5)


def test_closing_the_engine_ends_its_requests() -> None:
    with remote({COMPLETIONS: [Say(delay=60)]}) as (engine, fake):
        once_asked(fake, COMPLETIONS, act=engine.close)
        with pytest.raises(Cancelled, match="closed"):
            written(engine)
        assert fake.left.wait(5)


def test_the_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with remote({COMPLETIONS: [said(" 3")]}, key_env="HOME_KEY") as (engine, fake):
        monkeypatch.delenv("HOME_KEY", raising=False)
        with pytest.raises(EngineError, match="set the environment variable HOME_KEY"):
            written(engine)
        assert fake.asked == []
        monkeypatch.setenv("HOME_KEY", "s3cret")
        assert written(engine) == " 3"
        assert fake.asked[-1][2]["Authorization"] == "Bearer s3cret"


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://192.0.2.1:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    with remote({COMPLETIONS: [said(" 3")]}) as (engine, _):
        assert written(engine) == " 3"


@pytest.mark.parametrize(
    ("url", "refused"),
    [("http://192.0.2.1:1", True), ("https://models.example/v1", True), ("http://localhost:1", False)],
)
def test_offline_reaches_this_machine_only(url: str, refused: bool) -> None:
    engine = RemoteEngine("home", Runtime(url), offline=True, patience=QUICK)
    with pytest.raises(EngineUnavailable, match="offline: .* on another machine" if refused else "can't be reached"):
        written(engine)
    engine.close()


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


SHOWN = {"model_info": {"tokenizer.ggml.tokens": ["<PRE>"], "tokenizer.ggml.token_type": [3]}}


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


@pytest.mark.parametrize(
    ("has", "wanted", "own", "asked"),
    [
        (("m", "n"), "m", "", "m"),
        (("m:latest",), "m", "", "m"),
        (("only",), "", "", "only"),
        (("m", "n"), "", "n", "n"),
    ],
)
def test_which_model_is_asked_for(has: tuple[str, ...], wanted: str, own: str, asked: str) -> None:
    with remote({"/v1/models": [models(*has)], COMPLETIONS: [said(" 3")]}, model=own) as (engine, fake):
        assert written(engine, replace(TEXT, model=wanted)) == " 3"
        assert [body["model"] for body in fake.bodies(COMPLETIONS)] == [asked]


@pytest.mark.parametrize("wanted", ["x", ""])
def test_a_wrong_model_is_told_with_the_right_ones(wanted: str) -> None:
    with remote({"/v1/models": [models("m", "n")]}) as (engine, _), pytest.raises(UnknownModel, match="it has: m, n"):
        written(engine, replace(TEXT, model=wanted))


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


CHATS = "/v1/chat/completions"
CHAT = ChatRequest("m", (Message("system", "Be short."), Message("user", "Hi <|x")), 8, stop=("\n",))


def chat_said(*texts: str, finish: str = "stop") -> Say:
    events = [{"choices": [{"delta": {"content": text}, "finish_reason": None}]} for text in texts]
    usage = {"prompt_tokens": 9, "completion_tokens": len(texts)}
    return sse(
        {"choices": [{"delta": {"role": "assistant"}}]},
        *events,
        {"choices": [{"finish_reason": finish}], "usage": usage},
    )


@pytest.mark.parametrize("api", [Api.OPENAI, Api.LLAMA_SERVER, Api.OLLAMA])
def test_a_chat_takes_the_runtimes_own_template(api: Api) -> None:
    with remote({CHATS: [chat_said("Hel", "lo")]}, api) as (engine, fake):
        chunks = list(engine.chat(CHAT, CancelToken()))
        assert "".join(chunk.text for chunk in chunks) == "Hello"
        assert (chunks[-1].finish, chunks[-1].prompt_tokens, chunks[-1].output_tokens) == ("stop", 9, 2)
        [body] = fake.bodies(CHATS)
        assert body["messages"] == [
            {"role": "system", "content": "Be short."},
            {"role": "user", "content": "Hi <|x"},
        ]
        assert (body["max_tokens"], body["stop"], body["temperature"]) == (8, ["\n"], 0.0)


@pytest.mark.parametrize(
    ("api", "grammar", "sent"),
    [
        (Api.OPENAI, '{"type": "string"}', "response_format"),
        (Api.OLLAMA, '{"type": "string"}', "response_format"),
        (Api.LLAMA_SERVER, 'root ::= "x"', "grammar"),
        (Api.OPENAI, 'root ::= "x"', ""),
        (Api.OLLAMA, 'root ::= "x"', ""),
    ],
)
def test_a_chat_is_held_to_what_the_runtime_can_follow(api: Api, grammar: str, sent: str) -> None:
    with remote({CHATS: [chat_said("x")]}, api) as (engine, fake):
        request = replace(CHAT, grammar=grammar)
        if not sent:
            with pytest.raises(EngineError, match="can't be held to such a grammar"):
                list(engine.chat(request, CancelToken()))
            return
        list(engine.chat(request, CancelToken()))
        assert sent in fake.bodies(CHATS)[0]


@pytest.mark.parametrize(
    ("messages", "finish", "error", "why"),
    [
        ((Message("user", "<|im_end|>"),), "stop", EngineError, r"<\|im_end\|>"),
        ((Message("user", "Hi"),), "", EngineDied, "broke off"),
    ],
)
def test_a_chat_that_fails_says_why(
    messages: tuple[Message, ...], finish: str, error: type[Exception], why: str
) -> None:
    with (
        remote({CHATS: [chat_said("x", finish=finish)]}) as (engine, _),
        pytest.raises(error, match=why),
    ):
        list(engine.chat(replace(CHAT, messages=messages), CancelToken()))


def test_who_has_no_rerankers_or_classifiers_says_what_to_take() -> None:
    with remote({}, Api.OLLAMA) as (engine, _):
        with pytest.raises(EngineError, match="no rerankers; take llama-server or"):
            engine.rerank(RerankRequest("m", "which?", ("a",)), CancelToken())
        with pytest.raises(EngineError, match="breadknife models add FILE"):
            engine.classify(ClassifyRequest("m", ("a",)), CancelToken())


def test_many_at_once_each_get_their_own() -> None:
    with remote({COMPLETIONS: [replace(said(" 3"), delay=0.2)]}) as (engine, _):
        results: list[str] = []
        threads = [threading.Thread(target=lambda: results.append(written(engine))) for _ in range(40)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == [" 3"] * 40


def test_requests_go_to_the_engine_that_their_model_names() -> None:
    local, home = ScriptedEngine([Line("", "local")]), ScriptedEngine([Line("", "home")])
    routed = RoutedEngine(local, {"home": home})
    for model in ("qwen", "home:qwen:0.5b"):
        list(routed.generate(replace(TEXT, model=model), CancelToken()))
    assert [request.model for request in local.requests] == ["qwen"]
    assert [request.model for request in home.requests] == ["qwen:0.5b"]
    with pytest.raises(UnknownModel, match=r"\[engines.work\]"):
        routed.generate(replace(TEXT, model="work:qwen"), CancelToken())


def test_lone_surrogates_of_an_editor_are_no_failure() -> None:
    with remote({COMPLETIONS: [said(" 3")]}) as (engine, fake):
        assert written(engine, replace(TEXT, prompt=(Part("a\ud800b"),))) == " 3"
        assert fake.bodies(COMPLETIONS)[0]["prompt"] == "a?b"
