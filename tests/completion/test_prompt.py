from __future__ import annotations

import random
import string
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from breadknife.cancel import CancelToken
from breadknife.engine.api import Chunk, Engine, GenerateRequest, Lane, Part, Prompt, Trim
from breadknife.engine.models.catalog import builtin_catalog
from breadknife.plugins.completion.prompt import (
    FIRST,
    WHOLE,
    Snippet,
    Window,
    closed,
    fim_prompt,
    new_characters,
    prefix_start,
    suffix_end,
)
from breadknife.text.document import Document
from support import at_cursor, document

LONG = "".join(f"def f{i}(x):\n    return x + {i}\n\n\n" for i in range(600))
CLASS = "class A:\n" + "".join(f"    def f{i}(self):\n        return {i}\n\n" for i in range(600))
BODY = "def f():\n" + "".join(f"    x{i} = {i}\n" for i in range(600)) + "\n\n" + LONG


def text_of(prompt: Prompt) -> str:
    return "".join(part.text for part in prompt)


WINDOWS = pytest.mark.parametrize("window", [WHOLE, FIRST], ids=["whole", "first"])


def typed(text: str, at: int, keys: str, window: Window = WHOLE) -> str:
    """The prompt after the keys were typed at an offset of the text."""
    offset = at + len(keys)
    return text_of(fim_prompt(document(text[:at] + keys + text[at:]), offset, offset, window=window))


def test_suffix_comes_before_prefix() -> None:
    text, offset = at_cursor("a = 1\n⟦|⟧b = 2\n")
    assert text_of(fim_prompt(text, offset, offset)) == "<|fim_prefix|><|fim_suffix|>b = 2\n<|fim_middle|>a = 1\n"


@pytest.mark.parametrize(
    ("marked", "after"),
    [
        ("print(⟦|⟧)\nb\n", "\nb\n"),
        ("print(a[⟦|⟧])\n", "\n"),
        ("print(a)⟦|⟧\n", "\n"),
        ("f(g(x), ⟦|⟧);\n", ";\n"),
        ("f(⟦|⟧) + g(y)\n", " + g(y)\n"),
        ('print("⟦|⟧")\n', "\n"),
        ('print("a)⟦|⟧")\n', "\n"),
        (r'print("\"⟦|⟧")', ""),
        ('"""⟦|⟧"""\n', "\n"),
        ("it's (⟦|⟧)\n", ")\n"),  # nobody knows whether that is a string
        ('print(⟦|⟧"a")\n', '"a")\n'),
        ("f(\n    a,\n⟦|⟧)\n", ")\n"),
        ("x = 1⟦|⟧)\n", ")\n"),
        ("f(]⟦|⟧)\n", "\n"),
        ("if (a) {\n  ⟦|⟧\n}\nb\n", "\nb\n"),
        ("if (a) {⟦|⟧}\nb\n", "\nb\n"),
        ("f(() => {\n  if (a) {⟦|⟧}\n});\nb\n", "\nb\n"),
        ("f(() => {\n  a(⟦|⟧\n\n  )\n});", ""),
        ("{\r\n  ⟦|⟧  \r\n}\t\r\nb\r\n", "\r\nb\r\n"),
        ("if (a) {\n  ⟦|⟧\n} else {\n", "\n} else {\n"),
        ("{\n  ⟦|⟧ b()\n}\n", " b()\n}\n"),
        ("{\n  ⟦|⟧\n\n  b()\n}\n", "\n\n  b()\n}\n"),
    ],
)
def test_what_an_editor_has_closed(marked: str, after: str) -> None:
    text, offset = at_cursor(marked)
    assert text.text[closed(text, offset).end :] == after


def test_the_repository_comes_first() -> None:
    text, offset = at_cursor("a = 1\n⟦|⟧b = 2\n")
    context = [Snippet("pkg/a.py", "def f(): ...\n"), Snippet("b.py", "B = 1")]
    assert text_of(fim_prompt(text, offset, offset, context, "project")) == (
        "<|repo_name|>project\n<|file_sep|>pkg/a.py\ndef f(): ...\n<|file_sep|>b.py\nB = 1\n<|file_sep|>example\n"
        "<|fim_prefix|><|fim_suffix|>b = 2\n<|fim_middle|>a = 1\n"
    )


