"""What holds of everything that is shown, whatever a model writes wherever."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from breadknife.plugins.completion.filters import Draft, fitted
from breadknife.task.values import Silence
from breadknife.text.document import Span, TextEdit
from breadknife.text.languages import LANGUAGES
from breadknife.text.no_worse import parses_no_worse
from breadknife.text.syntax import changed_tree
from drafts import draft

PIECES = {
    "python": ["if x:", "\n", "    ", "f(", ")", "[", "]", "'", '"""', "# y", "return total", "x = 1", ",", "é"],
    "typescript": ["if (x) {", "}", "\n", "  ", "f(", ")", ";", "`", '"', "// y", "return total;", "=> ", "😀", "/*"],
    "ruby": ["def f(x)", "\n", "  ", "end", "(", ")", "do |x|", "'", '"', "# y", "return total", "{", "}"],
}  # fmt: skip


COMMON = ["\n", "  ", "x", " ", ",", ";", ":", "(", ")", "[", "]", "{", "}", '"', "'", "f(x)", "x = 1", "return total"]
MARKS = {
    "html": ["<b>", "</b>", "<!-- y", "-->", "<br>", 'a="'],
    "typescriptreact": ["<b>", "</b>", "{x}", "// y", "=> "],
    "javascriptreact": ["<b>", "</b>", "{x}", "// y", "=> "],
    "yaml": ["- a", "a: ", "# y"],
    "toml": ["[a]", "a = 1", "# y"],
    "json": ['"a": ', "1", "true"],
    "sql": ["SELECT a", " FROM b", "-- y"],
    "css": ["a {", "color: red;", "/* y"],
    "markdown": ["# T", "```", "- a", "*b*"],
    "shellscript": ["if a; then", "fi", "# y", "$1", "do", "done"],
    "lua": ["function f()", "end", "local ", "-- y", "then"],
}
"""What the others have of their own."""
for id in {language.id for language in LANGUAGES.values()} - {*PIECES, "markdown_inline"}:
    PIECES[id] = [*COMMON, *MARKS.get(id, ["// y", "/*", "if (x) {", "int y = 2;", "class A {"])]


@st.composite
def drafts(draw: st.DrawFn) -> Draft:
    language = draw(st.sampled_from(sorted(PIECES)))
    texts = st.lists(st.sampled_from(PIECES[language]), max_size=8).map("".join)
    line_break = draw(st.sampled_from(["\n", "\r\n"]))
    before, after = (draw(texts).replace("\n", line_break) for _ in range(2))
    return draft(f"{before}^{after}", draw(texts), language)


def shown(draft: Draft) -> str | None:
    fit = fitted(draft)
    return None if isinstance(fit, Silence) else fit


@settings(max_examples=400)
@given(drafts())
def test_what_is_shown_is_shown_again_unchanged(draft: Draft) -> None:
    text = shown(draft)
    assert text is None or fitted(replace(draft, text=text)) == text


@settings(max_examples=400)
@given(drafts())
def test_nothing_parses_worse_or_is_less_balanced(draft: Draft) -> None:
    text = shown(draft)
    if text is None:
        return
    assert draft.cursor.tree is not None
    after = changed_tree(draft.cursor.tree, TextEdit(Span(draft.cursor.offset, draft.cursor.offset), text))
    assert after is not None
    assert parses_no_worse(draft.cursor.tree, after)
    cursor = draft.cursor
    assert cursor.imbalance(text.replace("\r\n", "\n")) <= cursor.imbalance("")


@given(drafts())
def test_the_line_goes_on_only_once(draft: Draft) -> None:
    text = shown(draft)
    rest = draft.cursor.rest.strip()
    assert text is None or len(rest) < 3 or not rest.replace(" ", "").isalnum() or not text.endswith(rest)


@given(drafts())
def test_line_breaks_are_the_documents(draft: Draft) -> None:
    text = shown(draft)
    if text is not None:
        windows = "\r\n" in draft.cursor.document.text
        assert text.count("\r\n") == (text.count("\n") if windows else 0)
