"""What is missing where a well-known call gives null: the words of an exception that name it."""

from __future__ import annotations

import re

from breadknife.text.syntax import Node

_SAYS = {
    "getenv": '"{} is not set"',
    "getProperty": '"{} is not set"',
    "getResource": '"no resource {}"',
    "getResourceAsStream": '"no resource {}"',
    "getParameter": '"no parameter {}"',
    "getHeader": '"no header {}"',
    "get": '"no value for {}"',
}
"""Method with one argument -> what its null says of that."""
_PLAIN = re.compile(r'"([\w .:/-]+)"')
_NAME = re.compile(r"(?:this\.)?[a-z]\w*")


def says(called: str, receiver: Node | None, given: list[Node]) -> str:
    """A message as Java source, such as `"no value for " + key`; "" where nothing is known of the call."""
    owner = _text(receiver) if receiver is not None else ""
    if called in ("listFiles", "list") and not given and _NAME.fullmatch(owner):
        return f'"cannot list " + {owner}'
    if called not in _SAYS or len(given) != 1:
        return ""
    written = _text(given[0])
    if literal := _PLAIN.fullmatch(written):
        return _SAYS[called].format(literal[1])
    if not _NAME.fullmatch(written):
        return ""
    before, after = _SAYS[called].split("{}")
    return " + ".join(part for part in (before + '"', written, '"' + after) if part != '""')


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")
