"""Patterns that breadknife's users write: in recipes, settings and documents.

RE2 runs them, in time that grows with the text, whatever the pattern, and without the interpreter's lock. They are
written as for Python's `re`; what RE2 lacks (`(?=`, `\\1`) is refused with its place. Our own patterns stay with `re`.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import re2  # pyright: ignore[reportMissingTypeStubs]

from breadknife.errors import PatternError
from breadknife.text.document import Span

if TYPE_CHECKING:
    import pathspec

_ENGINE = cast("Any", re2)  # has no types

MAX_PATTERN = 1_000
"""Characters of a pattern."""
MAX_PATHS = 10_000
"""Characters of the patterns for paths of one setting."""
MAX_TEXT = 200_000
"""Code points in which a pattern is looked for."""
MAX_MATCHES = 50_000
"""In one text: each may take as long as going through the rest of it."""
MAX_WRITTEN = 1 << 20
"""Code points that replacing may write."""
_SECONDS = 5.0
"""For all matches in a text; looked at between two of them."""
_MEMORY = 4 << 20
"""Bytes of a compiled pattern and its automaton."""
_LARGEST = 800
"""Instructions of a pattern, a letter of any script counted as one. At worst RE2 goes through all of them at each byte:
3 s for a text of the largest size."""
_REMEMBERED = 200
"""Patterns that are kept compiled."""
_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half of a character: RE2 takes UTF-8, which has none."""
_FAR = re.compile(r"\\x\{[^}]*\}")
"""A code point as it is written for RE2."""
_CODE_POINT = r"\\u(?P<short>[0-9a-fA-F]{4})|\\U(?P<long>[0-9a-fA-F]{8})|\\(?P<escape>[\s\S])"
_TOKEN = re.compile(
    rf"{_CODE_POINT}|(?P<missing>\(\?(?:<?[=!]|P=|>|\())|(?P<most>\{{,(?=\d+\}}))|(?P<opens>\[\^?\]?)|[\s\S]"
)
_TOKEN_IN_CLASS = re.compile(rf"{_CODE_POINT}|\[:\^?\w+:\]|(?P<closes>\])|[\s\S]")
_WHITE = r"\pZ\t-\r\x1c-\x20\x85\xa0\pZ"
_OUTSIDE = {
    "w": r"[\pL_\pN]", "W": r"[^\pL_\pN]", "d": r"\p{Nd}", "D": r"\P{Nd}", "s": f"[{_WHITE}]", "S": f"[^{_WHITE}]",
    "Z": r"\z",
}  # fmt: skip
"""What Python's escapes mean, in RE2's words: RE2's own `\\w` has no `ü`."""
_IN_CLASS = {
    "w": r"\pL_\pN", "d": r"\p{Nd}", "D": r"\P{Nd}", "s": _WHITE, "b": r"\x08",
    "W": r"\pM\x{203f}\x{2040}\x{2054}\x{fe33}\x{fe34}\x{fe4d}-\x{fe4f}\x{ff3f}\pS\pZ\pC"
    r"\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}",
    "S": r"\pL\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\pM\pN\pP\pS\p{Cf}\p{Co}",
}  # fmt: skip
"""The same between brackets. Each begins and ends with a class, so that none becomes one end of a range."""
_SAME = frozenset("ADBafnrtvxpPbz")
"""Letters after a backslash that mean the same to both."""
_LACKING = {
    "(?=": "match what stands there too, and name the part that you want `(?P<text>…)`",
    "(?P=": "write out what is repeated",
    "(?>": "write `(?:`",
    "(?(": "write both cases, with `|` between them",
}
"""What RE2 has not, and what to write."""
_REMEDIES = {
    "bad repetition operator": "repeat with one sign, such as `*` or `{2,3}`",
    "invalid repetition size": "repeat 1,000 times at most",
    "pattern too large": "repeat less in it",
    "invalid perl operator": "of groups, `(…)`, `(?:…)`, `(?P<name>…)`, `(?i)` and `(?s)` are known",
    "missing )": "close each `(`, or write `\\(`",
    "missing ]": "close each `[`, or write `\\[`",
}
"""The beginning of what RE2 says -> what to do."""
_GROUP = re.compile(r"\\(?:(?P<number>[1-9]\d?)|g<(?P<name>\w+)>|(?P<escape>[\s\S]?))")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}


