"""What is said of a translation: in English, for who reads it may not know the language."""

from __future__ import annotations

import pytest

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.merge import merge_lints
from breadknife.plugins.prose.finding import ProseFinding
from breadknife.text.document import Document, Span
from text.generated import read


@pytest.mark.parametrize(
    ("category", "replacements", "expected"),
    [
        ("TYPOS", ("Tür", "Tor", "Tier", "Tour"),
         "looks misspelled (language: de); did you mean “Tür”, “Tor” or “Tier”?"),
        ("GRAMMAR", ("Tür",), "looks ungrammatical (language: de); did you mean “Tür”?"),
        ("DE_OWN", ("Tür",), "looks wrong (language: de); did you mean “Tür”?"),
        ("STYLE", (), "can be said better (language: de)."),
    ],
)  # fmt: skip
def test_languagetool_is_reported_in_english(category: str, replacements: tuple[str, ...], expected: str) -> None:
    catalog = 'msgid "The door is open."\nmsgstr "Die Tuer ist offen."\n'
    assert _report("po/de.po", catalog, Lint("languagetool", "X", Span(4, 8), "Falsch.", replacements, category)) == (
        f"“Tuer” {expected}"
    )


def test_what_the_project_writes_or_asks_for_is_reported_as_it_is_said() -> None:
    catalog = 'msgid "The dor is open."\nmsgstr "Die Tuer ist offen."\n'
    assert _report("po/de.po", catalog, Lint("vale", "Own.Words", Span(4, 8), "Schreib Tür.", ("Tür",), "")) == (
        "Schreib Tür."
    )
    assert _report("po/x.pot", catalog, Lint("languagetool", "X", Span(4, 7), "No word.", ("door",), "GRAMMAR")) == (
        "No word."
    )


def _report(path: str, source: str, lint: Lint) -> str:
    paragraph = read(Document(f"file:///x/{path}", "po", source))[0]
    (candidate,) = merge_lints(paragraph.text, [lint], lambda _word: False, lambda _lint: 0.0, None)
    return ProseFinding.of(paragraph, candidate).finding.message
