"""Secrets that prose tells: "the password is …". A row is a phrase, with examples of what it masks and what it leaves.

In the examples, `⟦…⟧` marks what is masked; `tests/project/test_told_secrets.py` tries each. `bench/told_secrets.py`
counts what is masked by mistake: in the documentation and code of installed packages, which tell no secret.
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
"""Characters of a key or token from which on one digit in it is enough."""
_SHORT = 8
"""Characters that a key or token has at least. One of fewer than `_LONG` has two digits, and no sign but `_`."""
_NAME = re.compile(
    r"passw(?:or)?d|passphrase|passcode|(?:api|access|secret|account|encryption)[ _-]?key|token|secret|credential"
)
"""The names of secrets. They are searched in the text in small letters, which is ten times as fast as `(?i)`."""
_PASSWORD_NAMES = ("passw", "passphrase", "passcode", "secret")
_KEY_NAMES = ("api", "access", "secret", "account", "encryption", "token")
"""How the names begin behind which a password stands, and those behind which a key or token does."""
_VALUE = r"""(?P<quote>["'`“‘]?)(?P<value>[^\s"'`“”‘’<>{}()\[\]$%,;]{4,64}?)[.!?)]*(?:["'`”’]|(?=[\s,;]|$))"""
"""A word, quoted or not, without the mark that ends its sentence."""
_ALGORITHM = re.compile(
    r"(?i)(?:base|utf|sha|aes|md|rfc|oauth|argon|pbkdf|bcrypt|scrypt|iso|http|https|v)[-_]?v?[0-9][\w.-]*|[0-9]+(?:st|nd|rd|th|-\w+)"
)
_CODE = re.compile(r"\w+\(.*|[A-Z][A-Z0-9_]+|\w+(?:\.\w+)+(?:\(\))?|https?:.*|/.*|--?\w.*|:\w+:.*|.*[=:]")
"""A call, a constant, an attribute, an address or an option: code that names a secret and is none."""
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
"""Words that say something of a password."""
_GRAMMAR = re.compile(
    r"\w+(?:ed|ing|ly)|to|a|an|the|of|in|on|by|for|at|as|is|it|if|be|not|no|or|and|so|too|any|all|that|this|with|from|when"
    r"|your|you|our|his|her|its|their|same|than|then|but|only|must|may|can|will|should|has|have|are|was|were|one|each"
)
"""Words that a sentence has and a passphrase hasn't."""


def _is_password(value: str) -> bool:
    """Tell whether the word in a password's place is one: it has digits or signs, or is four words with hyphens."""
    if _CODE.fullmatch(value) or _ALGORITHM.fullmatch(value):
        return False
    return bool(_is_mixed(value) or _HYPHENATED.fullmatch(value))


def _is_undescriptive_word(value: str) -> bool:
    """Tell whether a word in small letters says nothing of a password, so that it is one: `letmein`, but not
    `required`."""
    return bool(_PLAIN.fullmatch(value)) and not _DESCRIBES.fullmatch(value)


def _is_key(value: str) -> bool:
    """Tell whether the word in the place of a key or token is one: those are long, and no words."""
    if _CODE.fullmatch(value) or _ALGORITHM.fullmatch(value) or not re.search("[A-Za-z]", value):
        return False
    digits = len(re.findall("[0-9]", value))
    # In so long a word a single digit is enough: a key that isn't masked is worse than a word that is.
    if len(value) >= _LONG:
        return digits > 0
    # A shorter one may be a name with a number, such as `token_start2`: two digits make it a key.
    return len(value) >= _SHORT and digits > 1 and re.fullmatch(r"\w+", value) is not None


def _is_mixed(value: str) -> bool:
    """Tell whether there are digits or signs among letters, or six digits or more: `hunter2`, `s3cr3t!`, `482913`."""
    has_letters = bool(re.search("[A-Za-z]", value))
    return (has_letters and bool(re.search(r"[0-9!@#^&?+~]", value))) or (value.isdecimal() and len(value) >= 6)


def _is_passphrase(value: str) -> bool:
    """Tell whether words in a row are no part of a sentence: they lack each word that only grammar needs."""
    return not any(_GRAMMAR.fullmatch(word) for word in value.split())


@dataclass(frozen=True)
class Phrase:
    """A form of words that tells a secret beside the secret's name."""

    where: Literal["before", "after"]
    """Where the secret stands, as seen from its name."""
    pattern: re.Pattern[str]
    """Matches from the end of the name on, or up to its start. The group `value` is what may be the secret."""
    names: tuple[str, ...]
    """How the names begin that the phrase is for, in small letters."""
    is_secret: Callable[[str], bool]
    """Tells whether `value` is a secret."""
    masks: tuple[str, ...]
    leaves: tuple[str, ...]


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
        _PASSWORD_NAMES,
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
        _is_undescriptive_word,
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
        _KEY_NAMES,
        _is_key,
        (
            "my API key: ⟦a8f3k2m9x7q1⟧",
            "The access token is ⟦9d8f7a6b5c4e3f2a1b0c⟧.",
            "the access key is ⟦qXzRfiCYwJalrUtnFEMIKMDENGbPx7⟧",
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
            "the token is token_start2",
        ),
    ),
    Phrase(
        "before",
        re.compile(
            rf"\b(?:[Uu]se|[Uu]sing|[Ee]nter|[Tt]ype|[Tt]ry|[Ww]ith|[Ss]et)\s++{_VALUE}\s++(?:as|for)\s++"
            r"(?:the|a|an|your|my|our)?\s*+(?:\S++\s++){0,2}$"
        ),
        _PASSWORD_NAMES,
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
    """Yield the spans of passwords, keys and tokens that prose tells; in no order, and one may come twice."""
    lower = text.lower()
    # A letter may have two small ones: where offsets would change, only names in small letters are found.
    for name in _NAME.finditer(lower if len(lower) == len(text) else text):
        for phrase in PHRASES:
            if not name[0].startswith(phrase.names):
                continue
            if phrase.where == "after":
                match = phrase.pattern.match(text, name.end())
            else:
                start = max(text.rfind("\n", 0, name.start()) + 1, name.start() - _BEFORE)
                match = phrase.pattern.search(text, start, name.start())
            if match is not None and phrase.is_secret(match["value"]):
                yield Span(match.start("value"), match.end("value"))
