"""Prose in Typst.

Covers: paragraphs, headings, lists and terms; content in brackets of calls and code (captions, footnotes) as paragraphs
of its own where the call has the line to itself; formulas, references and inline code as words; comments, raw text and
code left out. Nothing is evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from breadknife.cancel import CancelToken
from breadknife.text.document import Document, Span
from breadknife.text.extract.blocks import block_prose
from breadknife.text.extract.passage import Cut, brackets, citation, line_breaks, split_lines
from breadknife.text.languages.values import kinds
from breadknife.text.prose import ProseText

_COMMENT = r"(?<!:)//[^\n]*|/\*.*?\*/"
_SKIPPED = r'\\.|(?<!:)//[^\n]*|"(?:\\.|[^"\\\n]){0,200}"|`[^`\n]{0,200}`'
_MATH = r"\$(?:\\.|[^$\\]){1,3000}\$"
_PAIRS = "[]{}()"
_TOKEN = re.compile(
    r"(?P<blank>\n[ \t\r]*(?=\n))"
    rf"|(?P<comment>{_COMMENT})"
    r"|(?P<raw>(?P<fence>`{3,}).*?(?P=fence))|`[^`\n]*`"
    rf"|{_MATH}"
    r"|(?m:^)[ \t]*(?:(?P<heading>=+[ \t]+[^\n]*)|(?P<item>(?:[-+]|\d+\.)[ \t]+|/[ \t]+[^:\n]{1,80}:[ \t]+))"
    r"|(?P<code>#(?:let|set|show|import|include|if|for|while|return|context)\b)"
    r"|\#(?P<call>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*|(?=[{(\[]))"
    r"|\\.",
    re.DOTALL,
)
_CODE_STOP = re.compile(r"[\n;(\[{]|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"")
_REST_OF_LINE = re.compile(r"[ \t]*(?:<[A-Za-z][\w:.-]*>)?[ \t\r;]*(?:\n|\Z)")
_EMPTY_LINE = re.compile(r"[ \t\r)\]]*(?:\n|\Z)")
_INK = re.compile(r"\S")
_METHOD = re.compile(r"\.[a-z][\w-]*(?=\()")
_GONE = kinds("footnote h v pagebreak linebreak colbreak parbreak label metadata todo hide counter state")
_INLINE = re.compile(
    rf"(?P<math>{_MATH})|(?P<raw>(?P<ticks>`+).*?(?P=ticks))"
    rf"|(?P<comment>{_COMMENT})"
    r"|\#(?P<call>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*|(?=[{(\[]))"
    r"|(?P<reference>(?<!\w)@[A-Za-z](?:[\w:.-]*\w)?(?:\[[^\]\n]{0,200}\])?)"
    r"|(?P<gone>[ \t\n]*<[A-Za-z][\w:.-]*>|(?<!\w)[*_]|[*_](?!\w)|\A=+[ \t]+)"
    r"|\\u\{(?P<point>[0-9A-Fa-f]{1,6})\}|\\(?P<escaped>[^\sA-Za-z0-9])|(?P<break>[ \t]*\\(?=\s|\Z)[ \t]*)"
    r"|(?P<dash>---?)|(?P<tie>~)|(?P<dots>\.\.\.)",
    re.DOTALL,
)
_TYPED = {"---": "—", "--": "–", "~": "\n", "...": "…"}
_RESERVED = "#*_`$<>@[]\\~\n"


def typst_prose(document: Document, cancel: CancelToken) -> Iterator[ProseText]:
    """Yield the prose of a Typst document, in order. Raises Cancelled."""
    texts = block_prose(document, _paragraphs(document.text), _cuts, _RESERVED, cancel)
    yield from sorted(texts, key=lambda text: text.start)


def _paragraphs(text: str) -> Iterator[list[Span]]:
    """Yield the pieces of lines of each paragraph."""
    closing = brackets(text, _PAIRS, _SKIPPED)
    contents = [Span(0, len(text))]
    while contents:
        yield from _paragraphs_of(text, contents.pop(), closing, contents)


def _paragraphs_of(text: str, span: Span, closing: Mapping[int, int], contents: list[Span]) -> Iterator[list[Span]]:
    """Yield the paragraphs of a part of the text, each as pieces of lines.

    Args:
        text: the whole document.
        span: the part of it.
        closing: the offset of each opening bracket -> that of its closing one.
        contents: takes the spans of content, in calls and code, that has paragraphs of its own.
    """
    pieces, at, pos = list[Span](), span.start, span.start
    while (match := _TOKEN.search(text, pos, span.end)) is not None:
        pos = match.end()
        if match["comment"] is not None:
            pieces += split_lines(text, Span(at, match.start()))
            at = pos
            continue
        resumed = pos
        if match["call"] is not None:
            end = _after_call(text, pos, closing)
            follows_text = bool(pieces) or _INK.search(text, at, match.start()) is not None
            is_block = end > pos and _is_block(text, span, match.start(), end, follows_text=follows_text)
            if is_block or match["call"] == "footnote":
                contents += _contents(text, pos, end, closing)
                pos = end
            if not is_block:
                pos = closing[pos] + 1 if text.startswith("(", pos) and pos in closing else pos
                continue
            resumed = end
        elif match["code"]:
            resumed = min(_after_code(text, pos, closing), span.end)
            contents += _contents(text, match.start(), resumed, closing)
        elif match["heading"]:
            yield [*pieces, *split_lines(text, Span(at, match.start()))]
            pieces, at = [], match.start("heading")
            yield [Span(match.start("heading"), pos)]
            at = pos
            continue
        elif match["blank"] is None and not match["item"] and "\n" not in (match["raw"] or ""):
            continue
        yield [*pieces, *split_lines(text, Span(at, match.start()))]
        pieces, at, pos = [], resumed, resumed
    yield [*pieces, *split_lines(text, Span(at, span.end))]


def _is_block(text: str, span: Span, start: int, end: int, *, follows_text: bool) -> bool:
    """Tell whether a call has its lines to itself, and is no part of a sentence that goes on around them."""
    before = start
    while before > span.start and text[before - 1] in " \t":
        before -= 1
    rest = _REST_OF_LINE.match(text, end, span.end)
    if rest is None or (before > span.start and text[before - 1] != "\n"):
        return False
    if text.find("\n", start, end) >= 0:
        return True
    return not follows_text and _EMPTY_LINE.match(text, rest.end(), span.end) is not None


def _after_call(text: str, at: int, closing: Mapping[int, int]) -> int:
    """Return the offset after a call's arguments and what is called on its result."""
    while True:
        if at in closing and text[at] in "([{":
            at = closing[at] + 1
        elif (method := _METHOD.match(text, at)) is not None:
            at = method.end()
        else:
            return at


