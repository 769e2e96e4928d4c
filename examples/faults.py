"""What is wrong in the demo's files, and what each fault is to become: the demo checks breadknife's answers by it."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    file: str
    wrong: str
    """Found once in the file."""
    right: str
    by: str
    """The plugin that finds it."""
    model: bool = False
    """No rule knows it: it is found once a model has read the file."""


MESSAGE = "…"
"""A message is the model's own words, where there is one."""
FAULTS = (
    Fault("inventory.py", "A entry", "An entry", "prose"),
    Fault(
        "inventory.py",
        "    return match.group(1)",
        f"    if match is None:\n        raise ValueError({MESSAGE})\n    return match.group(1)",
        "nullcheck",
    ),
    Fault("notes.md", "an useful", "a useful", "prose"),
    Fault("inventory.py", "colon varies", "colon vary", "prose", model=True),
    Fault("notes.md", "script keep", "script keeps", "prose", model=True),
    Fault("notes.md", "is to long", "is too long", "prose", model=True),
)
LANGUAGES = {"inventory.py": "python", "notes.md": "markdown"}
COMPLETED = ("counts", "return", "len(counts)")
"""What a suggestion for the empty function has to do with."""


def mended(file: str, text: str, *, model: bool) -> str:
    """A file as it should be once its faults are mended: also those that only a model finds, or not."""
    for fault in FAULTS:
        if fault.file == file and (model or not fault.model):
            assert text.count(fault.wrong) == 1, f"{file} has no single {fault.wrong!r}"
            text = text.replace(fault.wrong, fault.right)
    return text


def without_messages(text: str) -> str:
    return re.sub(r"(raise ValueError\().*\)", rf"\1{MESSAGE})", text)
