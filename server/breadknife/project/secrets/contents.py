"""Keys, tokens and passwords in a text: by how they look, and by the name of what they are given to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from breadknife.project.secrets.formats import COMPILED
from breadknife.project.secrets.told import told_secrets
from breadknife.text.document import Span

RANDOM_BITS = 3.2
"""Bits a character: 24 random hexadecimal digits have about 3.4, an identifier with digits mostly below 3.6, but few
of those change between letters and digits as often."""
LONGEST_WORD = 14
"""Letters."""
LONG_VALUE = 16
"""Characters of what is given to a secret's name, from which on it needn't have a digit."""
_SHORTEST = 6
_LONG_RUN = 24
"""Characters from which on chance can be told from a name."""
_NEAR = 40
_LONGEST_KEY = 8_192
"""Characters of a private key: one of RSA with 8,192 bits has about 6,400."""
_REMEMBERED = 64
"""Texts whose masked form is remembered: most parts of a prompt are those of the last one."""

_RUN = re.compile(r"[\w.:$+/=-]{16,}+", re.ASCII)
"""What may have a key in it."""
_LITERAL = re.compile(r"[\w+/=-]{24,}+", re.ASCII)
_DIGIT = re.compile(r"[0-9]")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PIECE = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")
"""A word of a name, or a number: `parseHTTPResponse2` has four."""
_WORDS = re.compile(r"[A-Za-z]+(?:[-_./:]+[A-Za-z]+)*")
_VOWEL = re.compile(r"(?i)[aeiouy]")
_DIGIT_OR_SIGN = re.compile(r"[0-9!@#^&?+=~]")
_TEMPLATE = re.compile(r"[{}<>$%*]")
_PUBLIC = ("/", "./", "../", "http://", "https://", "X-")
"""How paths, addresses and names of headers begin."""
_LABELS = re.compile(
    "password|passwort|passphrase|string|text|hidden|required|optional|none|null|true|false|str", re.IGNORECASE
)
"""What is given to a password's name and isn't one."""

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
"""Of a URL, a connection or a command."""


def sure_secrets(text: str) -> Iterator[Span]:
    """Yield what is a secret by its format, or looks like one in every way; in no order."""
    yield from _by_look(text)
    for _, value in _quoted(text, _names(text)):
        said = text[value.start : value.end]
        if len(said) >= LONG_VALUE and _is_unspoken(said):
            yield value


def secrets_in(text: str) -> Sequence[Span]:
    """Return all that is a secret or likely one, in order, and apart. Where it isn't one, a model sees `x` for a
    word."""
    joined = list[Span]()
    names = _names(text)
    for span in sorted((*_by_look(text), *_keys(text), *_by_name(text, names), *told_secrets(text))):
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def is_in_secret(text: str, offset: int) -> bool:
    """Tell whether who writes there writes a secret: the place is in one, or in a string that a password's name is
    given."""
    start, end = text.rfind("\n", 0, offset) + 1, text.find("\n", offset)
    line, at = text[start : end if end >= 0 else len(text)], offset - start
    if any(_OPENED.fullmatch(line, name.end(), at) for name in _names(line[:at]) if name[0] != "token"):
        return True
    begin = max(0, offset - _LONGEST_KEY)
    around = _keys(text[begin : offset + _LONGEST_KEY])
    return any(each.start <= at <= each.end for each in secrets_in(line)) or any(
        each.start <= offset - begin <= each.end for each in around
    )


@lru_cache(_REMEMBERED)
def masked(text: str) -> str:
    """Return the text with `x` for each character of its secrets, but blanks, quotes and backslashes: as long as it
    was."""
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
    for run in _RUN.finditer(text):
        start, said = run.start(), run[0]
        if len(said) >= _LONG_RUN:
            yield from (_at(match, start) for match in _LITERAL.finditer(said) if _is_random(match[0]))
        if _DIGIT.search(said):
            for mark, pattern in COMPILED:
                if mark in said:
                    yield from (_at(match, start) for match in pattern.finditer(said))
    if "://" in text:
        yield from (_at(match) for match in _USER.finditer(text))


def _by_name(text: str, names: Sequence[re.Match[str]]) -> Iterator[Span]:
    for name, value in _quoted(text, names):
        said = text[value.start : value.end]
        is_long = len(said) >= LONG_VALUE and _is_unspoken(said)
        is_short = _is_password(said) if name.startswith(_PASSWORDS) else len(said) >= _SHORTEST and _has_digit(said)
        if is_long or is_short:
            yield value
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
    """Return the ends of names of secrets, in lower case."""
    lower = text.lower()
    return [*_NAMES.finditer(lower if len(lower) == len(text) else text)]


def _quoted(text: str, names: Sequence[re.Match[str]]) -> Iterator[tuple[str, Span]]:
    """Yield each name that a string is given to, and the string."""
    for name in names:
        if match := _QUOTED.match(text, name.end()):
            yield name[0], _at(match)


def _at(match: re.Match[str], start: int = 0) -> Span:
    group = "value" if "value" in match.re.groupindex else 0
    return Span(start + match.start(group), start + match.end(group))


def _is_random(literal: str) -> bool:
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
    """Count the pieces that are letters and can't be a word."""
    pieces = map(_PIECE.findall, re.findall(r"[A-Za-z0-9]+", literal))
    joined = (piece for each in pieces if len(each) > 1 for piece in each)
    return sum(len(piece) <= 2 and piece.isalpha() and not _VOWEL.search(piece) for piece in joined)


def _is_unspoken(value: str) -> bool:
    """Tell whether it is neither made of words, as a placeholder or a name is, nor filled in later."""
    if _TEMPLATE.search(value) or value.startswith(_PUBLIC):
        return False
    words: list[str] = _PIECE.findall(value) if _WORDS.fullmatch(value) else []
    return len(words) < 2 or any(not 1 < len(word) <= LONGEST_WORD for word in words)


def _is_password(value: str) -> bool:
    """Tell whether it may be one: also a single word."""
    return not _TEMPLATE.search(value) and not value.startswith(_PUBLIC) and not _LABELS.fullmatch(value)


def _has_digit(value: str) -> bool:
    return _DIGIT_OR_SIGN.search(value) is not None and _is_unspoken(value)


def _is_bare(value: str) -> bool:
    """Tell, of what has no quotes, whether it is neither a type nor a name of something."""
    return _has_digit(value) and re.fullmatch(r"[A-Z]\w*|[\w.]+\.\w+", value) is None
