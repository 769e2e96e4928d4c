"""Words, brackets, strings and comments of any language, roughly: for text that has no tree, or a broken one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from breadknife.text.languages import LANGUAGES, BlockStyle

CLOSING = {"(": ")", "[": "]", "{": "}"}

TRIPLE_QUOTED = frozenset(("python", "kotlin", "java", "csharp", "toml"))
BACKTICKED = frozenset(("javascript", "javascriptreact", "typescript", "typescriptreact", "go"))
DOUBLE_ONLY = frozenset(("rust", "html", "markdown", "json"))
"""Languages in which `'` begins no string: it is a lifetime's or an apostrophe."""


_ESCAPED_END = re.compile(r"(?<!\\)(?:\\\\)*\\.$")


_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

END_WORDS = frozenset(("end", "fi", "done", "esac", "until"))
"""Words that close a block."""
MIDDLE_WORDS = frozenset(("else", "elsif", "elif", "elseif", "rescue", "ensure", "when", "in"))
"""Words that go on with a block whose opening stands at the same column."""


class TokenKind(StrEnum):
    COMMENT = "comment"
    STRING = "string"
    WORD = "word"
    OPEN = "open"
    CLOSE = "close"
    NEWLINE = "newline"
    BLANK = "blank"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, `text[start:end]`. One that touches the text's end may become another when more text comes."""

    kind: TokenKind
    start: int
    end: int
    closed: bool = True
    """False for a string or block comment that doesn't end."""


def tokens(text: str, language: str, quote: str = "") -> Iterator[Token]:
    """Yield the text's tokens, without gaps. With `quote`, the text begins inside a string that this quote ends."""
    at = 0
    if quote:
        end = re.compile(rf"(?:\\(?:[\s\S]|\Z)|(?!{quote})[^\\])*(?P<quote>{quote})?").match(text)
        assert end
        at = end.end()
        yield Token(TokenKind.STRING, 0, at, closed=end["quote"] is not None)
    for match in _pattern(language).finditer(text, at):
        kind = TokenKind(match.lastgroup or "")
        yield Token(kind, match.start(), match.end(), _closed(kind, match[0]))


def string_quote(string: str) -> str:
    """Return the quotes that a string begins and ends with; empty if it begins with none."""
    opening = re.match(r"[\w@$#]{0,3}?(\"\"\"|'''|[\"'`])", string)
    return opening[1] if opening else ""


def opens_block(line: str, language: str) -> bool:
    """Tell whether a line of code, without its comment, opens a block that no bracket marks."""
    syntax, code = LANGUAGES.get(language), line.rstrip()
    match syntax.block if syntax else None:
        case BlockStyle.BRACES:
            return False
        case BlockStyle.END:
            assert syntax
            if (code.split() or [""])[-1] in END_WORDS or code.endswith("{"):
                return False
            begins = code.lstrip().startswith(tuple(f"{word} " for word in syntax.line_start_openers))
            ends = (" " + code).endswith(syntax.line_end_openers)
            return begins or ends or ("function" in code and code.endswith(")"))
        case _:
            return code.endswith(":")


def is_of_word(char: str) -> bool:
    """Tell whether a character can be a part of an identifier."""
    return char.isalnum() or char == "_"


def word_before(text: str, end: int) -> str:
    """Return the part of a word that `text[:end]` ends with."""
    start = end
    while start > 0 and is_of_word(text[start - 1]):
        start -= 1
    return text[start:end]


def parts_of_words(text: str) -> list[str]:
    """Return the parts of all words and names of a text, in order: `parse`, `HTTP`, `Headers` and `2` of
    `parseHTTPHeaders_2`."""
    return _PART.findall(text)


def columns(blanks: str) -> int:
    """Return the width of the indentation that a line, or the start of one, has."""
    line = blanks.expandtabs(4)
    return len(line) - len(line.lstrip())


def shifted(lines: list[str], by: int) -> list[str]:
    """Return the lines indented by so many more (or fewer) columns, in blanks; 0 changes nothing."""
    return [" " * max(columns(line) + by, 0) + line.lstrip() if by and line.strip() else line for line in lines]


def _closed(kind: TokenKind, source: str) -> bool:
    """Tell whether a token has its end; False for a string or block comment without one."""
    if kind is TokenKind.COMMENT:
        return not source.startswith(("/*", "<!--")) or source.endswith(("*/", "-->"))
    if kind is not TokenKind.STRING:
        return True
    quote = string_quote(source)
    return len(source) >= 2 * len(quote) and source.endswith(quote) and not _ESCAPED_END.search(source)


@cache
def _pattern(language: str) -> re.Pattern[str]:
    """Return a pattern of one token, whose groups are called like the kinds. An unknown language has both `#` and `//`
    comments."""
    syntax = LANGUAGES.get(language)
    language = syntax.id if syntax else language
    marks = [syntax.line_comment] if syntax else ["#", "//"]
    if language == "php":
        marks.append("#")
    comments = [rf"{re.escape(mark)}[^\n]*" for mark in marks if mark]
    if "//" in marks or language in ("css", "sql"):
        comments.append(r"/\*[\s\S]*?(?:\*/|\Z)")
    if language in ("html", "markdown"):
        comments.append(r"<!--[\s\S]*?(?:-->|\Z)")
    strings = [r'"(?:\\(?:[\s\S]|\Z)|[^"\\\n])*"?']
    if language in TRIPLE_QUOTED:
        strings.insert(0, r'"""(?:\\(?:[\s\S]|\Z)|(?!""")[^\\])*(?:""")?')
    if language in ("python", "toml"):
        strings.insert(0, r"'''(?:\\(?:[\s\S]|\Z)|(?!''')[^\\])*(?:''')?")
    if language in BACKTICKED:
        strings.append(r"`(?:\\(?:[\s\S]|\Z)|[^`\\])*`?")
    if language == "rust":
        strings.append(r"'(?:\\[^'\n]+|[^'\\\n])'")
    elif language not in DOUBLE_ONLY:
        strings.append(r"'(?:\\(?:[\s\S]|\Z)|[^'\\\n])*'?")
    groups = {
        TokenKind.COMMENT: "|".join(comments),
        TokenKind.STRING: "|".join(strings),
        TokenKind.WORD: r"\w+",
        TokenKind.OPEN: r"[([{]",
        TokenKind.CLOSE: r"[)\]}]",
        TokenKind.NEWLINE: r"\n",
        TokenKind.BLANK: r"[^\S\n]+",
        TokenKind.OTHER: r".",
    }
    return re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in groups.items() if pattern))
