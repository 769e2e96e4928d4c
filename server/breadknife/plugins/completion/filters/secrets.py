"""Keys, tokens and passwords that a model has learnt, or made up, are never shown."""

from __future__ import annotations

import math
import re
from collections import Counter

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
_LITERAL = re.compile(r"(?<![\w+/=-])[\w+/=-]{24,}(?![\w+/=-])")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

RANDOM_BITS = 3.2
"""Bits a character: 24 random hexadecimal digits have about 3.4, an identifier with digits mostly below 3.6, but few
of those change between letters and digits as often."""


def without_secrets(text: str, site: Site) -> str | None:
    """The text, unless it has something like a secret that the document hasn't."""
    known = site.draft.document.text
    written = site.before + text
    start = len(site.before)
    for pattern in (_SHAPES, _LITERAL):
        for found in pattern.finditer(written):
            said = found[0][max(0, start - found.start()) :]
            new = found.end() > start and (said if found.start() < start else found[0]) not in known
            if new and (pattern is _SHAPES or _random(found[0])):
                return None
    return text


def _random(literal: str) -> bool:
    """Whether it looks like chance: many different characters, letters and digits in turns."""
    if _UUID.fullmatch(literal):
        return False
    counts = Counter(literal)
    bits = -sum(n / len(literal) * math.log2(n / len(literal)) for n in counts.values())
    turns = len(re.findall(r"(?<=[0-9])[A-Za-z]|(?<=[A-Za-z])[0-9]", literal))
    return bits >= RANDOM_BITS and turns >= len(literal) / 6


SECRETS = Filter("secrets", "secret", without_secrets, final=True)
