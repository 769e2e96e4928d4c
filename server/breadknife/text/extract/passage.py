"""From lines of source to one paragraph of prose: what every extractor ends in.

An extractor finds the lines of a paragraph and calls `passage`, which joins them and keeps where each came from.
`prose` then cuts out what isn't prose (markup, code, URLs) and returns the rest with its map back to the source.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from breadknife.text.document import Span
from breadknife.text.prose import ProseText, Segment, SegmentKind

LONGEST = 20_000
"""Code points of the longest paragraph that is read; longer is data, and would take the engines seconds."""


FEWEST_WORDS = 2
"""Words of a comment, a docstring's paragraph or a message that is read: one alone is a name."""


@dataclass(frozen=True)
class MarkedPassage:
    """Lines that read as one paragraph, joined by "\\n", their indentation and comment signs gone, markup still in."""

    text: str
    start: int
    """Source offset of the first line."""
    lines: tuple[int, ...]
    """Where each line starts in the source, counted from `start`."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A part of a passage, `text[start:end]`, that isn't prose."""

    start: int
    end: int
    text: str | None = None
    """What stands for it in the prose: nothing if empty, a line break for "\\n", a placeholder noun for None."""


@dataclass(frozen=True, slots=True)
class Markup:
    """One kind of inline markup as data: what `pattern` matches is cut, but for its group `keep` if it has one."""

    pattern: re.Pattern[str]
    text: str | None = None
    """As a cut's; it also stands for each of the two sides of what is kept."""


def any_of(words: str) -> str:
    """Return a pattern that matches any of the words, which are patterns separated by blanks."""
    return f"(?:{'|'.join(words.split())})"


def markup(pattern: str, text: str | None = None, flags: int = 0) -> Markup:
    """Return one kind of inline markup by the source and the flags of its pattern."""
    return Markup(re.compile(pattern, flags), text)


def passage(source: str, lines: Sequence[Span]) -> MarkedPassage:
    """Return the passage of these lines' spans, without the white space at their ends."""
    trimmed = [span for line in lines if len(span := _trimmed(source, line))]
    if not trimmed:
        return MarkedPassage("", 0, ())
    start = trimmed[0].start
    text = "\n".join(source[span.start : span.end] for span in trimmed)
    return MarkedPassage(text, start, tuple(span.start - start for span in trimmed))


def _trimmed(source: str, span: Span) -> Span:
    """Return the span without the white space and byte order marks at its ends."""
    start, end = span.start, span.end
    while start < end and source[start] in _BLANK:
        start += 1
    while start < end and source[end - 1] in _BLANK:
        end -= 1
    return Span(start, end)


def sub_passage(passage: MarkedPassage, start: int, end: int) -> MarkedPassage:
    """Return the passage of `passage.text[start:end]`, such as that of a footnote inside of a sentence."""
    origin = _origin(passage.text, passage.lines)
    lines = [
        line for piece in split_lines(passage.text, Span(start, end)) if len(line := _trimmed(passage.text, piece))
    ]
    begin = origin[lines[0].start] if lines else 0
    text = "\n".join(passage.text[line.start : line.end] for line in lines)
    return MarkedPassage(text, passage.start + begin, tuple(origin[line.start] - begin for line in lines))


def split_lines(text: str, span: Span) -> Iterator[Span]:
    """Yield the lines of `text[span]`, without their line feeds."""
    start = span.start
    while (end := text.find("\n", start, span.end)) >= 0:
        yield Span(start, end)
        start = end + 1
    yield Span(start, span.end)


_BLANK = " \t\r\n\f\v\ufeff"
_ARTICLE_BEFORE = re.compile(r"\b[Aa]n\s$")
NOUN, VOWEL_NOUN = "Dummy0", "Ina0"
"""The placeholders for what isn't prose; the second one follows "an". Harper and LanguageTool take them for names of
unknown kind, and find nothing wrong with the sentence around them."""

