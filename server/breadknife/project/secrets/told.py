"""Secrets that prose tells: "the password is …". A row is a phrase, with examples of what it masks and what it leaves.

In the examples, `⟦…⟧` marks what is masked; `tests/project/test_told_secrets.py` tries each. `bench/told_secrets.py`
counts what is masked in the documentation of installed packages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from breadknife.text.document import Span

_BEFORE = 100
"""Characters before a name that a phrase may have."""
_LONG = 16
"""Characters of a key or token, from which on it needs no more than a digit."""
_NAME = re.compile(
    r"passw(?:or)?d|passphrase|passcode|(?:api|access|secret|account|encryption)[ _-]?key|token|secret|credential"
)
"""Of what is secret; searched in the text in small letters, which is ten times as fast."""
_OF_KEYS = ("api", "access", "secret", "account", "encryption", "token")
_VALUE = r"""(?P<quote>["'`“‘]?)(?P<value>[^\s"'`“”‘’<>{}()\[\]$%,;]{4,64}?)[.!?)]*(?:["'`”’]|(?=[\s,;]|$))"""
"""A word, quoted or not, without the mark that ends its sentence."""
_ALGORITHM = re.compile(
    r"(?i)(?:base|utf|sha|aes|md|rfc|oauth|argon|pbkdf|bcrypt|scrypt|iso|http|https|v)[-_]?v?[0-9][\w.-]*|[0-9]+(?:st|nd|rd|th|-\w+)"
)
_CODE = re.compile(r"\w+\(.*|[A-Z][A-Z0-9_]+|\w+(?:\.\w+)+(?:\(\))?|https?:.*|/.*|--?\w.*|:\w+:.*|.*[=:]")
"""A call, a constant, an attribute, an address, an option: names a secret and is none."""
_PLAIN = re.compile(r"[a-z]+")
_HYPHENATED = re.compile(r"[a-z]{3,}(?:-[a-z]{3,}){3,}")
_DESCRIBES = re.compile(
    r"\w+(?:ed|ing|able|ible|al|ive|ly|ent|ant|ary|ory|ous|ful|less|ic|en)"
    r"|about|above|absent|already|also|always|bad|being|below|blank|both|case|clear|correct|dead|down|either|empty|equal"
    r"|even|fine|first|from|gone|good|handled|here|hidden|incorrect|information|just|kept|known|last|left|like|long|lost"
    r"|made|missing|more|most|much|must|need|never|next|none|null|only|okay|once|over|part|plain|plaintext|present"
    r"|private|proper|public|read|redacted|right|safe|same|secret|secure|sent|short|shown|simple|simply|some|still"
    r"|strong|such|sure|text|that|their|then|there|these|they|this|those|through|thus|tied|true|false|type|under|unique"
    r"|unset|until|up|used|user|valid|very|weak|weaker|well|what|when|where|which|whose|will|with|within|without|wrong"
    r"|your|yours|password|passphrase|secrets?|tokens?|string|bytes|default|before|after|because|similar|stolen"
    r"|compromised|asked|another|usually|now|to|a|an|the|of|in|on|by|for|at|as|is|it|if|be|not|no|or|and|so|too|any|all"
)
"""What is said of a password, and isn't one."""
_GRAMMAR = re.compile(
    r"\w+(?:ed|ing|ly)|to|a|an|the|of|in|on|by|for|at|as|is|it|if|be|not|no|or|and|so|too|any|all|that|this|with|from|when"
    r"|your|you|our|his|her|its|their|same|than|then|but|only|must|may|can|will|should|has|have|are|was|were|one|each"
)
"""What makes a sentence of words."""


def _is_password(value: str) -> bool:
    """Tell whether a word that is told as a password is one: with digits or signs, or a word that describes nothing."""
    if _CODE.fullmatch(value) or _ALGORITHM.fullmatch(value):
        return False
    return bool(_is_mixed(value) or _HYPHENATED.fullmatch(value))


def _is_last_word(value: str) -> bool:
    return bool(_PLAIN.fullmatch(value)) and not _DESCRIBES.fullmatch(value)


def _is_key(value: str) -> bool:
    """Tell whether a word that is told as a key or token is one: those are long, and no words."""
    if _CODE.fullmatch(value) or _ALGORITHM.fullmatch(value) or not re.search("[A-Za-z]", value):
        return False
    digits = len(re.findall("[0-9]", value))
    return len(value) >= _LONG and digits > 0 if not re.fullmatch(r"\w+", value) else len(value) >= 8 and digits > 1


def _is_mixed(value: str) -> bool:
    """Tell whether letters have digits or signs among them, or there are many digits: `hunter2`, `s3cr3t!`,
    `482913`."""
    has_letters = bool(re.search("[A-Za-z]", value))
    return (has_letters and bool(re.search(r"[0-9!@#^&?+~]", value))) or (value.isdecimal() and len(value) >= 6)


def _is_passphrase(value: str) -> bool:
    """Tell whether words in a row are no sentence."""
    return not any(_GRAMMAR.fullmatch(word) for word in value.split())


@dataclass(frozen=True)
class Phrase:
    """How a secret is told beside its name."""

    where: Literal["before", "after"]
    """Where it stands, as seen from the name."""
    pattern: re.Pattern[str]
    """With a group `value`. It begins where the name ends, or ends where the name begins."""
    names: tuple[str, ...]
    """How the names begin that it is for; all names, if this is empty."""
    is_secret: Callable[[str], bool]
    masks: tuple[str, ...]
    leaves: tuple[str, ...]


_PASSWORDS = ("passw", "passphrase", "passcode", "secret")
# White space is possessive (`\s++`) where something follows: else a long run of it takes the square of its length.
_OF_WHAT = r"(?:\s++(?:for|of|to|on|in)\s++(?:\S++\s++){1,4}?)?"
_IS = r"\b(?:is|was|are|will\s++be)\b(?:\s++(?:now|still|again|set\s++to|currently))?"
_SAYS = rf"{_OF_WHAT}\s*+(?:{_IS}|:|→)\s*+:?\s*+"
_END = r"""["'`”’.!]*[ \t]*$"""
"""Of a line."""


PHRASES = (
    Phrase(
        "after",
        re.compile(rf"s?{_SAYS}{_VALUE}"),
        _PASSWORDS,
        _is_password,
        (
            "the password is ⟦hunter2⟧",
            "# the passphrase is ⟦Tr0ub4dor&3⟧",
            "The password for the staging server is ⟦xK9mPqR7⟧.",
            "The wifi password: ⟦hunter2⟧",
            "// password is now “⟦qwerty123⟧”",
            "my passcode was ⟦482913⟧",
            "The password is `⟦correct-horse-battery-staple⟧`",
        ),
        (
            "the password is required",
            "the password is stored in the keyring",
            "password is optional",
            "the password is base64-encoded",
            "The password is case-sensitive.",
            "the password is sent as UTF-8",
            "The password is 8 characters long",
            "the password is PASSWORD_DEFAULT",
            "The password is settings.DB_PASSWORD",
            "the secret is mounted at /run/secrets",
            "Password: `str`",
            "the password is hashed with SHA256",
            "If the password is None, nobody is asked.",
            "password: {password}",
            "client_secret: SessionClientSecret",
            "password = generate_password2()",
        ),
    ),
    Phrase(
        "after",
        re.compile(r"""\s++(?:is|was)(?:\s*+:)?\s++["'`“‘]?(?P<value>[a-z]{4,32})""" + _END, re.MULTILINE),
        ("passw", "passphrase", "passcode"),
        _is_last_word,
        ("the password is ⟦letmein⟧", "The password is ⟦swordfish⟧.", "# the passphrase is `⟦opensesame⟧`"),
        (
            "the password is required",
            "The password is wrong.",
            "check that the password is valid",
            "the passphrase is empty",
            "what the password is for",
        ),
    ),
    Phrase(
        "after",
        re.compile(
            r"""\s++(?:is|was|:)(?:\s*+:)?\s++["'`“‘]?(?P<value>[a-z]{3,}(?:[ -][a-z]{3,}){3,7})""" + _END, re.MULTILINE
        ),
        ("passphrase", "passw"),
        _is_passphrase,
        ("the passphrase is ⟦correct horse battery staple⟧",),
        ("the passphrase is used to encrypt the key", "the password is the same for all users here"),
    ),
    Phrase(
        "after",
        re.compile(rf"s?{_SAYS}{_VALUE}"),
        _OF_KEYS,
        _is_key,
        (
            "my API key: ⟦a8f3k2m9x7q1⟧",
            "The access token is ⟦9d8f7a6b5c4e3f2a1b0c⟧.",
            "the secret key for production is ⟦wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY⟧",
        ),
        (
            "the token is a string",
            "The token is OAuth2.",
            "API key: required",
            "the token is base64url-encoded",
            "the access token is valid for 3600 seconds",
            "the token is refreshed every 24h",
            "the API key is read from OPENAI_API_KEY",
            "the token is at position token_start2",
        ),
    ),
    Phrase(
        "before",
        re.compile(
            rf"\b(?:[Uu]se|[Uu]sing|[Ee]nter|[Tt]ype|[Tt]ry|[Ww]ith|[Ss]et)\s++{_VALUE}\s++(?:as|for)\s++"
            r"(?:the|a|an|your|my|our)?\s*+(?:\S++\s++){0,2}$"
        ),
        _PASSWORDS,
        _is_password,
        (
            "use ⟦hunter2⟧ as the password",
            "Log in with “⟦s3cr3t!x⟧” as your password.",
            "Type ⟦qwerty123⟧ for the admin password",
        ),
        (
            "use this as the password",
            "Use SHA256 for the password.",
            "use getpass() for the password",
            "set up a user as the password owner",
        ),
    ),
    Phrase(
        "after",
        re.compile(rf"s?(?:\s++are)?(?:\s*+:)?\s++[\w.@-]{{2,40}}\s*+/\s*+{_VALUE}"),
        ("credential",),
        _is_password,
        ("Credentials: admin / ⟦hunter2⟧", "the credentials are root/⟦toor123⟧"),
        ("credentials in path/to/file2", "credentials for read/write"),
    ),
)  # fmt: skip


def told_secrets(text: str) -> Iterator[Span]:
    """Yield what prose tells as a password, key or token; in no order."""
    lower = text.lower()
    for name in _NAME.finditer(lower if len(lower) == len(text) else text):
        for phrase in PHRASES:
            if phrase.names and not name[0].startswith(phrase.names):
                continue
            if phrase.where == "after":
                match = phrase.pattern.match(text, name.end())
            else:
                line = max(text.rfind("\n", 0, name.start()) + 1, name.start() - _BEFORE)
                match = phrase.pattern.search(text, line, name.start())
            if match is not None and phrase.is_secret(match["value"]):
                yield Span(match.start("value"), match.end("value"))
