"""Finds keys, tokens and passwords in a text: by how they look, and by the name to which they are assigned."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from breadknife.project.secrets.formats import COMPILED
from breadknife.project.secrets.told import told_secrets
from breadknife.text.document import Span
from breadknife.text.tokens import parts_of_words

RANDOM_BITS = 3.2
"""Bits a character: 24 random hexadecimal digits have about 3.4, an identifier with digits mostly below 3.6, but few
of those change between letters and digits as often."""
LONGEST_WORD = 14
"""Letters of a word; a longer piece of a value is none."""
LONG_VALUE = 16
"""Characters of a value assigned to a secret's name from which on it needn't have a digit."""
_SHORTEST = 6
"""Characters that a key or token has at least, if it is assigned to such a name."""
_LONG_RUN = 24
"""Characters from which on chance can be told from a name."""
_NEAR = 40
"""Characters before the name of a parameter that are looked at."""
_LONGEST_KEY = 8_192
"""Characters of a private key: one of RSA with 8,192 bits has about 6,400."""
_REMEMBERED = 64
"""Texts whose masked form is remembered: most parts of a prompt are those of the last one."""

_RUN = re.compile(r"[\w.:$+/=-]{16,}+", re.ASCII)
"""Characters without a gap that may have a key in them."""
_LITERAL = re.compile(r"[\w+/=-]{24,}+", re.ASCII)
_DIGIT = re.compile(r"[0-9]")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORDS = re.compile(r"[A-Za-z]+(?:[-_./:]+[A-Za-z]+)*")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_DIGIT_OR_SIGN = re.compile(r"[0-9!@#^&?+=~]")
_TEMPLATE = re.compile(r"[{}<>$%*]")
_PUBLIC = ("/", "./", "../", "http://", "https://", "X-")
"""How paths, addresses and names of headers begin."""
_LABELS = re.compile(
    "password|passwort|passphrase|string|text|hidden|required|optional|none|null|true|false|str", re.IGNORECASE
)
"""Values assigned to a password's name that are no password."""

_BETWEEN = r"""(?:\s|\\[nr]|["'+,>|*#;\\])*+"""
"""Lines of a key may be strings, joined or not, or a comment."""
_KEY = re.compile(
    rf"""(?x) -----BEGIN\ [A-Z\ ]*PRIVATE\ KEY(?:\ BLOCK)?-----
    (?P<value> (?: {_BETWEEN} (?: [A-Z][\w-]*:\ [^\n\\]*+ | [A-Za-z0-9+/=]{{16,}}+ ) )++
               (?: {_BETWEEN} [A-Za-z0-9+/=]++ (?={_BETWEEN}(?:-----END|\Z)) )? )"""
)
_END_OF_KEY = re.compile(r"-----END [A-Z ]*PRIVATE KEY")
_LINE_OF_KEY = re.compile(r"""[ \t"'>*#+]*+[A-Za-z0-9+/=]++["',;+\\nr \t]*+""")
_USER = re.compile(r"""://[^\s/:@'"{}<$]*:(?P<value>[^\s/'"{}<$]{3,})@""")
"""A password in a URL (RFC 3986)."""
_AUTHORIZATION = re.compile(r"\b(?:Basic|Bearer|basic|bearer)\s+(?P<value>[\w.~+/=-]{16,})")