NOT_PROSE = re.compile(
    r"""
      <[^\s<>\0]{1,300}>                                                       # <name>, <https://x.org>
    | (?:(?:https?|ftp|file|git|ssh)://|www\.)[^\s<>\0]*[^\s<>\0.,;:!?'")\]}]  # URL
    | [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                             # e-mail
    | (?<![\w@])@[A-Za-z][\w./-]*\w                                            # @mention, @decorator, @scope/package
    | (?<![\w.-])[\w.-]*\w=(?:"[^"\n\0]*"|'[^'\n\0]*'|[^\s,;=<>"'\0]*[^\s,;=<>"'\0.:!?)\]}])  # key=value
    | (?<!\S)--?[A-Za-z][\w-]*(?:=[^\s,;\0]+)?                                 # --option=value
    | (?<![\w/])(?:~|\.{1,2})?/(?:[\w.@-]+/?)+(?<![.,])                        # /a/path, ./path
    | \b[\w.-]+(?:/[\w.-]+){2,}\b/?                                            # a/longer/path
    | (?<!\S)\.[A-Za-z]\w+                                                     # .gitignore
    | \b(?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*\(\)                                    # call()
    | (?<![\w-])[A-Za-z_][\w-]*\w(?:\.[A-Za-z_]\w+)+\b                         # dotted.name, a-file.md
    | (?<!\w)_*[A-Za-z0-9]+_\w*                                                # snake_case
    | (?<!\S)[$%]\w+                                                           # $VARIABLE
    | (?<!\w)(?:\w+)?\#\d+\b                                                   # issue number
    """,
    re.VERBOSE,
)
SIGN = re.compile(r"[<@=/_$%#]|www\.|\.[A-Za-z_]|(?<!\S)-|\(\)")
"""What each of them has in it: a quick look tells that a text has none."""
_EMOJI = re.compile(r"(?<![^\s])(?::[a-z0-9_+-]{2,}:|\[![A-Z]+\])(?![^\s])")
_LINE_BREAK = re.compile(r"[ \t\\]*\n[ \t]*")


Cutter = Callable[[str], Iterable[Cut]]
"""Finds what isn't prose in a passage's text."""


def prose(passage: MarkedPassage, cutter: Cutter, reserved: str, language: str = "") -> ProseText | None:
    """Return the prose of a passage, without URLs, paths and identifiers too; None when no word of prose is left.

    A passage that is longer than LONGEST comes back unread: its text, and no segments.
    """
    if len(passage.text) > LONGEST:
        return ProseText(passage.text, (), passage.start, reserved, language)
    text = _relative(passage.text, passage.lines, cutter, reserved) if passage.text else None
    return text and ProseText(text.text, text.segments, passage.start, reserved, language)


@lru_cache(maxsize=1 << 15)
def _relative(text: str, lines: tuple[int, ...], cutter: Cutter, reserved: str) -> ProseText | None:
    """Return the prose of a passage as if it started at 0; None without words. The results are cached, because most
    paragraphs stay the same while one is edited."""
    cuts = disjoint(cutter(text))
    uncut = masked(text, cuts) if cuts else text
    found = NOT_PROSE.finditer(uncut) if SIGN.search(uncut) else ()
    further = [Cut(match.start(), match.end()) for match in found]
    further += [_cut_of_emoji(match) for match in _EMOJI.finditer(uncut)]
    return _build(text, _origin(text, lines), disjoint([*cuts, *further]) if further else cuts, reserved)


def _cut_of_emoji(match: re.Match[str]) -> Cut:
    """Amid a clause an emoji is a word of it ("give a :+1: on issues"); elsewhere it is decoration."""
    start, end = match.span()
    is_word = (
        match.string[max(start - 2, 0) : max(start - 1, 0)].islower() and match.string[end + 1 : end + 2].islower()
    )
    return Cut(start, end) if is_word else Cut(start, end, "")


def _origin(text: str, lines: tuple[int, ...]) -> Sequence[int]:
    """Return, for each code point of a passage and for its end, the offset in the source."""
    if len(lines) == 1:
        return range(len(text) + 1)
    lengths = (len(line) + 1 for line in text.split("\n"))
    return [*chain.from_iterable(range(start, start + length) for start, length in zip(lines, lengths, strict=True))]


def line_breaks(text: str) -> list[Cut]:
    """Return the cuts of a passage's line breaks, with the blanks and backslashes around them."""
    return [Cut(m.start(), m.end(), "\n") for m in _LINE_BREAK.finditer(text)] if "\n" in text else []


_BEFORE_NOUN = re.compile(
    r"(?:^|[.!?]\s+|\b(?:in|by|of|see|from|to|and|with|than|following|on|at|as|or|for)\b[~\s]*|[(;]\s*)$", re.IGNORECASE
)


def stands_for_noun(text: str, start: int, end: int) -> bool:
    """Tell whether a citation at `text[start:end]` is a part of the sentence: "as [1] says", not "it is so [1]."."""
    if _BEFORE_NOUN.search(text, max(0, start - 20), start):
        return True
    return re.match(r"[\s~]+[a-z]+s\b|\s+(?:has|have|is|are|was|were)\b", text[end : end + 20]) is not None


def citation(text: str, start: int, end: int) -> Cut:
    """Return the cut of a citation, with the blanks before it where it reads as nothing."""
    if stands_for_noun(text, start, end):
        return Cut(start, end)
    while start and text[start - 1] in " ~\n":
        start -= 1
    return Cut(start, end, "")