@dataclass(frozen=True)
class Match:
    """One match: where it is, and the spans of its groups, of which the first is the whole."""

    groups: Sequence[tuple[int, int]]

    @property
    def span(self) -> Span:
        return Span(*self.groups[0])


@dataclass(frozen=True)
class Pattern:
    """A regular expression that can be used. `^` and `$` match at the start and the end of each line."""

    source: str
    names: Mapping[str, int]
    """Name of a group -> its number."""
    group_count: int
    _find: Callable[[str], Iterator[Any]]

    def matches(self, text: str) -> Iterator[Match]:
        """Yield the matches in a text's first MAX_TEXT code points, from left to right.

        Raises PatternError where there are more than MAX_MATCHES, or they take too long.
        """
        text = text[:MAX_TEXT]
        try:
            text.encode()
        except UnicodeEncodeError:
            text = _SURROGATE.sub("\ufffd", text)
        numbers, last = range(self.group_count + 1), (-1, -1)
        end = time.monotonic() + _SECONDS
        for count, match in enumerate(self._find(text), 1):
            if count > MAX_MATCHES:
                raise PatternError(f"the pattern matches more than {MAX_MATCHES:,} times; let it match more at once")
            if time.monotonic() > end:
                raise PatternError(f"the pattern takes longer than {_SECONDS:g} s here; let it match less at once")
            # The binding tells of an empty match that it had to search for twice.
            if (span := match.span()) != last or span[0] != span[1]:
                yield Match([match.span(number) for number in numbers])
            last = span

    def is_in(self, text: str) -> bool:
        """Tell whether it matches anywhere."""
        return next(self.matches(text), None) is not None

    def replace(self, text: str, by: str) -> str:
        """Return a text's first MAX_TEXT code points, each match replaced. `by` may name groups: `\\1`, `\\g<name>`.

        Raises PatternError for a group that isn't there, and for more than MAX_WRITTEN code points.
        """
        text = text[:MAX_TEXT]
        template = _replacement(self, by)
        pieces, size, at = list[str](), 0, 0
        for match in self.matches(text):
            start, end = match.groups[0]
            filled = (part if isinstance(part, str) else text[slice(*match.groups[part])] for part in template)
            written = [text[at:start], *filled]
            pieces += written
            size += sum(map(len, written))
            if size > MAX_WRITTEN:
                raise PatternError(f"replacing writes more than {MAX_WRITTEN:,} characters; shorten what it writes")
            at = end
        return "".join((*pieces, text[at:]))


@dataclass(frozen=True)
class PathPatterns:
    """The patterns of a setting, written as in `.gitignore`. Of those that fit a path, the last one decides."""

    _spec: pathspec.GitIgnoreSpec

    def fit(self, path: str) -> bool:
        """Tell whether the patterns mean a path, which has `/` and is relative to the folder of the settings' file."""
        return bool(self._spec.check_file(_SURROGATE.sub("\ufffd", path)).include)


def read_path_patterns(lines: Sequence[str]) -> PathPatterns:
    """Return patterns that can be used. Raises PatternError for an invalid one, and where they are too large."""
    import pathspec  # takes 50 ms

    try:
        if sum(map(len, lines)) > MAX_PATHS:
            raise PatternError(f"the patterns have more than {MAX_PATHS:,} characters; write fewer")
        plain = [_SURROGATE.sub("\ufffd", line) for line in lines]
        return PathPatterns(pathspec.GitIgnoreSpec.from_lines(plain, backend="re2"))
    except (ValueError, re.error) as error:
        raise PatternError(f"{error}; correct it") from error
    except _ENGINE.error as error:
        raise PatternError("the patterns are too large; write fewer") from error


