"""Which language a paragraph is in: what its source declares, or else what its commonest words tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib.resources import files

import msgspec

from breadknife.text.prose import ProseText

_ENGLISH = "en"
_WORDS = msgspec.toml.decode(files(__package__ or "").joinpath("languages.toml").read_bytes(), type=dict[str, str])
"""By language, its commonest words."""
_SCRIPTS = (
    ("uk", re.compile("[іїєґІЇЄҐ]")), ("be", re.compile("[ўЎ]")), ("ru", re.compile("[а-яёА-ЯЁ]")),
    ("el", re.compile("[α-ωΑ-Ω]")), ("fa", re.compile("[پچژگ]")), ("ar", re.compile("[ء-ي]")),
    ("ja", re.compile("[ぁ-ヿ]")), ("zh", re.compile("[一-鿿]")), ("km", re.compile("[ក-៹]")),
    ("ta", re.compile("[அ-௹]")), ("he", re.compile("[א-ת]")), ("ko", re.compile("[가-힣]")),
    ("th", re.compile("[ก-๛]")), ("hi", re.compile("[अ-ह]")),
)  # fmt: skip
"""Letters that tell a language. The first row that fits counts: Ukrainian has Russian's letters, too."""
DETECTED = frozenset((*_WORDS, *(language for language, _ in _SCRIPTS)))
"""The languages that `detect` may give, `en` for English."""
_LANGUAGES_OF_WORD: dict[str, tuple[str, ...]] = {}
for _language, _listed in _WORDS.items():
    for _word in _listed.split():
        _LANGUAGES_OF_WORD[_word] = (*_LANGUAGES_OF_WORD.get(_word, ()), _language)
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile("[A-Za-z]")
_FEWEST = 3
"""So many words of another language than English must tell it."""
_SHARE = 0.6
"""The share of a document's paragraphs, of those that tell, that makes their language the document's: then its headings
and short items are in that language too."""


def languages(paragraphs: Sequence[ProseText], default: str, english: str = _ENGLISH) -> list[str]:
    """Return the tag of each paragraph's language: as declared, else `default` if it isn't empty, else detected.

    `english` is returned for English of any country.
    """
    detected = [None if paragraph.language or default else detect(paragraph.text) for paragraph in paragraphs]
    of_document = _commonest(language for language in detected if language is not None)
    tags = [
        paragraph.language or default or (of_document if language is None else language)
        for paragraph, language in zip(paragraphs, detected, strict=True)
    ]
    return [english if _is_english(tag) else tag.replace("_", "-") for tag in tags]


def _is_english(tag: str) -> bool:
    return tag.lower().replace("_", "-").split("-")[0] == _ENGLISH


def _commonest(languages: Iterable[str]) -> str:
    """Return the language of most of a document's paragraphs; English where none has a large enough share."""
    counted = Counter(languages)
    if not counted:
        return _ENGLISH
    language, times = counted.most_common(1)[0]
    return language if times >= _SHARE * counted.total() else _ENGLISH


@lru_cache(maxsize=1 << 15)
def detect(text: str) -> str | None:
    """Return the language of a paragraph; None if it is too short to tell."""
    words = [word.lower() for word in _WORD.findall(text)]
    if not text.isascii():
        latin = len(_LATIN.findall(text))
        for language, letters in _SCRIPTS:
            if len(letters.findall(text)) > latin:
                return language
    counted = Counter(language for word in words for language in _LANGUAGES_OF_WORD.get(word, ()))
    if not counted:
        return None
    english = counted.pop(_ENGLISH, 0)
    other, times = counted.most_common(1)[0] if counted else (_ENGLISH, 0)
    # In doubt a paragraph is English, as most are: another language needs more than twice as many telling words.
    if times >= _FEWEST and times >= 2 * english + 1:
        return other
    return _ENGLISH if english > times else None
