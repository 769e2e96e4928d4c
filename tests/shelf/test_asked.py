"""What a question asks for: the rows of `asked.toml` with their examples."""

from __future__ import annotations

import pytest

from breadknife.plugins.shelf.evidence.asked import AskedKind, asked_kind, asked_kinds, gives


@pytest.mark.parametrize("kind", asked_kinds(), ids=lambda kind: kind.name)
def test_examples(kind: AskedKind) -> None:
    assert asked_kind(kind.ask) == kind
    assert gives(kind, kind.ask, kind.answer)
    assert not gives(kind, kind.ask, kind.other)


def test_a_question_may_ask_for_nothing_special() -> None:
    assert asked_kind("What is an epoch?") is None


def test_what_the_question_has_is_no_answer() -> None:
    kind = asked_kind("When did the war of 1870 begin?")
    assert kind is not None
    assert not gives(kind, "When did the war of 1870 begin?", "The war of 1870 was long.")
    assert gives(kind, "When did the war of 1870 begin?", "The war of 1870 began in July.")
