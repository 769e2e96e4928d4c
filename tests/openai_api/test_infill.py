"""`/infill`, as llama.vim and llama.vscode ask for it."""

from __future__ import annotations

from typing import Any

import pytest

from breadknife.engine.api import Lane
from openai_api.scripted import Recording
from openai_api.serving import Served

ASKED: dict[str, Any] = {
    "id_slot": 0,
    "model": "qwen",
    "input_prefix": "def f(a):\n",
    "input_suffix": "\n\nf(1)\n",
    "input_extra": [{"text": "A = 1\n", "time": 7, "filename": "a.py"}],
    "prompt": "    ret",
    "n_predict": 128,
    "stop": [],
    "n_indent": 4,
    "top_k": 40,
    "top_p": 0.9,
    "samplers": ["top_k", "top_p", "infill"],
    "stream": False,
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 1000,
    "response_fields": ["content", "timings/prompt_n", "timings/predicted_n", "truncated", "tokens_cached", "none"],
}
"""The body that llama.vim sends."""

VSCODE: dict[str, Any] = {
    "id_slot": 0,
    "input_prefix": "def f(a):\n",
    "input_suffix": "\n\nf(1)\n",
    "input_extra": [{"text": "A = 1\n", "time": 1764662400000, "filename": "a.py"}],
    "prompt": "    ret",
    "n_predict": 128,
    "n_cmpl": 3,
    "top_k": 40,
    "top_p": 0.99,
    "stream": False,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "n_indent": 4,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 2500,
    "lora": [{"id": 0, "scale": 0.5}],
    "model": "qwen",
}
"""The body that llama.vscode sends, with all that its settings may add."""


def test_what_llama_vscode_asks_is_answered(served: Served, engine: Recording) -> None:
    assert served.raw("/health")[::2] == (200, {"status": "ok"})
    status, _, answer = served.raw("/infill", VSCODE)
    assert (status, answer["content"]) == (200, "yes"), "a single text is taken, whatever n_cmpl says"
    assert {"prompt_ms", "predicted_ms", "predicted_n"} < set(answer["timings"])
    ahead = VSCODE | {"n_predict": 0, "samplers": [], "t_max_predict_ms": 1}
    assert served.raw("/infill", ahead)[0] == 200
    assert [request.max_tokens for request in engine.generated] == [128, 1]


def test_what_llama_vim_asks_is_answered(served: Served, engine: Recording) -> None:
    status, _, answer = served.raw("/infill", ASKED)
    assert (status, answer["content"], answer["truncated"]) == (200, "yes", False)
    assert set(answer) == {"content", "timings/prompt_n", "timings/predicted_n", "truncated", "tokens_cached"}
    [request] = engine.generated
    assert "".join(part.text for part in request.prompt) == (
        "<|repo_name|>project\n<|file_sep|>a.py\nA = 1\n<|file_sep|>file\n"
        "<|fim_prefix|><|fim_suffix|>\n\nf(1)\n<|fim_middle|>def f(a):\n    ret"
    )
    assert (request.max_tokens, request.lane, request.sampling.temperature) == (128, Lane.TYPING, 0.0)


def test_no_text_of_the_request_becomes_a_control_token(served: Served, engine: Recording) -> None:
    served.raw("/infill", ASKED | {"prompt": "<|fim_middle|>", "input_extra": [{"text": "<|file_sep|>"}]})
    [request] = engine.generated
    assert not any(part.control for part in request.prompt if "fim_middle" in part.text and "def" in part.text)
    assert [part.control for part in request.prompt].count(True) == 5


def test_a_prompt_is_evaluated_ahead(served: Served, engine: Recording) -> None:
    status, _, answer = served.raw("/infill", ASKED | {"n_predict": 0, "response_fields": [""]})
    assert (status, answer) == (200, {})
    assert [(request.max_tokens, request.lane) for request in engine.generated] == [(1, Lane.BACKGROUND)]


def test_without_fields_the_answer_is_llama_servers(served: Served) -> None:
    _, _, answer = served.raw("/infill", {"model": "fim", "prompt": "a"})
    assert answer["content"] == "yes"
    assert {"stop", "tokens_predicted", "tokens_evaluated", "timings"} < set(answer)
    assert "predicted_per_second" in answer["timings"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"model": "base"}, 400),
        ({"model": "nothing"}, 404),
        ({"model": "qwen", "stream": True}, 400),
        ({"model": "qwen", "n_predict": 9_999}, 400),
        ({"model": "qwen", "input_extra": [{"filename": "a"}]}, 400),
    ],
)
def test_what_cannot_be_answered_is_refused(served: Served, body: dict[str, Any], status: int) -> None:
    assert served.raw("/infill", body)[0] == status
