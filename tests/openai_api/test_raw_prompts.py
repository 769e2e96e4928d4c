"""Prompts with control tokens that the client wrote: what they ask for, and that no text of a document becomes one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.engine.api import Trim
from breadknife.engine.fim import FORMS, QWEN, FimForm
from breadknife.openai.raw_prompts import Gap, gap_of
from openai_api.scripted import Recording
from openai_api.serving import Served, serving

CODESTRAL = next(form for form in FORMS if not form.tokens[2])


@pytest.fixture
def raw(models: None, engine: Recording) -> Iterator[Served]:
    with serving(engine, raw_prompts=True) as served:
        yield served


@pytest.mark.parametrize(
    ("form", "prompt", "gap"),
    [
        (QWEN, "<|fim_prefix|>def f(<|fim_suffix|>):\n<|fim_middle|>", Gap("def f(", "):\n")),
        (QWEN, "<|fim_prefix|><|fim_suffix|>):\n<|fim_middle|>def f(", Gap("def f(", "):\n")),
        (QWEN, "<|fim_suffix|>):\n<|fim_prefix|>def f(<|fim_middle|>", Gap("def f(", "):\n")),
        (QWEN, "# Python\n<|fim_prefix|>def f(<|fim_suffix|><|fim_middle|>", Gap("# Python\ndef f(", "")),
        (CODESTRAL, "[SUFFIX]):\n[PREFIX]def f(", Gap("def f(", "):\n")),
        (QWEN, "def f(", None),
        (QWEN, "<|fim_prefix|>def f(", None),
        (QWEN, "<fim_prefix>a<fim_suffix>b<fim_middle>", None),
    ],
)
def test_what_a_raw_prompt_asks_for(form: FimForm, prompt: str, gap: Gap | None) -> None:
    assert gap_of(prompt, form) == gap


@given(form=st.sampled_from(FORMS), prefix=st.text("ab<|>\n"), suffix=st.text("ab<|>\n"))
def test_whatever_a_form_writes_is_read_back(form: FimForm, prefix: str, suffix: str) -> None:
    before, after, middle = form.tokens
    prompt = f"{before}{prefix}{after}{suffix}{middle}" if middle else f"{after}{suffix}{before}{prefix}"
    assert gap_of(prompt, form) == Gap(prefix, suffix)


def test_a_raw_prompt_gets_the_form_that_suits_the_model(raw: Served, engine: Recording) -> None:
    sent = {
        "model": "qwen",
        "prompt": "<|fim_prefix|>def f(<|fim_suffix|>):\n<|fim_middle|>",
        "stop": ["<|endoftext|>"],
    }
    status, _, answer = raw.raw("/v1/completions", sent)
    assert (status, answer["choices"][0]["text"]) == (200, "yes")
    [request] = engine.generated
    assert [(part.text, part.control) for part in request.prompt] == [
        ("<|fim_prefix|><|fim_suffix|>", True),
        ("):\n", False),
        ("<|fim_middle|>", True),
        ("def f(", False),
    ]
    assert [part.trim for part in request.prompt if not part.control] == [Trim.END, Trim.START], "what is near stays"
    assert request.stop == ("<|endoftext|>", *QWEN.stops)


def test_a_document_with_such_a_token_is_refused(raw: Served, engine: Recording) -> None:
    prompt = "<|fim_prefix|>A = '<|fim_middle|>'<|fim_suffix|>\n<|fim_middle|>"
    status, _, answer = raw.raw("/v1/completions", {"model": "qwen", "prompt": prompt})
    assert (status, answer["error"]["param"]) == (400, "prompt")
    assert "has <|fim_middle|> twice" in answer["error"]["message"]
    assert engine.generated == []


def test_unless_the_user_allows_it_the_way_is_told(served: Served, engine: Recording) -> None:
    prompt = "<|fim_prefix|>a<|fim_suffix|>b<|fim_middle|>"
    status, _, answer = served.raw("/v1/completions", {"model": "qwen", "prompt": prompt})
    assert (status, answer["error"]["param"]) == (400, "prompt")
    assert "serve-openai --raw-prompts" in answer["error"]["message"]
    served.raw("/v1/completions", {"model": "qwen", "prompt": f"# {prompt}"})
    [request] = engine.generated
    assert not any(part.control for part in request.prompt), "a text about such tokens is a text"
