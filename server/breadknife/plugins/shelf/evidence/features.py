"""Measures the windows of candidates: from these features `model` computes how likely each window answers the query."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from breadknife.plugins.shelf.chunking.cleaning import clean
from breadknife.plugins.shelf.evidence.asked import AskedKind, asked_kind, gives
from breadknife.plugins.shelf.evidence.query import Query, QueryTerm, function_stems
from breadknife.plugins.shelf.evidence.quoting import quoted
from breadknife.plugins.shelf.evidence.windows import QuoteWindow, windows
from breadknife.plugins.shelf.evidence.words import Stems, stems
from breadknife.plugins.shelf.values import Candidate, Shelves
from breadknife.text.document import Span

_SHORTEST_PREFIX = 3
"""The fewest letters of a stem that is also looked for at the beginnings of longer words."""
_WHOLE = 0.99
"""The fit of a heading that has the question's words and no others."""
_NEAR = 4
"""Two words are near each other if their positions differ by at most so many words."""
_BEGINNING = 200
"""Characters of a sentence, among which the name of an entry stands."""
_NUMBER = re.compile(r"(?:(?:chapter|section|appendix|§) ?)?(?:[A-Z]\.)?\d[\d.]*[.:)]?\s+(?=\D)", re.IGNORECASE)
"""What stands before a heading's words."""
_BEFORE = re.compile(r"[^\w-]*(?:(?:an?|the)\b[^\w-]*)?")
_NAMES = re.compile(r"[,/|]\s*|\s*[\[=<]|\s(?=[A-Z]+\b|or\b|or -)")
"""What separates the names in a heading, and a name from its value."""
_PLURAL = re.compile(r"(?:e?s)?(?!\w)")
_GOES_ON = re.compile(r"[\W_]{0,3}\s*(?:[:—–|=(]|-{1,3}\s|(?:is|are|means?|refers?|describes?|defines?|stands for)\b)")
"""What follows a name that is explained."""


@dataclass(frozen=True)
class AnswerCandidate:
    """A window of a candidate's chunk, with its features."""

    candidate: Candidate
    span: Span
    """The window's, in the page's stored text."""
    text: str
    """The page's text there, cleaned."""
    features: Mapping[str, float]
    """By the names that `weights.json` has."""
    missing: tuple[QueryTerm, ...]
    """Named terms of the query that neither the page nor the document's name has."""
    head: Span | None = None
    """See `QuoteWindow`."""
    headings: tuple[str, ...] = ()
    """Those above the window, the nearest last."""

    @property
    def section(self) -> tuple[Path, tuple[str, ...]]:
        """The document and the headings that the window is below."""
        return self.candidate.file, self.headings


@dataclass(frozen=True)
class _WindowText:
    """A window of a candidate, and the texts that its features are measured on."""

    candidate: Candidate
    window: QuoteWindow
    text: str
    """The window's, cleaned."""
    sentence: str
    """Of the sentence in its middle."""
    chunk: str
    """Of its chunk, with the document's name before it."""
    name: str
    """The document's title and its file's name."""
    page: str
    """What of its page may name one of the query's named terms."""
    headings: tuple[str, ...]
    """All of them, the nearest last."""
    path: str
    """The document's name and all headings."""

    @property
    def heading(self) -> str:
        """The nearest one, without its number; empty if there is none."""
        nearest = self.headings[-1] if self.headings else ""
        return nearest[number.end() :] if (number := _NUMBER.match(nearest)) else nearest

    @property
    def texts(self) -> tuple[str, ...]:
        return self.text, self.sentence, self.chunk, self.name, self.page, self.heading, self.path


