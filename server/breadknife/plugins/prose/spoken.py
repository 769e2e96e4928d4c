"""Which language a paragraph is in: what its source declares, or else what its commonest words tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache

from breadknife.text.prose import ProseText

ENGLISH = ""
"""As `Asked` calls it."""

_WORDS: dict[str, str] = {
    "en": "the of and to a in is that for it with as be on are this not or by from an at have can you if will which "
    "when all but was your has use more other one into only they there how",
    "de": "der die und das den von zu ist mit sich des auf für nicht ein eine dem auch wird als werden sind bei oder "
    "einen einer einem kann wenn nur durch wie aus noch über diese dieser nach",
    "fr": "le la les de des du et un une est dans que qui pour pas sur avec par au aux ce cette sont ne se plus vous "
    "nous être peut ou si mais comme elle il leur",
    "es": "el la los las de del y en que un una es para por con no se su al como más lo si este esta son pero puede "
    "ser o cuando sus hay",
    "pt": "o os as de do da dos das e em que um uma é para por com não se no na ao como mais são mas pode ser ou "
    "quando seu sua você isso",
    "it": "il lo gli di del della dei delle che è un una per con non si da nel nella come più sono questo questa "
    "anche può essere se o al alla",
    "nl": "de het een van en in is dat op te voor met niet zijn aan die er om ook als wordt worden bij of deze naar "
    "kan door uit je",
    "pl": "w i na z się do nie to jest że o jak od za po dla są oraz lub być przez ten tego można tylko przy jego "
    "który która które",
    "sv": "och att det som en på är av för med den till inte om ett har kan de från eller när du var ska vid detta",
    "da": "og at det er en på af for med den til ikke som et har kan de fra eller når du var skal ved dette der",
    "ro": "și de la în a cu pe nu o un este din care pentru că se mai sau sunt ca fi prin dar această acest",
    "sk": "a v na sa je že to s z do o ako pre nie ktorý ktoré alebo sú po pri bude môže tento",
    "sl": "in je v na se da za z so ki ne s pri po tudi kot ali lahko ta biti bi če",
    "ca": "el la els les de del i en que un una és per amb no es al com més són però pot o quan seva aquest aquesta",
    "gl": "o a os as de do da e en que un unha é para por con non se no na ao como máis son pero pode ou cando súa",
    "eo": "la de kaj en estas al ne por kiu ke el pri kun ĝi ĉi tiu por aŭ oni povas se kiel",
    "tl": "ang ng sa na mga ay at hindi ito para kung ni si may kay nang",
    "br": "ar an al ha da e ez eo en gant evit ket pe war zo a vez",
    "ga": "an na agus ar is le do go i ag sé sí nach atá bhí ní",
    "ast": "el la los les de del y en que un una ye por para con nun se al como más lo si esti esta estos son pero o "
    "cuando pa tamién na nel ta xente",
    "crh": "ve bir bu da de ile içün olaraq ki em edi onıñ soñ olğan qadar kibi eñ amma dep aqqında",
    "lt": "ir į iš kad su yra tai ne kaip apie bet arba nuo gali būti šis kuris",
    "nb": "og å at det er en på av for med den til ikke som et har kan de fra eller når du var skal ved dette der",
    "cs": "a v na se je že to s z do o ne jako pro který která které nebo jsou po při by být může tento ale ve",
    "hr": "i u na se je da za su s od koji koja koje ne ili kao može bi to o po iz biti nije ako",
    "tr": "ve bir bu da de ile için olarak ki olan daha çok en gibi veya değil var her bu",
    "fi": "ja on ei se että kuin voi tai jos ovat myös mutta sen joka jotka ole tämä niin",
    "hu": "a az és nem hogy is egy ez vagy meg van csak mint már lehet azt el ha de kell",
}
"""Of each Latin script's language that LanguageTool has, the words that are in every text; and of some that it hasn't,
which would be taken for their neighbours."""
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
