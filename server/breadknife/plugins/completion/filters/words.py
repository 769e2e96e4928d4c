"""Words that are whole get no tail, and a letter or a single word of prose is quicker typed than read."""

from __future__ import annotations

import re
import sys

from breadknife.plugins.completion.cut import KEYWORDS
from breadknife.plugins.completion.filters.site import Filter, Site
from breadknife.plugins.completion.values import Where
from breadknife.text.tokens import word_before

FEWEST_WORDS = 2
"""Of what is shown in prose."""
FEWEST_LETTERS = 2
"""Typed of a word that is finished in prose: with one, other words than the likeliest begin like it too often."""
SHORTEST_WHOLE = 2
_WORD = re.compile(r"\w+")
_PROSE_WORD = re.compile(r"\w+(?:['’]\w+)*")
_IMPORT = re.compile(r"\s*(?:import|from)\s+(?:[\w., ]*,\s*)?(\w+)\Z")


def untailed(text: str, site: Site) -> str | None:
    """Return the text, unless it makes another word of one that is whole: `import re` → `reading`."""
    head = _WORD.match(text)
    typed = word_before(site.before, len(site.before))
    if head is None or len(typed) < SHORTEST_WHOLE:
        return text
    return text if _stands(typed + head[0], site) or not _stands(typed, site) else None


def _stands(word: str, site: Site) -> bool:
    """Whether it is a word of the language, or stands elsewhere in the document."""
    if word in KEYWORDS or (word in sys.stdlib_module_names and site.language == "python" and _imports(site)):
        return True
    end = site.draft.offset
    start = end - len(word_before(site.before, len(site.before)))
    whole = re.compile(rf"\b{re.escape(word)}\b")
    document = site.draft.document.text
    return whole.search(document, 0, start) is not None or whole.search(document, end) is not None


def _imports(site: Site) -> bool:
    return _IMPORT.match(site.before) is not None


def phrased(threshold: float) -> Filter:
    """Return the filter of prose, which shows all that is asked for by hand: with a `threshold` of 0."""

    def apply(text: str, site: Site) -> str | None:
        if site.draft.shape.where is not Where.PROSE or not threshold:
            return text
        begun = _WORD.match(text) is not None and word_before(site.before, len(site.before))
        if begun and len(begun) < FEWEST_LETTERS:
            return None
        return text if len(_PROSE_WORD.findall(text)) >= FEWEST_WORDS else None

    return Filter("phrase", "empty", apply)


TAIL = Filter("tail", "empty", untailed)
