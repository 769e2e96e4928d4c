"""The other forms of an English word: what a slip of grammar may have been meant as."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files

import msgspec

_FORMS = msgspec.toml.decode(files(__package__ or "").joinpath("forms.toml").read_bytes(), type=dict[str, str])
_VOWELS = "aeiou"
_SHORTEST = 3


def _groups(text: str) -> Mapping[str, tuple[tuple[str, ...], ...]]:
    """Return by each form all groups that it is in. `text` has groups of forms between `|` or line breaks."""
    groups: dict[str, list[tuple[str, ...]]] = {}
    for line in text.strip().replace("\n", "|").split("|"):
        forms = tuple(line.split())
        for form in forms:
            groups.setdefault(form, []).append(forms)
    return {form: tuple(its_groups) for form, its_groups in groups.items()}


_IRREGULAR = _groups("|".join(_FORMS.values()))
_NOUNS = _groups(_FORMS["nouns"])


def forms(word: str) -> list[str]:
    """Return other forms of a lowercase word's verb, noun or adverb, in a fixed order; some of them are no words at
    all."""
    if len(word) < _SHORTEST:
        return []
    others = dict.fromkeys(form for group in _IRREGULAR.get(word, ()) for form in group)
    for base in dict.fromkeys(_bases(word)):
        for form in _regular(base):
            if not (base in _IRREGULAR and form.endswith("ed")):
                others[form] = None
    return [form for form in others if form != word]


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


def _bases(word: str) -> Iterator[str]:
    """Yield the word, and what it may be a regular form of; some of that is no word."""
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
    """Yield the forms that a base would have if it were regular: itself, -s, -ed, -ing and -ly."""
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
