"""Names and messages for a terminal or a log: a file's name may hold anything but a slash.

A line break in one begins a line of its own, where a CI takes `::stop-commands::x` for a command. An escape sequence
moves the cursor, and marks of writing direction show another name than the file has (CVE-2021-42574).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, cast

_JOINERS = frozenset("\u200c\u200d")
"""Emoji and several scripts need them; alone they show nothing and do nothing."""
_UNSHOWN = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
"""Unicode's categories of controls, formats, surrogates, and breaks of lines and paragraphs."""
_SUSPECT = re.compile(r"[^\x20-\x7e\xa1-\xac\xae-\u05ff]")
"""What may be one of them; all others aren't looked up."""
_COMMAND = re.compile(r"##(?=\w*\[)|^(\s*:):")
"""How commands of Azure and older ones of GitHub begin, anywhere in a line, and how a line of GitHub's begins."""


def escaped(text: str) -> str:
    """Return text as a part of one line: what does more than show itself is written as in Python, `\n` or `\u202e`."""
    return _COMMAND.sub(_command, _SUSPECT.sub(_character, text))


def shortened(text: str, most: int) -> str:
    """Return at most so many characters of a text, with `…` where the rest is left out."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun, which takes an `s` in the plural: `1 page`, `2,000 pages`."""
    return f"{number:,} {noun}" + "s" * (number != 1)


def as_sentence(text: str) -> str:
    """Return words with a capital, unless a command begins them, and with a full stop."""
    text = text.strip()
    begun = text if text.startswith("`") else f"{text[:1].upper()}{text[1:]}"
    return begun if begun.endswith((".", "!", "?", "…")) else f"{begun}."


def escaped_name(name: str) -> str:
    """Return a file's name, also one that begins a line."""
    return escaped(name).replace("::", r":\x3a")


def escaped_values(value: Any) -> Any:
    """Return JSON with each string in it escaped."""
    if isinstance(value, str):
        return escaped(value)
    if isinstance(value, Mapping):
        return {key: escaped_values(item) for key, item in cast("Mapping[Any, Any]", value).items()}
    if isinstance(value, list | tuple):
        return [escaped_values(item) for item in cast("list[Any]", value)]
    return value


def _character(match: re.Match[str]) -> str:
    character = match[0]
    if character in _JOINERS or unicodedata.category(character) not in _UNSHOWN:
        return character
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def _command(match: re.Match[str]) -> str:
    return rf"{match[1]}\x3a" if match[1] else r"#\x23"
