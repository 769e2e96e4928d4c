"""How much memory LanguageTool's server may use, and which languages fit into that.

Java takes memory only when it is needed, so a high limit costs nothing: with English alone the server is as large under
a limit of 2 GB as under one of 512 MB. A limit that is too low makes it collect garbage and do nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

import psutil

_MB = 1 << 20
_LEAST_MB, _MOST_MB = 768, 2048
"""The least holds English, German and French; the most holds all languages that LanguageTool has, 1,530 MB."""
_SHARE_OF_MACHINE = 3
"""LanguageTool gets at most a third of the machine's memory."""
_FULL = 0.85
"""Above this share of the limit, Java collects all garbage again and again."""
_SHARED_MB = 100
_LIVE_MB = {"de": 260, "nl": 220, "pt": 150, "uk": 100, "fr": 95, "ca": 90, "en": 90, "ar": 70, "ru": 60}
_OTHERS_MB = 20
"""What each language adds to what is in use after a full collection, and what all of them share; by
`bench/prose/languages.py --all`."""
_SHARE_OF_VARIANT = 0.5
"""A variant (`de-AT` beside `de-DE`) shares the dictionaries of its language, but has rules of its own."""
_OPTIONS = "-Xms224m -Xmn48m -XX:MinHeapDeltaBytes=64m -XX:MinHeapFreeRatio=10 -XX:MaxHeapFreeRatio=25 -XX:+UseSerialGC"
"""By itself Java begins with 1/64 of the machine's memory, soon touches all of it, and keeps what it freed: with these
ratios English takes 80 MB less, for a tenth more work. The serial collector collects everything each time that it has
made the heap larger; by steps of 64 MB from 224 MB that is once for English, by Java's own small steps 15 times."""


def limit_mb(memory_bytes: int | None = None) -> int:
    """Return the heap's limit on a machine with so much memory; by default on this one."""
    memory = psutil.virtual_memory().total if memory_bytes is None else memory_bytes
    return max(_LEAST_MB, min(_MOST_MB, memory // _SHARE_OF_MACHINE // _MB))


def options(limit: int) -> list[str]:
    """Return Java's options for a heap of at most `limit` MB."""
    return [f"-Xmx{limit}m", *_OPTIONS.split()]


def fits(languages: Iterable[str], limit: int) -> bool:
    """Tell whether a server whose heap is limited to `limit` MB can hold these languages (tags such as `de-AT`) at
    once."""
    return _SHARED_MB + sum(_needs_mb(set(languages))) <= _FULL * limit


def _needs_mb(tags: set[str]) -> Iterable[float]:
    loaded = set[str]()
    for tag in sorted(tags):
        language = tag.split("-")[0].lower()
        yield _LIVE_MB.get(language, _OTHERS_MB) * (_SHARE_OF_VARIANT if language in loaded else 1)
        loaded.add(language)