def test_the_context_gives_way_first_then_the_suffix_then_the_prefix() -> None:
    text, offset = at_cursor("PREFIX⟦|⟧SUFFIX")
    prompt = fim_prompt(text, offset, offset, [Snippet("a.py", "CONTEXT")], "project")
    give_way = [(part.text, part.trim) for part in prompt if not part.control and part.trim is not Trim.NEVER]
    assert give_way == [("a.py\nCONTEXT\n", Trim.END), ("SUFFIX", Trim.END), ("PREFIX", Trim.START)]


def test_the_repository_is_worth_a_snapshot() -> None:
    text, offset = at_cursor("⟦|⟧")
    prompt = fim_prompt(text, offset, offset, [Snippet("a.py", "x"), Snippet("b.py", "y")], "project")
    assert [part.text for part in prompt if part.keep] == ["example\n"]
    assert not any(part.keep for part in fim_prompt(text, offset, offset))


def test_control_tokens_in_documents_are_text() -> None:
    text, offset = at_cursor("x = '<|fim_middle|>'⟦|⟧<|fim_suffix|>\n")
    prompt = fim_prompt(text, offset, offset, [Snippet("<|file_sep|>.py", "<|repo_name|>")], "<|fim_prefix|>")
    assert [part.text for part in prompt if part.control] == [
        "<|repo_name|>",
        "<|file_sep|>",
        "<|file_sep|>",
        "<|fim_prefix|><|fim_suffix|>",
        "<|fim_middle|>",
    ]


@pytest.mark.parametrize("text", [LONG, CLASS, BODY], ids=["functions", "methods", "one long function"])
@pytest.mark.parametrize("at", [0, 700, 2_500, 9_000])
@WINDOWS
def test_typing_only_adds_at_the_end(text: str, at: int, window: Window) -> None:
    keys = "    value = compute(x, y)\n    other = value + 1\n" * 80
    at = text.rfind("\n", 0, at) + 1
    prompts = [typed(text, at, keys[:count], window) for count in range(len(keys))]
    moves = sum(not longer.startswith(shorter) for shorter, longer in pairwise(prompts))
    assert moves <= len(keys) // window.step + 1


@given(
    st.sampled_from([LONG, CLASS]),
    st.floats(0, 1),
    st.text(st.sampled_from("ab(): #\t"), min_size=1, max_size=8),
    st.sampled_from([WHOLE, FIRST]),
)
def test_typing_in_a_line_never_changes_the_suffix(text: str, where: float, keys: str, window: Window) -> None:
    at = int(where * len(text))
    before, after = document(text), document(text[:at] + keys + text[at:])
    assert suffix_end(after, at + len(keys), window) == suffix_end(before, at, window) + len(keys)


@given(st.integers(0, 599), st.data(), st.sampled_from([WHOLE, FIRST]))
def test_the_edges_stay_while_the_cursor_is_within_one_definition(
    number: int, data: st.DataObject, window: Window
) -> None:
    text = document(LONG)
    start = LONG.index(f"def f{number}(")
    end = LONG.index("\n\n", start)
    inside = st.integers(start + 1, end)
    first, second = data.draw(inside), data.draw(inside)
    assert prefix_start(text, first, window) == prefix_start(text, second, window)
    if end + window.suffix < len(LONG):
        assert suffix_end(text, first, window) == suffix_end(text, second, window)


@given(st.integers(0, 599), st.sampled_from([WHOLE, FIRST]))
def test_an_edge_moves_once_at_most_while_the_cursor_is_within_one_method(number: int, window: Window) -> None:
    """A long class is a long definition: its edges move by characters, but to the start of a method."""
    text = document(CLASS)
    start = CLASS.index(f"    def f{number}(")
    begins = [prefix_start(text, at, window) for at in range(start + 1, CLASS.index("\n\n", start))]
    assert len(set(begins)) <= 2
    assert all(begin == 0 or CLASS[begin:].startswith("    def ") for begin in begins)
    last = begins[0]
    for at in range(start + 1, CLASS.index("\n\n", start)):
        assert prefix_start(text, at, window, last) == last, "and where it began it begins again"


@given(st.integers(6_000, len(LONG) - 2_000), st.sampled_from([WHOLE, FIRST]))
def test_a_definition_that_begins_to_be_typed_does_not_move_the_window(at: int, window: Window) -> None:
    at = LONG.rfind("\n\n\n", 0, at) + 2
    before, after = document(LONG[:at] + "\n" + LONG[at:]), document(LONG[:at] + "d\n" + LONG[at:])
    begin = prefix_start(before, at, window)
    assert prefix_start(after, at + 1, window, last=begin) == begin


