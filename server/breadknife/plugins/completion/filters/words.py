"""Words that are whole get no tail, and a letter or a single word of prose is quicker typed than read."""

from __future__ import annotations

import re
import sys

from breadknife.plugins.completion.cursor import CursorContext, Region
from breadknife.plugins.completion.filters.draft import Draft, Filter
from breadknife.plugins.completion.truncate import KEYWORDS
from breadknife.text.tokens import word_before

FEWEST_WORDS = 2
"""Words of what is shown in prose."""
FEWEST_LETTERS = 2
"""Typed letters of a word that is finished in prose: with one, too many words begin like it."""
SHORTEST_WHOLE = 2
_WORD = re.compile(r"\w+")
_PROSE_WORD = re.compile(r"\w+(?:['’]\w+)*")
_IMPORT = re.compile(r"\s*(?:import|from)\s+(?:[\w., ]*,\s*)?(\w+)\Z")


def keep_whole_words(text: str, draft: Draft) -> str | None:
    """Return the text, unless it makes another word of one that is whole: `import re` → `reading`."""
    head, cursor = _WORD.match(text), draft.cursor
    typed = word_before(cursor.before, len(cursor.before))
    if head is None or len(typed) < SHORTEST_WHOLE:
        return text
    return text if _is_known(typed + head[0], cursor) or not _is_known(typed, cursor) else None


def _is_known(word: str, cursor: CursorContext) -> bool:
    """Tell whether a word is one of the language, or stands elsewhere in the document."""
    imports = cursor.language == "python" and _IMPORT.match(cursor.before) is not None
    if word in KEYWORDS or (imports and word in sys.stdlib_module_names):
        return True
    start = cursor.offset - len(word_before(cursor.before, len(cursor.before)))
    pattern, text = re.compile(rf"\b{re.escape(word)}\b"), cursor.document.text
    return pattern.search(text, 0, start) is not None or pattern.search(text, cursor.offset) is not None


def phrased(threshold: float) -> Filter:
    """Return the filter of prose, which shows all that is asked for by hand: with a `threshold` of 0."""

    def apply(text: str, draft: Draft) -> str | None:
        before = draft.cursor.before
        if draft.cursor.region is not Region.PROSE or not threshold:
            return text
        begun = _WORD.match(text) is not None and word_before(before, len(before))
        if begun and len(begun) < FEWEST_LETTERS:
            return None
        return text if len(_PROSE_WORD.findall(text)) >= FEWEST_WORDS else None

    return Filter("phrase", "empty", apply)


TAIL = Filter("tail", "empty", keep_whole_words)
