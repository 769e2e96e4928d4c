"""The tags of documentation comments: JSDoc's, JavaDoc's, Doxygen's, YARD's, PHPDoc's, and C#'s XML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from breadknife.text.document import Span
from breadknife.text.extract.passage import any_of


def _nested(opening: str, closing: str) -> str:
    """Return a pattern of what is in brackets, with three pairs of them in each other at most."""
    plain = rf"[^{opening}{closing}\n]"
    pattern = rf"{opening}{plain}*{closing}"
    for _ in range(2):
        pattern = rf"{opening}(?:{plain}|{pattern})*{closing}"
    return pattern


_BRACED = _nested(r"\{", r"\}")
_BRACKETED = _nested(r"\[", r"\]")
_CALLED = _nested(r"\(", r"\)")
_NAME = rf"(?:[\w.$=\\|&*?-]|{_nested('<', '>')}|{_BRACKETED}|(?<=\w)(?:{_BRACED}|{_CALLED}(?::\s*\w++)?))+"
"""A name or a type, with what it takes in brackets."""
_TYPE = rf"(?i:(?!(?:the|an?|this|if|whether|when|how|what)\b)){_NAME}"
"""A type that may be missing: then the text begins at once, with such a word."""
_DASH = r"(?:\s+-)?\s*"
_NAMED = any_of("param tparam arg argument property prop template typeParam retval field")
_SPOKEN = any_of(
    """
    return returns brief details deprecated remarks summary note warning since todo description desc file defgroup
    """
)


@dataclass(frozen=True)
class TagForm:
    """How tags of one kind are written."""

    pattern: str
    """What stands behind the `@` or backslash, up to the prose."""
    examples: Mapping[str, str]
    """A line -> the prose of it."""
    language: str = ""
    """The only language that has it; empty for all."""
    has_prose: bool = True


TAG_FORMS = (
    TagForm(
        rf"returns?[ \t]+{_TYPE}(?:\s+|$)",
        {"@return string The text.": "The text.", "@return the text of it": "the text of it"},
        "php",
    ),
    TagForm(
        rf"(?:(?:param|yieldparam)\s+(?:{_BRACKETED}\s*\w+|\w+\s+{_BRACKETED})"
        rf"|(?:returns?|raise|yieldreturn)\s+{_BRACKETED})\s*(?:-\s+)?",
        {
            "@param [Hash{Symbol => String}] map The map.": "The map.",
            "@param name [String] The name.": "The name.",
            "@return [Array<String>] All of it.": "All of it.",
        },
        "ruby",
    ),
    TagForm(
        rf"{_NAMED}(?:\[[\w, ]+\])?\s+(?:{_BRACED}\s*)?{_NAME}(?:\s+[.&]*\$\w+)?{_DASH}",
        {
            "@param {string} name - The name": "The name",
            "@param [depth=1] how deep to look": "how deep to look",
            "@param array<string, int> $map The map.": "The map.",
            "\\param[in] n the count of them": "the count of them",
            "@param <T> The type.": "The type.",
        },
    ),
    TagForm(
        rf"(?:throws|exception|raises)\b(?:\s+(?:{_BRACED}|{_TYPE}))?{_DASH}",
        {"@throws {Error} When it fails.": "When it fails.", "@throws If that fails.": "If that fails."},
    ),
    TagForm(
        rf"{_SPOKEN}\b\s*(?:{_BRACED}\s*)?(?:-\s+)?",
        {"@returns {Thing} the thing": "the thing", "\\brief Does it well.": "Does it well."},
    ),
    TagForm(
        r"(?!(?:[pcabe]|em|ref|cite|f)\b)\w+\b",
        {"@type {Thing}": "", "@example": "", "@author Some One": "", "\\p a is one": "\\p a is one"},
        has_prose=False,
    ),
)
"""Of two forms that match, the first one counts. The last one takes every tag but those within a sentence."""
_XML_TAGS = any_of(
    """
    p para ul ol li dl dt dd h[1-6] table tr td th div blockquote summary param typeparam returns remarks exception
    value example list item description term
    """
)
_XML_TAG = re.compile(rf"</?{_XML_TAGS}\b[^<>\n]*>\s*")
_REGION_COMMANDS = any_of(r"code verbatim dot msc htmlonly latexonly xmlonly rtfonly manonly f\[ f\{")
_REGION = re.compile(
    r"<(?P<tag>pre|code)\b[^<>\n]*>(?!.*</(?P=tag)>)"
    rf"|(?<![{{\w])[@\\](?P<command>{_REGION_COMMANDS})(?!\w)"
)
"""Where code or a picture begins that may have several lines."""
_RULER = re.compile(r"(?:[\W_]|</?[A-Za-z][^<>]*>)*\Z")
"""A line without words, or of tags alone."""


@cache
def _tag_of(language: str) -> re.Pattern[str]:
    """Return a pattern of a tag up to its prose. Its group `silent` matches where the text behind isn't prose."""
    forms = [form for form in TAG_FORMS if form.language in ("", language)]
    spoken = "|".join(form.pattern for form in forms if form.has_prose)
    silent = "|".join(form.pattern for form in forms if not form.has_prose)
    return re.compile(rf"[@\\](?:{spoken}|(?P<silent>{silent}))")


def split_at_tags(text: str, block: list[Span], language: str) -> Iterator[list[Span]]:
    """Yield the lines of a comment up to its first tag, then each tag's own; tags whose text isn't prose are left
    out."""
    lines, has_prose, region_end = list[Span](), True, ""
    for line in block:
        if region_end:
            closing = text.find(region_end, line.start, line.end)
            if closing < 0:
                continue
            line, region_end = Span(closing + len(region_end), line.end), ""
        if region := _REGION.search(text, line.start, line.end):
            lines.append(Span(line.start, region.start()))
            region_end = _end_of(region)
            continue
        source = text[line.start : line.end]
        content = source.lstrip()
        tag = _tag_of(language).match(content)
        if match := tag or _XML_TAG.match(content):
            if has_prose:
                yield lines
            lines, has_prose = [], tag is None or tag["silent"] is None
            line = Span(line.start + len(source) - len(content) + match.end(), line.end)
        elif _RULER.match(content):
            line = Span(line.start, line.start)
        lines.append(line)
    if has_prose:
        yield lines


def _end_of(region: re.Match[str]) -> str:
    """Return what ends a region of code or of a picture."""
    if region["tag"]:
        return f"</{region['tag']}>"
    return {"f[": "\\f]", "f{": "\\f}"}.get(region["command"], f"{region[0][0]}end{region['command']}")
