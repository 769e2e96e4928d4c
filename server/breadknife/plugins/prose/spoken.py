"""Which language a paragraph is in: what its source declares, or else what its commonest words tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec

from breadknife.text.prose import ProseText

ENGLISH = ""
"""As `Asked` calls it."""

_WORDS = msgspec.toml.decode(files(__package__ or "").joinpath("languages.toml").read_bytes(), type=dict[str, str])
"""By language, its commonest words."""
_SCRIPTS = (
    ("uk", re.compile("[іїєґІЇЄҐ]")), ("be", re.compile("[ўЎ]")), ("ru", re.compile("[а-яёА-ЯЁ]")),
    ("el", re.compile("[α-ωΑ-Ω]")), ("fa", re.compile("[پچژگ]")), ("ar", re.compile("[ء-ي]")),
    ("ja", re.compile("[ぁ-ヿ]")), ("zh", re.compile("[一-鿿]")), ("km", re.compile("[ក-៹]")),
    ("ta", re.compile("[அ-௹]")), ("he", re.compile("[א-ת]")), ("ko", re.compile("[가-힣]")),
    ("th", re.compile("[ก-๛]")), ("hi", re.compile("[अ-ह]")),
)  # fmt: skip
"""A letter tells the language, the first that fits."""
TOLD = frozenset((*_WORDS, *(language for language, _ in _SCRIPTS)))
"""The languages that `detect` may give, `en` for English."""
_OF_WORD: dict[str, tuple[str, ...]] = {}
for _language, _listed in _WORDS.items():
    for _word in _listed.split():
        _OF_WORD[_word] = (*_OF_WORD.get(_word, ()), _language)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_FEWEST = 3
"""Words that tell, of a paragraph in another language than English."""
_SHARE = 0.6
"""Of the telling words of a document; then its headings and short items are in that language too."""


def languages(paragraphs: Sequence[ProseText], default: str) -> list[str]:
    """Return each paragraph's language: declared, or `default`, or detected; ENGLISH for English of any country."""
    if all(map(_is_plainly_english, paragraphs)) and not default:
        return [ENGLISH] * len(paragraphs)
    if default:
        return [_named(paragraph.language or default) for paragraph in paragraphs]
    detected = [None if paragraph.language else detect(paragraph.text) for paragraph in paragraphs]
    of_document = _commonest(each for each in detected if each is not None)
    return [
        _named(paragraph.language) if paragraph.language else of_document if found is None else found
        for paragraph, found in zip(paragraphs, detected, strict=True)
    ]


def _is_plainly_english(paragraph: ProseText) -> bool:
    return not paragraph.language and detect(paragraph.text) in (None, ENGLISH)


def _named(tag: str) -> str:
    return ENGLISH if tag.lower().replace("_", "-").split("-")[0] == "en" else tag.replace("_", "-")


def _commonest(found: Iterable[str]) -> str:
    counted = Counter(found)
    if not counted:
        return ENGLISH
    language, times = counted.most_common(1)[0]
    return language if times >= _SHARE * counted.total() else ENGLISH


@lru_cache(maxsize=1 << 15)
def detect(text: str) -> str | None:
    """Return the language of a paragraph; None if it is too short to tell."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not text.isascii():
        latin = len(_LATIN.findall(text))
        for language, letters in _SCRIPTS:
            if len(letters.findall(text)) > latin:
                return language
    counted = Counter(language for word in words for language in _OF_WORD.get(word, ()))
    if not counted:
        return None
    english = counted.pop("en", 0)
    other, times = counted.most_common(1)[0] if counted else (ENGLISH, 0)
    if times >= _FEWEST and times >= 2 * english + 1:
        return other
    return ENGLISH if english > times else None
