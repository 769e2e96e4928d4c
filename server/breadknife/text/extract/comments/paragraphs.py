"""Paragraphs of plain text, comments and docstrings: what blank lines, lists, fields, sections and examples part."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import zip_longest

from breadknife.text.document import Span
from breadknife.text.extract.comments.code import PROMPT, looks_like_python

Paragraph = list[Span]
"""What of each line belongs to a paragraph, line by line."""

_FENCE = re.compile(r"(`{3,}|~{3,})")
_BULLET = re.compile(r"(?:[-*+•–]|\d{1,3}[.)]|\([a-z\d]\)|\#\.)[ \t]+(?=\S)")
_DIRECTIVE = re.compile(r"\.\.(?:\s+(?:([\w:-]+)::|_|\||\[)|\s|$)")
_PROSE_DIRECTIVES = frozenset(
    (
        "note", "warning", "tip", "hint", "important", "caution", "attention", "danger", "error", "seealso",
        "admonition", "topic", "versionadded", "versionchanged", "deprecated",
    )
)  # fmt: skip
_ADORNMENT = re.compile(r"([=\-~^\"'#*+`._:])\1{2,}(?:\s+[=\-]+)*$|[|+].*[|+]$")
_FIELD = re.compile(r"[:@](\w+)(?:\s[^:]*)?:(?:\s+|$)")
_TYPE_FIELDS = frozenset(("type", "rtype", "vartype", "ytype"))
_SECTION = re.compile(
    r"(Args|Arguments|Parameters|Params|Keyword Args|Keyword Arguments|Other Parameters|Attributes|Returns|Return|"
    r"Yields|Yield|Receives|Raises|Raise|Warns|Warnings|Methods|See [Aa]lso|Notes?|References|Todo|Examples?|Usage)"
    r"(:?)$"
)
_CODE_SECTIONS = frozenset(("Example", "Examples", "Usage"))
_NAMED_SECTIONS = frozenset(("Note", "Notes", "References", "Todo", "Warnings"))  # the rest list names and types
_GOOGLE_ENTRY = re.compile(
    r"(?:(?:\*{0,2}[\w.]+|(?::[\w:]+:)?(`{1,2})[^`]+\1)(?:\s*\((?:[^()]|\([^()]*\))*\))?"
    r"|[\w.]+\[[^:]*\]|\([^():]*\)|[\w., |]+):(?:\s+|$)"
)
_NUMPY_NAMES = re.compile(r"\*{0,2}\w[\w.\[\]]*(?:\s*,\s*\*{0,2}\w+)*(?:\s*:.*)?$")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=[^\W\d])")
_LABEL = re.compile(r"(?:TODO|FIXME|XXX|HACK|NOTE|BUG)(?:\([^)]*\))?:?\s+")


def paragraphs(
    source: str, lines: Iterable[Span], *, docstring: bool = False, code: Callable[[str], bool] | None = None
) -> list[Paragraph]:
    """Return the paragraphs of some lines; examples, tables and other markup are left out.

    Args:
        source: the text.
        lines: spans of lines in it, without their breaks.
        docstring: read the fields and sections of reST, Google and NumPy.
        code: tells whether a line is code that stands among the prose, as in comments.
    """
    reader = _ParagraphReader(source, docstring, code)
    listed = list(lines)
    for line, following in zip_longest(listed, listed[1:]):
        reader.read(line, following)
    reader.flush()
    return reader.done


@dataclass
class _ParagraphReader:
    """Takes in line after line, and collects the paragraphs in `done`."""

    source: str
    docstring: bool
    code: Callable[[str], bool] | None
    done: list[Paragraph] = field(default_factory=list[Paragraph])
    current: Paragraph = field(default_factory=Paragraph)
    """The paragraph that isn't finished."""
    fence: str = ""
    """What ends the fenced code that the lines are in; empty outside of one."""
    example: bool = False
    """In a doctest, which ends at a blank line."""
    literal: int | None = None
    """What is indented further than this is left out."""
    colon: int | None = None
    """The indentation of a paragraph that ended in a colon: code may follow."""
    section: int | None = None
    """The indentation of the section's title; None outside of a section."""
    numpy: bool = False
    """The section has an underline, as NumPy's have; Google's end in a colon."""
    lists_names: bool = False
    """The section lists names or types, each with its description."""
    entry: int | None = None
    """The indentation of a section's entries; None before its first one."""
    above: Span | None = None
    """The line before, unless it was blank."""
    above_indent: int = 0

    def flush(self) -> None:
        """Finish the current paragraph, if there is one."""
        if self.current:
            self.done.append(self.current)
            self.current = []

    def read(self, line: Span, following: Span | None) -> None:
        """Take in a line; `following` is the one below it, if there is one."""
        raw = self.source[line.start : line.end]
        content = raw.strip()
        start = line.start + len(raw) - len(raw.lstrip())
        span = Span(start, start + len(content))
        indent = self._indent(line)
        self._read(content, indent, span, following)
        self.above, self.above_indent = span if content else None, indent

    def _indent(self, line: Span) -> int:
        """Return the columns of a line's indentation."""
        raw = self.source[line.start : line.end].expandtabs(8)
        return len(raw) - len(raw.lstrip())

    def _read(self, content: str, indent: int, span: Span, following: Span | None) -> None:
        start = span.start
        if self.fence:
            if content.startswith(self.fence):
                self.fence = ""
        elif not content:
            self.flush()
            self.example = False
        elif self._is_left_out(content, indent) or (
            self.docstring and self._reads_field(content, indent, span, following)
        ):
            return
        elif match := _BULLET.match(content) or (_LABEL.match(content) if self.code else None):
            self.flush()
            self._add(Span(start + match.end(), span.end), indent)
        elif match := _HEADING.match(content):
            self.flush()
            self._add(Span(start + match.end(), span.end), indent)
            self.flush()
        else:
            self._add(span, indent)

    def _is_left_out(self, content: str, indent: int) -> bool:
        """Tell whether the line is an example, a table or markup; if it is, note what it begins or ends."""
        if self.literal is not None:
            if indent > self.literal:
                return True
            self.literal = None
        if self.example or PROMPT.match(content):
            self.flush()
            self.example = True
            return True
        if match := _FENCE.match(content):
            self.flush()
            self.fence = match[1]
            return True
        if match := _DIRECTIVE.match(content):
            self.flush()
            if match[1] not in _PROSE_DIRECTIVES:
                self.literal = indent
            return True
        if _ADORNMENT.fullmatch(content):
            self._underline(content, indent)
            return True
        if self.colon is not None:
            is_deeper, self.colon = indent > self.colon, None
            if is_deeper and (self.code or looks_like_python)(content):
                self.flush()
                self.literal = indent - 1
                return True
        if self.code and self.code(content):
            self.flush()
            return True
        return False

    def _underline(self, content: str, indent: int) -> None:
        """Take in a line of signs: it makes the line above a title, which is no prose if it is a section's."""
        title, is_in_paragraph = self.above, bool(self.current) and self.current[-1] == self.above
        if self.docstring and title and (match := _SECTION.fullmatch(self.source[title.start : title.end])):
            if is_in_paragraph:
                self.current.pop()
            self._begin_section(match[1], indent, numpy=True)
        elif self.numpy and title and self.above_indent == self.section and self._is_title(title, content):
            self._begin_section("", indent, numpy=True)  # one that isn't NumPy's own
            if not is_in_paragraph:
                self.flush()
                self.current.append(title)
        self.flush()

    def _is_title(self, line: Span, underline: str) -> bool:
        """Tell whether a line and the one below it are a title and its underline, and not lines of a table."""
        text = self.source[line.start : line.end]
        return underline[0] not in "|+" and " " not in underline and not _ADORNMENT.fullmatch(text)

    def _reads_field(self, content: str, indent: int, span: Span, following: Span | None) -> bool:
        """Take in a docstring's field, section title or entry; return False for any other line."""
        if match := _FIELD.match(content):
            self.flush()
            if match[1] in _TYPE_FIELDS:
                self.literal = indent
            else:
                self._add(Span(span.start + match.end(), span.end), indent)
            return True
        if (match := _SECTION.fullmatch(content)) and match[2]:
            self.flush()
            self._begin_section(match[1], indent, numpy=False)
            return True
        if self.section is None or indent < self.section or (indent == self.section and not self.numpy):
            self.section = None
            return False
        self.entry = indent if self.entry is None else self.entry
        if not self.lists_names or indent > self.entry:
            return False
        if self.numpy:
            return self._is_numpy_entry(content, indent, following)
        self.flush()
        match = _GOOGLE_ENTRY.match(content)
        self._add(Span(span.start + (match.end() if match else 0), span.end), indent)
        if match and match.end() == len(content):
            self.colon = indent
        return True

    def _is_numpy_entry(self, content: str, indent: int, following: Span | None) -> bool:
        """Tell whether the line is a name or a type of NumPy's, whose description is indented below it. A type may have
        several words, so what stands around the line decides."""
        below = self.source[following.start : following.end].strip() if following else ""
        is_described = bool(below) and following is not None and self._indent(following) > indent
        continues_paragraph = bool(self.current) and self.current[-1] == self.above and self.above_indent == indent
        if continues_paragraph and not is_described:
            return False
        self.flush()
        if _SECTION.fullmatch(content):
            return False
        is_alone = not below and not content.endswith((".", "!", "?", ":"))
        return is_described or is_alone or _NUMPY_NAMES.fullmatch(content) is not None

    def _begin_section(self, name: str, indent: int, *, numpy: bool) -> None:
        """Begin a section; one of examples is left out by its indentation if it has no underline."""
        self.section, self.numpy, self.entry = indent, numpy, None
        self.lists_names = name not in _NAMED_SECTIONS
        if name in _CODE_SECTIONS:
            self.section = None
            self.literal = indent if not numpy else None

    def _add(self, span: Span, indent: int) -> None:
        """Add a line's prose to the current paragraph, and note whether it introduces what follows."""
        if len(span):
            self.current.append(span)
            text = self.source[span.start : span.end]
            if text.endswith("::"):
                self.literal = indent
            elif text.endswith(":"):
                self.colon = indent