# In lower case, which is ten times as fast to search.
_NAMES = re.compile(
    r"secret|token|passphrase|passw(?:or)?d|pwd|(?:api|access|private|account|encryption|sas|shared)[-_]?(?:access)?[-_]?key"
    r"|credential"
)
_PASSWORDS = ("passphrase", "passw", "pwd")
"""How the names of passwords begin, behind which also a single word is a secret."""
_BEGIN = r"""["'\])]*\s*(?::\s*[\w.|?\[\] ]+=|:=|=>|={1,3}|:|,|\|\|=?|\?\?=?|\?:)\s*[rbufRBUF]{0,2}["'`]"""
_QUOTED = re.compile(rf"""{_BEGIN}(?P<value>[^\s"'`]{{4,}})""")
"""A name that is given a value, also one with a type; or what is taken where there is none: `getenv("KEY", "…")`."""
_OPENED = re.compile(rf"""{_BEGIN}[^"'`]*""")
_SAID = re.compile(r"""\s+'(?P<value>[^\s']{4,})'""")
"""SQL: `PASSWORD '…'`."""
_BARE = re.compile(r"""["']?[ \t]*[:=][ \t]*(?P<value>[^\s"'`,;(){}\[\]<>$]{6,})[ \t\r]*$""", re.MULTILINE)
_BEFORE_BARE = re.compile(r"""[\s"'-]*(?:export\s+|set\s+|ENV\s+)?[\w.-]*""")
_PARAMETER = re.compile(r"""=(?P<value>[^\s;&"'`$<{]{4,})""")
_BEFORE_PARAMETER = (";", "&", "?", '"', "'", "--", "-D")
"""What stands before a parameter of a URL, a connection string or a command."""


def sure_secrets(text: str) -> Iterator[Span]:
    """Yield what is a secret by its format, or looks like one in every way; in no order."""
    yield from _by_look(text)
    for _, span in _quoted(text, _names(text)):
        value = text[span.start : span.end]
        if len(value) >= LONG_VALUE and _is_unspoken(value):
            yield span


def secrets_in(text: str) -> Sequence[Span]:
    """Return the spans of all that is a secret or likely one, in order and apart. A mistake costs little: a model sees
    `x` for a word."""
    joined = list[Span]()
    names = _names(text)
    for span in sorted((*_by_look(text), *_keys(text), *_by_name(text, names), *told_secrets(text))):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def is_in_secret(text: str, offset: int) -> bool:
    """Tell whether what is typed at an offset is a secret: the offset is in one, or in a string that is assigned to a
    secret's name."""
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    line, at = text[start : end if end >= 0 else len(text)], offset - start
    if any(_OPENED.fullmatch(line, name.end(), at) for name in _names(line[:at]) if name[0] != "token"):
        return True
    begin = max(0, offset - _LONGEST_KEY)
    private_keys = _keys(text[begin : offset + _LONGEST_KEY])
    return any(secret.start <= at <= secret.end for secret in secrets_in(line)) or any(
        key.start <= offset - begin <= key.end for key in private_keys
    )


@lru_cache(_REMEMBERED)
def masked(text: str) -> str:
    """Return the text with `x` for each character of its secrets. Blanks, quotes and backslashes in them stay, and so
    do all offsets."""
    out, at = list[str](), 0
    for span in secrets_in(text):
        out += (text[at : span.start], re.sub(r"[^\s\"'`\\]", "x", text[span.start : span.end]))
        at = span.end
    return "".join((*out, text[at:])) if out else text


def _keys(text: str) -> Iterator[Span]:
    """Yield private keys (RFC 7468); also what is left of one where the text begins or ends in it."""
    if "PRIVATE KEY" not in text:
        return
    yield from (_at(match) for match in _KEY.finditer(text))
    for match in _END_OF_KEY.finditer(text):
        start = end = text.rfind("\n", 0, match.start()) + 1
        while start > 0:
            before = text.rfind("\n", 0, start - 1) + 1
            if _LINE_OF_KEY.fullmatch(text, before, start - 1) is None:
                break
            start = before
        if start < end:
            yield Span(start, end)


def _by_look(text: str) -> Iterator[Span]:
    """Yield what has a published format, what looks random, and passwords in URLs."""
    for run in _RUN.finditer(text):
        start, characters = run.start(), run[0]
        if len(characters) >= _LONG_RUN:
            yield from (_at(match, start) for match in _LITERAL.finditer(characters) if _is_random(match[0]))
        if _DIGIT.search(characters):
            for mark, pattern in COMPILED:
                if mark in characters:
                    yield from (_at(match, start) for match in pattern.finditer(characters))
    if "://" in text:
        yield from (_at(match) for match in _USER.finditer(text))


