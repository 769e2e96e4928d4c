"""Keys, tokens and passwords that a model has learnt, or made up, are never shown."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

from breadknife.plugins.completion.filters.site import Filter, Site

_SHAPES = re.compile(
    r"""
      \b(?:AKIA|ASIA)[0-9A-Z]{16}\b                       # AWS
    | \bgh[pousr]_\w{20,} | \bgithub_pat_\w{20,}          # GitHub
    | \bglpat-[\w-]{16,}                                  # GitLab
    | \b(?:sk|pk|rk)[-_](?:live|test|proj|ant)?[-_]?[\w-]{16,}   # OpenAI, Stripe, Anthropic
    | \bxox[abeoprs]-[\w-]{10,}                           # Slack
    | \bAIza[\w-]{30,}                                    # Google
    | \b(?:hf|npm)_\w{30,} | \bpypi-AgE\w{16,}            # Hugging Face, npm, PyPI
    | \bSG\.[\w-]{16,}\.[\w-]{16,}                        # SendGrid
    | \beyJ[\w-]{8,}\.eyJ[\w-]{8,}                        # JSON Web Token, RFC 7519
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY                     # RFC 7468
    | ://[^\s/:@'"{}<$]+:[^\s/@'"{}<$]{3,}@               # a password in a URL, RFC 3986
    """,
    re.VERBOSE,
)
_NAMED = re.compile(
    r"""(?ix)
    (?:secret|token|passw(?:or)?d|passphrase|(?:api|access|private|secret)[-_]?key)["'\]]*   # its name ends so
    \s* (?::\s*[\w.|?\[\]\ ]+=|:=|=>|={1,3}|:) \s*                                              # also with a type
    [rbu]?["'`] (?P<literal>[^\s"'`]{16,})
    """
)
"""What a secret's name is given."""
_LITERAL = re.compile(r"(?<![\w+/=-])[\w+/=-]{24,}(?![\w+/=-])")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
"""A word of a name, or a number: `parseHTTPResponse2` has four."""
_WORDS = re.compile(r"[A-Za-z]+(?:[-_./:]+[A-Za-z]+)*")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_TEMPLATE = re.compile(r"[{}<>$%*]")
_PUBLIC = ("/", "./", "../", "http://", "https://", "X-")
"""How paths, addresses and names of headers begin."""

RANDOM_BITS = 3.2
"""Bits a character: 24 random hexadecimal digits have about 3.4, an identifier with digits mostly below 3.6, but few
of those change between letters and digits as often."""
LONGEST_WORD = 14
"""Letters."""


def without_secrets(text: str, site: Site) -> str | None:
    """The text, unless it has something like a secret that the document hasn't."""
    known = site.draft.document.text
    written = site.before + text
    start = len(site.before)
    for pattern, group, tells in _RULES:
        for found in pattern.finditer(written):
            said = found[group][max(0, start - found.start(group)) :]
            if found.end() > start and said not in known and tells(found[group]):
                return None
    return text


def _random(literal: str) -> bool:
    """Whether it looks like chance: many different characters, letters and digits in turns, or capital letters where no
    word begins.

    Of random letters and digits 98 % do (87 % by the digits alone), of random letters 75 % (none), and of 14,485 words
    as long in Python's packages 12, of which nine hold a hash or the name of a model.
    """
    if _UUID.fullmatch(literal):
        return False
    counts = Counter(literal)
    bits = -sum(n / len(literal) * math.log2(n / len(literal)) for n in counts.values())
    turns = len(re.findall(r"(?<=[0-9])[A-Za-z]|(?<=[A-Za-z])[0-9]", literal))
    crumbs, length = _crumbs(literal), len(literal)
    often = turns >= length / 6 or crumbs >= length / 8 or turns + crumbs >= length / 5
    return bits >= RANDOM_BITS and often


def _crumbs(literal: str) -> int:
    """How many of its pieces are letters and can't be a word."""
    pieces = map(_PIECE.findall, re.findall(r"[A-Za-z0-9]+", literal))
    joined = (piece for each in pieces if len(each) > 1 for piece in each)
    return sum(len(piece) <= 2 and piece.isalpha() and not _VOWEL.search(piece) for piece in joined)


def _unspoken(literal: str) -> bool:
    """Whether it is neither made of words, as a placeholder or a name is, nor filled in later."""
    if _TEMPLATE.search(literal) or literal.startswith(_PUBLIC):
        return False
    words: list[str] = _PIECE.findall(literal) if _WORDS.fullmatch(literal) else []
    return len(words) < 2 or any(not 1 < len(word) <= LONGEST_WORD for word in words)


def _anything(literal: str) -> bool:
    return True


_RULES: tuple[tuple[re.Pattern[str], int | str, Callable[[str], bool]], ...] = (
    (_SHAPES, 0, _anything),
    (_LITERAL, 0, _random),
    (_NAMED, "literal", _unspoken),
)
"""What is looked for, which group of it counts, and what tells that it is one."""


SECRETS = Filter("secrets", "secret", without_secrets, final=True)
