"""How each model is asked to fill in the middle, by what its file says: the files are made here."""

from __future__ import annotations

from pathlib import Path

import pytest

from breadknife.engine.api import Part, Prompt
from breadknife.engine.fim import QWEN, Infill, infill_of
from breadknife.engine.models.gguf import read_gguf
from engine.test_gguf import gguf, write

PIPES = "<|fim_prefix|> <|fim_suffix|> <|fim_middle|>"


def text_of(prompt: Prompt) -> str:
    """Control tokens in `⟦⟧`, so that they differ from text that looks like them."""
    return "".join(f"⟦{part.text}⟧" if part.control else part.text for part in prompt)


@pytest.mark.parametrize(
    ("tokens", "more", "expected"),
    [
        (
            f"{PIPES} <|repo_name|> <|file_sep|>",
            {},
            "⟦<|repo_name|>⟧shop\n⟦<|file_sep|>⟧a.py\nA = 1\n⟦<|file_sep|>⟧b.py\n"
            "⟦<|fim_prefix|><|fim_suffix|>⟧AFTER⟦<|fim_middle|>⟧BEFORE",
        ),
        (PIPES, {}, "⟦<|fim_prefix|>⟧BEFORE⟦<|fim_suffix|>⟧AFTER⟦<|fim_middle|>⟧"),
        (
            f"<s> {PIPES}",
            {"tokenizer.ggml.bos_token_id": 0, "tokenizer.ggml.add_bos_token": True},
            "⟦<s>⟧⟦<|fim_prefix|>⟧BEFORE⟦<|fim_suffix|>⟧AFTER⟦<|fim_middle|>⟧",
        ),
        ("<fim_prefix> <fim_suffix> <fim_middle>", {}, "⟦<fim_prefix>⟧BEFORE⟦<fim_suffix>⟧AFTER⟦<fim_middle>⟧"),
        (
            "<｜fim▁begin｜> <｜fim▁hole｜> <｜fim▁end｜>",
            {},
            "⟦<｜fim▁begin｜>⟧BEFORE⟦<｜fim▁hole｜>⟧AFTER⟦<｜fim▁end｜>⟧",
        ),
        ("▁<PRE> ▁<SUF> ▁<MID>", {}, "⟦▁<PRE>⟧BEFORE⟦▁<SUF>⟧AFTER⟦▁<MID>⟧"),
        ("[PREFIX] [SUFFIX] [MIDDLE]", {}, "⟦[SUFFIX]⟧AFTER⟦[PREFIX]⟧BEFORE"),
        (
            "P S M",
            {f"tokenizer.ggml.fim_{part}_token_id": n for n, part in enumerate(("pre", "suf", "mid"))},
            "⟦P⟧BEFORE⟦S⟧AFTER⟦M⟧",
        ),
    ],
)
def test_each_model_is_asked_in_its_own_form(
    tmp_path: Path, tokens: str, more: dict[str, object], expected: str
) -> None:
    form = read_gguf(write(tmp_path, gguf({"tokenizer.ggml.tokens": tokens.split(), **more}))).fim
    assert form is not None
    context = form.files("shop", [("a.py", "A = 1\n")], "b.py")
    assert text_of(form.prompt(Part("BEFORE"), Part("AFTER"), context)) == expected
    assert set(form.stops) <= set(tokens.split())


def test_a_model_without_such_tokens_has_no_form(tmp_path: Path) -> None:
    assert read_gguf(write(tmp_path, gguf({"tokenizer.ggml.tokens": ["a", "<fim_prefix>"]}))).fim is None


def test_what_a_prompt_asks_for_can_be_asked_otherwise() -> None:
    files = (("a.py", "A = 1\n"), ("sub/b.py", "B = 2\n"))
    prompt = QWEN.prompt(Part("BEFORE"), Part("AFTER"), QWEN.files("shop", files, "c.py"))
    assert infill_of(prompt) == Infill("BEFORE", "AFTER", files)
    assert infill_of(QWEN.prompt(Part("BEFORE"), Part("AFTER"))) == Infill("BEFORE", "AFTER")
    assert infill_of((Part("BEFORE"),)) is None
