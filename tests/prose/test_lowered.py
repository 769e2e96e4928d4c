from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from breadknife.plugins.prose.project.lowered import Lowered
from breadknife.text.document import Span, TextEdit

TEXT = st.text(alphabet=st.sampled_from("aB ΣΟİß😀"), max_size=12)


@given(TEXT, st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3), TEXT), max_size=6))
def test_what_is_carried_over_is_what_would_have_been_made(text: str, edits: list[tuple[float, int, str]]) -> None:
    lowered = Lowered(text)
    for where, length, new in edits:
        assert lowered.text == Lowered(text).text
        start = int(where * len(text))
        span = Span(start, min(start + length, len(text)))
        text = text[: span.start] + new + text[span.end :]
        lowered = lowered.after(TextEdit(span, new), text)
    assert lowered.text == Lowered(text).text
    assert len(lowered.text) == len(text)
