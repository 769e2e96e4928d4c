"""Joins what a change did to a file's code with what the file's own documentation claims."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from breadknife.plugins.drift.claims.alignment import FEWEST_WORDS, Alignment, align, is_alike, pair
from breadknife.plugins.drift.claims.beside import find_beside
from breadknife.plugins.drift.claims.claimed import Claimed, line_span
from breadknife.plugins.drift.claims.entries import read_entries
from breadknife.plugins.drift.claims.listed import find_in_entries, renamed_parameters
from breadknife.plugins.drift.claims.mentions import mentions, quoted_strings
from breadknife.plugins.drift.values import Drift, Kind, SourceFacts, Symbol
from breadknife.text.document import Document, Span
from breadknife.text.extract.comments.code import looks_like_code

_WORD = re.compile(r"[\w$]+")
_NO_NAMES = frozenset(
    ["self", "cls", "this", "super", "None", "True", "False", "null", "undefined", "nil", "true", "false"]
)


def find_drift(before: SourceFacts, after: SourceFacts, document: Document) -> list[Drift]:
    """Return the claims of a file of code, `document`, that became false between two versions, in its order.

    Nothing for a version that doesn't parse.
    """
    if not before.whole or not after.whole:
        return []
    file_gone = frozenset(token for token in before.counts if token not in after.counts)
    gone_words = {word for token in file_gone for word in _WORD.findall(token)}
    pairs = pair(before.symbols, after.symbols)
    compared = [(old, new, align(old, new)) for old, new in pairs]
    renamed = _renamed_in_file(before, after, file_gone, compared)
    found: dict[Span, Drift] = {}
    for old, new, alignment in compared:
        lines = frozenset(line.strip() for block in old.blocks for line in block.lines)
        for block in new.blocks:
            if not alignment.changed and gone_words.isdisjoint(_WORD.findall(block.text)):
                continue
            standing = frozenset(
                block.first + at for at, line in enumerate(block.lines) if line.strip() and line.strip() in lines
            )
            claimed = Claimed(document, block, old, new, alignment, standing)
            drifts = list(_in_block(claimed, file_gone, renamed, after))
            for drift in drifts or find_beside(claimed, before, after):
                found.setdefault(drift.span, drift)
    for drift in _left_over(before, after, pairs, document):
        found.setdefault(drift.span, drift)
    return sorted(found.values(), key=lambda drift: drift.span)


def _left_over(
    before: SourceFacts, after: SourceFacts, pairs: list[tuple[Symbol, Symbol]], document: Document
) -> Iterator[Drift]:
    """Yield documentation that has stayed while its definition went."""
    paired = {id(old) for old, _ in pairs}
    standing = {block.text: block for symbol in after.symbols for block in symbol.blocks}
    was = Counter(block.text for symbol in before.symbols for block in symbol.blocks)
    for old in before.symbols:
        if id(old) in paired or old.name in after.counts:
            continue
        for block in old.blocks:
            rest = standing.get(block.text) if block.documents and was[block.text] == 1 else None
            if rest is not None and len(block.text.split()) >= FEWEST_WORDS:
                row = next(n for n, line in enumerate(rest.lines, rest.first) if line.strip(" */"))
                cause = min(rest.last + 1, document.line_count - 1)
                yield Drift(Kind.DEFINITION_GONE, line_span(document, rest, row), old.name, "", old.name, cause)


def _renamed_in_file(
    before: SourceFacts, after: SourceFacts, gone: frozenset[str], compared: list[tuple[Symbol, Symbol, Alignment]]
) -> dict[str, str]:
    """Return the names that the file no longer has, with what one new name replaced them by everywhere."""
    renamed = {old.name: new.name for old, new, _ in compared if old.name != new.name}
    said: dict[str, set[str]] = {}
    for _, _, alignment in compared:
        for token in alignment.gone:
            said.setdefault(token, set()).add(alignment.renamed.get(token, ""))
    renamed |= {token: new for token, news in said.items() if len(news) == 1 and (new := next(iter(news)))}
    return {
        old: new for old, new in renamed.items() if old in gone and new not in before.counts and new in after.counts
    }


def _in_block(
    claimed: Claimed, file_gone: frozenset[str], renamed: dict[str, str], after: SourceFacts
) -> Iterator[Drift]:
    entries = read_entries(claimed.block) if claimed.block.documents else []
    if claimed.block.documents and claimed.alignment.changed:
        yield from find_in_entries(claimed, entries)
    listed = {claimed.span(place.line, place.start, place.end) for entry in entries for place in entry.names}
    yield from (drift for drift in _mentioned(claimed, file_gone, renamed, after) if drift.span not in listed)


def _mentioned(
    claimed: Claimed, file_gone: frozenset[str], renamed: dict[str, str], after: SourceFacts
) -> Iterator[Drift]:
    """Yield names, numbers and strings that the documentation says and that left the code."""
    alignment = claimed.alignment
    parameters = {each.name for each in claimed.before.parameters}
    locally = {old: new for old, new in alignment.renamed.items() if new in after.counts} | renamed_parameters(claimed)
    for row, line in claimed.standing_lines():
        if not claimed.block.documents and looks_like_code(line.strip(), claimed.document.language):
            continue  # it was commented out
        for mention in mentions(line):
            text = mention.text
            if text in _NO_NAMES:
                continue
            here = claimed.span(row, mention.start, mention.end)
            if text[0].isdigit():
                if text in alignment.gone and len(text) > 1 and (new := alignment.renamed.get(text)):
                    yield claimed.drift(Kind.VALUE_CHANGED, here, text, new, (here, new))
            elif text == claimed.before.name != claimed.after.name and mention.is_code | claimed.block.documents:
                new = claimed.after.name
                edit = (here, new) if is_alike(claimed.before, claimed.after) else None  # else more may be false
                yield claimed.drift(Kind.NAME_RENAMED, here, text, new, edit, cause=claimed.after.head)
            elif text in file_gone or (text in alignment.gone and text in parameters):
                everywhere = renamed.get(text, "") if text in file_gone else ""
                new = everywhere or locally.get(text, "")
                if mention.is_code or (new and text in parameters):
                    kind = Kind.NAME_RENAMED if new else Kind.NAME_GONE
                    # Another exception isn't the same one by another name.
                    is_sure = everywhere and mention.is_code and text not in claimed.before.raises
                    yield claimed.drift(kind, here, text, new, (here, new) if is_sure else None)
        for text, start, end in quoted_strings(line):
            for quote in ("'", '"'):
                token = f"{quote}{text}{quote}"
                new = alignment.renamed.get(token, "")
                if token in file_gone and new[:1] in ("'", '"') and len(text) > 1 and any(map(str.isalnum, text)):
                    here = claimed.span(row, start, end)
                    yield claimed.drift(Kind.VALUE_CHANGED, here, text, new[1:-1], (here, new[1:-1]), token)