@pytest.mark.parametrize(
    ("last", "stays"),
    [(LONG.index("def f300("), True), (LONG.index("def f300(") + 1, False), (0, False), (len(LONG), False)],
)
def test_where_the_window_began_it_begins_again_if_that_is_a_line_near_enough(last: int, stays: bool) -> None:
    offset = LONG.index("def f300(") + 3_000
    assert (prefix_start(document(LONG), offset, last=last) == last) is stays


@pytest.mark.parametrize(("text", "definition"), [(LONG, "def "), (CLASS, "    def ")])
@pytest.mark.parametrize("offset", [10_000, 12_345, 15_000])
@WINDOWS
def test_the_window_begins_with_a_definition(text: str, definition: str, offset: int, window: Window) -> None:
    assert text[prefix_start(document(text), offset, window) :].startswith(definition)


@WINDOWS
def test_the_suffix_ends_before_a_definition(window: Window) -> None:
    assert LONG[suffix_end(document(LONG), 12_345, window) :].startswith("def ")


@given(
    st.lists(st.sampled_from(["def f():", "    x = 1", "", "}", "\tlong" * 60, "é" * 1500]), max_size=60),
    st.sampled_from(["\n", "\r\n"]),
    st.data(),
    st.sampled_from([WHOLE, FIRST]),
)
def test_the_windows_hold_the_cursor_and_are_bounded(
    lines: list[str], line_break: str, data: st.DataObject, window: Window
) -> None:
    text = Document("file:///project/example", "python", line_break.join(lines), 1)
    offset = data.draw(st.integers(0, len(text.text)))
    assert 0 <= offset - prefix_start(text, offset, window) <= window.prefix
    assert 0 <= suffix_end(text, offset, window) - offset <= window.suffix


@pytest.mark.parametrize(
    ("prompt", "evaluated", "new"),
    [(("ab", "c"), ("a", "bc"), 0), (("ab", "c"), ("ab",), 1), (("ab",), ("ac", "b"), 1), (("ab",), (), 2)],
)
def test_what_of_a_prompt_is_new(prompt: tuple[str, ...], evaluated: tuple[str, ...], new: int) -> None:
    assert new_characters(tuple(map(Part, prompt)), tuple(map(Part, evaluated))) == new


def test_an_endless_line_is_cut() -> None:
    text = document("x" * 1_000_000)
    assert 0 < 500_000 - prefix_start(text, 500_000) <= WHOLE.prefix
    assert 0 < suffix_end(text, 500_000) - 500_000 <= WHOLE.suffix


def asked(engine: Engine, prompt: Prompt, tokens: int) -> list[Chunk]:
    model = builtin_catalog().for_role("completion").name
    return list(engine.generate(GenerateRequest(model, prompt, tokens, lane=Lane.TYPING), CancelToken()))


@pytest.mark.model
def test_a_model_reads_the_context(real_engine: Engine) -> None:
    text, offset = at_cursor("from shapes import blur_polygon\n\nresult = blur_polygon(⟦|⟧)\n")
    context = [Snippet("shapes.py", "def blur_polygon(*, outline_points, jitter_seed): ...")]
    without = "".join(chunk.text for chunk in asked(real_engine, fim_prompt(text, offset, offset), 8))
    given = "".join(chunk.text for chunk in asked(real_engine, fim_prompt(text, offset, offset, context, "art"), 8))
    assert "outline_points" in given
    assert "outline_points" not in without


@pytest.mark.model
def test_a_key_costs_a_model_its_own_tokens_only(real_engine: Engine) -> None:
    at = LONG.index("\n", LONG.index("def f300"))
    keys = "\n    total = x + 1"
    for count in range(len(keys)):
        offset = at + count
        text = document(LONG[:at] + keys[:count] + LONG[at:])
        last = asked(real_engine, fim_prompt(text, offset, offset), 1)[-1]
        assert count == 0 or last.prompt_tokens - last.cached_tokens <= 3


def test_a_secret_that_the_window_cuts_in_two_is_masked() -> None:
    token = "".join(random.Random(5).choices(string.ascii_letters + string.digits, k=40))
    text = f"x = ['{'a ' * 3000}', '{token}', '{'b ' * 3000}', 'c', '{token}', '{'d ' * 3000}']\n"
    document = Document("file:///a.py", "python", text)
    for cut in (10, 20, 30):
        first, second = text.index(token), text.rindex(token)
        window = Window(4_000, second + cut - text.index("'c'"))
        prompt = fim_prompt(document, text.index("'c'"), text.index("'c'"), window=window, begin=first + cut)
        said = "".join(part.text for part in prompt)
        assert not any(token[at : at + 8] in said for at in range(len(token) - 7)), cut
