"""A list out of a paragraph and a paragraph out of a list, in each format's own signs."""

from __future__ import annotations

import pytest

from documents.acting import acted

SERIES = [
    ("markdown", "It reads: one, two and three.\n", "It reads:\n\n- one\n- two\n- three\n"),
    ("markdown", "* a b\n\nIt reads: one, two and three.\n", "* a b\n\nIt reads:\n\n* one\n* two\n* three\n"),
    ("markdown", "> It reads: one, two and\n> three.\n", "> It reads:\n>\n> - one\n> - two\n> - three\n"),
    ("plaintext", "It reads: one, two and three.\n", "It reads:\n\n- one\n- two\n- three\n"),
    ("restructuredtext", "It reads: one, b ``two`` and three.\n", "It reads:\n\n- one\n- b ``two``\n- three\n"),
    ("asciidoc", "It reads: one, two and three.\n", "It reads:\n\n* one\n* two\n* three\n"),
    ("org", "It reads: one, two and three.\n", "It reads:\n- one\n- two\n- three\n"),
    ("typst", "It reads: one, two and three.\n", "It reads:\n- one\n- two\n- three\n"),
    (
        "latex",
        "  It reads: one, \\emph{two} and three.\n",
        "  It reads:\n  \\begin{itemize}\n    \\item one\n    \\item \\emph{two}\n    \\item three\n  \\end{itemize}\n",
    ),
    (
        "python",
        "def f():\n    # It reads: one, two\n    # and three.\n    pass\n",
        "def f():\n    # It reads:\n    #\n    # - one\n    # - two\n    # - three\n    pass\n",
    ),
    (
        "python",
        'def f():\n    """Read.\n\n    It reads: one, two and three.\n    """\n',
        'def f():\n    """Read.\n\n    It reads:\n\n    - one\n    - two\n    - three\n    """\n',
    ),
    ("c", "/*\n * It reads: one, two and three.\n */\n", "/*\n * It reads:\n * - one\n * - two\n * - three\n */\n"),
    (
        "rust",
        "/// It reads: one, two and three.\nfn f() {}\n",
        "/// It reads:\n/// - one\n/// - two\n/// - three\nfn f() {}\n",
    ),
]


@pytest.mark.parametrize(("language", "text", "listed"), SERIES)
def test_a_series_becomes_a_list_of_the_format(language: str, text: str, listed: str) -> None:
    assert acted("make-list", text, language, cursor="It reads") == listed


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("It reads: a, b, and c.", "It reads:\n\n- a\n- b\n- c"),
        ("It reads: a and b, c, and d.", "It reads:\n\n- a and b\n- c\n- d"),
        ("It reads: a (b, c), d and e.", "It reads:\n\n- a (b, c)\n- d\n- e"),
        ("It reads: a, b; c; and d.", "It reads:\n\n- a, b\n- c\n- d"),
        ("It reads one of these: a, b or c.", "It reads one of these:\n\n- a\n- b\n- c"),
        ("It is old. It reads: a, b, c.", "too-few-items"),  # whether that is all isn't said
        ("It reads: a and b, c and d.", "too-few-items"),
        ("It reads: a, b or c.", "too-few-items"),  # all of them, or one?
        ("It reads: a, which is b, and c.", "too-few-items"),
        ("It reads: a and b.", "too-few-items"),
    ],
)
def test_what_is_an_item_of_a_series(text: str, listed: str) -> None:
    assert acted("make-list", text) == listed


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("One is here. Two is [so](a). Three is gone.", "- One is here.\n- Two is [so](a).\n- Three is gone."),
        (
            "Use e.g. One of them. Two is here. Three is gone.",
            "- Use e.g. One of them.\n- Two is here.\n- Three is gone.",
        ),
        ("One is here. This is two. Three is gone.", "connected"),
        ("One is here. If that fails, two is. Three is gone.", "connected"),
        ("One is here. Two is gone. Run this:", "unfinished"),
        ("One\n    is here. Two is\n    gone. Three is gone.", "not-alone"),
        ("One is here. Two is a shop. People go there.", "connected"),
        ("**One is here.** Two is gone. Three is gone.", "titled"),
        ("One is here. (Two is gone.) Three is gone.", "connected"),
        ("One is here. Two is gone. Use three, e.g.", "unfinished"),
        ("It reads these: one, two, and three:", "too-few-items"),
        ("[^1]: One is here. Two is gone. Three is gone.", "not-alone"),
        ("!!!!\nOne is here. Two is gone. Three is gone.", "unfinished"),
        ("o One is here. Two is gone.\no Three is gone.", "is-a-list"),
        ("*One is here. Two* is here. Three is gone.", "markup-across"),
        ("One is here.\\\nTwo is here. Three is gone.", "markup-across"),
        ("One is here. Two is here.\n\n- Three is gone.", "before-a-list"),
        ("- One is here. Two is here. Three is gone.", "no-paragraph"),
    ],
)
def test_sentences_become_items_if_each_can_stand_alone(text: str, listed: str) -> None:
    assert acted("make-list", text) == listed