def markup_cuts(text: str, kinds: Iterable[Markup]) -> list[Cut]:
    """Return the cuts of line breaks and inline markup. Where two kinds overlap, the first one in `kinds` counts."""
    cuts = line_breaks(text)
    for kind in kinds:
        of_kind = list[Cut]()
        for match in kind.pattern.finditer(text):
            has_text = "keep" in kind.pattern.groupindex and match["keep"] is not None
            start, end = match.span("keep") if has_text else (match.end(), match.end())
            of_kind += [Cut(match.start(), start, kind.text), Cut(end, match.end(), kind.text)]
        of_kind = disjoint(of_kind)
        if of_kind:
            cuts += of_kind
            text = masked(text, of_kind)
    return cuts


def brackets(text: str, pairs: str, skip: str = r"\\.") -> Mapping[int, int]:
    """Return the offset of each opening bracket to that of its closing one.

    `pairs`: such as `{}[]`, strongest first: a weak one can't close a stronger. What matches the pattern `skip` is
    passed over. A bracket without its partner is left out.
    """
    closing, opened = dict[int, int](), list[int]()
    waiting = [0] * (len(pairs) // 2)
    for match in re.finditer(f"{skip}|[{re.escape(pairs)}]", text, re.DOTALL):
        rank, closes = divmod(pairs.find(match[0]), 2) if len(match[0]) == 1 else (-1, 0)
        if rank < 0:
            continue
        if not closes:
            opened.append(match.start())
            waiting[rank] += 1
            continue
        while waiting[rank]:
            top = pairs.index(text[opened[-1]]) // 2
            if top < rank:
                break
            waiting[top] -= 1
            at = opened.pop()
            if top == rank:
                closing[at] = match.start()
                break
    return closing


def disjoint(cuts: Iterable[Cut]) -> list[Cut]:
    """Return the cuts in order, without those that lie in or overlap an earlier one."""
    kept: list[Cut] = []
    for cut in sorted(cuts, key=lambda c: (c.start, -c.end)):
        if cut.start < cut.end and (not kept or cut.start >= kept[-1].end):
            kept.append(cut)
    return kept


def masked(text: str, cuts: Iterable[Cut]) -> str:
    """Return the text with a harmless character in the place of each that is cut; the cuts are disjoint and in
    order."""
    out, at = list[str](), 0
    for cut in cuts:
        out += (text[at : cut.start], ("\n" if cut.text == "\n" else "\0") * (cut.end - cut.start))
        at = cut.end
    return "".join((*out, text[at:]))


def _build(text: str, origin: Sequence[int], cuts: Sequence[Cut], reserved: str) -> ProseText | None:
    """Return the prose of a passage's text without the cuts, with its segments; None if no letter is left.

    Args:
        text: the passage's text.
        origin: the offset in the source of each of its code points.
        cuts: what isn't prose, disjoint and in order.
        reserved: as in `ProseText`.
    """
    out, segments, length, has_words = list[str](), list[Segment](), 0, False

    def add(piece: str, source: Span, kind: SegmentKind) -> None:
        nonlocal length
        if piece:
            out.append(piece)
            segments.append(Segment(Span(length, length + len(piece)), source, kind))
            length += len(piece)

    def add_verbatim(start: int, end: int) -> None:
        nonlocal has_words
        if start < end:
            has_words = has_words or any(map(str.isalpha, text[start:end]))
            for run in _runs(origin, start, end):
                add(text[run.start : run.end], Span(origin[run.start], origin[run.end - 1] + 1), SegmentKind.VERBATIM)

    at = 0
    for cut in cuts:
        add_verbatim(at, cut.start)
        at = cut.end
        if cut.text == "\n" and out:
            add(" ", Span(origin[cut.start], origin[cut.end]), SegmentKind.JOIN)
        elif cut.text != "\n":
            noun = VOWEL_NOUN if out and _ARTICLE_BEFORE.search("".join(out[-2:])) else NOUN
            add(
                noun if cut.text is None else cut.text,
                Span(origin[cut.start], origin[cut.end - 1] + 1),
                SegmentKind.MARKUP,
            )
    add_verbatim(at, len(text))
    while segments and segments[-1].kind is SegmentKind.JOIN:
        segments.pop()
        out.pop()
    return ProseText("".join(out), tuple(segments), 0, reserved) if has_words else None


def _runs(origin: Sequence[int], start: int, end: int) -> Iterable[Span]:
    """Return the pieces of `start:end` whose code points also follow each other in the source."""
    if origin[end - 1] - origin[start] == end - 1 - start:
        yield Span(start, end)
        return
    while start < end:
        shift = origin[start] - start
        stop = bisect_right(range(start, end), 0, key=lambda i: origin[i] - i - shift) + start
        yield Span(start, stop)
        start = stop