def answer_candidates(query: Query, candidates: Sequence[Candidate], shelves: Shelves) -> tuple[AnswerCandidate, ...]:
    """Return the windows of the candidates' chunks with their features. If several windows of a chunk have the same
    span, the one counts whose own sentence fits the query best."""
    named_terms = [term for term in query.terms if term.is_named]
    window_texts = [
        window_text for candidate in candidates for window_text in _window_texts(candidate, shelves, named_terms)
    ]
    texts = dict.fromkeys(text for each in window_texts for text in each.texts)
    stems_of = dict(zip(texts, stems(list(texts)), strict=True))  # of all at once: each call makes a database
    leads = _leads(window_texts)
    kind = asked_kind(query.text)
    best: dict[tuple[int, Span], AnswerCandidate] = {}
    missing = dict[tuple[str, str], tuple[QueryTerm, ...]]()
    for window in window_texts:
        features = {
            **_features(query, window, stems_of),
            **_given(query, kind, window.text),
            **leads[window.candidate.id, window.path],
        }
        place = window.path, window.page
        if place not in missing:
            names_of = (*stems_of[window.name], *stems_of[window.path])
            page = stems_of[window.page]
            missing[place] = tuple(term for term in named_terms if not is_named(term, names_of, page))
        key = window.candidate.id, window.window.span
        before = best.get(key)
        if before is None or before.features["words in sentence"] < features["words in sentence"]:
            span, head = window.window.span, window.window.head
            best[key] = AnswerCandidate(
                window.candidate, span, window.text, features, missing[place], head, window.headings
            )
    return tuple(best.values())


def _features(query: Query, window: _WindowText, stems_of: Mapping[str, Stems]) -> dict[str, float]:
    heading, text, path = stems_of[window.heading], stems_of[window.text], stems_of[window.path]
    fit = cover(query, heading) * _share_asked(query, heading)
    return {
        "words in sentence": cover(query, stems_of[window.sentence]),
        "words in passage": cover(query, text),
        "words in chunk": cover(query, stems_of[window.chunk]),
        "words": cover(query, (*path, *text)),
        "fit of heading": fit,
        "is heading": float(fit > _WHOLE),
        "run in passage": run(query, text),
        "first below heading": fit * window.window.is_first,
        "pairs in passage": pairs(query, text),
        "begins with it": begins(query, window.sentence),
        "entry": float(names(query, window.heading)),
    }


def _given(query: Query, kind: AskedKind | None, passage: str) -> dict[str, float]:
    """Return whether a passage has a thing of the kind that is asked for, or lacks it; neither, if none is."""
    has_it = kind is not None and gives(kind, query.text, passage)
    return {"gives it": float(has_it), "lacks it": float(kind is not None and not has_it)}


def _leads(window_texts: Sequence[_WindowText]) -> dict[tuple[int, str], dict[str, float]]:
    """Return, for each chunk in each section, how far its BM25 is above the best one of other sections."""
    chunks = {(each.candidate.id, each.path): each.candidate.bm25 for each in window_texts}
    sections: dict[str, float] = {}
    for (_, path), bm25 in chunks.items():
        sections[path] = max(sections.get(path, 0.0), bm25)
    best = max(sections.values(), default=0.0) or 1.0
    leads = dict[tuple[int, str], dict[str, float]]()
    for (id, path), bm25 in chunks.items():
        other = max((each for section, each in sections.items() if section != path), default=0.0)
        leads[id, path] = {"share of bm25": bm25 / best, "lead of bm25": (bm25 - other) / best}
    return leads


def _window_texts(candidate: Candidate, shelves: Shelves, named: Sequence[QueryTerm]) -> Iterator[_WindowText]:
    page = shelves.page_text(candidate.file, candidate.chunk.page)
    name = f"{candidate.title} {candidate.file.stem}"
    beginnings = tuple(term.stems[0][:_SHORTEST_PREFIX] for term in named)
    words = clean(page).split() if named else []  # whole pages would be a third of what is stemmed
    may_name = (pair for pair in pairwise((*words, "")) if any(map(pair[0].lower().__contains__, beginnings)))
    clean_page = " ".join(word for pair in may_name for word in pair)
    for window in windows(page, candidate.chunk):
        titles = tuple(heading.title for heading in window.headings)
        yield _WindowText(
            candidate=candidate,
            window=window,
            text=quoted(page, window.span, window.head),
            sentence=clean(page[window.middle.start : window.middle.end]),
            chunk=f"{name} {candidate.chunk.text}",
            name=name,
            page=clean_page,
            headings=titles,
            path=" ".join((name, *titles)),
        )


