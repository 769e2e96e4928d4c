"""What a model has seen around code, and nobody wants in it: paths, headers, placeholders, names, secrets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from breadknife.plugins.completion.filters.draft import Draft, Filter
from breadknife.project.secrets.contents import sure_secrets
from breadknife.text.document import Span
from breadknife.text.languages import LANGUAGES

_COMMENT = r"(?:#|//|/\*|--|<!--|;|%|\*)+\s*"
_END = r"\W*$"
_SUFFIXES = "|".join(re.escape(suffix) for language in LANGUAGES.values() for suffix in language.suffixes)
_ADD = r"(?:(?:add|put|write|insert|type|implement)\s+)?"
_WORK = r"\b(?:code|implementation|logic)\b"
_CODE = r"\b(?:code|file|implementation|methods?|functions?)\b"
_SYSTEM_HOMES = r"/Users/|/home/|[A-Za-z]:(?:/|\\{1,2})Users(?:/|\\{1,2})"


@dataclass(frozen=True)
class JunkPattern:
    name: str
    pattern: str
    """Matches in a line, whatever the case of its letters."""
    example: str


JUNK_LINES = (
    JunkPattern("path", rf"^\s*{_COMMENT}(?:file(?:name)?|path)\s*:\s*\S+{_END}", "# File: src/a.py"),
    JunkPattern("path", rf"^\s*{_COMMENT}[\w./\\@+-]*\w(?:{_SUFFIXES}){_END}", "// src/app/main.ts"),
    JunkPattern("placeholder", rf"{_COMMENT}to-?do\b.*\bimplement", "# TODO: implement this"),
    JunkPattern("placeholder", rf"{_COMMENT}{_ADD}your\s.*{_WORK}", "// Add your code here"),
    JunkPattern("placeholder", rf"{_COMMENT}implement(?:ation)?\s+(?:here|this|me|goes)\b", "# implement me"),
    JunkPattern("placeholder", rf"{_COMMENT}code\s+(?:here|goes)\b", "# code goes here"),
    JunkPattern("placeholder", rf"{_COMMENT}(?:the\s+)?rest of\s.*{_CODE}", "# the rest of the code"),
    JunkPattern("placeholder", rf"{_COMMENT}(?:the\s+)?(?:remaining|existing)\s.*{_CODE}", "// existing methods"),
    JunkPattern("placeholder", rf"^\s*{_COMMENT}(?:\.\.\.|…|to-?do:?){_END}", "# ..."),
    JunkPattern("head of a file", r"^\s*#!\s*/", "#!/bin/sh"),
    JunkPattern("head of a file", r"^\s*#.*-\*-.*coding", "# -*- coding: utf-8 -*-"),
    JunkPattern("head of a file", r"^\s*<\?xml\s", '<?xml version="1.0"?>'),
    JunkPattern("licence", r"copyright\s+(?:\(c\)|©|\d{4})", "# Copyright 2024 A. Body"),
    JunkPattern("licence", r"licensed under (?:the|a)\b", "# Licensed under the MIT licence"),
    JunkPattern("licence", r"spdx-license-identifier|all rights reserved", "// SPDX-License-Identifier: MIT"),
    JunkPattern("author", r"@(?:author|created)\b", " * @author A. Body"),
    JunkPattern("author", r"^\s*__(?:author|copyright|license|email)__\b", '__author__ = "A. Body"'),
)
_JUNK_LINES = tuple(re.compile(row.pattern, re.IGNORECASE) for row in JUNK_LINES)

_CONTROL_TOKEN = re.compile(r"<\|(?:fim|file|repo|endof|im_)\w*")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b", re.IGNORECASE)
_EXAMPLE_ADDRESS = re.compile(r"@(?:[\w-]+\.)*(?:example|test|invalid|localhost)(?:\.\w+)?$", re.IGNORECASE)
"""Addresses that RFC 2606 sets aside: they are nobody's."""
_HOME = re.compile(rf"(?<![\w.~}})\]-])(?:{_SYSTEM_HOMES})([\w.-]+)(?=[/\\])")
"""A path in somebody's home folder."""
_EXAMPLE_USERS = frozenset(
    (
        *("user", "username", "you", "me", "name", "yourname", "your_name", "shared", "public", "default"),
        *("app", "node", "runner", "ubuntu", "vagrant", "vscode", "jovyan", "pi", "git"),
    )
)
"""Users' names in examples, and those that images and systems give."""
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY")
"""The first line of a private key (RFC 7468)."""


def cut_before_junk(text: str, draft: Draft) -> str | None:
    """Return the text before the first line of junk. What the document itself has is none."""
    mark = _CONTROL_TOKEN.search(text)
    if mark and mark[0] not in draft.cursor.document.text:
        text = draft.cursor.trimmed(text[: mark.start()])
    lines = text.split("\n")
    for i, line in enumerate(lines):
        if _is_junk(line, draft) or _has_home(line, draft, draft.cursor.before if i == 0 else ""):
            return draft.cursor.trimmed("\n".join(lines[:i])) or None
    return text if text.strip() else None


def refuse_secrets(text: str, draft: Draft) -> str | None:
    """Return the text, unless it has something like a secret that the document hasn't: one that the model has learnt,
    or made up."""
    known = draft.cursor.document.text
    written, start = draft.cursor.before + text, len(draft.cursor.before)
    keys = (Span(*match.span()) for match in _PRIVATE_KEY.finditer(written))
    new = (span for span in (*keys, *sure_secrets(written)) if span.end > start)
    return None if any(written[max(start, span.start) : span.end] not in known for span in new) else text


def _is_junk(line: str, draft: Draft) -> bool:
    known = draft.cursor.document.text
    if line.lstrip().startswith("```") and draft.cursor.language != "markdown" and "```" not in known:
        return True
    matches = (match for pattern in _JUNK_LINES if (match := pattern.search(line)))
    if any(match[0].strip() not in known for match in matches):
        return True
    addresses = (match[0] for match in _ADDRESS.finditer(line))
    return any(address not in known and not _EXAMPLE_ADDRESS.search(address) for address in addresses)


def _has_home(line: str, draft: Draft, before: str) -> bool:
    """Tell whether a line has a path in somebody's home that the document hasn't. `before` stands before the line."""
    matches = [match for match in _HOME.finditer(before + line) if match.end() > len(before)]
    known = draft.cursor.document.text
    return any(match[1].lower() not in _EXAMPLE_USERS and match[0] not in known for match in matches)


JUNK = Filter("junk", "junk", cut_before_junk)
SECRETS = Filter("secrets", "secret", refuse_secrets, final=True)