def _by_name(text: str, names: Sequence[re.Match[str]]) -> Iterator[Span]:
    """Yield the values that are assigned to names of secrets: strings, words without quotes, parameters, headers."""
    for name, span in _quoted(text, names):
        value = text[span.start : span.end]
        is_long = len(value) >= LONG_VALUE and _is_unspoken(value)
        is_short_key = len(value) >= _SHORTEST and _has_digit(value)
        if is_long or (_is_password(value) if name.startswith(_PASSWORDS) else is_short_key):
            yield span
    for name in names:
        if name[0].startswith(_PASSWORDS) and (match := _SAID.match(text, name.end())) and _is_password(match["value"]):
            yield _at(match)
        line = text.rfind("\n", 0, name.start()) + 1
        if (match := _BARE.match(text, name.end())) and _BEFORE_BARE.fullmatch(text, line, name.start()):
            if _is_bare(match["value"]):
                yield _at(match)
        elif match := _PARAMETER.match(text, name.end()):
            before = re.split(r"[\w.]", text[max(line, name.start() - _NEAR) : name.start()])[-1]
            if before.endswith(_BEFORE_PARAMETER) and _is_password(match["value"]):
                yield _at(match)
    yield from (_at(match) for match in _AUTHORIZATION.finditer(text) if _has_digit(match["value"]))


def _names(text: str) -> Sequence[re.Match[str]]:
    """Return the matches of secrets' names, in small letters; a match may be the end of a longer name."""
    lower = text.lower()
    return [*_NAMES.finditer(lower if len(lower) == len(text) else text)]


def _quoted(text: str, names: Sequence[re.Match[str]]) -> Iterator[tuple[str, Span]]:
    """Yield each of the names to which a string is assigned, with the string's span."""
    for name in names:
        if match := _QUOTED.match(text, name.end()):
            yield name[0], _at(match)


def _at(match: re.Match[str], start: int = 0) -> Span:
    """Return the span of a match's group `value`, or of all of it; `start` is where the searched text begins."""
    group = "value" if "value" in match.re.groupindex else 0
    return Span(start + match.start(group), start + match.end(group))


def _is_random(literal: str) -> bool:
    """Tell whether a literal looks random: many different characters, and letters and digits in turns, or capital
    letters where no word begins.

    98 % of random strings of letters and digits do (87 % by the digits alone), and 75 % of random letters (none). So do
    12 of 14,485 words as long in Python's packages, of which nine hold a hash or the name of a model.
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
    """Count the pieces that are letters and can't be a word."""
    pieces = map(parts_of_words, re.findall(r"[A-Za-z0-9]+", literal))
    in_joined_words = (piece for word in pieces if len(word) > 1 for piece in word)
    return sum(len(piece) <= 2 and piece.isalpha() and not _VOWEL.search(piece) for piece in in_joined_words)


def _is_unspoken(value: str) -> bool:
    """Tell whether a value is neither made of words, as a placeholder or a name is, nor a template or an address."""
    if _TEMPLATE.search(value) or value.startswith(_PUBLIC):
        return False
    words = parts_of_words(value) if _WORDS.fullmatch(value) else []
    return len(words) < 2 or any(not 1 < len(word) <= LONGEST_WORD for word in words)


def _is_password(value: str) -> bool:
    """Tell whether a value may be a password, which a single word may be, too."""
    return not _TEMPLATE.search(value) and not value.startswith(_PUBLIC) and not _LABELS.fullmatch(value)


def _has_digit(value: str) -> bool:
    """Tell whether a value has a digit or a sign and isn't made of words."""
    return _DIGIT_OR_SIGN.search(value) is not None and _is_unspoken(value)


def _is_bare(value: str) -> bool:
    """Tell whether a value without quotes may be a secret: it is neither a type nor an attribute."""
    return _has_digit(value) and re.fullmatch(r"[A-Z]\w*|[\w.]+\.\w+", value) is None
