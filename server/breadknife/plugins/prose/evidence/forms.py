"""The other forms of an English word: what a slip of grammar may have been meant as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_IRREGULAR_VERBS = """
be is are was were been being|have has had having|do does did done doing|go goes went gone going
say says said|make makes made making|take takes took taken taking|come comes came coming|see sees saw seen
get gets got gotten getting|know knows knew known|think thinks thought|give gives gave given giving
find finds found|tell tells told|become becomes became becoming|leave leaves left leaving|feel feels felt
put puts putting|bring brings brought|begin begins began begun beginning|keep keeps kept|hold holds held
write writes wrote written writing|stand stands stood|hear hears heard|let lets letting|mean means meant
set sets setting|meet meets met|run runs ran running|pay pays paid|sit sits sat sitting|speak speaks spoke spoken
lie lies lay lain lying|lead leads led|read reads reading|grow grows grew grown|lose loses lost losing
fall falls fell fallen|send sends sent|build builds built|understand understands understood|draw draws drew drawn
break breaks broke broken|spend spends spent|cut cuts cutting|rise rises rose risen rising
drive drives drove driven driving|buy buys bought|wear wears wore worn|choose chooses chose chosen choosing
throw throws threw thrown|catch catches caught|deal deals dealt|win wins won winning|forget forgets forgot forgotten
lay lays laid|sell sells sold|fight fights fought|teach teaches taught|eat eats ate eaten|sing sings sang sung
strike strikes struck|hang hangs hung|shake shakes shook shaken|ride rides rode ridden|feed feeds fed
shoot shoots shot|drink drinks drank drunk|hit hits hitting|arise arises arose arisen|fly flies flew flown
sleep sleeps slept|bind binds bound|hide hides hid hidden|split splits splitting|shut shuts shutting
overwrite overwrites overwrote overwritten|override overrides overrode overridden|rebuild rebuilds rebuilt
rewrite rewrites rewrote rewritten|withdraw withdraws withdrew withdrawn|seek seeks sought|bear bears bore borne
swim swims swam swum|wake wakes woke woken|steal steals stole stolen|swear swears swore sworn|tear tears tore torn
"""
_IRREGULAR_NOUNS = """
child children|man men|woman women|person people|foot feet|tooth teeth|life lives|half halves|index indices indexes
matrix matrices|analysis analyses|basis bases|criterion criteria|datum data|schema schemas schemata|leaf leaves
shelf shelves|self selves|knife knives|vertex vertices|appendix appendices|hypothesis hypotheses|axis axes
"""
_VOWELS = "aeiou"
_SHORTEST = 3


def _groups(text: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for line in text.strip().replace("\n", "|").split("|"):
        forms = tuple(line.split())
        for form in forms:
            found.setdefault(form, []).append(forms)
    return {form: tuple(groups) for form, groups in found.items()}


_IRREGULAR = _groups(f"{_IRREGULAR_VERBS}|{_IRREGULAR_NOUNS}")
_NOUNS = _groups(_IRREGULAR_NOUNS)


def forms(word: str) -> list[str]:
    """Other forms of a lowercase word's verb, noun or adverb, in a fixed order; some of them are no words at all."""
    if len(word) < _SHORTEST:
        return []
    found = dict.fromkeys(form for group in _IRREGULAR.get(word, ()) for form in group)
    for base in dict.fromkeys(_bases(word)):
        for form in _regular(base):
            if not (base in _IRREGULAR and form.endswith("ed")):
                found[form] = None
    return [form for form in found if form != word]


def is_participle(old: str, new: str) -> bool:
    """Tell whether `new` is the past participle of the verb that `old` is another form of, and is no participle
    itself."""
    for group in _IRREGULAR.get(new, ()):
        if old in group and new in _participles(group):
            return old not in _participles(group) and not old.endswith("ing")
    return new.endswith("ed") and not old.endswith("ed") and (new in _regular(old))


def is_base(old: str, new: str) -> bool:
    """Tell whether `new` is a verb (or noun) and `old` the same with -s, or its past."""
    for group in _IRREGULAR.get(new, ()):
        if old in group:
            return new == group[0] and not old.endswith("ing")
    return old != new and old in _regular(new) and old.endswith(("s", "ed"))


def is_third_person(old: str, new: str) -> bool:
    """Tell whether `new` is the third person of the verb `old`: what agrees with one, in the same tense."""
    return is_base(new, old) and new.endswith("s")


def is_plural(old: str, new: str) -> bool:
    """Tell whether `new` is the plural of the noun `old`."""
    return any(old == group[0] and new in group[1:] for group in _NOUNS.get(old, ())) or (
        new.endswith("s") and new in _regular(old)
    )


def _participles(group: tuple[str, ...]) -> tuple[str, ...]:
    past = tuple(form for form in group[2:] if not form.endswith("ing"))
    return past[1:] or past or group[:1]


def _bases(word: str) -> Iterator[str]:
    yield word
    for suffix in ("s", "es", "d", "ed", "ing", "ly"):
        stem = word.removesuffix(suffix)
        if len(stem) < _SHORTEST - 1 or stem == word:
            continue
        if suffix in ("es", "ed") and stem.endswith("i"):
            yield stem[:-1] + "y"
        if suffix in ("ed", "ing") and len(stem) > _SHORTEST and stem[-1] == stem[-2]:
            yield stem[:-1]
        if suffix == "ing":
            yield stem + "e"
        yield stem


def _regular(base: str) -> Iterator[str]:
    yield base
    last, before = base[-1], base[-2:-1]
    if last == "y" and before not in _VOWELS:
        yield base[:-1] + "ies"
        yield base[:-1] + "ied"
    elif base.endswith(("s", "x", "z", "ch", "sh", "o")):
        yield base + "es"
        yield base + "ed"
    else:
        yield base + "s"
        yield base + ("d" if last == "e" else "ed")
    yield (base[:-1] if last == "e" and before not in ("e", "o", "y") else base) + "ing"
    if last not in "aeiouwxy" and before in _VOWELS and base[-3:-2] not in _VOWELS:
        yield base + last + "ed"
        yield base + last + "ing"
    yield base + "ly"