def _after_code(text: str, at: int, closing: Mapping[int, int]) -> int:
    """Return the offset after a statement: the first line break or `;` outside of its brackets."""
    while (match := _CODE_STOP.search(text, at)) is not None:
        if match[0] in "\n;":
            return match.start() if match[0] == "\n" else match.end()
        at = closing.get(match.start(), match.end() - 1) + 1
    return len(text)


def _contents(text: str, start: int, end: int, closing: Mapping[int, int]) -> Iterator[Span]:
    """Yield the content blocks of code, the outermost ones."""
    while (start := text.find("[", start, end)) >= 0:
        stop = closing.get(start)
        if stop is not None:
            yield Span(start + 1, stop)
        start = start + 1 if stop is None else stop + 1


def _cuts(text: str) -> list[Cut]:
    """Return everything of a passage that isn't prose. Of a call whose last argument is content, only that is read."""
    cuts, closing, pos = line_breaks(text), brackets(text, _PAIRS, _SKIPPED), 0
    while (match := _INLINE.search(text, pos)) is not None:
        start, pos = match.span()
        if match["call"] is not None:
            end = _after_call(text, pos, closing)
            if match["call"] in _GONE:
                cuts.append(Cut(start, end, ""))
                pos = end
            elif text[end - 1] == "]" and (opening := _last_content(text, pos, end, closing)) >= 0:
                cuts += (Cut(start, opening + 1, ""), Cut(end - 1, end, ""))
                pos = opening + 1
            else:
                cuts.append(citation(text, start, end) if match["call"] == "cite" else Cut(start, end))
                pos = end
        elif match["reference"]:
            cuts.append(citation(text, start, pos))
        elif match["escaped"]:
            cuts.append(Cut(start, pos, match["escaped"]))
        elif match["point"]:
            cuts.append(Cut(start, pos, _character(match["point"])))
        elif match["break"] is not None:
            cuts.append(Cut(start, pos, "\n"))
        elif match["gone"] or match["comment"] is not None:
            cuts.append(Cut(start, pos, ""))
        else:
            cuts.append(Cut(start, pos, _TYPED.get(match[0])))
    return cuts


def _character(point: str) -> str | None:
    """Return the character of a code point in hexadecimal digits; None if there is none."""
    number = int(point, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else None


def _last_content(text: str, at: int, end: int, closing: Mapping[int, int]) -> int:
    """Return the offset of the bracket that opens a call's last argument, if that is content; else -1."""
    while at in closing and closing[at] + 1 < end:
        at = closing[at] + 1
    return at if closing.get(at) == end - 1 and text[at] == "[" else -1