@pytest.mark.parametrize(
    "text",
    [
        "Program načte soubor. Proto zapíše strom. Testy pokrývají vše.",
        "Программа читает файлы. Поэтому она быстрая. Тесты покрывают всё.",
        "프로그램은 파일을 읽습니다. 그래서 빠릅니다. 테스트는 모두 확인합니다.",
    ],
)
def test_sentences_of_another_language_stay_as_nobody_knows_how_they_connect(text: str) -> None:
    assert acted("make-list", text) == "not-english"


@pytest.mark.parametrize(("language", "text", "listed"), SERIES)
def test_a_list_becomes_the_series_that_it_was(language: str, text: str, listed: str) -> None:
    if language in ("python", "c", "rust"):  # whose items of one word are no prose
        text, listed = (each.replace("one", "one a").replace("two", "two b") for each in (text, listed))
        text, listed = (each.replace("three", "three c") for each in (text, listed))
    joined = acted("make-paragraph", listed, language, cursor="three")
    if joined == "no-sentences":
        pytest.fail(joined)
    assert _words(joined) == _words(text)


def _words(text: str) -> list[str]:
    """Without the comma before "and", and whatever lines and comment signs there are."""
    signs = ("#", "*", "///", ">")
    return [word for word in text.replace(", and", " and").split() if word not in signs]


@pytest.mark.parametrize(
    ("text", "paragraph"),
    [
        ("- One is here.\n- Two is there.\n", "One is here. Two is there.\n"),
        ("1. One is here.\n2. Two is\n   there.\n", "One is here. Two is there.\n"),
        ("- [x] One is here.\n- [ ] Two is there.\n", "labels"),
        ("- `a` - One is here.\n- `b` - Two is there.\n", "labels"),
        ("- One is here.\n  - So it is.\n- Two is there.\n", "nested-list"),
        ("- One is here.\n- Two is there.\n\n  It is big.\n", "nested-list"),
        ("- one\n- two\n", "no-sentences"),
        ("It has:\n\n- One\n- Two\n", "capital-items"),
        ("It has:\n\n- one thing\n- two things.\n", "mixed-items"),
        ("It has:\n\n- one thing, or\n- two things\n", "mixed-items"),
        ("It has:\n\n- Each one\n- All of `it`\n", "It has: each one and all of `it`.\n"),
        ("- One thing.\n- Two things.\n", "mixed-items"),
        ("- One is here.\n- If two is there, the thing that was.\n", "mixed-items"),
        ("- One is here.\n- If two is there, the others are.\n", "One is here. If two is there, the others are.\n"),
        ("Only if:\n\n- One is here.\n- Two is there.\n", "introduced"),
    ],
)
def test_when_a_list_becomes_a_paragraph(text: str, paragraph: str) -> None:
    assert acted("make-paragraph", text, cursor="- " if "- " in text else "") == paragraph
