"""No plugin's prompt has a secret in it, whatever the plugin does: all go through one place."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from breadknife.engine.api import (
    ChatRequest,
    ClassifyRequest,
    EmbedRequest,
    GenerateRequest,
    Message,
    Part,
    RerankRequest,
    ScoreRequest,
)
from breadknife.engine.scripted import Line, ScriptedEngine
from breadknife.host.receipts import Outcome
from breadknife.task.plugin import Context
from breadknife.task.values import Answer, CompletionRequest, Completions
from breadknife.text.document import Document
from host.fakes import Fake, host

SECRET = "hunter2-of-ours"
SAID = f'password = "{SECRET}"\n'
DOCUMENT = Document("file:///project/main.py", "python", SAID)


def generating(context: Context) -> Answer:
    prompt = (Part("<|file_sep|>", control=True), Part(SAID), Part(f"x = 1\n{SAID}"))
    list(context.model("completion").generate(prompt, max_tokens=1))
    return Completions(())


def scoring(context: Context) -> Answer:
    context.model("completion").score((Part(SAID),), (SAID, "x"))
    return Completions(())


def chatting(context: Context) -> Answer:
    messages = (Message("system", SAID), Message("user", f"x = 1\n{SAID}"))
    list(context.model("completion").chat(messages, max_tokens=1))
    return Completions(())


def embedding(context: Context) -> Answer:
    context.model("completion").embed((SAID, "x"))
    return Completions(())


def reranking(context: Context) -> Answer:
    context.model("completion").rerank(SAID, (SAID, "x"))
    return Completions(())


def classifying(context: Context) -> Answer:
    context.model("completion").classify((SAID, "x"))
    return Completions(())


@pytest.mark.parametrize("reply", [generating, scoring, chatting, embedding, reranking, classifying])
def test_no_secret_gets_to_a_model(reply: object) -> None:
    engine = ScriptedEngine([Line("", "1")])
    plugin = Fake("fake", reply)  # type: ignore[arg-type]
    host(plugin, engine=engine).ask(CompletionRequest(DOCUMENT, 0))
    [request] = engine.requests
    assert SECRET not in str(request)
    masked = SAID.replace(SECRET, "x" * len(SECRET))
    assert masked in [*texts(request)]


def texts(request: object) -> Iterator[str]:
    match request:
        case GenerateRequest(prompt=prompt):
            yield from (part.text for part in prompt)
        case ScoreRequest(prompt=prompt, alternatives=more):
            yield from (part.text for part in prompt)
            yield from more
        case ChatRequest(messages=messages):
            yield from (message.text for message in messages)
        case RerankRequest(query=query, texts=more):
            yield from (query, *more)
        case EmbedRequest(texts=more) | ClassifyRequest(texts=more):
            yield from more
        case _:
            pytest.fail(f"{request} is no request")


@pytest.mark.parametrize("reply", [generating, scoring])
@pytest.mark.parametrize("name", [".env", "credentials.py", "id_rsa"])
def test_a_document_that_looks_secret_gets_to_no_model(tmp_path: Path, name: str, reply: object) -> None:
    engine = ScriptedEngine([Line("", "1")])
    plugin = Fake("fake", reply)  # type: ignore[arg-type]
    document = Document((tmp_path / name).as_uri(), "python", "x = 1\n")
    answer = host(plugin, engine=engine).ask(CompletionRequest(document, 0))
    assert engine.requests == []
    assert [(each.outcome, each.reason) for each in answer.receipts] == [(Outcome.NOTHING, "ignored-file")]
