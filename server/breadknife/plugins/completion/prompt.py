"""The fill-in-the-middle prompt: repository context and the text around the cursor, in the model's own form
(`engine/fim.py`). Where the form has the prefix last, typing only ever adds at the end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from breadknife.engine.api import Part, Prompt, Trim
from breadknife.engine.fim import QWEN, FimForm
from breadknife.plugins.completion.cursor import scan_brackets, unmatched
from breadknife.project.secrets.contents import masked
from breadknife.text.document import Document, Span, common_prefix
from breadknife.text.tokens import CLOSING, columns

_CLOSING_LINES = re.compile(r"[ \t]*+(?:\r?\n\s*+[])}][])};,]*+[ \t]*+(?=\r?\n|\Z))+")
_LONGEST_LINE = 4_096
"""Characters of a line that are looked at for secrets beyond the window."""


@dataclass(frozen=True)
class Window:
    """How much of a document a prompt has at most, in characters."""

    prefix: int
    suffix: int

    @property
    def step(self) -> int:
        """Characters that are typed between two moves of the prefix's start."""
        return self.prefix // 4


WHOLE = Window(4_000, 1_000)
"""About 1,200 and 300 tokens of code: 6 s to evaluate on two slow cores the first time, nothing after that."""
FIRST = Window(1_200, 400)
"""For who types before that is evaluated: a quarter of the time."""
SOON = FIRST.prefix + FIRST.suffix
"""Characters of a prompt that somebody may wait for."""


@dataclass(frozen=True)
class Snippet:
    """A piece of another file, as context."""

    path: str
    """From the project's root, with slashes."""
    text: str


def fim_prompt(
    document: Document,
    start: int,
    offset: int,
    context: Sequence[Snippet] = (),
    project_name: str = "",
    window: Window = WHOLE,
    begin: int | None = None,
    form: FimForm = QWEN,
) -> Prompt:
    """Return the prompt for the text between `start` and `offset`, the cursor, and for what follows there.

    `begin` is where the prefix begins, `form` the model's."""
    prefix = _since(document, prefix_start(document, offset, window) if begin is None else begin, start)
    suffix = _until(document, offset, suffix_end(document, offset, window))
    files = [(snippet.path, snippet.text) for snippet in context]
    context_parts = form.files(project_name, files, PurePosixPath(document.uri).name)
    return form.prompt(Part(prefix), Part(suffix, trim=Trim.END), context_parts)


def _since(document: Document, begin: int, end: int) -> str:
    """The text between two offsets. If it begins within a line, a secret there could be cut in two and not be known as
    one: so it is masked here already."""
    line = max(document.line_starts[document.line_at(begin)], begin - _LONGEST_LINE)
    return document.text[begin:end] if line == begin else masked(document.text[line:end])[begin - line :]


def _until(document: Document, begin: int, end: int) -> str:
    line = min(document.line_span(document.line_at(end)).end, end + _LONGEST_LINE)
    return document.text[begin:end] if line <= end else masked(document.text[begin:line])[: end - begin]


def new_characters(prompt: Prompt, evaluated: Prompt) -> int:
    """Return how many characters of a prompt follow the beginning that it shares with another."""
    new, old = ("".join(part.text for part in parts) for parts in (prompt, evaluated))
    return len(new) - common_prefix(new, old)


def prefix_start(document: Document, offset: int, window: Window = WHOLE, last: int | None = None) -> int:
    """Return where the prefix begins: at a definition, 2,000 to 4,000 characters before the cursor.

    It stays there while the cursor is within one definition, unless that is long; then it moves every 1,000
    characters. Where it began `last` it begins as long as that is near enough: a definition that begins to be typed
    doesn't move it.
    """
    step = window.step
    if (
        last is not None
        and step <= offset - last <= window.prefix
        and document.text[last - 1 : last] in ("", "\n", "\r")
    ):
        return last
    within = _enclosing_start(document, offset, step)
    reference = within if offset - within < step else offset // step * step
    earliest = (reference // step - 2) * step
    if earliest <= 0:
        return 0
    line, best, best_width = document.line_at(earliest - 1) + 1, earliest, window.prefix
    while line < document.line_count and (start := document.line_starts[line]) <= reference - step:
        text = document.line_text(line)
        if text.strip() and text.lstrip()[0] not in ")]}" and (width := columns(text)) < best_width:
            best, best_width = start, width
        line += 1
    return best


def closed(document: Document, offset: int) -> Span:
    """Return what stands at the cursor and closes brackets or strings: those that its line opens, and where nothing
    else follows on the line, those that the next lines begin with and that are all these hold.

    Many editors type that themselves, `)` after `(`, and a line of its own for `}` after Enter. A suffix that began
    with it would be another one, and so all of the prompt.
    """
    text, end = document.text, offset
    before = text[document.line_starts[document.line_at(offset)] : offset]
    brackets, quote, _ = scan_brackets(before, document.language)
    for closer in (quote, *(CLOSING[char] for char in reversed(unmatched(brackets)) if char in CLOSING)):
        if not text.startswith(closer, end):
            break
        end += len(closer)
    lines = _CLOSING_LINES.match(text, end)
    return Span(offset, lines.end() if lines else end)


def suffix_end(document: Document, offset: int, window: Window = WHOLE) -> int:
    """Return where the suffix ends: before a definition or at a line's end, at most 1,000 characters after the cursor.

    It is counted from where the cursor's definition ends, so that it stays there while the cursor is within that,
    unless it is long; then it moves every 500 characters. It is never counted from the document's start: typing moves
    everything after the cursor.
    """
    length, limit, half = len(document.text), offset + window.suffix, window.suffix // 2
    if limit >= length:
        return length
    below = document.line_at(offset) + 1
    after = _definition_start(document, below, limit)
    if after is None:
        latest = length - -(-(length - limit) // half) * half
    else:
        latest = after + half if after - offset <= half else after
    line = document.line_at(latest)
    while (start := document.line_starts[line]) > max(latest - half, offset):
        if _begins_definition(document, line, below):
            return start
        line -= 1
    start = document.line_starts[document.line_at(latest)]
    return start if start > offset else latest


def _definition_start(document: Document, first: int, limit: int) -> int | None:
    """The start of the first definition from a line on, or None if there is none up to `limit`."""
    line = first
    while line < document.line_count and document.line_starts[line] <= limit:
        if _begins_definition(document, line, first):
            return document.line_starts[line]
        line += 1
    return None


def _enclosing_start(document: Document, offset: int, step: int) -> int:
    """The start of the definition that holds `offset`; where that is far, the last place that was looked at."""
    line = document.line_at(max(offset - 1, 0))  # what follows the cursor doesn't tell
    while line > 0 and document.line_starts[line] > offset - step and not _begins_definition(document, line):
        line -= 1
    return document.line_starts[line]


def _begins_definition(document: Document, line: int, earliest: int = 0) -> bool:
    """Tell whether a line isn't indented and the one before it doesn't lead to it, as an import or a decorator does.

    Lines before `earliest` aren't looked at.
    """

    def leads(number: int) -> bool:
        start = document.line_starts[number]
        return (document.text[start : start + 1] or "\n") not in " \t\r\n)]}"

    return leads(line) and (line <= earliest or not leads(line - 1))
