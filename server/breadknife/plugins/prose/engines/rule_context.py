"""Rules that are wrong again and again in the same way, which the text beside them shows."""

from __future__ import annotations

import re
from collections.abc import Sequence

from breadknife.plugins.prose.engines.lint import Lint
from breadknife.plugins.prose.engines.rules import ACRONYMS, ARTICLES, COMMAS, REPEATS, SENTENCE_BLANKS, SPELLING

_ARTICLE = re.compile(r"\b(?:an?|the)\s$", re.IGNORECASE)
# After an article, so that it isn't a variable called "a", nor one of two articles.
_NOUN_OR_ADJECTIVE = re.compile(
    r"\s(?!(?:an?|the|is|are|was|or|and|in|of|to|as|at|if|on|by|for|with)\b)([^\W\d_]+)(?!\w)"
)
_ACRONYM = re.compile("[FHLMNRSUX][A-Z]|[b-df-hj-np-tv-xz]+$")
"""How an acronym is written that may sound otherwise than its first letter: a FIFO, an FTP, an ssh key."""

# "the *The Organization* tier": the second begins a name; "`Bootstrap-Flask`_ Bootstrap-Flask is": a link, then text.
_REPEATED_NAME = re.compile(r"\b(?:[a-z]+\W+[A-Z][a-z]*|([A-Z]\w+-[\w-]+)\W+\1)$")
_WORD_AND_MARK = re.compile(r"[a-z][!?]$")

_CITED = re.compile(r"""[^.;\n]{0,40}?(?:-+>|=+>|[→⇒]|["'”’»] (?:to|with|by|instead of) ["'“‘«])([^.;\n]{0,60})""")
"""How a text goes on after an error that it cites, with what was put there instead: `fix "recieve" -> "receive"`."""
_WORD = re.compile(r"[\w'’]+")

_SHORT_ADVERB = "Thus|Hence|So|Now|Then|Next|Still|Yet|Also|Currently|Recently|Today|Sometimes|Often|Usually"
_NEEDS_NO_COMMA = re.compile(rf"(?:{_SHORT_ADVERB})\b")


def counts(text: str, lint: Lint, lints: Sequence[Lint]) -> bool:
    """Tell whether what an engine says, among all `lints` of the paragraph, may become a finding at all."""
    if _is_cited(text, lint):
        return False
    if lint.rule in REPEATS and _REPEATED_NAME.search(text, lint.span.start, lint.span.end):
        return False
    if lint.rule in COMMAS and _NEEDS_NO_COMMA.match(text, lint.span.start):
        return False
    if lint.rule in SENTENCE_BLANKS and not _WORD_AND_MARK.search(text, max(0, lint.span.start - 2), lint.span.start):
        return False
    if lint.rule in ARTICLES and not _has_a_sound(text, lint):
        return False
    return lint.rule in SPELLING | REPEATS or not _beside_unknown_word(lint, lints)


def _is_cited(text: str, lint: Lint) -> bool:
    """Tell whether a text shows what is wrong and what is right beside it."""
    shown = _CITED.match(text, lint.span.end)
    return shown is not None and not frozenset(_WORD.findall(shown[1])).isdisjoint(lint.replacements)


def _has_a_sound(text: str, lint: Lint) -> bool:
    """Tell whether the word after an article tells which one it is, and the article is the only one there."""
    word = _NOUN_OR_ADJECTIVE.match(text, lint.span.end)
    if word is None or _ARTICLE.search(text, max(0, lint.span.start - 5), lint.span.start):
        return False
    if not _ACRONYM.match(word[1]):
        return True
    return any(word[1].upper() in ACRONYMS.get(article.lower(), ()) for article in lint.replacements)


def _beside_unknown_word(lint: Lint, lints: Sequence[Lint]) -> bool:
    """Tell whether an engine doesn't know a word beside it: then it can't judge the grammar around that. Counts know no
    spelling, so any engine tells them."""
    return any(
        (other.engine == lint.engine or lint.engine == "counts")
        and other.rule in SPELLING
        and other.span != lint.span
        and other.span.start <= lint.span.end + 1
        and lint.span.start <= other.span.end + 1
        for other in lints
    )
