"""What prose tells as a secret is masked, and what it says about one isn't: the examples of each row."""

from __future__ import annotations

import pytest

from breadknife.project.secrets.contents import is_in_secret, masked
from breadknife.project.secrets.told import PHRASES
from support import marked_spans

MASKS = [example for phrase in PHRASES for example in phrase.masks]
LEAVES = [example for phrase in PHRASES for example in phrase.leaves]


@pytest.mark.parametrize("example", MASKS)
@pytest.mark.parametrize("around", ["{}", "First.\n{}\nThen.", "> - {}", '    """{}"""'])
def test_what_is_told_is_masked(example: str, around: str) -> None:
    text, [span] = marked_spans(around.format(example))
    seen = masked(text)
    assert len(seen) == len(text)
    assert set(seen[span.start : span.end]) <= {"x", " "}
    assert (seen[: span.start], seen[span.end :]) == (text[: span.start], text[span.end :])


@pytest.mark.parametrize("example", LEAVES)
def test_what_is_said_of_a_secret_is_left(example: str) -> None:
    assert masked(example) == example


@pytest.mark.parametrize("example", MASKS)
def test_who_types_it_gets_no_suggestion(example: str) -> None:
    text, [span] = marked_spans(example)
    assert is_in_secret(text, span.end)


def test_a_page_of_names_takes_no_time() -> None:
    """No pattern goes back and forth over a long line."""
    for piece in ("password is ", "password for a b c d ", "use a as the password ", "credentials: a / ", "token: "):
        masked(piece * 20_000)


@pytest.mark.parametrize(
    "begun", ["password is{}[", "password for x{}!", "the password:{}", "passphrase was{}[", "credentials: a{}!"]
)
def test_a_gap_of_any_length_takes_no_time(begun: str) -> None:
    masked(begun.format(" \n" * 100_000))
