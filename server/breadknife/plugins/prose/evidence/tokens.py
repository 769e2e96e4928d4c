"""The words and marks of a text, as the tables of counts know them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from breadknife.text.document import Span

BOUNDARY, NUMBER, CODE, MARK, NAME = "<s>", "<n>", "<c>", "<p>", "<N>"
"""What stands for both ends of a text, for numbers, for code, for rare marks, and for rare words in capitals."""
ENDINGS = ("ing", "ed", "ly", "ions", "ion", "ers", "er", "ies", "ness", "able", "al", "s")
"""A rare word is known by its ending alone: `<ing>`. The first that fits counts."""
OTHER = "<w>"
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:[-_./@:\\]+\w+(?:['’][^\W_]+)*)*|\S")
_PLAIN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")
_MARKS = {"!": ".", "?": ".", "…": ".", "“": '"', "”": '"', "–": "-", "—": "-", "[": "(", "]": ")"}
_BEFORE, _AFTER = re.compile(r"[\w)][-/)]$|[/_&@#<$\\]$"), re.compile(r"[-/(][\w(]|[/_&>\\]")


@dataclass(frozen=True)
class TokenizedText:
    """A text and its tokens, in order."""

    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, text: str) -> TokenizedText:
        return cls(text, tuple(Span(*match.span()) for match in _TOKEN.finditer(text)))

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The tokens as they are counted, but for rare words: in lower case, with a stand-in for numbers and code."""
        return tuple(count_form(self.text[span.start : span.end]) for span in self.spans)

    @property
    def is_unfinished(self) -> bool:
        """Tell whether it ends with a word, which somebody may be typing."""
        return bool(self.spans) and self.text[self.spans[-1].end - 1].isalnum()

    def word(self, index: int) -> str:
        """Return a token that is an ordinary word and no part of a compound: `opt-in`, `un/structuring`, `(re)use`;
        empty for any other."""
        span = self.spans[index]
        word = self.text[span.start : span.end]
        plain = _PLAIN.fullmatch(word) is not None and (word[1:].islower() or len(word) == 1)
        apart = _BEFORE.search(self.text, max(0, span.start - 2), span.start) is None
        return word if plain and apart and _AFTER.match(self.text, span.end) is None else ""


def count_form(token: str) -> str:
    """Return a token as it is counted, as if it were frequent."""
    if token.isalpha():
        return token.lower() if token[1:].islower() or len(token) == 1 else f"{token[0]}{token.lower()[1:]}"
    if len(token) == 1 and not token.isalnum():
        return _MARKS.get(token, token)
    if _PLAIN.fullmatch(token):
        return token.lower().replace("’", "'")
    if token.replace(".", "").replace("-", "").replace("/", "").isdigit():
        return NUMBER
    if token.replace("-", "").isalpha():
        return token.lower()
    return CODE


def rare_form(form: str) -> str:
    """Return what stands for a form that is rare."""
    if len(form) == 1 and not form.isalnum():
        return MARK
    if form[:1].isupper():
        return NAME
    return next((f"<{ending}>" for ending in ENDINGS if form.endswith(ending) and len(form) > len(ending) + 2), OTHER)


def number_forms(forms: tuple[str, ...], numbers: Mapping[str, int]) -> list[int]:
    """Return the forms' numbers, the boundary's before and after them."""
    boundary = numbers[BOUNDARY]
    ids = [numbers.get(form) or numbers.get(rare_form(form), 0) for form in forms]
    return [boundary, *ids, boundary]
