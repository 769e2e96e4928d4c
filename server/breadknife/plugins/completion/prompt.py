"""The fill-in-the-middle prompt: suffix, then prefix, so that typing only ever adds at the end.

Suffix-prefix-middle with Qwen's control tokens; measured against prefix-suffix-middle on HumanEval single-line
infilling with Qwen2.5-Coder-0.5B: 80.5 % against 54 % pass@1.
"""

from __future__ import annotations

from breadknife.engine.api import Part, Prompt, Trim
from breadknife.text.document import Document

PREFIX_CHARACTERS = 4_000
SUFFIX_CHARACTERS = 1_000
"""About 1,200 and 300 tokens of code: 6 s to evaluate on two slow cores the first time, nothing after that."""


def fim_prompt(document: Document, start: int, offset: int) -> Prompt:
    """Asks for the text between `start` and `offset`, the cursor, and for what follows there."""
    prefix = document.text[prefix_start(document, offset) : start]
    suffix = document.text[offset : suffix_end(document, offset)]
    return (
        Part("<|fim_prefix|><|fim_suffix|>", control=True),
        Part(suffix, trim=Trim.END),
        Part("<|fim_middle|>", control=True),
        Part(prefix),
    )


def prefix_start(document: Document, offset: int) -> int:
    """Where the prefix begins.

    It moves only each half window of typing, and then to where a definition begins (a line without indentation):
    everything before the cursor stays as it was evaluated.
    """
    half = PREFIX_CHARACTERS // 2
    earliest = (offset // half - 1) * half
    if earliest <= 0:
        return 0
    line = document.line_at(earliest)
    first_whole = line if document.line_starts[line] == earliest else line + 1
    fallback = earliest
    for number in range(first_whole, document.line_at(offset) + 1):
        start = document.line_starts[number]
        if start > offset - half // 2:
            break
        if fallback == earliest:
            fallback = start
        if document.text[start : start + 1] not in ("", " ", "\t", "\r", "\n", "#", "}", ")", "]"):
            return start
    return fallback


def suffix_end(document: Document, offset: int) -> int:
    """Where the suffix ends: a line's end, unless the line is endless."""
    end = min(len(document.text), offset + SUFFIX_CHARACTERS)
    line_end = document.text.rfind("\n", offset, end)
    return line_end + 1 if line_end > offset and end < len(document.text) else end
