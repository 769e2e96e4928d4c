"""Finds what differs between two versions of a text, word by word, and judges what kind of change it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from breadknife.plugins.documents.english import FORMS, english, verbs
from breadknife.plugins.documents.tables import read_table
from breadknife.steps.builtin.guard.words import is_respelled
from breadknife.text.document import Span, TextEdit, common_prefix
from breadknife.text.extract.passage import NOUN, VOWEL_NOUN

_TOKEN = re.compile(r"\w+(?:['’-]\w+)*|\s+|[^\w\s]")
_AS_CODE = {NOUN: "`code`", VOWEL_NOUN: "`id`"}
_PLACEHOLDER = re.compile("|".join(_AS_CODE))
_CODE = re.compile(r"`code`|`id`")
_COMMA = ","
_SHORTEST_STEM = 3
"""Letters that two forms of a word share."""
_CONTRACTED = (
    ("can't", "can not"), ("cannot", "can not"), ("won't", "will not"), ("n't", " not"), ("'re", " are"),
    ("'ve", " have"), ("'ll", " will"), ("'m", " am"), ("'s", " is"),
)  # fmt: skip
"""Contractions, written out: to write one out, or not to, corrects nothing."""


@dataclass(frozen=True)
class FixingTable:
    """The lists of `fixing.toml`."""

    same: frozenset[tuple[str, str]]
    """Pairs of words of which either is as right as the other."""
    endings: frozenset[str]
    """Ends of words that may differ between two forms of one."""
    dialects: tuple[tuple[str, str], ...]
    """Spellings in one country and in another, as parts of words."""

    def is_as_right(self, old: str, new: str) -> bool:
        """Tell whether the one word is as right as the other."""
        return old == new or not {(old, new), (new, old)}.isdisjoint(self.same)


def readable(text: str) -> str:
    """Return prose as a model knows it, with code in the place of placeholders. Offsets stay the same."""
    return _PLACEHOLDER.sub(lambda match: _AS_CODE[match[0]], text)


def word_edits(before: str, after: str) -> tuple[TextEdit, ...]:
    """Return the edits that make one text of the other, word by word. Changes with only a blank between them are one
    edit."""
    old, new = _TOKEN.findall(before), _TOKEN.findall(after)
    starts = [0]
    for token in old:
        starts.append(starts[-1] + len(token))
    edits: list[TextEdit] = []
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, old_start, old_end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        edit = TextEdit(Span(starts[old_start], starts[old_end]), "".join(new[new_start:new_end]))
        if edits and not before[edits[-1].span.end : edit.span.start].strip():
            last = edits.pop()
            between = before[last.span.end : edit.span.start]
            edit = TextEdit(Span(last.span.start, edit.span.end), last.new_text + between + edit.new_text)
        edits.append(edit)
    return tuple(edits)


def without(edits: Sequence[TextEdit], number: int) -> tuple[TextEdit, ...]:
    """Return the edits but for that at the index `number`."""
    return (*edits[:number], *edits[number + 1 :])


def small_edits(before: str, after: str) -> Iterator[TextEdit]:
    """Yield the changes from one text to the other that are small and leave code alone. A longer one is tried word by
    word."""
    for edit in word_edits(before, after):
        old = before[edit.span.start : edit.span.end]
        for smaller in [edit] if is_small(old, edit.new_text) else _word_by_word(old, edit):
            old = before[smaller.span.start : smaller.span.end]
            is_kept = is_small(old, smaller.new_text) or is_spelling(old, smaller.new_text)
            if is_kept and not touches_code(old, smaller):
                yield smaller


def is_spelling(old: str, new: str) -> bool:
    """Tell whether a change spells one word in another way, which isn't just that of another country."""
    was, comes = _words(old), _words(new)
    if len(was) != 1 or len(comes) != 1 or is_same_word(was[0], comes[0]) or not is_respelled(was[0], comes[0]):
        return False
    table = read_table("fixing", FixingTable)
    return not any(was[0].replace(here, there) == comes[0].replace(here, there) for here, there in table.dialects)


def _word_by_word(old: str, edit: TextEdit) -> Iterator[TextEdit]:
    """Yield an edit as one for each token; nothing if it changes their number."""
    was, comes = _TOKEN.findall(old), _TOKEN.findall(edit.new_text)
    if len(was) != len(comes):
        return
    start = edit.span.start
    for old_token, new_token in zip(was, comes, strict=True):
        if old_token != new_token:
            yield TextEdit(Span(start, start + len(old_token)), new_token)
        start += len(old_token)


def touches_code(text: str, edit: TextEdit) -> bool:
    """Tell whether an edit takes or brings what stands for code, a link or another name that isn't prose."""
    return any(pattern.search(side) for pattern in (_CODE, _PLACEHOLDER) for side in (text, edit.new_text))


def is_small(old: str, new: str) -> bool:
    """Tell whether a change corrects words and doesn't choose others: each word that goes or comes is one of grammar,
    such as “the” and “has”, or is another form or spelling of the word in its place."""
    was, comes = _words(old), _words(new)
    if _signs(old) != _signs(new):
        return False
    if not was and not comes:
        return old.strip() != new.strip()
    if _is_as_right(was, comes):
        return False
    if "".join(was) == "".join(comes):
        return True
    grammar = english().commonest
    unexplained = [word for word in comes if word not in grammar]
    for word in was:
        form = next((new_word for new_word in unexplained if is_same_word(word, new_word)), None)
        if form is not None:
            unexplained.remove(form)
        elif word not in grammar:
            return False
    return not unexplained


def _is_as_right(was: Sequence[str], comes: Sequence[str]) -> bool:
    """Tell whether the old words say the same as well as the new ones."""
    old, new = (_written_out(" ".join(words)).split() for words in (was, comes))
    return len(old) == len(new) and all(map(read_table("fixing", FixingTable).is_as_right, old, new))


def _written_out(text: str) -> str:
    """Return the text without contractions."""
    for contraction, words in _CONTRACTED:
        text = text.replace(contraction, words)
    return text


def is_same_word(old: str, new: str) -> bool:
    """Tell whether two words may be forms of one: “keep” and “kept”, “file” and “files”."""
    if old.replace("-", "") == new.replace("-", "") or not _bases(old).isdisjoint(_bases(new)):
        return True
    shared = common_prefix(old, new)
    endings = read_table("fixing", FixingTable).endings
    return shared >= _SHORTEST_STEM and old[shared:] in endings and new[shared:] in endings


def _bases(word: str) -> set[str]:
    """Return the verbs that a word may be a form of."""
    return {verb.base for form in FORMS if (verb := verbs(form).get(word)) is not None}


def _signs(text: str) -> str:
    """Return a text's punctuation without commas: no small change puts another sign in or leaves one out."""
    return "".join(token for token in _TOKEN.findall(text) if not token[0].isalnum() and token.strip(f" {_COMMA}"))


def _words(text: str) -> list[str]:
    """Return the words of a text in small letters, with straight apostrophes."""
    return [token.lower().replace("’", "'") for token in _TOKEN.findall(text) if token[0].isalnum()]