@lru_cache(_REMEMBERED)
def read_pattern(source: str) -> Pattern:
    """Return a pattern that can be used. Raises PatternError for one that can't, with the place in it and a remedy."""
    if len(source) > MAX_PATTERN:
        raise PatternError(f"the pattern has more than {MAX_PATTERN:,} characters; shorten it")
    if _SURROGATE.search(source):
        raise PatternError("the pattern has half of a character; write it whole")
    written = f"(?m){_translated(source)}"
    try:
        size = _compiled(_FAR.sub(r"\\xff", written).encode()).programsize
        if size > _LARGEST:
            raise PatternError("the pattern is too large; repeat less in it")
        compiled = _compiled(written)
    except _ENGINE.error as error:
        raise PatternError(_explain(error, source)) from error
    return Pattern(source, dict(compiled.groupindex), compiled.groups, compiled.finditer)


def _compiled(written: str | bytes) -> Any:
    """Compile a pattern for RE2. Bytes are compiled as if there were 256 characters."""
    options = _ENGINE.Options()
    options.log_errors, options.max_mem = False, _MEMORY
    if isinstance(written, bytes):
        options.encoding = options.Encoding.LATIN1
    return _ENGINE.compile(written, options)


def _translated(source: str) -> str:
    """Write the pattern as RE2 wants it. Raises PatternError for what RE2 lacks."""
    pieces: list[str] = []
    at, in_class = 0, False
    while token := (_TOKEN_IN_CLASS if in_class else _TOKEN).match(source, at):
        groups = token.groupdict()
        if code := groups["short"] or groups["long"]:
            pieces.append(rf"\x{{{code}}}")
        elif groups["escape"]:
            pieces.append(_escape(groups["escape"], at, _IN_CLASS if in_class else _OUTSIDE))
        elif groups.get("missing"):
            raise _lacking(token[0], at)
        else:
            pieces.append("{0," if groups.get("most") else token[0])
        in_class = not groups.get("closes") if in_class else bool(groups.get("opens"))
        at = token.end()
    return "".join(pieces)


def _escape(char: str, at: int, meanings: Mapping[str, str]) -> str:
    """Return the escape `\\char`, at the offset `at` of the pattern, as RE2 has it. Raises PatternError for none."""
    if char in meanings:
        return meanings[char]
    if char.isdigit() and char != "0":
        raise _lacking(f"\\{char}", at)
    if char.isascii() and char.isalpha() and char not in _SAME:
        raise PatternError(f"`\\{char}` at character {at + 1} of the pattern is no escape; write `{char}`")
    return f"\\{char}"


def _lacking(written: str, at: int) -> PatternError:
    """Return the error for what would need to go back in the text."""
    key = "(?P=" if written[0] == "\\" else written if written in _LACKING else "(?="
    return PatternError(f"`{written}` at character {at + 1} of the pattern isn't supported; {_LACKING[key]}")


def _explain(error: Exception, source: str) -> str:
    """Return RE2's error, with its place if that can be told, and a remedy."""
    message = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else str(error)
    kind, _, fragment = message.partition(": ")
    place = f"at character {source.index(fragment) + 1} of" if fragment and fragment in source else "in"
    remedy = next((remedy for begin, remedy in _REMEDIES.items() if kind.startswith(begin)), "correct it")
    return f"{kind} {place} the pattern; {remedy}"


def _replacement(pattern: Pattern, by: str) -> tuple[str | int, ...]:
    """Return the texts and the numbers of groups that `by` is made of. Raises PatternError."""
    pieces: list[str | int] = []
    at = 0
    for match in _GROUP.finditer(by):
        pieces.append(by[at : match.start()])
        group = match["number"] or match["name"]
        if group:
            number = int(group) if group.isdecimal() else pattern.names.get(group, -1)
            if not 0 <= number <= pattern.group_count:
                raise PatternError(f"the pattern has no group `{group}`; it has {pattern.group_count}")
            pieces.append(number)
        else:
            pieces.append(_ESCAPES.get(match["escape"], match[0]))
        at = match.end()
    return (*pieces, by[at:])
