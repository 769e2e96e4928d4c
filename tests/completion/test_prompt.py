from __future__ import annotations

from itertools import pairwise

from breadknife.plugins.completion.prompt import PREFIX_CHARACTERS, fim_prompt, prefix_start
from support import at_cursor, document

LONG = "".join(f"def f{i}(x):\n    return x + {i}\n\n\n" for i in range(600))


def test_suffix_comes_before_prefix() -> None:
    text, offset = at_cursor("a = 1\n⟦|⟧b = 2\n")
    assert "".join(part.text for part in fim_prompt(text, offset, offset)) == (
        "<|fim_prefix|><|fim_suffix|>b = 2\n<|fim_middle|>a = 1\n"
    )


def test_control_tokens_in_the_document_are_text() -> None:
    text, offset = at_cursor("x = '<|fim_middle|>'⟦|⟧\n")
    assert [part.text for part in fim_prompt(text, offset, offset) if part.control] == [
        "<|fim_prefix|><|fim_suffix|>",
        "<|fim_middle|>",
    ]


def test_typing_only_adds_at_the_end() -> None:
    long = document(LONG)
    at = LONG.index("def f400")
    prompts: list[str] = []
    for typed in ("", "d", "de", "def", "def g", "def g():"):
        typing, offset = document(LONG[:at] + typed + LONG[at:]), at + len(typed)
        prompts.append("".join(part.text for part in fim_prompt(typing, offset, offset)))
    for shorter, longer in pairwise(prompts):
        assert longer.startswith(shorter)
    starts = {prefix_start(long, offset) for offset in range(at, at + PREFIX_CHARACTERS // 2)}
    assert len(starts) <= 2


def test_the_window_begins_with_a_definition() -> None:
    start = prefix_start(document(LONG), 15_000)
    assert LONG[start:].startswith("def ")
    assert 15_000 - PREFIX_CHARACTERS <= start <= 15_000 - PREFIX_CHARACTERS // 4


def test_an_endless_line_is_cut() -> None:
    text = "x" * 1_000_000
    assert 0 < 500_000 - prefix_start(document(text), 500_000) <= PREFIX_CHARACTERS
