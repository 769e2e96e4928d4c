"""The words of an error say what is missing, by what gave the null."""

from __future__ import annotations

import pytest

from breadknife.plugins.nullcheck.repairs.words import rows
from breadknife.plugins.nullcheck.values import Strategy
from nullcheck.python.cases import offered

EXAMPLES = [example for row in rows() for example in row.examples]


@pytest.mark.parametrize(("lines", "words"), EXAMPLES, ids=[words for _, words in EXAMPLES])
def test_each_row_says_what_its_examples_say(lines: str, words: str) -> None:
    above, _, within = lines.rpartition("\n\n")
    body = "".join(f"    {line}\n" for line in within.splitlines())
    _, offers = offered(f"{above}\ndef f(self, a, line, parts, key):\n{body}", "nullcheck")
    contents = [offer.content.message for offer in offers if offer.strategy is Strategy.RAISE and offer.content]
    assert contents == [words]


def test_no_row_is_without_an_example() -> None:
    assert all(row.examples for row in rows())