def _share_asked(query: Query, heading: Stems) -> float:
    """Return the share of a heading's words, without function words, that the query has."""
    content = set(heading) - function_stems()
    asked = {stem for term in query.terms for stem in term.stems}
    return len(content & asked) / len(content) if content else 0.0


def begins(query: Query, sentence: str) -> float:
    """Return 1 if a sentence, item or row begins with all terms of the query, or with one of its names, and goes on as
    an entry or a definition does (`--all: …`, `An epoch is …`); 0.5 if it only begins so; else 0."""
    start = sentence[:_BEGINNING].lower()
    names = ([term.text] for term in query.terms if term.is_named)
    for name in ([term.text for term in query.terms], *names):
        end = _end_of(name, start)
        if end:
            return 1.0 if _GOES_ON.match(start, end) else 0.5
    return 0.0


def names(query: Query, heading: str) -> bool:
    """Tell whether a heading is the name that the query asks for, or several names with that one among them: `-f FILE,
    --file=FILE` names `-f` and `--file`."""
    asked = {" ".join(term.text for term in query.terms).lower()}
    asked |= {term.text.lower() for term in query.terms if term.text.startswith("-")}
    parts = (part.strip(" `\"'“”()").lower() for part in _NAMES.split(heading))
    return any(
        {part, _BEFORE.sub("", part, count=1), part.partition(" ")[0] * part.startswith("-")} & asked for part in parts
    )


def _end_of(words: Sequence[str], text: str) -> int:
    """Return where the words end that a text begins with, in small letters and in the singular or plural; else 0."""
    end = 0
    for word in words:
        before = _BEFORE.match(text, end)
        end = before.end() if before is not None else end
        if not text.startswith(word.lower(), end):
            return 0
        end += len(word)
    ending = _PLURAL.match(text, end)
    return ending.end() if ending is not None else 0


def has(text: Stems, words: Stems) -> bool:
    """Tell whether the words are in the text one right after the other."""
    size = len(words)
    if size == 1 or words[0] not in text:
        return words[0] in text  # nearly always: this takes a tenth of the time
    return any(text[start : start + size] == words for start in range(len(text) - size + 1))


def cover(query: Query, text: Stems) -> float:
    """Return the weight of the query's terms that the text has, as a share of the weight of all its terms."""
    total = sum(term.weight for term in query.terms)
    return sum(term.weight for term in query.terms if has(text, term.stems)) / total if total else 0.0


def pairs(query: Query, text: Stems) -> float:
    """Return how many of the query's pairs of neighbouring terms are near each other in the text, as a share of all
    pairs. Of a term with several stems the first one counts."""
    neighbours = list(pairwise(query.terms))
    if not neighbours:
        return 0.0
    positions: dict[str, list[int]] = {}
    for position, stem in enumerate(text):
        positions.setdefault(stem, []).append(position)
    near = sum(
        any(abs(a - b) <= _NEAR for a in positions.get(left.stems[0], ()) for b in positions.get(right.stems[0], ()))
        for left, right in neighbours
    )
    return near / len(neighbours)


def run(query: Query, text: Stems) -> float:
    """Return how many of the query's stems follow each other in the text, function words left out: the most, as a share
    of all of them."""
    asked = [stem for term in query.terms for stem in term.stems]
    longest, before = 0, dict[int, int]()  # index in `asked` -> the run that ends there
    for stem in text:
        if stem in asked:
            before = {at: before.get(at - 1, 0) + 1 for at, each in enumerate(asked) if each == stem}
            longest = max(longest, *before.values())
        elif stem not in function_stems():
            before = {}
    return longest / len(asked) if asked else 0.0


def is_named(term: QueryTerm, name: Stems, page: Stems) -> bool:
    """Tell whether a document's name or its page names a term: as it is, or as a part of a longer word (`Macs` is named
    by `macOS`, `libbzip2` by the title `bzip2`). A term of one letter counts as named: it says too little."""
    if len("".join(term.stems)) < 2 or has((*name, *page), term.stems):
        return True
    stem, *others = term.stems
    if others or len(stem) < _SHORTEST_PREFIX:
        return False
    is_prefix = any(word.startswith(stem) for word in (*name, *page))
    return is_prefix or any(len(word) > _SHORTEST_PREFIX and word in stem for word in name)
