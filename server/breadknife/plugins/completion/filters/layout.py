"""Indentation as the file has it, and no line outside the block."""

from __future__ import annotations

import itertools
from collections import Counter

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.plugins.completion.values import Where
from breadknife.text.languages import LANGUAGES, Block
from breadknife.text.tokens import END_WORDS, Kind, columns, opens_block, shifted, tokens

TAB = 4
"""Columns of a tab, as in `columns`."""

_AROUND = 200
"""Lines above and below that show the file's indentation."""

_ANY = 1 << 16
"""Columns of indentation that no line has."""

_GOES_ON = ".?:&|+-*/=<>"
"""A line that begins so goes on with the one before, at whatever indentation."""


def indented(text: str, site: Site) -> str | None:
    """With the file's indentation: its tabs or blanks, its width, and lines of a block below what opens it."""
    if site.draft.shape.where is not Where.CODE:
        return text
    style = _style(site)
    width = len(style.expandtabs(TAB))
    first, *more = text.split("\n")
    if not site.before.strip() and first.strip():
        there, lead = columns(site.before), columns(site.before + first)
        allowed = max(_allowed(site, width), there)
        if lead > allowed and first.strip()[0] not in _GOES_ON:
            more = shifted(more, allowed - lead)
            first = _rendered(allowed - there, first, style)
        else:
            first = _rendered(lead - there, first, style)
    if not any(map(str.strip, more)):
        return "\n".join((first, *more))
    base = columns(site.before + first)
    if _opens(first, site) and width:
        inner = next(columns(line) for line in more if line.strip())
        if 0 < inner <= base:
            more = shifted(more, base + width - inner)
        more = _scaled(more, base, width)
    return "\n".join((first, *(_rendered(columns(line), line, style) if line.strip() else line for line in more)))


def _style(site: Site) -> str:
    """One step of the file's indentation: a tab, some blanks, or nothing where no line is indented."""
    around = range(max(0, site.line - _AROUND), min(site.draft.document.line_count, site.line + _AROUND))
    lines = (site.draft.document.line_text(number) for number in around)
    indents = [line[: len(line) - len(line.lstrip())] for line in lines if line.strip()]
    if sum(indent.startswith("\t") for indent in indents) > sum(indent.startswith(" ") for indent in indents):
        return "\t"
    steps = Counter(b - a for a, b in itertools.pairwise(len(i) for i in indents if "\t" not in i) if 1 < b - a <= 8)
    return " " * max(steps, key=lambda step: (steps[step], -step)) if steps else ""


def _rendered(width: int, line: str, style: str) -> str:
    """The line with `width` columns of indentation; unchanged where it has them in the file's style."""
    code = line.lstrip()
    lead = line[: len(line) - len(code)]
    if lead.isspace() and columns(line) == width and (set(lead) == {style[:1]} or not style):
        return line
    if style == "\t":
        return "\t" * (width // TAB) + " " * (width % TAB) + code
    return " " * width + code


def _scaled(lines: list[str], base: int, width: int) -> list[str]:
    """With steps of `width` columns below `base`, where the model made all of another width."""
    depths = [columns(line) - base for line in lines if line.strip()]
    step = min((depth for depth in depths if depth > 0), default=0)
    if step in (0, width) or any(depth % step or depth < 0 for depth in depths):
        return lines
    indents = [base + (columns(line) - base) // step * width for line in lines]
    return [" " * n + line.lstrip() if line.strip() else line for n, line in zip(indents, lines, strict=True)]


def _opens(line: str, site: Site) -> bool:
    code = _code(line, site)
    return opens_block(code, site.language) or code.endswith("{")


def _code(line: str, site: Site) -> str:
    """The line without a comment at its end."""
    found = list(tokens(line, site.language))
    while found and found[-1].kind in (Kind.COMMENT, Kind.BLANK):
        found.pop()
    return line[: found[-1].end] if found else ""


def _allowed(site: Site, width: int) -> int:
    """Columns of indentation that a line at the cursor may have at most."""
    syntax = LANGUAGES.get(site.language)
    if not syntax or syntax.block is Block.NONE or site.language == "yaml" or not site.preceding:
        return _ANY
    above = site.preceding[-1]
    if columns(site.before) >= columns(above) + (width or 1):  # the user's choice, when all of a step is typed
        return columns(site.before)
    deeper = syntax.block is not Block.INDENT or _opens(above, site)
    if deeper or _code(above, site).endswith(("(", "[", ",", "\\", "=")):
        return columns(above) + (width or 8)
    return columns(above)


def scoped(text: str, site: Site) -> str | None:
    """Without the lines from the first on that leaves the block."""
    shape = site.draft.shape
    first, *more = text.split("\n")
    for i, line in enumerate(more):
        code = line.strip()
        ends = (code[:1] in (")", "]", "}") and shape.unclosed) or (code in END_WORDS and shape.needs_end)
        if code and columns(line) < shape.indent and not ends:
            return site.ended("\n".join((first, *more[:i]))) or None
    return text


def continued(text: str, site: Site) -> str | None:
    """As many lines as the deeper lines that follow still belong to. tree-sitter takes any indentation there."""
    syntax = LANGUAGES.get(site.language)
    by_indent = syntax is not None and syntax.block is Block.INDENT and site.language != "yaml"
    following = next((line for line in site.following if _code(line, site).strip()), None)
    if not by_indent or following is None or site.draft.shape.where is not Where.CODE or site.opened:
        return text
    above = site.before + site.rest if site.before.strip() else (site.preceding or ("",))[-1]
    depth = columns(following)
    if depth > columns(above) and not _opens(above, site):  # they belong to nothing now
        return text
    lines = text.rstrip("\n").split("\n")
    for count in range(len(lines), 0, -1):
        last = (site.before if count == 1 else "") + lines[count - 1] + site.rest
        is_deep, opens = columns(last) >= depth, _opens(last, site)
        # A block that begins where the next line isn't deeper has nothing in it, unless more is to come there.
        if is_deep != opens or (opens and not site.draft.shape.before_line):
            return text if count == len(lines) else site.ended("\n".join(lines[:count]))
    return None


INDENTATION = Filter("indentation", "empty", indented)
SCOPE = Filter("scope", "outside-block", scoped)
CONTINUATION = Filter("continuation", "would-not-parse", continued)
