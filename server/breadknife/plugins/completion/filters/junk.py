"""What a model has seen around code, and nobody wants in it: paths, headers, placeholders, other people's names."""

from __future__ import annotations

import re

from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.text.languages import LANGUAGES

_COMMENT = r"(?:#|//|/\*|--|<!--|;|%|\*)+\s*"
_END = r"\W*$"
_SUFFIXES = "|".join(re.escape(suffix) for language in LANGUAGES.values() for suffix in language.suffixes)

_MARK = re.compile(r"<\|(?:fim|file|repo|endof|im_)\w*")
"""Control tokens of models."""

_JUNK_LINES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # a path
        rf"^\s*{_COMMENT}(?:file(?:name)?|path)\s*:\s*\S+{_END}",
        rf"^\s*{_COMMENT}[\w./\\@+-]*\w(?:{_SUFFIXES}){_END}",
        # a placeholder
        rf"{_COMMENT}to-?do\b.*\bimplement",
        rf"{_COMMENT}(?:(?:add|put|write|insert|type|implement)\s+)?your\s.*\b(?:code|implementation|logic)\b",
        rf"{_COMMENT}(?:implement(?:ation)?\s+(?:here|this|me|goes)|code\s+(?:here|goes))\b",
        rf"{_COMMENT}(?:the\s+)?(?:rest of|remaining|existing)\s.*\b(?:code|file|implementation|methods?|functions?)\b",
        rf"^\s*{_COMMENT}(?:\.\.\.|…|to-?do:?){_END}",
        # the head of a file
        r"^\s*#!\s*/|^\s*#.*-\*-.*coding|^\s*<\?xml\s",
        r"copyright\s+(?:\(c\)|©|\d{4})|licensed under (?:the|a)\b|spdx-license-identifier|all rights reserved",
        r"@(?:author|created)\b|^\s*__(?:author|copyright|license|email)__\b",
    )
)
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_EXAMPLE = re.compile(r"@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.\w+)?$", re.IGNORECASE)
"""RFC 2606: nobody's addresses."""
_HOME = re.compile(r"(?<![\w.~})\]-])(?:/Users/|/home/|[A-Za-z]:(?:/|\\{1,2})Users(?:/|\\{1,2}))([\w.-]+)(?=[/\\])")
"""A path in the folder of somebody."""
_NOBODY = frozenset(
    (
        *("user", "username", "you", "me", "name", "yourname", "your_name", "shared", "public", "default"),
        *("app", "node", "runner", "ubuntu", "vagrant", "vscode", "jovyan", "pi", "git"),
    )
)
"""Names in examples, and those that images and systems give."""


def clean(text: str, site: Site) -> str | None:
    """Return the text before the first line of junk. What the document itself has is none."""
    mark = _MARK.search(text)
    if mark and mark[0] not in site.draft.document.text:
        text = site.ended(text[: mark.start()])
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if _is_junk(line, site) or _has_home(line, site, site.before if i == 0 else ""):
            return site.ended("\n".join(lines[:i])) or None
    return text if text.strip() else None


def _is_junk(line: str, site: Site) -> bool:
    known = site.draft.document.text
    if line.lstrip().startswith("```") and site.language != "markdown" and "```" not in known:
        return True
    for pattern in _JUNK_LINES:
        found = pattern.search(line)
        if found and found[0].strip() not in known:
            return True
    addresses = (found[0] for found in _ADDRESS.finditer(line))
    return any(address not in known and not _EXAMPLE.search(address) for address in addresses)


def _has_home(line: str, site: Site, before: str) -> bool:
    found = [each for each in _HOME.finditer(before + line) if each.end() > len(before)]
    return any(each[1].lower() not in _NOBODY and each[0] not in site.draft.document.text for each in found)


JUNK = Filter("junk", "junk", clean)
