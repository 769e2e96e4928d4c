"""A chat takes the runtime's own template, and what the runtime can follow of a grammar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from breadknife.cancel import CancelToken
from breadknife.engine.api import (
    ChatRequest,
    Message,
)
from breadknife.engine.remote.runtime import Api
from breadknife.errors import (
    EngineDied,
    EngineError,
)
from engine.fake_http import Say, sse
from engine.remote.asking import remote

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
